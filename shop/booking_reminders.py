"""Reminders of a booking: two days and three hours before it begins; each one once, none of what was called off."""

from datetime import datetime, timedelta

from kernel import clock, jobs
from kernel.db import db
from shop import booking_letters, order_events, orders
from shop.bookings import Booking

STAGES = {"near": timedelta(hours=48), "next": timedelta(hours=3)}  # in the order in which they come


def schedule(booking: Booking) -> None:
    """Have its guest reminded; what is nearer than a reminder's hours already is not written about any more."""
    for stage, before in STAGES.items():
        moment = booking.starts_at - before
        if moment > clock.now():
            key = f"{booking.id}:{stage}:{_mark(booking.starts_at)}"
            jobs.later("bookings.remind", booking.id, stage, _mark(booking.starts_at), at=moment, key=key)


def _mark(starts_at: datetime) -> int:
    return int(starts_at.timestamp())


@jobs.job("bookings.remind")
def remind(booking_id: int, stage: str, starts_at: int) -> None:
    """Write to the guest unless it moved, was called off or was reminded; harmless twice, late or too early."""
    booking = db.session.get(Booking, booking_id)
    if booking is None or booking.order is None:
        return
    orders.lock(booking.order)
    db.session.refresh(booking)
    if booking.state != "booked" or _mark(booking.starts_at) != starts_at or not _its_turn(booking, stage):
        return
    if (stage, starts_at) not in _told(booking):
        order_events.record(booking.order, "booking_reminded", booking=booking.id, stage=stage, starts_at=starts_at)
        booking_letters.tell(booking, stage)


def _its_turn(booking: Booking, stage: str) -> bool:
    """Whether it is the latest reminder whose moment has come: who was away gets one letter, not two."""
    left = booking.starts_at - clock.now()
    shorter = [before for before in STAGES.values() if before < STAGES[stage]]
    return left > max(shorter, default=timedelta(0))


def _told(booking: Booking) -> set[tuple[str, int]]:
    assert booking.order is not None
    rows = [row.data for row in order_events.of(booking.order) if row.kind == "booking_reminded"]
    return {(row["stage"], row["starts_at"]) for row in rows if row["booking"] == booking.id}
