"""How many of the people of a booking came, as a form says it."""

from shop import arrivals
from shop.bookings import Booking


def count(booking: Booking, typed: str) -> int:
    """That number; raises BadCount."""
    if not (typed.isascii() and typed.isdigit()):
        raise arrivals.BadCount(most=booking.places)
    return int(typed)
