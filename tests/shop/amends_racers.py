"""What racers do who choose at once what becomes of bookings whose departure was called off, and who die at it."""

import os
import signal
import time
from datetime import datetime
from typing import Any

from kernel import accounts
from kernel.db import db
from shop import amends, amends_rows
from shop.bookings import Booking
from tests.shop.booking_racers import _instead

READING = 0.25  # seconds between looking and writing, of who does not hold the order


def choose(booking_id: int, way: str, starts_at: datetime | None, minor: int, account_id: int = 0) -> str:
    """A guest (account 0) or staff choose what they saw."""
    booking = db.session.get_one(Booking, booking_id)
    row = amends_rows.of(booking)
    assert row is not None
    by = accounts.get(account_id) if account_id else None
    amends.choose(row, way, starts_at=starts_at, minor=minor, by=by)
    return way


def choose_unlocked(*told: Any) -> str:
    """The same by what was read before, while nobody holds the order."""

    def thinking(rows: Any) -> Any:
        order = rows[0].booking.order
        time.sleep(READING)  # long enough that all have looked before the first writes
        return order

    with _instead(amends, "_locked", thinking):
        return choose(*told)


def run_out(order_id: int) -> str:
    """The sweep comes to an order."""
    amends.run_out(order_id)
    return "swept"


def either(verb: str, told: tuple[Any, ...]) -> Any:
    """One of these in the same race."""
    return {"choose": choose, "careless": choose_unlocked, "run_out": run_out}[verb](*told)


def dying() -> None:
    """Die when the money is written and the choice is not yet."""

    def die(*_told: Any) -> None:
        db.session.flush()
        os.kill(os.getpid(), signal.SIGKILL)

    amends._done = die
