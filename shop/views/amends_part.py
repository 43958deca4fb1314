"""What one may choose after a departure was called off, and what was chosen, as guest and shop read it."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from flask import request, url_for

from kernel import i18n, phones, tenancy, web
from kernel.i18n import _, ngettext, pick
from kernel.refusal import Refusal
from shop import (
    amends,
    amends_letters,
    amends_rows,
    booking_orders,
    booking_shares,
    booking_story,
    booking_targets,
    local_times,
    receipts,
    refunds,
)
from shop.amends import Offer
from shop.amends_rows import CREDIT, DATE, MONEY, Amends
from shop.availability import Time
from shop.bookings import Booking
from shop.departures import Departure
from shop.orders import Order
from shop.views import booking_rows

WAITS, MADE = "care", "good"  # looks of a state
MOST = 900  # signs of a chat: a long reason cuts no address


def told(row: Amends, *, desk: bool = False) -> dict[str, Any]:
    """The page: what there is to choose now, or what was chosen; `desk`: as staff read it."""
    order = row.booking.order
    assert order is not None
    if not row.open:
        return {"open": False, "done": outcome(row), "decided": bool(row.choice)}
    if row.over and not desk:
        return {"open": False, "decided": False, "done": amends_letters.until(row)}
    offer = amends.offer(row)
    found = _dates(row) if DATE in offer.ways else []
    return {
        "open": True, "until": amends_letters.until(row), "checking": offer.checking, "minor": offer.back.minor,
        "date": {"times": [_time(one) for one in found], "later": _later(found)} if DATE in offer.ways else {},
        "credit": _credit(offer, order, desk=desk) if CREDIT in offer.ways else {},
        "money": _money(row, offer, order, desk=desk) if MONEY in offer.ways else {},
    }  # fmt: skip


def _dates(row: Amends) -> Sequence[Time]:
    return amends.dates(row, _from())


def _from() -> datetime | None:
    """From when on the address wants to see dates."""
    try:
        return booking_targets.moment(request.args.get("from", ""))
    except Refusal:
        return None


def _later(found: Sequence[Time]) -> str:
    """From when on there may be more of them; '' when these are all."""
    return booking_targets.stamp(found[-1].starts_at + timedelta(minutes=1)) if len(found) >= amends.PAGE else ""


def _time(one: Time) -> dict[str, str]:
    local = local_times.local(one.starts_at, tenancy.tenant().timezone)
    left = ngettext("%(num)s place left", "%(num)s places left", one.left)
    return {"value": booking_targets.stamp(one.starts_at), "day": receipts.day(local.date()), "time": f"{local:%H:%M}",
            "left": left}  # fmt: skip


def _credit(offer: Offer, order: Order, *, desk: bool) -> dict[str, str]:
    amount, paid, extra = (receipts.shown(one) for one in (offer.credit, offer.back, offer.extra))
    parts = _("%(paid)s that was paid and %(extra)s on top.", paid=paid, extra=extra) if offer.extra else ""
    use = _("It does not end. To use it, sign in with %(email)s when you buy or book here.", email=order.email)
    return {"verb": _("Take %(amount)s of credit", amount=amount), "told": parts if desk else f"{parts} {use}".strip()}


def _money(row: Amends, offer: Offer, order: Order, *, desk: bool) -> dict[str, str]:
    if not offer.back.minor:
        nothing = _("Nothing was paid, so nothing is owed.")
        return {"title": _("No other date"), "verb": _("Cancel the booking"), "told": nothing}
    share = booking_shares.of(row.booking, order, booking_orders.share_bp(row.booking, None))
    counts = booking_orders.counts(booking_orders.counted(row.booking, share))
    hand = refunds.by_hands(order, some=True)
    here = _("A person at the shop sends it; on the next page you say where.")
    here = _("You send it yourself and note it at the order.") if desk else here
    how = here if hand else _("It goes back by itself the way it came.")
    amount = receipts.shown(offer.back)
    return {"title": _("The money back"), "verb": _("Return %(amount)s", amount=amount) if desk
            else _("Get %(amount)s back", amount=amount), "told": f"{how} {counts}".strip()}  # fmt: skip


def outcome(row: Amends) -> str:
    """What was chosen, in a sentence; '' when its order ended without a choice."""
    order = row.booking.order
    if not row.choice or order is None:
        return ""
    if row.choice == DATE:
        return _("Another date: %(when)s.", when=booking_story.when(row.booking))
    amount = order.money(row.minor + row.extra_minor)
    if row.choice == CREDIT:
        return _("%(amount)s of credit.", amount=receipts.shown(amount))
    return _("%(amount)s back.", amount=receipts.shown(amount)) if amount else _("No other date; nothing was owed.")


def of_booking(booking: Booking) -> dict[str, str]:
    """What the guest's page of a booking says of it; {} when there is nothing to choose."""
    row = amends_rows.of(booking) if booking.off else None
    if row is None:
        return {}
    url = url_for("shop.booking_choice", token=booking.token)
    return {"url": "" if row.over else url, "until": amends_letters.until(row), "reason": row.reason}


