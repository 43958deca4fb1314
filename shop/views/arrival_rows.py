"""How many of the people of a booking can be said to have come: a tap each for few, a field for many."""

from typing import Any

from kernel import web
from shop.bookings import Booking

FEW = 8  # numbers that stand beside each other on a phone


def counts(booking: Booking) -> dict[str, Any]:
    """The numbers that staff can tap, or `most` for a field; {} of one person, and of who is not here or expected."""
    if booking.places < 2 or booking.state not in {"booked", "missed", "came"} or not web.may("bookings.manage"):
        return {}
    now = booking.here or booking.places
    few = [number for number in range(1, booking.places + 1) if number != now] if booking.places <= FEW else []
    return {"few": few, "most": booking.places, "now": now, "noted": booking.state == "came"}
