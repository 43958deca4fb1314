"""What pages show of asks: on an order and on a booking, in the list of them; what doing one would do."""

from typing import Any

from flask import url_for
from sqlalchemy import Select
from sqlalchemy.orm import selectinload

from kernel import web
from kernel.db import db
from kernel.i18n import _, _l, pick
from shop import ask_rows, asks, booking_orders, bookings, cancellations, receipts, refund_forecast, refunds
from shop.ask_letters import PERMISSION
from shop.ask_rows import Ask
from shop.bookings import Booking
from shop.orders import Order

ENDPOINT = {"cancel": "shop_admin.order_ask_cancel", "refund": "shop_admin.order_ask_refund"}
STATES = {"": (_l("Waits for an answer"), "care"), "done": (_l("Done"), "good"), "no": (_l("Not done"), "off")}
MOOT = (_l("No longer needed"), "off")


def of(order: Order, booking: Booking | None = None) -> dict[str, Any]:
    """The asks of an order, and the ways to ask for what the person may not do: {kind: address}."""
    token, found = booking.token if booking else None, [row(one) for one in ask_rows.of(order, booking)]
    asked = {one["kind"] for one in found if one["open"] and one["about"] in {"", token}}
    ways = {
        kind: url_for("shop_admin.order_ask_new", number=order.number, kind=kind, booking=token)
        for kind, permission in PERMISSION.items()
        if kind not in asked and not web.may(permission) and web.may("orders.ask")
        and ask_rows.possible(order, kind, booking if kind == "cancel" else None)
    }  # fmt: skip
    return {"rows": found, "ways": ways, "first": any(one["do"] for one in found)}


def rows(wanted: Select[Any], most: int) -> list[dict[str, Any]]:
    """The first of a list with all that is told of them, read together."""
    whole = selectinload(Ask.order).options(selectinload(Order.lines), selectinload(Order.payments))
    found = db.session.scalars(
        wanted.options(whole, selectinload(Ask.by), selectinload(Ask.answered_by)).limit(most)
    ).all()
    booked = {one.token: one for one in bookings.by_tokens(one.about for one in found if one.about)}
    return [row(one, booked.get(one.about)) for one in found]


def row(one: Ask, booking: Booking | None = None) -> dict[str, Any]:
    """One of them, with what may be done with it."""
    order, booking = one.order, booking or ask_rows.booking_of(one)
    at: dict[str, Any] = {"number": order.number, "token": one.token}
    still = not one.answer and ask_rows.possible(order, one.kind, booking)
    decides = still and web.may(PERMISSION[one.kind])
    mine = one.by_id == web.person().id
    return {
        "token": one.token, "kind": one.kind, "about": one.about,
        "title": _title(one, booking), "reason": one.reason, "said": one.said,
        "by": one.by.known_as, "at": receipts.day_and_time(one.asked_at), "number": order.number,
        "state": STATES[one.answer] if one.answer or still else MOOT, "open": still,
        "answered": _answered(one), "url": url_for("shop_admin.order", number=order.number),
        "do": url_for(ENDPOINT[one.kind], **at) if decides else "", "verb": _verb(one, booking) if decides else "",
        "then": _then(one, booking) if decides else [],
        "refuse": url_for("shop_admin.order_ask_refuse", **at) if decides else "",
        "see": url_for("shop_admin.order_ask_seen", **at) if mine and one.answer and one.seen_at is None else "",
    }  # fmt: skip


def _title(one: Ask, booking: Booking | None) -> str:
    if one.amount is not None:
        return _("Return %(amount)s of %(number)s", amount=receipts.shown(one.amount), number=one.order.number)
    if booking is not None:
        return _("Cancel “%(name)s” of %(number)s", name=pick(booking.name), number=one.order.number)
    return _("Cancel %(number)s", number=one.order.number)


def _answered(one: Ask) -> str:
    """By whom and when; '' while nobody did."""
    if one.answered_at is None:
        return ""
    name = one.answered_by.known_as if one.answered_by else ""
    return _("%(name)s, %(at)s", name=name, at=receipts.day_and_time(one.answered_at))


def _verb(one: Ask, booking: Booking | None) -> str:
    if one.amount is not None:
        return _("Return %(amount)s", amount=receipts.shown(one.amount))
    return _("Cancel the booking") if booking else _("Cancel the order")


def _then(one: Ask, booking: Booking | None) -> list[str]:
    """What a tap on it does."""
    order, amount = one.order, one.amount
    if amount is not None:
        first = [_("Send the money back yourself first; here you note it.")] if refunds.by_hands(order) else []
        parts = refund_forecast.shares(order, amount)
        return [*first, *refund_forecast.told(order, amount, method=asks.way(one, parts), parts=parts)]
    read = _("The buyer reads the reason.")
    if booking is not None:
        back = booking_orders.share(booking, by=web.person()).back
        return [read, *([_("%(amount)s goes back.", amount=receipts.shown(back))] if back else [])]
    kept = cancellations.usually_kept(order)
    rest = order.money(max(0, cancellations.keepable(order).minor - kept.minor))
    return [
        _("This ends the order for good."),
        read,
        *([_("The shop keeps %(amount)s.", amount=receipts.shown(kept))] if kept else []),
        *([_("%(amount)s has then to be returned.", amount=receipts.shown(rest))] if rest else []),
    ]
