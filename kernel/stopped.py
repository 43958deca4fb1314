"""Work of no shop that stopped, such as letters about accounts: no back office shows it, so the doctor tells of it."""

from collections import Counter
from datetime import timedelta

from sqlalchemy import delete, select

from kernel import clock
from kernel.db import db
from kernel.jobs import Job

KEPT = timedelta(days=30)  # by then whoever waited for it has asked again
MINE = (Job.state == "dead") & Job.tenant_id.is_(None)


def causes() -> dict[str, tuple[int, str]]:
    """By the name of the work: how often it stopped, and why the last time."""
    rows = db.session.execute(select(Job.name, Job.error).where(MINE).order_by(Job.run_at, Job.id)).all()
    last, count = {row.name: row.error.partition("\n")[0] for row in rows}, Counter(row.name for row in rows)
    return {name: (count[name], why) for name, why in last.items()}


def sweep() -> None:
    """Forget what stopped long ago."""
    db.session.execute(delete(Job).where(MINE, Job.run_at < clock.now() - KEPT))
