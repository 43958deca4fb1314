"""Check-in: what the code of a booking opens for staff, with one button; a wrong day is said before it is pressed."""

from typing import Any

from flask import render_template

from kernel.web import needs
from shop import arrivals, booking_story, bookings
from shop.views import admin, arrival_rows, booking_desk, booking_rows


@admin.get("/bookings/<token>/arrive", endpoint="booking_arrive")
@needs("bookings.manage")
def arrive(token: str) -> Any:
    """Who stands at the door; looking notes nothing."""
    booking = bookings.by_token(token)
    order = booking.order
    assert order is not None
    return render_template(
        "shop/desk/bookings/arrive.html", booking=booking, order=order, told=booking_story.told(booking),
        name=booking_rows.called(booking), steps=booking_desk.steps(booking),
        counts=arrival_rows.counts(booking), came=booking_rows.came(booking),
        left=booking_rows.owed(order), other_day=arrivals.other_day(booking),
    )  # fmt: skip
