"""Guests and visitors who want the same night at one moment, while money comes; and the same by who looked before."""

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import date, datetime
from typing import Any

from kernel import clock, transactions
from kernel.db import db
from shop import booking_changes, booking_times, cart_holds, holdings, occupations, orders, payments, unpaid_nights
from shop import cart as carts
from shop.booking_worth import Wish
from shop.bookings import Booking
from shop.occupations import Span
from shop.orders import Order
from shop.services import Service
from tests.shop.booking_racers import THINKING, _instead

Told = tuple[Any, ...]


def have(booking_id: int, arrive: date, leave: date, seen: int | None = None) -> int:
    """A guest has these nights instead of theirs."""
    row = db.session.get_one(Booking, booking_id)
    time.sleep(THINKING if db.engine.dialect.name != "sqlite" else 0)  # there nobody else writes meanwhile
    span = booking_times.between(row.service, arrive, leave)
    return booking_changes.change(row, Wish(row.service, span, row.places), seen=seen).after.minor


def hold(service_id: int, arrive: date, leave: date) -> int:
    """A visitor takes nights into a new cart."""
    service = db.session.get_one(Service, service_id)
    span = booking_times.between(service, arrive, leave)
    people = {service.product.variants[0]: 1}
    return cart_holds.hold(carts.begin()[0], service, span, people, places=1, begun=True).id


def settle(number: str, minor: int) -> None:
    """The gateway tells what came for what had been asked."""
    order = orders.numbered(number)
    payments.settle(order.payments[0], key=f"card:{number}", amount=order.money(minor))


def settle_added(number: str, minor: int) -> None:
    """The money comes of what the guest added."""
    order = orders.numbered(number)
    payments.settle(payments.current(order), key=f"added:{number}", amount=order.money(minor))


def lapse(step_id: int, moment: datetime) -> None:
    """It is the last moment to pay what that step added."""
    with clock.at(moment):
        unpaid_nights.lapse(step_id)


def lapse_unlocked(step_id: int, moment: datetime) -> None:
    """The same by who looked at the order before and goes on without holding it."""

    def think(order: Order) -> Order:
        assert order.received_minor >= 0  # as it was read
        time.sleep(THINKING * 50)
        return order

    with _instead(orders, "lock", think):
        lapse(step_id, moment)


def either(verb: str, told: Told) -> Any:
    """One of these in the same race."""
    return VERBS[verb](*told)


def thoughtless(verb: str, told: Told) -> Any:
    """Look what is free, think, and take that without holding anything."""
    with transactions.reading():
        seen = _seen(verb, told)
    time.sleep(THINKING * 25)
    with _blind(seen):
        return either(verb, told)


def _seen(verb: str, told: Told) -> list[int]:
    if verb == "hold":
        service = db.session.get_one(Service, told[0])
        return occupations.free(service.needs[0].resource_id, booking_times.between(service, *told[1:3]))
    row = db.session.get_one(Booking, told[0])
    mine = [one.unit_id for one in db.session.scalars(db.select(occupations.Occupation).filter_by(booking_id=row.id))]
    others = occupations.within(mine, booking_times.between(row.service, *told[1:3]))
    return mine if all(one.booking_id == row.id for one in others) else []


@contextmanager
def _blind(seen: list[int]) -> Iterator[None]:
    def take_seen(_resource_id: int, span: Span, most: int, **owner: int) -> list[int]:
        owner.pop("party", None)
        occupations.reserve(seen[:most], span, **owner)
        return seen[:most]

    with ExitStack() as stack:
        stack.enter_context(_instead(occupations, "reserve_free", take_seen))
        stack.enter_context(_instead(occupations, "free", lambda *_asked, **_how: seen))
        stack.enter_context(_instead(holdings, "_lock", lambda *_these: None))
        yield


VERBS: dict[str, Callable[..., Any]] = {
    verb.__name__: verb for verb in (have, hold, settle, settle_added, lapse, lapse_unlocked)
}
