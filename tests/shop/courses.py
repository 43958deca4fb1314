"""Orders of the same thing several times, and what racers do who call several of them off at once."""

import time
from datetime import datetime
from typing import Any

from kernel import accounts
from kernel.db import db
from shop import booking_rest, bookings, checkout, orders
from shop import cart as carts
from shop.booking_rest import Shown
from shop.bookings import Booking
from shop.forms import booking_rest as forms
from shop.quotes import Choice
from tests.goods import only
from tests.shop.booking_racers import THINKING, _instead
from tests.shop.trips import HALF, trip

PRICE = 10_000_01  # odd: a half of it is rounded


def course(shop: Any, days: Any = (5, 12, 19), *, goods: Any = None, paid: bool = True, **how: Any) -> Any:
    """An order with a time on each of these days, and of goods; its bookings. `plan`, `payment`, `product`: as elsewhere."""
    service = trip(shop, price=PRICE, policy=HALF, product=how.pop("product", {}))
    shop.transfer()
    cart = carts.begin()[0]
    for day in days:
        row = shop.held(service, shop.when(day), 1, cart=cart)
        carts.book(cart, row, {service.product.variants[0]: 1})
    if goods:
        carts.add(cart, only(goods), 1)
    choice = shop.choice(goods) if goods else Choice()
    order = checkout.place(cart, choice, shop.details(how.pop("payment", "transfer"), **how), key=f"course-{cart.id}")
    db.session.commit()
    if paid:
        shop.pay(order)
    return order, list(bookings.of_order(order))


def shown(row: Booking, **choice: Any) -> list[Shown]:
    """What the page of that booking shows and its form sends."""
    return forms.read(forms.written(booking_rest.look(row, **choice)))


def states(order: Any) -> list[str]:
    """Where the bookings of an order are by now."""
    return [row.state for row in bookings.read_anew(order)]


def take_off(token: str, account_id: int, told: list[tuple[str, datetime, int]]) -> int:
    """A guest (account 0) or staff call off what they saw; how many it was now."""
    by = accounts.get(account_id) if account_id else None
    rest = booking_rest.cancel(bookings.by_token(token), [Shown(*one) for one in told], by=by, reason="x")
    return len(rest.rows)


def take_off_unlocked(token: str, account_id: int, told: list[tuple[str, datetime, int]]) -> int:
    """The same by what was read before, while nobody holds the order."""

    def thinking(order: Any) -> Any:
        time.sleep(THINKING)
        return order

    read = bookings.of_order(bookings.by_token(token).order)
    with _instead(orders, "lock", thinking), _instead(bookings, "read_anew", lambda _order: read):
        return take_off(token, account_id, told)
