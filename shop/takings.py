"""Takings: the money that came in over some days, from the payment ledger; what was taken back or returned counts."""

from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import func

from kernel import clock, tenancy
from kernel.db import db
from kernel.money import Money
from shop import payment_methods
from shop.ledger import LedgerEntry
from shop.payments import Payment
from shop.stored_value import StoredValueEntry


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
    stored = db.select(Payment.id).where(Payment.kind.in_(payment_methods.STORED))  # was money when it was sold
    money = _sum(LedgerEntry, first, last).where(LedgerEntry.payment_id.not_in(stored))
    kept = _sum(StoredValueEntry, first, last).where(StoredValueEntry.kind == "refund")  # as credit: it never left
    whole = sum(int(db.session.scalar(part) or 0) for part in (money, kept))
    return Money(whole, tenancy.tenant().currency)


def _sum(entry: Any, first: date, last: date) -> Any:
    tenant = tenancy.tenant()
    return db.select(func.sum(entry.amount_minor)).where(
        entry.at >= _start(first), entry.at < _start(last + timedelta(days=1)),
        entry.currency == tenant.currency, entry.practice == tenant.practice,
    )  # fmt: skip


def _start(day: date) -> datetime:
    return datetime.combine(day, time(), ZoneInfo(tenancy.tenant().timezone))