def of_desk(booking: Booking) -> dict[str, Any]:
    """What the back office's page of a booking says of it; {} of one whose departure was never called off."""
    row = amends_rows.of(booking)
    return _person(row) | {"until": amends_letters.until(row) if row.open else ""} if row is not None else {}


def of_departure(departure: Departure | None) -> list[dict[str, Any]]:
    """Who may choose or chose: how to reach them, and where staff choose for them."""
    return [_person(row) for row in amends_rows.of_departure(departure)] if departure is not None else []


def _person(row: Amends) -> dict[str, Any]:
    booking, order = row.booking, row.booking.order
    assert order is not None
    mine = web.may("orders.cancel") and row.open
    return {
        "name": booking_rows.called(booking), "count": booking_rows.heads(booking.places),
        "url": url_for("shop_admin.booking", token=booking.token), "state": state(row), "waits": row.open,
        "phone": phones.show(order.phone, tenancy.tenant().country) if order.phone else "",
        "tel": order.phone, "chat": chat(row, order) if order.phone and row.open and not row.over else "",
        "choose": url_for("shop_admin.booking_choose", token=booking.token) if mine else "",
    }  # fmt: skip


def state(row: Amends) -> tuple[str, str]:
    """Where it stands for the shop, with the look of the words."""
    if row.open:
        return (_("Not chosen yet"), WAITS)
    if not row.choice:
        return (_("Called off otherwise"), "off")
    said = outcome(row).removesuffix(".")
    who = {"staff": _("chosen here"), "nobody": _("nobody chose in time")}.get(row.chosen_by, "")
    return (f"{said} ({who})" if who else said, MADE)


def chat(row: Amends, order: Order) -> str:
    """A link to WhatsApp with what the letter says and where one chooses."""
    with i18n.speak(order.language, tenancy.tenant().country):
        choose = _("Choose here what becomes of it:")
        return _chat(row.booking, order, [row.reason, choose, amends_letters.page_url(row.booking, order),
                                          amends_letters.until(row)])  # fmt: skip


def sorry(booking: Booking, order: Order, reason: str) -> str:
    """The same to who has nothing to choose: the page of the booking says what comes back."""
    with i18n.speak(order.language, tenancy.tenant().country):
        page = web.shop_url("shop.booking", token=booking.token, language=order.language)
        return _chat(booking, order, [reason, page])


def _chat(booking: Booking, order: Order, more: Sequence[str]) -> str:
    about = {"shop": tenancy.tenant().name, "name": pick(booking.name), "when": booking_story.when(booking)}
    lines = [_("%(shop)s: we had to call off %(name)s, %(when)s. We are sorry.", **about), *more]
    return phones.whatsapp("\n".join(filter(None, lines)), order.phone, MOST)
