"""Who closes the drawer and who sells at one moment: as the house does it, and as people write it who know no better."""

import os
import time
from typing import Any

from sqlalchemy import select

from kernel import accounts, signing, transactions
from kernel.db import db
from shop import balances, drawer_rows, drawers, orders, payment_methods
from shop.drawer_rows import Drawer, DrawerCount

THINKING = 0.3  # seconds between looking and writing


def close(token: str, minor: int, account_id: int) -> int:
    """Count a drawer; what should have been in it."""
    return drawers.close(drawers.by_token(token), drawers.Count(minor), by=accounts.get(account_id)).expected_minor


def close_unlocked(token: str, minor: int, account_id: int) -> int:
    """Look whether it is open, think, then count it, under a number of one's own."""
    with transactions.reading():
        row = drawers.by_token(token)
        is_open, drawer_id, tenant_id = row.closed_at is None, row.id, row.tenant_id
    time.sleep(THINKING)
    if not is_open:
        raise drawers.NotOpen()
    told = {"drawer_id": drawer_id, "number": os.getpid(), "minor": minor, "expected_minor": minor}
    db.session.add(DrawerCount(account_id=account_id, pieces={}, tenant_id=tenant_id, **told))
    return minor


def step(verb: str, *told: Any) -> Any:
    """Sell, or count the drawer that is open and open the next one: both in one race."""
    return VERBS[verb](*told)


def sell(number: str, account_id: int) -> None:
    """Take the cash of an order."""
    order, cash = orders.numbered(number), payment_methods.named(payment_methods.CASH)
    balances.collect(order, order.balance, key=signing.token(), by=accounts.get(account_id), method=cash)


def sell_unheld(number: str, account_id: int) -> None:
    """The same, into the drawer that one saw before one thought."""
    with transactions.reading():
        seen = db.session.scalar(select(Drawer.id).where(Drawer.closed_at.is_(None)))
    time.sleep(THINKING)
    kept = drawer_rows.taking
    drawer_rows.taking = lambda _currency, *, practice: seen
    try:
        sell(number, account_id)
    finally:
        drawer_rows.taking = kept


def turn(account_id: int) -> None:
    """Count the open drawer, whichever it is, and open the next one with nothing in it."""
    by, row = accounts.get(account_id), drawers.current()
    if row is None:
        raise drawers.NotOpen()
    drawers.close(row, drawers.Count(0), by=by)
    drawers.begin(drawers.Count(0), by=by)


VERBS = {"sell": sell, "sell_unheld": sell_unheld, "turn": turn}
