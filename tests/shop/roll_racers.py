"""What racers do at the door of a departure, and the same without asking where a booking is by now."""

import time
from collections.abc import Sequence
from datetime import datetime
from unittest import mock

import time_machine

from kernel import accounts, transactions
from kernel.db import db
from shop import arrivals, bookings

THINKING = 0.3  # seconds between looking and writing


def all_here(tokens: Sequence[str], account_id: int, at: datetime) -> int:
    """One device notes that all of them came; of how many that was new."""
    with time_machine.travel(at, tick=False):
        return len(arrivals.come_all(bookings.by_tokens(tokens), by=accounts.get(account_id)))


def thoughtless(tokens: Sequence[str], account_id: int, at: datetime) -> int:
    """Look who is waited for, think, and note them whatever happened meanwhile."""
    with transactions.reading():
        waited = [row.token for row in bookings.by_tokens(tokens) if row.state == "booked"]
    time.sleep(THINKING)
    rows = bookings.by_tokens(waited)
    for row in rows:
        row.state = "booked"
    blind = mock.patch.object(arrivals, "_step", lambda row, step, done: bookings.move(row, step))
    with blind, time_machine.travel(at, tick=False):
        done = len(arrivals.come_all(rows, by=accounts.get(account_id)))
    db.session.flush()
    return done
