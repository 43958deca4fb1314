"""The page on which staff change how, when and where an order is brought, before it leaves."""

from collections.abc import Mapping
from typing import Any

from babel.dates import format_skeleton
from flask import flash, redirect, render_template, request, url_for

from kernel import clock, i18n, phones, tenancy, web
from kernel.db import db
from kernel.i18n import _
from kernel.money import Money
from kernel.refusal import Missing, Refusal
from kernel.web import needs
from shop import (
    delivery_days,
    order_changes,
    order_delivery,
    order_delivery_cost,
    orders,
    presents,
    receipts,
    shipping,
    stock,
)
from shop.forms import checkout as checkout_forms
from shop.forms.orders import BringForm
from shop.order_delivery import Reach, Time
from shop.orders import Order
from shop.shipping import Offer
from shop.views import admin, checkout_page

BESIDE = {"when": (order_delivery.NotFree, delivery_days.NoSuchDay, stock.SoldOut)}
Posted = Mapping[str, Any]


@admin.get("/orders/<number>/delivery", endpoint="order_delivery")
@needs("orders.edit")
def show(number: str) -> str:
    """How it is brought now, to be changed."""
    order = _asked(number)
    return _page(order, _now(order), _form(order, None))


@admin.post("/orders/<number>/delivery/change", endpoint="order_delivery_keep")
@needs("orders.edit")
def keep(number: str) -> Any:
    """Change it; what is wrong is said at its field, and another price before it is written."""
    order = _asked(number)
    form = _form(order, request.form)
    if request.form.get("refresh"):
        return _page(order, request.form, form)
    reach, errors = _reach(order, form)
    if errors or form.errors:
        return _page(order, request.form, form, errors=errors), 422
    try:
        if _unseen(order, reach):
            return _page(order, request.form, form, asks=True), 409
        changed = order_delivery.change(order, reach, by=web.person())
    except Refusal as refusal:
        return _again(number, form, refusal)
    if form.tell.data:
        order_changes.tell(order, changed)
    flash(_told(order, changed, told=bool(form.tell.data)))
    return redirect(url_for("shop_admin.order", number=number), 303)


def _asked(number: str) -> Order:
    order = orders.numbered(number)
    if not order_delivery.changeable(order):
        raise Missing()
    return order


def _form(order: Order, posted: Any) -> BringForm:
    phone = phones.show(presents.telephone(order), tenancy.tenant().country)
    return BringForm(
        posted, data={"name": presents.receiver(order), "phone": phone, "note": order.note, "tell": bool(order.email)}
    )


def _now(order: Order) -> dict[str, str]:
    """The page's fields as the order is."""
    lines = {f"address_{key}": value for key, value in order.address.items() if key != "country"}
    day = order.delivery_day.isoformat() if order.delivery_day else ""
    told = {"shipping": order.delivery_code, "day": day, "slot": order.delivery_slot}
    return {**told, "country": order.address.get("country", ""), **lines}


def _reach(order: Order, form: BringForm) -> tuple[Reach, dict[str, str]]:
    """What was filled in, and what is wrong with its address."""
    ways = shipping.every()
    country, brought = checkout_page.country(request.form, ways), checkout_page.is_delivery(request.form, ways)
    kept, errors = checkout_forms.given(request.form, country.code) if brought else ({}, {})
    form.validate()
    checkout_forms.telephone(form, country.code, needed=brought)
    choice = checkout_forms.choice(request.form, kept)
    who = {"name": form.name.data or "", "phone": form.phone.data or "", "note": form.note.data or ""}
    return Reach(choice.shipping, choice.day, choice.slot, kept, anyway=bool(form.anyway.data), **who), errors


def _unseen(order: Order, reach: Reach) -> bool:
    """Whether it would cost another sum than the page showed."""
    offer = order_delivery.chosen(order, reach)
    return _difference(order, offer, reach.address).minor != _seen()


def _seen() -> int:
    typed = str(request.form.get("seen") or "0")
    return int(typed) if typed.removeprefix("-").isdecimal() and len(typed) < 16 else 0


