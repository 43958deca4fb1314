"""Who writes to those who wait for a time without claiming them, so that a race must fail."""

import time
from datetime import timedelta

from kernel import clock, transactions
from kernel.db import db
from shop.time_wait_letters import _write
from shop.time_wait_rows import TimeWait
from shop.time_waits import Look


def tell_by_memory(service_id: int) -> int:
    """Look who waits, think, then write to the first of them."""
    with transactions.reading():
        open_ones = TimeWait.service_id == service_id, TimeWait.ended_at.is_(None)
        seen = db.session.scalars(db.select(TimeWait.id).where(*open_ones).order_by(TimeWait.id).limit(3)).all()
    time.sleep(0.01)
    for row in db.session.scalars(db.select(TimeWait).where(TimeWait.id.in_(seen))).all():
        _write(row, Look(row.service, [row.wish]).free(row.wish))
        row.ended_at, row.how = clock.now() - timedelta(seconds=1), "told"
    return len(seen)
