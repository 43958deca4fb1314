"""What is free instead of a time that the shop could not say yes to, as its letter and its page tell it."""

from typing import TYPE_CHECKING, Any

from kernel import clock, web
from kernel.i18n import _, _l
from shop import availability, booking_waits, bookings, time_wait_words, time_waits
from shop.availability import Time
from shop.bookings import Booking
from shop.time_wait_rows import Wish

if TYPE_CHECKING:
    from shop.orders import Order

MOST = 3
AGAIN = _l("Choose another time")


def of(order: "Order") -> list[dict[str, str]]:
    """The next times of what it wanted first, each with the page on which it is booked; [] when that is not sold."""
    row = _first(order)
    return [] if row is None else [_told(row, time, order.language) for time in _free(row, order.customer_group)]


def _first(order: "Order") -> Booking | None:
    return next((row for row in bookings.of_order(order) if time_waits.sold(row.service)), None)


def _free(row: Booking, group: str) -> list[Time]:
    """Not the one that it wanted: the shop has just said no to that, or had no time for it."""
    wait = booking_waits.of(row.service, group)
    found = availability.next_free(row.service, clock.now(), row.places, MOST + 1, wait=wait)
    return [time for time in found if time.starts_at != row.starts_at][:MOST]


def _told(row: Booking, time: Time, language: str) -> dict[str, str]:
    wish = Wish(time.span, row.places)
    where = time_wait_words.chosen(row.service, wish)
    url = web.shop_url("shop.product", slug=row.service.product.slug, language=language, **where)
    return {"when": time_wait_words.when(row.service, wish), "url": url}


def said(order: "Order") -> str:
    """The same in one sentence of a letter; '' when nothing is free."""
    found = of(order)
    return _("Free instead: %(times)s.", times="; ".join(one["when"] for one in found)) if found else ""


def button(order: "Order") -> dict[str, Any]:
    """Where a letter's button leads, and what stands on it; {} when nothing of it is sold any more."""
    row = _first(order)
    if row is None:
        return {}
    url = web.shop_url("shop.product", slug=row.service.product.slug, language=order.language)
    return {"button_url": url, "button_label": AGAIN}
