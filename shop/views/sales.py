"""Nueva venta: a sale over the counter or by telephone in under a minute; it works without scripts."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

from flask import Flask, flash, redirect, request, url_for

from kernel import permissions, tenancy, web
from kernel.db import db
from kernel.i18n import _, _l
from kernel.money import Money
from kernel.refusal import Refusal
from kernel.web import needs
from shop import agreements, orders, plan_policies, plans, receipts, sales, stock
from shop.forms import amounts, wrong
from shop.forms import checkout as checkout_forms
from shop.forms import sales as forms
from shop.forms.wrong import Wrong, beside
from shop.plan_offers import PlanOffer
from shop.quotes import Choice, Details, Quote
from shop.redemptions import Person
from shop.views import admin, desk, sale_page


@admin.get("/sales/new", endpoint="sale_new")
@needs("sales.make")
def new() -> Any:
    """An empty counter, or one with the product of `?sku=` on it."""
    draft = forms.read(request.args)
    return sale_page.answer(draft)


@admin.post("/sales/draft", endpoint="sale_draft")
@needs("sales.make")
def draft() -> Any:
    """The same form with something added, taken off or looked up; nothing is sold."""
    if request.form.get("do") == "fresh":
        return _fresh()
    with web.reading():
        counter = forms.read(request.form)
        counter.add(request.form.get("add", "")) if request.form.get("add") else None
        counter.drop(request.form.get("drop", ""))
        return sale_page.answer(counter)


@admin.post("/sales", endpoint="sale_make")
@needs("sales.make")
def make() -> Any:
    """Sell it; the same form sent twice is one sale."""
    try:
        key = sales.key_of(request.form.get("key", ""), web.person().id)
        order = orders.by_key(key) or _sold(forms.read(request.form), key)
    except Refusal as refusal:
        return _again(refusal)
    told = _("Sold: %(number)s, %(total)s.", number=order.number, total=receipts.shown(order.total))
    web.undo(told, "shop_admin.sale_undo", number=order.number)
    return redirect(url_for("shop_admin.order", number=order.number), 303)


@admin.post("/sales/<number>/undo", endpoint="sale_undo")
@needs("sales.make")
@desk.at_order
def undo(number: str) -> None:
    """Take a sale back that was made by mistake, within ten minutes."""
    sales.take_back(orders.numbered(number), by=web.person())
    flash(_("Taken back: %(number)s. What was sold lies there again.", number=number))


def _sold(counter: forms.Draft, key: str) -> Any:
    errors: dict[str, str] = {}
    if counter.said("new_name"):
        fresh = wrong.tried(errors, "new_name", _new_product, counter, key)
        counter.lines += [forms.Line(fresh)] if fresh else []
    elif not counter.lines:
        errors["new_name"] = str(_l("Choose what you sell, or write its name and price."))
    wanted, off = wrong.tried(errors, "counter", counter.wanted), wrong.tried(errors, "off", forms.by_hand, counter)
    kept, method = wrong.tried(errors, "leaves", _address, counter), wrong.tried(errors, "payment", _method, counter)
    details = wrong.tried(errors, "reach", _details, counter, kept)
    if errors:
        raise Wrong(errors)
    choice = Choice(counter.shipping, checkout_forms.day(counter.posted), counter.said("slot"), kept)
    person = sale_page.person(counter)
    try:
        quote = sales.quoted(wanted, choice, person, by_hand=off, said=Person(details.email, details.phone))
    except sales.NothingOff as refusal:
        raise Wrong({"off": str(refusal)}) from None
    details = replace(details, plan=_plan(counter, quote))
    token = person.token if person else ""
    return sales.sell(quote, details, key=key, method=method, contact=sales.buyer(details, token))


def _new_product(counter: forms.Draft, key: str) -> Any:
    with beside("new_price"):
        price = desk.amount(counter.said("new_price"))
    return sales.fresh(counter.said("new_name")[:120], price, key=key)


def _address(counter: forms.Draft) -> dict[str, str]:
    """Where it is brought; nothing when it is not. Raises Wrong."""
    if not sale_page.brought(counter.shipping):
        return {}
    kept, errors = checkout_forms.given(counter.posted, tenancy.tenant().country)
    if errors:
        raise Wrong({f"address_{key}": told for key, told in errors.items()})
    return kept


def _method(counter: forms.Draft) -> Any:
    method = next((one for one in sales.methods() if one.code == counter.said("payment")), None)
    if method is None:
        raise Refusal(_l("Choose how it is paid."))
    return method


def _details(counter: forms.Draft, kept: dict[str, str]) -> Details:
    person = sale_page.person(counter)
    typed = forms.reach(counter.said("reach")) if person is None else ("", "")
    email, phone = typed if person is None else (person.email or "", person.phone or "")
    name = (person.name if person else "") or counter.said("name")
    return Details(
        email=email, name=name[:160], payment=counter.said("payment"), phone=phone, address=kept, source=sales.COUNTER,
        language=person.language if person else tenancy.tenant().language, note=counter.said("note"), by=web.person(),
    )  # fmt: skip


def _plan(counter: forms.Draft, quote: Quote) -> Any:
    """The parts that were agreed on, '' when all is paid at once; raises Refusal."""
    if counter.said("parts") in {"", "0", "1"}:
        return ""
    reads: dict[str, Callable[[str], int | None]] = {
        "parts": partial(amounts.whole, most=plan_policies.MOST_PARTS), "first": partial(amounts.price, empty=True),
        "every": partial(amounts.whole, most=90),
    }  # fmt: skip
    told, errors = {}, {}
    for name, read in reads.items():
        try:
            told[name] = read(counter.said(name))
        except ValueError as error:
            errors[name] = str(error)
    if errors:
        raise Wrong(errors)
    given = Money(told["first"], quote.currency) if told["first"] else None
    terms = plans.Terms(told["parts"] or 1, plans.today(), told["every"] or 15, given)
    return PlanOffer("agreed", agreements.dues(quote.total, terms))


def _fresh() -> Any:
    """Keep a new product and lay it on the counter."""
    counter = forms.read(request.form)
    try:
        key = sales.key_of(request.form.get("key", ""), web.person().id)
        variant = _new_product(counter, key)
    except Refusal as refusal:
        return _again(refusal)
    counter.add(variant.sku)
    return sale_page.answer(counter, cleared=True)


def _again(refusal: Refusal) -> Any:
    told, errors = str(refusal), wrong.of(refusal)
    sold_out = refusal.variant.sku if isinstance(refusal, stock.SoldOut) else ""
    db.session.rollback()
    with web.reading():
        counter = forms.read(request.form)
        errors = errors or {
            f"qty-{at}": told for at, line in enumerate(counter.lines, 1) if line.variant.sku == sold_out
        }
        return sale_page.answer(counter, trouble=told, errors=errors, status=refusal.status)


def init_app(_app: Flask) -> None:
    """Say who may sell."""
    permissions.define("sales.make", _l("Sell over the counter"), roles=("manager", "clerk"))
