"""Sold times: whether a time that was chosen before is still sold; hours, seasons and holidays change meanwhile."""

from sqlalchemy import select

from kernel import clock
from kernel.db import db
from kernel.refusal import Refusal
from shop import booking_times, holidays, hours, local_times
from shop.bookings import Booking
from shop.holidays import Holiday
from shop.occupations import Span


def offered(booking: Booking) -> bool:
    """Whether anybody could choose just its time now; whether it is free is another question."""
    service, span = booking.service, Span(booking.starts_at, booking.ends_at)
    begins, ends = (local_times.local(at, booking_times.zone()) for at in (span.starts_at, span.ends_at))
    try:
        if service.kind == "nights":
            return booking_times.stay(service, begins.date(), ends.date()) == span
        found = booking_times.asked(service, begins.date(), f"{begins:%H:%M}")
    except Refusal:
        return False
    return found == span


def closed(booking: Booking) -> bool:
    """Whether the shop is on holiday then, or closes the day (of a stay one of its nights), whatever its week says."""
    service, days = booking.service, booking.days
    shut = hours.plan(service, days[0], days[-1]).closed(days[0], days[-1])
    span = Span(booking.starts_at, booking.ends_at)
    return not shut.isdisjoint(days) or not holidays.without([span], nights=service.kind == "nights")


def within(holiday: Holiday) -> int:
    """How many bookings that stand and are not on their way lie in these holidays, some of their nights too."""
    there = Booking.starts_at < holiday.ends_at, Booking.ends_at > holiday.starts_at
    rows = db.session.scalars(select(Booking).where(Booking.state == "booked", *there))
    return sum(_meets(row, holiday) for row in rows)


def _meets(booking: Booking, holiday: Holiday) -> bool:
    nights, span = booking.service.kind == "nights", Span(booking.starts_at, booking.ends_at)
    return (nights or span.starts_at > clock.now()) and holiday.meets(*holidays.booked(span, nights=nights))
