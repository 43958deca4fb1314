"""Changes of one departure by staff: more or fewer places, on sale or not, called off with everybody's money back."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from sqlalchemy import select, update

from kernel import journal
from kernel.db import db
from kernel.i18n import _l
from kernel.refusal import Refusal
from shop import booking_list, booking_orders, cancellations, holdings, orders, time_wait_rows
from shop.bookings import Booking
from shop.departures import Departure
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
    done = db.session.execute(update(Departure).where(*enough).values(capacity=capacity), execution_options=QUIET)
    db.session.refresh(departure)
    if not done.rowcount:  # type: ignore[attr-defined]
        raise HavePlaces(taken=departure.taken)
    time_wait_rows.freed([departure.service_id])
    journal.write("bookings.resized", about=departure, by=by, data={"places": capacity})


def sell(departure: Departure, on: bool, *, by: "Account | None") -> None:
    """Take more people, or no more; who has a place keeps it."""
    holdings.claim([departure.service_id])
    departure.state = "open" if on else "closed"
    db.session.flush()
    time_wait_rows.freed([departure.service_id])
    journal.write("bookings.reopened" if on else "bookings.stopped", about=departure, by=by)


def standing(departure: Departure) -> list[Booking]:
    """Whom calling it off concerns: those who are expected or came, in key order."""
    mine = Booking.departure_id == departure.id, Booking.state == "booked"
    return list(db.session.scalars(select(Booking).where(*mine).order_by(Booking.id)))


def _waiting(departure: Departure) -> Sequence[Booking]:
    """Who is choosing how to pay, or waits for the shop's yes."""
    held = Booking.departure_id == departure.id, *booking_list.alive(), Booking.state == "held"
    return db.session.scalars(select(Booking).where(*held).order_by(Booking.id)).all()


def noted(departure: Departure, tokens: Sequence[str]) -> Sequence[Booking]:
    """Those of its bookings with these tokens to which nobody came."""
    mine = Booking.departure_id == departure.id, Booking.state == "missed", Booking.token.in_(tokens)
    return db.session.scalars(select(Booking).where(*mine)).all()


def call_off(departure: Departure, *, by: "Account", reason: str, typed: int) -> int:
    """Cancel every booking with all its money back, and sell no more; how many. `typed` is their number."""
    if not reason.strip():
        raise NoReason()
    rows = standing(departure)
    if typed != len(rows):
        raise OtherNumber(count=len(rows))
    for number in sorted({row.order_id for row in [*rows, *_waiting(departure)] if row.order_id}):
        orders.lock(db.session.get_one(Order, number))  # all of them before what they occupy
    for row in rows:
        booking_orders.cancel(row, by=by, reason=reason)
    sell(departure, False, by=by)
    if more := standing(departure):  # somebody booked meanwhile
        raise OtherNumber(count=len(rows) + len(more))
    for row in _waiting(departure):
        if row.order is not None and row.order.asked:  # it waits for an answer: here it is
            cancellations.of_request(row.order, by=by, reason=reason)
    holdings.release(_waiting(departure), "expire")
    journal.write("bookings.called_off", about=departure, by=by, data={"reason": reason.strip()})
    return len(rows)


def init_app(_app: object) -> None:
    """Say how the journal tells it."""
    journal.kind("bookings.resized", _l("Gave a departure %(places)s places"))
    journal.kind("bookings.reopened", _l("Put a departure on sale again"))
    journal.kind("bookings.called_off", _l("Called off a departure: %(reason)s"))
    journal.kind("bookings.stopped", _l("Took a departure off sale"))
