"""Clerks who return money at one moment: as the house does it, and as people write it who know no better."""

import time
from typing import Any

from kernel import accounts, signing, transactions
from shop import orders, refunds
from shop.orders import Order


def give(number: str, minor: int, account_id: int, key: str = "") -> int:
    """Return an amount; how many refunds it became."""
    order, by = orders.numbered(number), accounts.get(account_id)
    return len(refunds.give(order, amount=order.money(minor), by=by, key=key or signing.token()))


def give_unlocked(number: str, minor: int, account_id: int) -> int:
    """Look what is left, think, then return it: without the order's row, without the condition."""
    with transactions.reading():
        left = refunds.refundable(orders.numbered(number)).minor
    time.sleep(0.01)
    kept = refunds.set_aside, refunds.shares, refunds.refundable

    def unasked(order: Order, amount: Any) -> None:
        if amount.minor > left:
            raise refunds.NoCredit()
        order.refunding_minor += amount.minor

    refunds.set_aside = unasked
    refunds.shares = lambda order, minor: iter([(order.payments[0], minor)])
    refunds.refundable = lambda order: order.money(left)
    try:
        return give(number, minor, account_id)
    finally:
        refunds.set_aside, refunds.shares, refunds.refundable = kept
