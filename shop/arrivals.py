"""Arrivals: that the people of a booking came, or did not; noted by staff, and taken back when it was a mistake."""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from crm import facts
from kernel import clock, journal, tenancy
from kernel.db import db
from kernel.i18n import _l
from kernel.refusal import Refusal
from shop import booking_confirmations, bookings, local_times, order_events, orders
from shop.bookings import Booking

if TYPE_CHECKING:
    from kernel.accounts import Account


class NotYet(Refusal):
    """Nobody is late for what has not begun."""

    message = _l("It has not begun yet: they can still come.")
    status = 409


class NotToday(Refusal):
    """Nobody can be there on a day that has not come."""

    message = _l("That day has not come yet: nobody can be here.")
    status = 409


class BadCount(Refusal):
    """What was sent is not how many of its people can have come."""

    message = _l(
        "Write how many came as a whole number from 1 to %(most)s; if nobody came, note that they did not come."
    )


def come(booking: Booking, *, by: "Account | None", count: int | None = None) -> bool:
    """They are here, `count` of them, or all; a second time changes only how many. Whether it was the first.

    Raises BadCount, and NotNow for a booking that no longer stands.
    Money follows from none of it: the places were kept for all.
    """
    if count is not None and not 1 <= count <= booking.places:
        raise BadCount(most=booking.places)
    before = _step(booking, "come", done="came")
    if count is not None or before:
        _count(booking, count, by=None if before else by)
    if not before:
        booking_confirmations.finish(bookings.order_of(booking))  # all may be here by now
    else:
        order = bookings.order_of(booking)
        until = order.hold_until.isoformat() if order.hold_until else ""
        order_events.record(order, "arrived", by=by, booking=booking.id, before=before, until=until)
        journal.write("bookings.came", about=booking, by=by, data={"number": order.number})
        if before == "missed":
            _tell("missed_undone", booking)
        booking_confirmations.arrived(order)
    return bool(before)


def come_all(rows: Iterable[Booking], *, by: "Account | None") -> list[Booking]:
    """Whoever of those bookings is still waited for is here, all of each party. Those it was now; raises NotToday.

    Whoever was noted or called off meanwhile stays so.
    """
    waited = [row for row in sorted(rows, key=_in_order) if row.state == "booked"]
    if not all(map(expected, waited)):
        raise NotToday()
    return [row for row in waited if _still(come, row, by=by)]


def _in_order(booking: Booking) -> tuple[int, int]:
    return booking.order_id or 0, booking.id  # orders are locked one after the other, by everybody in that order


def _still(step: Callable[..., bool], booking: Booking, *, by: "Account | None") -> bool:
    """Take the step, unless it was called off or noted otherwise since it was read; whether it was taken."""
    try:
        return step(booking, by=by)
    except bookings.NotNow:
        return False


def undo_all(rows: Iterable[Booking], *, by: "Account | None") -> None:
    """Take that back of those of them that nobody has noted otherwise or counted since."""
    for row in sorted(rows, key=_in_order):
        if row.state == "came" and row.arrived is None:
            undo(row, by=by)


def expected(booking: Booking) -> bool:
    """Whether its people can be here: it is its day, or was."""
    zone = tenancy.tenant().timezone
    return local_times.day(booking.starts_at, zone) <= clock.today(zone)


def _count(booking: Booking, count: int | None, *, by: "Account | None") -> None:
    """How many came is kept where it is not all of them; a correction (`by` somebody) goes into the journal."""
    counted = count if count != booking.places else None
    if counted == booking.arrived:
        return
    booking.arrived = counted
    db.session.flush()
    if by is not None:
        told = {"number": bookings.order_of(booking).number, "count": booking.here, "places": booking.places}
        journal.write("bookings.counted", about=booking, by=by, data=told)


def miss(booking: Booking, *, by: "Account | None") -> bool:
    """They did not come; a second time is the same. Whether it was the first.

    Raises NotYet, NotNow for one that was moved on or called off.
    """
    if booking.starts_at > clock.now():
        raise NotYet()
    before = _step(booking, "miss", done="missed")
    if before:
        order_events.record(bookings.order_of(booking), "missed", by=by, booking=booking.id, before=before)
        journal.write("bookings.missed", about=booking, by=by, data={"number": bookings.order_of(booking).number})
        _tell("missed", booking)
        booking_confirmations.finish(bookings.order_of(booking))
    return bool(before)


def miss_rest(rows: Iterable[Booking], *, by: "Account | None") -> list[Booking]:
    """Of those bookings whoever is still waited for did not come. Those it was now; raises NotYet.

    Whoever came, was noted or called off meanwhile stays so.
    """
    waited = [row for row in sorted(rows, key=_in_order) if row.state == "booked"]
    return [row for row in waited if _still(miss, row, by=by)]


def undo_rest(rows: Iterable[Booking], *, by: "Account | None") -> None:
    """Take that back of those of them that nobody has noted otherwise since."""
    for row in sorted(rows, key=_in_order):
        if row.state == "missed":
            undo(row, by=by)


def _tell(kind: str, booking: Booking) -> None:
    """The timeline of its person tells it; of a rehearsal nothing is told."""
    order = bookings.order_of(booking)
    if not order.practice:
        facts.record(kind, contact=order.contact, about=booking)


def undo(booking: Booking, *, by: "Account | None") -> None:
    """It was noted by mistake: the booking is again what it was before."""
    if before := _step(booking, "undo", done="booked"):
        last, booking.arrived = _noted(booking), None
        if last is not None:
            last.undone_at = clock.now()
            if last.data.get("before") == "missed":
                bookings.move(booking, "miss")
                _tell("missed", booking)
            db.session.flush()
        if before == "missed":
            _tell("missed_undone", booking)
        journal.write("bookings.undone", about=booking, by=by, data={"number": bookings.order_of(booking).number})
        booking_confirmations.expect(bookings.order_of(booking))


def _noted(booking: Booking) -> order_events.OrderEvent | None:
    """What was last noted of this booking; others of its order may have come since."""
    theirs = [one for one in order_events.of(bookings.order_of(booking)) if one.kind in ("arrived", "missed")]
    mine = [one for one in theirs if one.undone_at is None and one.data.get("booking") == booking.id]
    return mine[-1] if mine else None


def other_day(booking: Booking) -> bool:
    """Whether it is not today, where the shop is: who is checked in then came on a wrong day."""
    zone = tenancy.tenant().timezone
    first, last = (local_times.day(at, zone) for at in (booking.starts_at, booking.ends_at))
    return not first <= clock.today(zone) <= last


def _step(booking: Booking, step: str, *, done: str) -> str:
    """Take the step; where the booking was before, '' when it was there already."""
    orders.lock(bookings.order_of(booking))
    db.session.refresh(booking, with_for_update=True)
    if booking.state == done:
        return ""
    before = bookings.move(booking, step)
    db.session.flush()
    return before


def init_app(_app: object) -> None:
    """Say how the journal and a timeline tell it."""
    facts.kind("missed", _l("Did not come to a booking"), "close")
    facts.kind("missed_undone", _l("Taken back: that they did not come"), "undo")
    journal.kind("bookings.came", _l("Checked in the guests of %(number)s"))
    journal.kind("bookings.counted", _l("Counted %(count)s of %(places)s guests of %(number)s"))
    journal.kind("bookings.missed", _l("Noted that the guests of %(number)s did not come"))
    journal.kind("bookings.undone", _l("Took back who came of %(number)s"))