def _difference(order: Order, offer: Offer, address: Mapping[str, str]) -> Money:
    return order_delivery_cost.of(order, offer, address).gross - order.money(order.shipping_minor)


def _again(number: str, form: BringForm, refusal: Refusal) -> tuple[str, int]:
    db.session.rollback()
    if web.wants_json():
        raise refusal
    told = {"trouble": str(refusal), "when_wrong": isinstance(refusal, BESIDE["when"])}
    return _page(orders.numbered(number), request.form, form, **told), 422


def _page(order: Order, posted: Posted, form: BringForm, **told: Any) -> str:
    ways = shipping.every()
    country, errors = checkout_page.country(posted, ways), told.pop("errors", {})
    place, wished = checkout_page.place_of(posted, country, ways), str(posted.get("shipping") or "")
    offers = order_delivery.offers(order, place)
    offer = next((one for one in offers if one.code == wished), None)
    places = checkout_page.places_of(posted, country, errors)
    if posted is request.form:
        form.phone.data = posted.get("phone")  # as it was typed
    wrong = checkout_page.wrong_of(places, form)
    return render_template(
        "shop/desk/orders/delivery.html", order=order, offers=offers, offer=offer, wished=wished, country=country,
        places=places, form=form, countries=checkout_page.reached(ways), wrong=wrong, shown=receipts.shown,
        refused=bool(wrong or told), **_when(order, offer, posted), **_cost(order, offer, place), **told,
    )  # fmt: skip


def _when(order: Order, offer: Offer | None, posted: Posted) -> dict[str, Any]:
    """The days and the spans to choose from, each with why it is not free; what is chosen, else what is free first."""
    known = order_delivery.times(order, offer) if offer else []
    day, slot = checkout_forms.day(posted), str(posted.get("slot") or "")
    days: dict[Any, list[Time]] = {}
    for one in known:
        days.setdefault(one.day, []).append(one)
    if known and day not in days:
        day = next((one.day for one in known if not one.why_not), known[0].day)
    spans = days.get(day, [])
    if spans and slot not in {one.slot for one in spans}:
        slot = next((one.slot for one in spans if not one.why_not), spans[0].slot)
    why = {order_delivery.FULL: _("full"), order_delivery.LATE: _("late"), "": ""}
    pills = [
        (on.isoformat(), _near(on), format_skeleton("MMMd", on, locale=i18n.locale()),
         "" if any(not one.why_not for one in times) else why[times[0].why_not])
        for on, times in days.items()
    ]  # fmt: skip
    slots = [(one.slot, one.slot.replace("-", " – "), why[one.why_not]) for one in spans if one.slot]
    chosen = next((one for one in spans if one.slot == slot), None)
    return {"pills": pills, "spans": slots, "day": day.isoformat() if day and known else "", "span": slot,
            "not_free": bool(chosen and chosen.why_not)}  # fmt: skip


def _near(day: Any) -> str:
    ahead = (day - clock.today(tenancy.tenant().timezone)).days
    return {0: _("today"), 1: _("tomorrow")}.get(ahead) or format_skeleton("EEE", day, locale=i18n.locale())


def _cost(order: Order, offer: Offer | None, place: Mapping[str, str]) -> dict[str, Any]:
    """What each way costs this order, and what it costs more or less with the one that is chosen."""
    costs: dict[str, Any] = {"difference": order.money(0), "prices": {}}
    try:
        if offer is not None:
            costs["difference"] = _difference(order, offer, place)
    except Refusal:
        pass  # it is said when it is kept
    costs["left"] = order.balance + costs["difference"]
    return costs


def _told(order: Order, changed: order_changes.Changed, *, told: bool) -> str:
    """What was done, and whom somebody has yet to tell."""
    if not changed.said:
        return _("Nothing has changed.")
    if told and order.email:
        return _("The delivery is changed; the buyer gets a letter.")
    return _("The delivery is changed. Tell the buyer: the link to WhatsApp has the text.")
