"""Owners who answer one ask at the same moment: as the house does it, and by a look that nothing holds."""

import time
from unittest.mock import patch

from kernel import accounts, signing, transactions
from shop import ask_rows, asks, orders, refunds

HERE = "tests.shop.ask_racers:"


def refund(number: str, token: str, account_id: int) -> int:
    """Return what was asked; how many refunds it became."""
    return len(asks.refund(ask_rows.named(orders.numbered(number), token), by=accounts.get(account_id)))


def refund_careless(number: str, token: str, account_id: int) -> int:
    """Look whether it waits, think, then do it."""
    with transactions.reading():
        waits = not ask_rows.named(orders.numbered(number), token).answer
    time.sleep(0.02)
    give = refunds.give
    if not waits:
        raise ask_rows.Answered()
    with (
        patch.object(ask_rows, "answer", lambda *_these, **_those: None),
        patch.object(refunds, "give", lambda order, **told: give(order, **{**told, "key": signing.token()})),
    ):
        return refund(number, token, account_id)
