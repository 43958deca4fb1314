"""Takings: the money that came in over some days, from the payment ledger; what was taken back or returned counts."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import func

from kernel import clock, tenancy
from kernel.db import db
from kernel.money import Money
from shop.ledger import LedgerEntry


def today() -> Money:
    """What came today."""
    day = clock.today(tenancy.tenant().timezone)
    return between(day, day)


def week() -> Money:
    """What came since Monday."""
    day = clock.today(tenancy.tenant().timezone)
    return between(day - timedelta(days=day.weekday()), day)


def week_before() -> Money:
    """What came in the same days of the week before, to compare."""
    day = clock.today(tenancy.tenant().timezone) - timedelta(days=7)
    return between(day - timedelta(days=day.weekday()), day)


def between(first: date, last: date) -> Money:
    """What came from the first to the last day, both whole, in the shop's zone; rehearsals only while it practises."""
    tenant = tenancy.tenant()
    came = db.select(func.sum(LedgerEntry.amount_minor)).where(
        LedgerEntry.at >= _start(first), LedgerEntry.at < _start(last + timedelta(days=1)),
        LedgerEntry.currency == tenant.currency, LedgerEntry.practice == tenant.practice,
    )  # fmt: skip
    return Money(int(db.session.scalar(came) or 0), tenant.currency)


def _start(day: date) -> datetime:
    return datetime.combine(day, time(), ZoneInfo(tenancy.tenant().timezone))
