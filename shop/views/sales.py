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
from shop import (
    agreements,
    booking_answers,
    counter_times,
    orders,
    payment_methods,
    plan_offers,
    plan_policies,
    plans,
    receipts,
    sales,
    second_thoughts,
    stock,
    walk_in_terms,
)
from shop.forms import amounts, wrong
from shop.forms import checkout as checkout_forms
from shop.forms import sales as forms
from shop.forms.wrong import Wrong, beside
from shop.occupations import JustTaken
from shop.plan_offers import PlanOffer
from shop.quotes import Choice, Details, Quote
from shop.redemptions import Person
from shop.views import admin, desk, sale_page, sale_time_rows, sale_times


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
        counter = sale_times.counter()
        counter.add(request.form.get("add", "")) if request.form.get("add") else None
        counter.drop(request.form.get("drop", ""))
        return sale_page.answer(counter)


@admin.post("/sales", endpoint="sale_make")
@needs("sales.make")
def make() -> Any:
    """Sell it; the same form sent twice is one sale."""
    try:
        key = sales.key_of(request.form.get("key", ""), web.person().id)
        counter_times.claim(key)
        order = orders.by_key(key) or _sold(sale_times.counter(), key)
    except Refusal as refusal:
        return _again(refusal)
    told = _("Sold: %(number)s, %(total)s.", number=order.number, total=receipts.shown(order.total))
    paid = order.received if order.plan == "deposit" else order.total
    change = "" if order.plan == "agreed" else sale_page.given_back(forms.read(request.form), paid)
    told = f"{told} {_('Change: %(amount)s.', amount=change)}" if change else told
    web.undo(second_thoughts.said(order, told), "shop_admin.sale_undo", number=order.number)
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
    counter_times.check(counter.times, request.form.getlist("time"))
    if counter.said("new_name"):
        fresh = wrong.tried(errors, "new_name", _new_product, counter, key)
        counter.lines += [forms.Line(fresh)] if fresh else []
    elif counter.empty:
        errors["new_name"] = str(_l("Choose what you sell, or write its name and price."))
    wanted, off = wrong.tried(errors, "counter", counter.wanted), wrong.tried(errors, "off", forms.by_hand, counter)
    kept, method = wrong.tried(errors, "leaves", _address, counter), wrong.tried(errors, "payment", _method, counter)
    details = wrong.tried(errors, "reach", _details, counter, kept)
    if errors:
        raise Wrong(errors)
    choice = Choice(counter.shipping, checkout_forms.day(counter.posted), counter.said("slot"), kept)
    person = sale_page.person(counter)
    who: dict[str, Any] = {"said": Person(details.email, details.phone), "tax": details.tax}
    try:
        quote = sales.quoted(wanted, choice, person, by_hand=off, **who)
    except sales.NothingOff as refusal:
        raise Wrong({"off": str(refusal)}) from None
    details = replace(details, plan=_plan(counter, quote))
    if counter.times:
        _in_time(quote, details, method)
        for kept in counter.times:
            kept.booking.answers = booking_answers.kept(kept.booking.service, counter.answers(kept))
    token = person.token if person else ""
    order = sales.sell(quote, details, key=key, method=method, contact=sales.buyer(details, token))
    counter_times.sold(key)
    return order


def _in_time(quote: Quote, details: Details, method: Any) -> None:
    """Refuse a way to pay that comes too late for what is booked, or with which no deposit is paid."""
    begins = min(line.begins for line in quote.lines if line.begins)
    if not payment_methods.in_time(method, begins, quote.day):
        raise Wrong({"payment": str(walk_in_terms.TooSoon())})
    if method.code == payment_methods.LATER and details.plan and details.plan.kind == "deposit":
        raise Wrong({"payment": str(_l("Choose how the deposit is paid now, or that all is paid later."))})


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
    name, firm = (person.name if person else "") or counter.said("name"), sale_page.company(counter, person)
    return Details(
        company=firm, tax=firm.billed if firm else {}, email=email, name=name[:160], payment=counter.said("payment"),
        phone=phone, address=kept, source=sales.COUNTER,
        language=person.language if person else tenancy.tenant().language, note=counter.said("note"), by=web.person(),
    )  # fmt: skip


def _plan(counter: forms.Draft, quote: Quote) -> Any:
    """The parts that were agreed on, the deposit of what is booked, or '' when all is paid at once; raises Refusal."""
    deposit = counter.said("amount") == "deposit" and bool(counter.times)
    if counter.said("parts") in {"", "0", "1"}:
        return plan_offers.chosen(quote, "deposit") if deposit else ""
    if deposit:
        raise Wrong({"parts": str(_l("Take the deposit, or agree on parts: not both."))})
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
    counter = sale_times.counter()
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
    gone = refusal.booking.token if isinstance(refusal, JustTaken) and refusal.booking else ""
    db.session.rollback()
    with web.reading():
        counter = sale_times.counter()
        errors = errors or sale_time_rows.taken(counter, gone) or {
            f"qty-{at}": told for at, line in enumerate(counter.lines, 1) if line.variant.sku == sold_out
        }  # fmt: skip
        booked = bool(counter.times)
        answer = sale_page.answer(counter, trouble=told, errors=errors, status=refusal.status)
    if booked:  # whoever mends the form keeps them meanwhile
        counter_times.keep(sale_times.own_key())
    return answer


def init_app(_app: Flask) -> None:
    """Say who may sell."""
    permissions.define("sales.make", _l("Sell over the counter"), roles=("manager", "clerk"), area="sell")
