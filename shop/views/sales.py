"""Nueva venta: a sale over the counter or by telephone in under a minute; it works without scripts."""

from dataclasses import replace
from typing import Any

from flask import Flask, flash, redirect, request, url_for

from kernel import permissions, tenancy, web
from kernel.db import db
from kernel.i18n import _, _l
from kernel.money import Money
from kernel.refusal import Refusal
from kernel.web import needs
from shop import agreements, orders, plan_policies, plans, receipts, sales, stock
from shop.forms import amounts
from shop.forms import checkout as checkout_forms
from shop.forms import sales as forms
from shop.plan_offers import PlanOffer
from shop.quotes import Choice, Details, Quote
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
    flash(_("Sold: %(number)s, %(total)s.", number=order.number, total=receipts.shown(order.total)))
    return redirect(url_for("shop_admin.order", number=order.number), 303)


def _sold(counter: forms.Draft, key: str) -> Any:
    if counter.said("new_name"):
        counter.lines.append(forms.Line(_new_product(counter, key)))
    if not counter.lines:
        raise forms.Wrong(str(_l("Choose what you sell, or write its name and price.")), "new_name")
    kept, errors = _address(counter)
    if errors:
        raise sale_page.BadAddress(errors)
    day = checkout_forms.day(counter.posted)
    choice = Choice(counter.shipping, day, counter.said("slot"), kept)
    wanted, off = counter.wanted(), forms.by_hand(counter)
    try:
        quote = sales.quoted(wanted, choice, sale_page.person(counter), by_hand=off)
    except sales.NothingOff as refusal:
        raise forms.Wrong(str(refusal), "off") from None
    method = next((one for one in sales.methods() if one.code == counter.said("payment")), None)
    if method is None:
        raise Refusal(_l("Choose how it is paid."))
    details, person = replace(_details(counter, kept), plan=_plan(counter, quote)), sale_page.person(counter)
    token = person.token if person else ""
    return sales.sell(quote, details, key=key, method=method, contact=sales.buyer(details, token))


def _new_product(counter: forms.Draft, key: str) -> Any:
    with forms.beside("new_price"):
        price = desk.amount(counter.said("new_price"))
    return sales.fresh(counter.said("new_name")[:120], price, key=key)


def _address(counter: forms.Draft) -> tuple[dict[str, str], dict[str, str]]:
    if not sale_page.brought(counter.shipping):
        return {}, {}
    return checkout_forms.given(counter.posted, tenancy.tenant().country)


def _details(counter: forms.Draft, kept: dict[str, str]) -> Details:
    person = sale_page.person(counter)
    with forms.beside("reach"):
        typed = forms.reach(counter.said("reach")) if person is None else ("", "")
    email, phone = typed if person is None else (person.email or "", person.phone or "")
    name = (person.name if person else "") or counter.said("name")
    return Details(
        email=email, name=name[:160], payment=counter.said("payment"), phone=phone, address=kept, source="counter",
        language=person.language if person else tenancy.tenant().language, note=counter.said("note"), by=web.person(),
    )  # fmt: skip


def _plan(counter: forms.Draft, quote: Quote) -> Any:
    """The parts that were agreed on, '' when all is paid at once; raises Refusal."""
    if counter.said("parts") in {"", "0", "1"}:
        return ""
    try:
        count, every = (
            amounts.whole(counter.said("parts"), plan_policies.MOST_PARTS),
            amounts.whole(counter.said("every"), 90),
        )
        first = amounts.price(counter.said("first"), empty=True)
    except ValueError as error:
        raise forms.Wrong(str(error), "parts") from None
    given = Money(first, quote.currency) if first else None
    terms = plans.Terms(count or 1, plans.today(), every or 15, given)
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
    told, errors = str(refusal), getattr(refusal, "errors", {})
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
