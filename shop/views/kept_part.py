"""What the page of a booking shows of until when it is kept: a day longer with one tap, or another day."""

from datetime import date, timedelta
from typing import Any

from kernel import tenancy
from shop import days, kept_until, local_times, plans, receipts
from shop.bookings import Booking


def of(booking: Booking) -> dict[str, Any]:
    """Until when, the day after it while that can be, and between which days it can be; {} of what is not kept."""
    order = booking.order
    if order is None or order.hold_until is None or not kept_until.open_to(order):
        return {}
    first, last, next_ = plans.today(), kept_until.last_day(order), day(booking) + timedelta(days=1)
    return {
        "until": receipts.until(order.hold_until), "day": day(booking).isoformat(),
        "first": first.isoformat(), "last": last.isoformat(),
        "next": next_.isoformat() if next_ <= last else "", "next_told": days.told(next_, weekday=True),
    }  # fmt: skip


def day(booking: Booking) -> date:
    """The day up to which it is kept, where the shop is."""
    order = booking.order
    assert order is not None
    assert order.hold_until is not None
    return local_times.day(order.hold_until, tenancy.tenant().timezone)
