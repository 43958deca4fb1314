"""What both sides see of a subscription: what, how often, when next, what happened; and the form that changes it."""

from typing import Any

from flask import request, url_for

from kernel import address, i18n, phones, tenancy, web
from kernel.i18n import _, _l
from shop import (
    days,
    intervals,
    options,
    payment_methods,
    receipts,
    shipping,
    subscription_cards,
    subscription_charges,
    subscription_delivery,
    subscription_letters,
    subscription_parcels,
    subscription_rows,
    subscriptions,
)
from shop.forms import subscriptions as forms
from shop.forms.subscriptions import ChangeForm
from shop.orders import Order
from shop.subscription_rows import Subscription, SubscriptionEvent, events

STATES = {
    "active": (_l("Goes on"), "good"), "paused": (_l("Paused"), "care"), "ended": (_l("Ended"), "off"),
    "waiting": (_l("Waits for its first payment"), "care"),
}  # fmt: skip
STEPS = {
    "began": _l("It began"), "ordered": _l("Order made"), "missed": _l("An order could not be made"),
    "skipped": _l("A turn left out"), "unskipped": _l("Not left out after all"), "paused": _l("Paused"),
    "resumed": _l("Goes on"), "changed": _l("Changed"), "ended": _l("Ended"), "noticed": _l("Told of the next order"),
    "put_off": _l("Put off to"), "agreed": _l("Agreed that a card pays by itself"), "card": _l("Card saved"),
    "card_off": _l("Card taken off"), "declined": _l("The card could not be charged"),
}  # fmt: skip


def brief(row: Subscription) -> dict[str, Any]:
    """What a list shows of one, at the price of its last order; see subscription_rows.whole."""
    return {
        "name": subscription_letters.name(row, i18n.language()), "every": intervals.said(row.every),
        "quantity": row.quantity, "price": receipts.shown(row.unit * row.quantity),
        "state": STATES["waiting" if row.waiting else row.state],
        "code": row.state, "iso": row.next_on.isoformat(), "next": days.told(row.next_on, weekday=True),
        "who": row.who, "token": row.token, "unpaid": row.first if row.waiting else None,
    }  # fmt: skip


def told(row: Subscription) -> dict[str, Any]:
    """All that its own page says of it, at the price of today."""
    skipped = subscriptions.skipped(row)
    return {
        **brief(row), "price": receipts.shown(subscription_letters.costs(row) * row.quantity), "turn": row.turn,
        "until": days.told(subscriptions.made_on(row)), "back": subscriptions.back(row),
        "skipped": days.told(skipped.day) if skipped else "",
        "company": _company(row),
        "sold": row.product is not None and row.product.live,
        "phone": phones.show(row.phone, tenancy.tenant().country), "way": _way(row), "address": _address(row),
    }  # fmt: skip


def _company(row: Subscription) -> list[tuple[str, str]]:
    """What comes in one order with it: name and token."""
    if row.state != "active" or row.contact is None:
        return []
    others = subscription_parcels.together(row, subscription_rows.of_contact(row.contact))[1:]
    return [(subscription_letters.name(one, i18n.language()), one.token) for one in others]


def _way(row: Subscription) -> str:
    """How it comes, as the shop calls it; nothing of a download."""
    if not subscription_delivery.brought(row):
        return ""
    found = next((one for one in shipping.methods() if one.code == row.delivery_code), None)
    return i18n.pick(found.label) if found else ""


def _address(row: Subscription) -> list[str]:
    return address.lines(row.address, here=tenancy.tenant().country, language=i18n.language()) if row.address else []


def of_order(order: Order) -> list[dict[str, Any]]:
    """What an order began, or of which it is a turn, as its page shows it."""
    return [brief(row) for row in subscription_rows.of_order(order)]


def steps(row: Subscription, *, staff: bool = False) -> list[dict[str, Any]]:
    """What happened, the newest first; an order's number leads to its page."""
    return [_step(one, staff) for one in events(row) if staff or one.kind != "noticed"]


def _step(one: SubscriptionEvent, staff: bool) -> dict[str, Any]:
    order, url = one.order, ""
    if order is not None:
        url = url_for("shop_admin.order", number=order.number) if staff else url_for("shop.order", token=order.token)
        url = url if not staff or web.may("orders.view") else ""
    return {
        "text": STEPS[one.kind], "day": days.told(one.day) if one.day else "", "url": url,
        "reason": _reason(one, staff), "number": order.number if order else "",
        "total": receipts.shown(order.total) if order else "", "at": receipts.day_and_time(one.at),
        "iso": one.at.isoformat(),
    }  # fmt: skip


def _reason(one: SubscriptionEvent, staff: bool) -> str:
    if one.kind == "declined":
        return subscription_charges.why(one.reason)
    if one.kind == "missed" and not staff:
        return ""  # the shop's own words are for the shop
    told = one.kind in ("paused", "ended", "missed", "agreed", "card")
    return str(subscriptions.REASONS.get(one.reason, one.reason)) if told else ""


def form(row: Subscription, posted: Any = None) -> ChangeForm:
    """The form that changes it, with what was typed or what it is now."""
    known = subscriptions.choices(row)
    labels = [(one.sku, options.label(row.product, one, i18n.language()) or one.sku) for one in known]
    ways = [(one.code, i18n.pick(one.label)) for one in payment_methods.active() if _fits(one)]
    now = {"variant": row.variant.sku, "quantity": str(row.quantity), "payment": row.payment_code}
    return forms.made(posted, labels, ways, **now)


def _fits(method: Any) -> bool:
    rehearsed = ("practice",) if not tenancy.tenant().practice else ()
    return method.kind not in (*payment_methods.UNLISTED, *rehearsed)


def changed(row: Subscription, by: Any = None) -> ChangeForm | None:
    """Change it as was posted; the form when something is wrong with it."""
    sent = form(row, request.form)
    if not sent.validate():
        return sent
    variant = next(one for one in subscriptions.choices(row) if one.sku == sent.variant.data)
    subscriptions.change(row, variant, sent.quantity.number or 1, payment=sent.payment.data or "", by=by)
    subscription_cards.changed(row)
    return None


def done(verb: str) -> str:
    """What is said after a step."""
    return {
        "skip": _("The next one is left out."), "unskip": _("It comes after all."), "pause": _("It is paused."),
        "resume": _("It goes on."), "end": _("It is ended. No further order is made."), "go_on": _("It goes on."),
    }[verb]  # fmt: skip


BACK = {"skip": "unskip", "pause": "resume", "resume": "pause", "end": "go_on"}
VERBS = frozenset({"skip", "unskip", "pause", "resume", "end", "go_on"})


def turn() -> int:
    """Which turn the sent form was about: a second tap is about one that is over."""
    text = request.form.get("turn", "")
    return int(text) if text.isdecimal() and text.isascii() and len(text) < 9 else 0


def take(row: Subscription, verb: str, **more: Any) -> None:
    """Take one of the steps of VERBS."""
    if verb == "skip":
        more["turn"] = turn()
    getattr(subscriptions, verb)(row, **more)
