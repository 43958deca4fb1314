"""Takings: the money that came in over some days, from the payment ledger; what was taken back or returned counts.

One query is the list of the amounts and their sum: `entries`.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Select, case, func, literal, null, union_all

from crm.contacts import Contact
from kernel import clock, tenancy
from kernel.db import db
from kernel.money import Money
from shop import payment_methods
from shop.ledger import LedgerEntry
from shop.orders import Order
from shop.payment_methods import PaymentMethod
from shop.payments import Payment
from shop.stored_value import StoredValueEntry


@dataclass(frozen=True)
class Way:
    """What came (positive) and what went (negative) in one currency by one way; `label` is {} of what was kept."""

    label: dict[str, str]
    came: Money
    went: Money


def today() -> Money:
    """What came today."""
    day = clock.today(tenancy.tenant().timezone)
    return between(day, day)


def week() -> Money:
    """What came since Monday."""
    return between(*this_week())


def this_week() -> tuple[date, date]:
    """From Monday until today."""
    day = clock.today(tenancy.tenant().timezone)
    return day - timedelta(days=day.weekday()), day


def week_before() -> Money:
    """What came in the same days of the week before, to compare."""
    first, last = this_week()
    return between(first - timedelta(days=7), last - timedelta(days=7))


def between(first: date, last: date) -> Money:
    """What came from the first to the last day, both whole, in the shop's zone, in its currency."""
    currency = tenancy.tenant().currency
    return Money(sums(first, last).get(currency, 0), currency)


def sums(first: date, last: date) -> dict[str, int]:
    """The same in every currency in which something came or went."""
    rows = _both(first, last)
    found = db.select(rows.c.currency, func.sum(rows.c.amount_minor)).group_by(rows.c.currency)
    return {currency: int(minor) for currency, minor in db.session.execute(found.order_by(rows.c.currency))}


def by_way(first: date, last: date) -> list[Way]:
    """The same by the way in which it came or went, as the shop calls it now; what comes to most first."""
    rows = _both(first, last)
    came, went = (func.sum(case((more, rows.c.amount_minor), else_=0))
                  for more in (rows.c.amount_minor > 0, rows.c.amount_minor < 0))  # fmt: skip
    took = func.coalesce(PaymentMethod.id, Payment.method_id)  # what was given back by another way lacks there
    wanted = db.select(took, rows.c.currency, came, went).select_from(rows)
    wanted = wanted.outerjoin(Payment, Payment.id == rows.c.payment_id)
    wanted = wanted.outerjoin(PaymentMethod, PaymentMethod.code == rows.c.method).group_by(took, rows.c.currency)
    labels = {row.id: row.label for row in db.session.scalars(db.select(PaymentMethod))}
    found = [Way(labels.get(one, {}), *(Money(int(minor), currency) for minor in sides))
             for one, currency, *sides in db.session.execute(wanted)]  # fmt: skip
    return sorted(found, key=lambda way: (way.came.currency, -way.came.minor, way.went.minor))


def entries(first: date, last: date) -> Select[Any]:
    """Each amount of those days with its order's number and how it was paid, the newest first."""
    rows = _both(first, last)
    told = Order.number, _buyer(), Order.by_staff, Payment.label, PaymentMethod.label.label("way")
    wanted: Select[Any] = db.select(rows, *told).select_from(rows)
    wanted = wanted.outerjoin(Order, Order.id == rows.c.order_id).outerjoin(Payment, Payment.id == rows.c.payment_id)
    wanted = wanted.outerjoin(Contact, Contact.id == Order.contact_id)
    wanted = wanted.outerjoin(PaymentMethod, PaymentMethod.code == rows.c.method)  # another than its payment's
    return wanted.order_by(rows.c.at.desc(), rows.c.id.desc())


def _buyer() -> Any:
    """As `Order.buyer`."""
    said = (func.nullif(one, "") for one in (Order.name, Contact.name, Order.email, Order.phone))
    return func.coalesce(*said, "").label("name")


def entries_today() -> Select[Any]:
    """The same of today."""
    day = clock.today(tenancy.tenant().timezone)
    return entries(day, day)


def _both(first: date, last: date) -> Any:
    """What moved money, and what was kept as credit instead of leaving; rehearsals only while the shop practises."""
    stored = db.select(Payment.id).where(Payment.kind.in_(payment_methods.STORED))  # was money when it was sold
    own = LedgerEntry.kind, LedgerEntry.reference, LedgerEntry.payment_id, LedgerEntry.method
    money = _of(LedgerEntry, first, last, *own)
    kept = _of(StoredValueEntry, first, last, literal("kept"), literal(""), null(), literal(""))
    return union_all(
        money.where(LedgerEntry.payment_id.not_in(stored)), kept.where(StoredValueEntry.kind == "refund")
    ).subquery()  # fmt: skip


def _of(entry: Any, first: date, last: date, *more: Any) -> Select[Any]:
    kind, reference, payment_id, method = more
    plain = entry.id, entry.at, entry.order_id, entry.amount_minor, entry.currency
    wanted: Select[Any] = db.select(
        *plain, kind.label("kind"), reference.label("reference"), payment_id.label("payment_id"), method.label("method")
    )
    inside = entry.at >= _start(first), entry.at < _start(last + timedelta(days=1))
    return wanted.where(*inside, entry.practice == tenancy.tenant().practice)


def _start(day: date) -> datetime:
    return datetime.combine(day, time(), ZoneInfo(tenancy.tenant().timezone))
