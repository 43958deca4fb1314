"""Confirmations: an order has the times of its lines, gives them up when it ends, and is done when they are over."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import select

from crm import facts
from kernel import clock, jobs, tenancy
from kernel.db import db
from kernel.i18n import _l
from kernel.money import Money
from kernel.refusal import Refusal
from shop import booking_reminders, bookings, fulfilment, holdings, holds, local_times, order_events, orders, sold_times
from shop.bookings import Booking
from shop.occupations import JustTaken, Span
from shop.orders import Order

if TYPE_CHECKING:
    from shop.quotes import Quote

OVER = frozenset({"came", "missed", "cancelled", "expired"})


class Begun(Refusal):
    """Money came after the time for which it was."""

    message = _l("What was booked has already begun.")


class Closed(Refusal):
    """Money came for a time at which nothing takes place by now."""

    message = _l("What was booked is on a day that has been closed meanwhile.")


def book(order: Order, quote: "Quote", *, until: datetime | None = None) -> None:
    """The order has its bookings from now on: those whose hold lapsed are taken again; raises JustTaken.

    The refusal says of which booking, so that its page can offer other times. `until`: they are only held until then,
    while the shop has not said yes.
    """
    rows = _known({line.booking_id for line in quote.lines if line.booking_id})
    if not rows:
        return
    _take(order, rows, until)
    for row in rows:
        row.order_id, row.cart_id = order.id, None
    db.session.flush()
    if until is None:
        _stands(order, rows)


def approved(order: Order) -> None:
    """The shop said yes: what was held stands; raises JustTaken when somebody else had it in the very last moment."""
    rows = [row for row in bookings.of_order(order) if row.state in {"held", "expired"}]
    _take(order, rows)
    _stands(order, rows)


def ask_again(order: Order, until: datetime) -> None:
    """The shop took its yes back: what stands is only held again until then."""
    rows = [row for row in bookings.of_order(order) if row.state == "booked"]
    holdings.claim({row.service_id for row in rows})
    for row in sorted(rows, key=lambda one: one.id):
        db.session.refresh(row, with_for_update=holdings.WEAK)
        bookings.move(row, "ask")
        holdings.keep(row, until)


def _stands(order: Order, rows: Sequence[Booking]) -> None:
    _tell(order, "booked", rows)
    plan(order)


def again(order: Order) -> None:
    """Take the times of an order that had expired once more; raises JustTaken, Begun or Closed."""
    rows = [row for row in bookings.of_order(order) if row.state == "expired"]
    if any(row.starts_at <= clock.now() for row in rows):
        raise Begun()
    if any(sold_times.closed(row) for row in rows):
        raise Closed()
    _take(order, rows)
    plan(order)


def _take(order: Order, rows: Sequence[Booking], until: datetime | None = None) -> None:
    if not rows:
        return
    holdings.claim({row.service_id for row in rows})
    for row in sorted(rows, key=lambda one: one.id):
        db.session.refresh(row, with_for_update=holdings.WEAK)
        if row.order_id not in (None, order.id):
            raise _of(JustTaken(), row)
        if not row.live:
            _anew(row)
        if until is not None:
            holdings.keep(row, until)
            continue
        bookings.move(row, "book")
        row.held_until = None
    db.session.flush()


def _anew(row: Booking) -> None:
    try:
        holdings.place(row, Span(row.starts_at, row.ends_at), row.places)
    except JustTaken as taken:
        raise _of(taken, row) from None


def _of(taken: JustTaken, row: Booking) -> JustTaken:
    taken.booking, taken.service = row, row.service
    return taken


def give_up(order: Order, step: str) -> None:
    """The order ended: others can have the times that were still to come; harmless when it comes twice."""
    mine = bookings.of_order(order)
    stood = any(event.kind == "approved" for event in order_events.of(order))  # also of a yes that was taken back
    known = [row for row in mine if row.state == "booked" or row.off]
    told = [row for row in mine if row in known or (row.state == "held" and stood)]
    holdings.release(known, step)
    holdings.release([row for row in mine if row.state == "held"], "refuse" if step == "cancel" else step)
    if step == "cancel":
        _tell(order, "booking_cancelled", told)


def give_up_some(order: Order, rows: Sequence[Booking]) -> None:
    """Others can have the times of these bookings; their order stays."""
    holdings.release(rows, "cancel")
    _tell(order, "booking_cancelled", rows)


def wipe() -> None:
    """Take the bookings of practice orders out, whose lines went before: others can have their time."""
    practised = select(Order.id).where(Order.practice).scalar_subquery()
    holdings.erase(db.session.scalars(select(Booking).where(Booking.order_id.in_(practised))).all())


def _tell(order: Order, kind: str, rows: Iterable[Booking]) -> None:
    if order.practice:
        return
    for row in rows:
        db.session.expire(row, ["lines"])
        worth = Money(sum(line.gross_minor for line in row.lines), order.currency)
        facts.record(kind, contact=order.contact, about=row, amount=worth, dedupe=f"{kind}:{row.id}")


def _known(ids: Iterable[int]) -> list[Booking]:
    known = bookings.of_ids(ids)
    return [known[one] for one in sorted(known)]


def of(order: Order) -> list[Booking]:
    """The bookings that its lines are for."""
    return _known({line.booking_id for line in order.lines if line.booking_id})


def first(order: Order) -> datetime | None:
    """When the first of its bookings begins that are still to come."""
    return min((row.starts_at for row in of(order) if row.state == "booked"), default=None)


def closes(order: Order) -> datetime | None:
    """Until when the first of its bookings could be sold to others: what it waits for comes earlier."""
    return bookings.closes(row for row in of(order) if row.live)


def over(booking: Booking) -> bool:
    """Whether nobody is expected any more: not while some of its people are, nor of who was noted days before."""
    if booking.off:  # its guest chooses another date, or none
        return False
    if booking.ends_at <= clock.now() or booking.state in OVER - {"came"}:
        return True
    zone = tenancy.tenant().timezone
    day = local_times.day(booking.starts_at, zone)
    return booking.state == "came" and booking.here >= booking.places and day <= clock.today(zone)


def waits(order: Order) -> bool:
    """Whether somebody is still expected: then it is not delivered by being paid."""
    return any(not over(row) for row in of(order))


def arrived(order: Order) -> None:
    """Its people are here: it no longer expires, what they owe is paid at the counter."""
    holds.end(order)
    finish(order)


def finish(order: Order) -> None:
    """Deliver a paid order of which nothing is handed over, once nobody is expected any more.

    Who booked was there: they need no letter about it.
    """
    if order.delivery_kind != "none" or not order.paid or not fulfilment.may(order, "deliver"):
        return
    rows = of(order)
    if not any(not over(row) for row in rows) and (rows or order.digital):
        fulfilment.deliver(order, by=None, tell=not rows)


def expect(order: Order) -> None:
    """That its people came was noted by mistake: an order that was done by it is open again, and expires again."""
    _hold_again(order)
    event = order_events.last(order, "delivered")
    if order.state == "delivered" and event is not None and event.account_id is None and waits(order):
        order.state, event.undone_at = str(event.data["before"]), clock.now()
        db.session.flush()
        plan(order)


def _hold_again(order: Order) -> None:
    """What is unpaid, and of which nobody is here, is kept as long as before, or for one more chance to pay."""
    rows = bookings.of_order(order)
    if order.state != "placed" or order.payment != "due" or order.hold_until or any(r.state == "came" for r in rows):
        return
    untils = [one.data.get("until") for one in order_events.of(order) if one.kind == "arrived"]
    known = [datetime.fromisoformat(until) for until in untils if until]
    if known:
        holds.begin(order, max(*known, clock.now() + holds.SECOND_CHANCE))


def plan(order: Order) -> None:
    """Remind its guests before each booking, and look at it again when the last one has ended."""
    rows = [row for row in bookings.of_order(order) if row.state not in OVER and not row.off]
    for row in rows:
        booking_reminders.schedule(row)
    ends = [row.ends_at for row in rows]
    if ends:
        at = max(ends)
        jobs.later("bookings.finish", order.id, at=at, key=f"{order.id}:{int(at.timestamp())}")


@jobs.job("bookings.finish")
def finish_of(order_id: int) -> None:
    """The last booking of an order has ended; harmless when it was moved meanwhile, or comes twice."""
    order = db.session.get(Order, order_id)
    if order is not None:
        finish(orders.lock(order))


def init_app(_app: object) -> None:
    """Say how a booking is told."""
    facts.kind("booked", _l("Booked a time"), "calendar")
    facts.kind("booking_cancelled", _l("Cancelled a booking"), "close")
