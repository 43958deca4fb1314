"""When tastes are learned: soon after somebody did something, and once a day for those who did nothing, to let fade."""

from datetime import timedelta
from functools import partial
from typing import Any

from sqlalchemy import select

from crm import cursors, taste_learning
from crm.tastes import Taste
from kernel import clock, jobs, tenancy, transactions
from kernel.db import db

NAME = "tastes"
SOON, DAILY = 30, 6 * 3600  # seconds between two readings
STALE = timedelta(days=1)
BATCH = 200  # tastes that fade in one transaction


def learn_new() -> None:
    """Learn from the facts that are new."""
    taste_learning.learn_from(list(cursors.read(NAME, taste_learning.POINTS)))


def fade(after: int = 0) -> int:
    """Let the tastes of some who were away fade; the id to go on after, 0 at the end."""
    old = Taste.origin == "inferred", Taste.weight > 0, Taste.at < clock.now() - STALE, Taste.id > after
    rows = db.session.scalars(select(Taste).where(*old).order_by(Taste.id).limit(BATCH)).all()
    last = rows[-1].id if rows else 0
    for who in taste_learning.people({row.contact_id for row in rows}, {row.visitor_id for row in rows}):
        taste_learning.learn(who)
    return last


@jobs.job("tastes.learn")
def learn_everywhere() -> None:
    """Learn in every shop."""
    for tenant_id in _tenants():
        with tenancy.use(tenant_id):
            cursors.look(NAME, taste_learning.POINTS, learn_new)


@jobs.job("tastes.fade")
def fade_everywhere() -> None:
    """Let fade in every shop."""
    for tenant_id in _tenants():
        with tenancy.use(tenant_id):
            last = transactions.retry_free(fade)
            while last:
                last = transactions.retry_free(partial(fade, last))


def _tenants() -> list[int]:
    with transactions.reading():
        return list(db.session.scalars(select(tenancy.Tenant.id).order_by(tenancy.Tenant.id)))


def init_app(_app: Any) -> None:
    """Learn and let fade from now on."""
    jobs.every("tastes.learn", seconds=SOON)
    jobs.every("tastes.fade", seconds=DAILY)
