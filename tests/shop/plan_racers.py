"""What racers do with orders that are paid in parts, and the same once more with a decision that has grown old."""

import time
from typing import Any

from kernel import accounts, transactions
from kernel.db import db
from shop import balances, expiry, orders, payments
from shop.orders import Order

THINKING = 0.3  # seconds between looking and writing


def collect(number: str, minor: int, key: str, account_id: int) -> Any:
    """Staff note a payment."""
    order, by = orders.numbered(number), accounts.get(account_id)
    assert by is not None
    return balances.collect(order, order.money(minor), key=key, by=by) is not None


def first_part(number: str) -> None:
    """The first part comes by transfer."""
    order = orders.numbered(number)
    payments.settle(payments.current(order), key=f"first:{number}")


def expire(order_id: int) -> None:
    """The hold is over."""
    expiry.expire(order_id)


def expire_by_memory(order_id: int) -> None:
    """Look whether it still waits, think, and go by what one saw."""
    with transactions.reading():
        seen = expiry._ends(db.session.get_one(Order, order_id))
    time.sleep(THINKING)
    kept = expiry._ends
    expiry._ends = lambda _order: seen
    try:
        expiry.expire(order_id)
    finally:
        expiry._ends = kept


def either(verb: str, told: tuple[Any, ...]) -> Any:
    """One of these in the same race."""
    return {"first_part": first_part, "expire": expire, "expire_by_memory": expire_by_memory}[verb](*told)
