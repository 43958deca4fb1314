"""Spending: how often people ordered, what they paid in all and when last, for many of them in one look."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select

from crm import sums
from crm.contacts import Contact
from crm.sums import LIFETIME, ContactDay
from kernel import tenancy
from kernel.db import db
from kernel.money import Money

ORDERED = "ordered"
TOGETHER = 500  # people who are looked up in one statement
SORTS = ("spent", "orders", "last", "name")  # beside who changed last


@dataclass(frozen=True)
class Spending:
    """Orders placed, money paid less what went back (in the shop's currency), the day of the newest order."""

    orders: int
    paid: Money
    last: date | None


def of(people: Iterable[Contact]) -> dict[int, Spending]:
    """By contact, of those people who ordered or paid anything."""
    ids, currency = [one.id for one in people], tenancy.tenant().currency
    told: dict[int, dict[str, Any]] = {}
    for begin in range(0, len(ids), TOGETHER):
        some = ContactDay.contact_id.in_(ids[begin : begin + TOGETHER])
        for wanted in (_orders(), _paid(), _last()):
            for found in db.session.execute(wanted.where(some)):
                told.setdefault(found.contact, {}).update(found._mapping)
    return {
        contact: Spending(int(one.get("orders", 0)), Money(int(one.get("paid", 0)), currency), one.get("last"))
        for contact, one in told.items()
    }


def _each(**shown: ColumnElement[Any]) -> Select[Any]:
    columns = [column.label(name) for name, column in shown.items()]
    return select(ContactDay.contact_id.label("contact"), *columns).group_by(ContactDay.contact_id)


def _orders() -> Select[Any]:
    return _each(orders=func.sum(ContactDay.count)).where(ContactDay.kind == ORDERED, ContactDay.day == LIFETIME)


def _paid() -> Select[Any]:
    mine = ContactDay.kind.in_(sorted(sums.MONEY)), ContactDay.currency == tenancy.tenant().currency
    return _each(paid=func.sum(ContactDay.amount_minor)).where(*mine, ContactDay.day == LIFETIME)


def _last() -> Select[Any]:
    mine = ContactDay.kind == ORDERED, ContactDay.day > LIFETIME, ContactDay.count > 0
    return _each(last=func.max(ContactDay.day)).where(*mine)


def ordered(wanted: Select[Any], by: str) -> Select[Any]:
    """People in the order of one of SORTS, the most, the newest or A first; as they were for anything else."""
    if by == "name":
        return wanted.order_by(None).order_by(func.lower(Contact.name) == "", func.lower(Contact.name), Contact.id)
    looks = {"spent": _paid, "orders": _orders, "last": _last}
    if by not in looks:
        return wanted
    each = looks[by]().subquery()
    figure = list(each.c)[1]
    known = wanted.outerjoin(each, each.c.contact == Contact.id).order_by(None)
    return known.order_by(figure.is_(None), figure.desc(), Contact.id.desc())
