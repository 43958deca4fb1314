"""The bookings of an order, as its page and a shopper's account list them: when, where it stands, its own page."""

from typing import Any

from flask import url_for

from kernel.i18n import pick
from shop import booking_story, bookings
from shop.bookings import Booking
from shop.orders import Order


def of(order: Order, page: str = "shop.booking") -> list[dict[str, Any]]:
    """What the order booked, the earliest first, each with that page of it."""
    return [_row(row, page) for row in bookings.of_order(order)]


def beside(booking: Booking, page: str) -> list[dict[str, Any]]:
    """The other times of its order, each with that page of it."""
    return [_row(row, page) for row in bookings.beside(booking)]


def _row(row: Booking, page: str) -> dict[str, Any]:
    coming = booking_story.soon(row) and booking_story.confirmed(row)
    return {
        "name": pick(row.name), "when": booking_story.when(row),
        "url": url_for(page, token=row.token),
        "state": booking_story.state(row), "coming": coming,
        "choose": url_for("shop.booking_choice", token=row.token) if row.off and page == "shop.booking" else "",
        "gift": url_for("shop.booking_gift", token=row.token) if coming and row.order and row.order.gift else "",
    }  # fmt: skip
