"""Changes of one departure by staff: more or fewer places, on sale or not, called off with everybody's money back."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from sqlalchemy import select, update

from kernel import journal
from kernel.db import db
from kernel.i18n import _l
from kernel.refusal import Refusal
from shop import (
    amends,
    booking_list,
    booking_orders,
    bookings,
    cancellations,
    departures,
    holdings,
    orders,
    time_wait_rows,
)
from shop.amends_rows import Amends, Terms
from shop.bookings import Booking, NotNow
from shop.departures import CALLED_OFF, Departure
from shop.occupations import QUIET
from shop.orders import Order

if TYPE_CHECKING:
    from kernel.accounts import Account

MOST = 2_000


class HavePlaces(Refusal):
    """Fewer places than people who have one."""

    message = _l("%(taken)s people already have a place: it cannot have fewer.")
    status = 409


class BadCapacity(Refusal):
    """What was sent is not a number of places."""

    message = _l("Write how many places it has as a whole number, such as 12.")


class NoReason(Refusal):
    """Nobody said why it is called off."""

    message = _l("Write why it is called off: everybody will read it.")


class OtherNumber(Refusal):
    """The number that was typed is not how many bookings it has now."""

    message = _l("It has %(count)s bookings now: type that number to call all of them off.")
    status = 409


def resize(departure: Departure, capacity: int, *, by: "Account | None") -> None:
    """Have so many places, never fewer than are taken."""
    if not 1 <= capacity <= MOST:
        raise BadCapacity()
    holdings.claim([departure.service_id])
    enough = Departure.id == departure.id, Departure.taken <= capacity
    told = {"capacity": capacity, "resized": capacity != departure.service.capacity}
    done = db.session.execute(update(Departure).where(*enough).values(**told), execution_options=QUIET)
    db.session.refresh(departure)
    if not done.rowcount:  # type: ignore[attr-defined]
        raise HavePlaces(taken=departure.taken)
    time_wait_rows.freed([departure.service_id])
    journal.write("bookings.resized", about=departure, by=by, data={"places": capacity})


def sell(departure: Departure, on: bool, *, by: "Account | None") -> None:
    """Take more people, or no more; who has a place keeps it."""
    _set(departure, "open" if on else "closed")
    time_wait_rows.freed([departure.service_id])
    journal.write("bookings.reopened" if on else "bookings.stopped", about=departure, by=by)


def fewer(booking: Booking, places: int) -> None:
    """Have one of its bookings for fewer people, also where it takes nobody any more; the caller holds its order."""
    holdings.claim([booking.service_id])
    db.session.refresh(booking, with_for_update=holdings.WEAK)
    if booking.state != "booked" or booking.departure_id is None or not 1 <= places <= booking.places:
        raise NotNow()
    departures.give(db.session.get_one(Departure, booking.departure_id), booking.places - places)
    booking.places = places
    db.session.flush()


def _set(departure: Departure, state: str, note: str = "") -> None:
    holdings.claim([departure.service_id])
    departure.state, departure.note = state, note
    db.session.flush()


def standing(departure: Departure) -> list[Booking]:
    """Whom calling it off concerns: those who are expected or came, in key order."""
    mine = Booking.departure_id == departure.id, Booking.state == "booked"
    return list(db.session.scalars(select(Booking).where(*mine).order_by(Booking.id)))


def _waiting(departure: Departure) -> Sequence[Booking]:
    """Who is choosing how to pay, or waits for the shop's yes."""
    held = Booking.departure_id == departure.id, *booking_list.alive(), Booking.state == "held"
    return db.session.scalars(select(Booking).where(*held).order_by(Booking.id)).all()


def cancelled(departure: Departure) -> Sequence[Booking]:
    """Who had a place and has none any more, and had nothing to choose, with what is known of them, in key order."""
    offered = select(Amends.booking_id).where(Amends.departure_id == departure.id)
    mine = Booking.departure_id == departure.id, Booking.state == "cancelled", Booking.id.not_in(offered)
    return db.session.scalars(select(Booking).where(*mine).options(booking_list.who()).order_by(Booking.id)).all()


def noted(departure: Departure, tokens: Sequence[str]) -> Sequence[Booking]:
    """Those of its bookings with these tokens to which nobody came."""
    mine = Booking.departure_id == departure.id, Booking.state == "missed", Booking.token.in_(tokens)
    return db.session.scalars(select(Booking).where(*mine)).all()


def call_off(departure: Departure, *, by: "Account", reason: str, typed: int, terms: Terms | None = None) -> int:
    """End every booking and sell no more; how many. `typed` is their number.

    With `terms` whoever was sure of a place chooses what becomes of it; to the others, and without, all that was paid
    goes back. What one order has of it is one act.
    """
    if not reason.strip():
        raise NoReason()
    rows = standing(departure)
    if typed != len(rows):
        raise OtherNumber(count=len(rows))
    for order in _orders([*rows, *_waiting(departure)]):
        orders.lock(order)  # all of them before what they occupy
    done = sum(_end(order, departure, by=by, reason=reason, terms=terms) for order in _orders(rows))
    _set(departure, CALLED_OFF, reason.strip()[:300])
    if more := standing(departure):  # somebody booked meanwhile
        raise OtherNumber(count=done + len(more))
    for row in _waiting(departure):
        if row.order is not None and row.order.asked:  # it waits for an answer: here it is
            cancellations.of_request(row.order, by=by, reason=reason)
    holdings.release(_waiting(departure), "expire")
    journal.write("bookings.called_off", about=departure, by=by, data={"reason": reason.strip()})
    return done


def _orders(rows: Sequence[Booking]) -> list[Order]:
    return [db.session.get_one(Order, number) for number in sorted({row.order_id for row in rows if row.order_id})]


def _end(order: Order, departure: Departure, *, by: "Account", reason: str, terms: Terms | None) -> int:
    """What one order has of it ends, together; how many bookings: some may have gone before their order was held."""
    mine = [row for row in bookings.read_anew(order) if row.departure_id == departure.id and row.state == "booked"]
    if not mine:
        return 0
    booking_orders.refuse(order, by, reason)
    if terms is not None and amends.fits(mine, terms):
        amends.begin(mine, terms, by=by, reason=reason)
    else:
        booking_orders.call_off(order, mine, by=by, reason=reason)
    return len(mine)


def init_app(_app: object) -> None:
    """Say how the journal tells it."""
    journal.kind("bookings.resized", _l("Gave a departure %(places)s places"))
    journal.kind("bookings.reopened", _l("Put a departure on sale again"))
    journal.kind("bookings.called_off", _l("Called off a departure: %(reason)s"))
    journal.kind("bookings.stopped", _l("Took a departure off sale"))
