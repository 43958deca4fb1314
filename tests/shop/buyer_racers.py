"""A buyer who changes where an order goes while staff send it; and the same by people who go by memory."""

import time
from collections.abc import Mapping
from typing import Any

from kernel import accounts
from shop import buyer_delivery, fulfilment, order_changes, order_delivery, orders
from shop.buyer_delivery import Wish
from tests.goods import HOME

THINKING = 0.3  # seconds between looking and writing


def redirect(number: str) -> None:
    """The buyer has it go to somebody else."""
    wish = Wish("Rosa Solano", "+50688887777", "", {**HOME, "line1": "Casa de Rosa"})
    buyer_delivery.change(orders.numbered(number), wish)


def redirect_by_memory(number: str) -> None:
    """They go by what their page said when they opened it."""
    time.sleep(THINKING)
    kept = order_changes.hold, buyer_delivery.changeable, order_delivery.changeable
    order_changes.hold = lambda order: orders.lock(order) and None
    buyer_delivery.changeable = order_delivery.changeable = lambda _order: True
    try:
        redirect(number)
    finally:
        order_changes.hold, buyer_delivery.changeable, order_delivery.changeable = kept


def send(number: str, account_id: int) -> None:
    """Staff send it, from a page on which its buyer had changed nothing."""
    fulfilment.ship(orders.numbered(number), by=accounts.get(account_id), seen=0)


def send_by_memory(number: str, account_id: int) -> None:
    """They send it to where they remember."""
    time.sleep(THINKING)
    fulfilment.ship(orders.numbered(number), by=accounts.get(account_id))


def either(verb: str, told: tuple[Any, ...]) -> Any:
    """One of these in the same race."""
    verbs: Mapping[str, Any] = {
        "redirect": redirect, "redirect_by_memory": redirect_by_memory, "send": send, "send_by_memory": send_by_memory,
    }  # fmt: skip
    return verbs[verb](*told)
