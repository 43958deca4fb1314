"""The bookings of an order, as its page and a shopper's account list them: when, where it stands, its own page."""

from typing import Any

from flask import url_for

from kernel.i18n import pick
from shop import booking_story, bookings
from shop.bookings import Booking
from shop.orders import Order


def of(order: Order) -> list[dict[str, Any]]:
    """What the order booked, the earliest first."""
    return [_row(row) for row in bookings.of_order(order)]


def _row(row: Booking) -> dict[str, Any]:
    return {
        "name": pick(row.name), "when": booking_story.when(row),
        "url": url_for("shop.booking", token=row.token),
        "state": booking_story.state(row), "coming": booking_story.soon(row) and booking_story.confirmed(row),
    }  # fmt: skip
