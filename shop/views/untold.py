"""Untold: who of a departure that is called off left no e-mail, and how staff tell them themselves."""

from collections.abc import Iterable, Iterator

from flask import url_for

from kernel import phones, tenancy
from shop import amends_rows, departure_changes
from shop.bookings import Booking
from shop.departures import CALLED_OFF, Departure
from shop.orders import Order
from shop.slots import Slot
from shop.views import amends_part, booking_rows, order_desk


def before(slot: Slot) -> list[dict[str, str]]:
    """Whom it would end without a letter: the chat only greets them."""
    ends = [row for row in slot.bookings if row.state in {"booked", "held"}]
    return [_person(row, order, order_desk.whatsapp(order)) for row, order in _silent(ends)]


def after(departure: Departure | None) -> list[dict[str, str]]:
    """Who had a place and was told by no letter, with what it would have said."""
    if departure is None or departure.state != CALLED_OFF:
        return []
    chosen = {row.booking_id: row for row in amends_rows.of_departure(departure)}
    told = []
    for row, order in _silent([*(one.booking for one in chosen.values()), *departure_changes.cancelled(departure)]):
        offer = chosen.get(row.id)
        open_ = offer is not None and offer.open and not offer.over
        chat = amends_part.chat(offer, order) if open_ and offer else amends_part.sorry(row, order, departure.note)
        told.append(_person(row, order, chat))
    return told


def _silent(rows: Iterable[Booking]) -> Iterator[tuple[Booking, Order]]:
    """Those without an e-mail, once for each order."""
    seen = set[int]()
    for row in rows:
        order = row.order
        if order is not None and not order.email and order.id not in seen:
            seen.add(order.id)
            yield row, order


def _person(row: Booking, order: Order, chat: str) -> dict[str, str]:
    return {
        "name": booking_rows.called(row), "count": booking_rows.heads(row.places), "tel": order.phone,
        "phone": phones.show(order.phone, tenancy.tenant().country) if order.phone else "",
        "chat": chat if order.phone else "", "url": url_for("shop_admin.booking", token=row.token),
    }  # fmt: skip
