"""Staff who change one order at one moment, or while its money comes; and the same by people who go by memory."""

import time
from collections.abc import Mapping
from datetime import date
from typing import Any

from kernel import accounts, transactions
from shop import (
    cancellations,
    counters,
    delivery_slots,
    order_delivery,
    order_goods,
    orders,
    payments,
)
from shop.order_delivery import Reach
from shop.wants import Wanted

THINKING = 0.3  # seconds between looking and writing


def take_off(number: str, was: int, many: int, account_id: int) -> int:
    """Have only so many of its first line; by how much less the order costs."""
    order = orders.numbered(number)
    return order_goods.fewer(order, {order.lines[0].id: (was, many)}, by=accounts.get(account_id)).difference.minor  # type: ignore[arg-type]


def take_off_by_memory(number: str, was: int, many: int, account_id: int) -> int:
    """Look how many there are, think, and go by what one saw."""
    with transactions.reading():
        seen = {orders.numbered(number).lines[0].id: was - many}
    time.sleep(THINKING)
    kept = order_goods._less
    order_goods._less = lambda _order, _wanted: seen
    try:
        return take_off(number, was, many, account_id)
    finally:
        order_goods._less = kept


def cancel(number: str, account_id: int) -> None:
    """Call it off."""
    by = accounts.get(account_id)
    assert by is not None
    cancellations.by_staff(orders.numbered(number), by=by, reason="No viene")


def add(number: str, account_id: int) -> int:
    """One more of what stands on its first line."""
    order = orders.numbered(number)
    made = order_goods.add(order, [Wanted(order.lines[0].variant, 1)], by=accounts.get(account_id))  # type: ignore[arg-type]
    return made.difference.minor


def settle(number: str, minor: int) -> None:
    """The gateway tells what came for what had been asked."""
    order = orders.numbered(number)
    payments.settle(order.payments[0], key=f"card:{number}", amount=order.money(minor))


def move(number: str, day: str, slot: str, account_id: int) -> None:
    """Bring it at that time."""
    order = orders.numbered(number)
    reach = Reach(order.delivery_code, date.fromisoformat(day), slot, dict(order.address), order.name, order.phone)
    order_delivery.change(order, reach, by=accounts.get(account_id))  # type: ignore[arg-type]


def move_unasked(number: str, day: str, slot: str, account_id: int) -> None:
    """The same without asking whether there is room, at the moment when it counts."""
    kept, known = counters.take, order_delivery._timed

    def take(cls: type[counters.Counter], units: int, _limit: int | None, **key: Any) -> bool:
        return kept(cls, units, None, **key)

    delivery_slots.counters.take, order_delivery._timed = take, lambda *_told: None
    try:
        move(number, day, slot, account_id)
    finally:
        delivery_slots.counters.take, order_delivery._timed = kept, known


def either(verb: str, told: tuple[Any, ...]) -> Any:
    """One of these in the same race."""
    verbs: Mapping[str, Any] = {"take_off": take_off, "cancel": cancel, "add": add, "settle": settle}
    return verbs[verb](*told)
