"""Absences: how often somebody booked and did not come, as staff noted it, and the word by which a segment finds them.

That somebody did not come is a state of their booking (`missed`); who noted it and when is an event of its order, and
arrivals.py notes it and takes it back. What nobody noted is no absence.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, case, func, select

from crm import deeds, rules
from crm.contacts import Contact
from crm.rules import Person
from kernel import clock, tenancy
from kernel.db import db
from kernel.i18n import _l, ngettext
from shop import intervals
from shop.bookings import FIRM, Booking
from shop.orders import Order

MONTHS = 12  # of which staff are told
OFTEN = 2  # absences from which staff are told without asking


@dataclass(frozen=True)
class Times:
    """Of so many bookings that began, how many had nobody come."""

    missed: int
    of: int


NEVER = Times(0, 0)


def since(months: int) -> datetime:
    """The first moment of so many months back: the same day of that month, or its last one, where the shop is."""
    zone = tenancy.tenant().timezone
    first = intervals.months(clock.today(zone), -months)
    return clock.span(first, first, zone)[0]


def of(contact: Contact, months: int = MONTHS) -> Times:
    """How often they did not come in the last months; bookings to come and of practice do not count."""
    missed = func.sum(case((Booking.state == "missed", 1), else_=0))
    rows = select(func.count(Booking.id), missed).join(Order, Order.id == Booking.order_id)
    begun = Booking.starts_at >= since(months), Booking.starts_at <= clock.now(), Booking.state.in_(FIRM)
    whole, part = db.session.execute(rows.where(Order.contact_id == contact.id, *begun, ~Order.practice)).one()
    return Times(int(part or 0), whole)


def missed_by(ids: Collection[int], phone: str, months: int) -> int:
    """How many bookings were missed by any of these contacts, or by who gave that number (E.164) with the order."""
    mine: ColumnElement[bool] = Order.contact_id.in_(sorted(ids))
    whose = mine | (Order.phone == phone) if phone else mine
    rows = select(func.count(Booking.id)).join(Order, Order.id == Booking.order_id)
    lately = Booking.state == "missed", Booking.starts_at >= since(months), ~Order.practice
    return db.session.scalar(rows.where(whose, *lately)) or 0


def _noted() -> Select[Any]:
    rows = select(Order.contact_id).join_from(Order, Booking, Booking.order_id == Order.id)
    return rows.where(Order.contact_id.is_not(None), Booking.state == "missed", ~Order.practice)


def _who(value: Any) -> Select[Any]:
    rows, first = _noted(), deeds.first_day(value)
    if first is not None:
        rows = rows.where(Booking.starts_at >= clock.span(first, first, tenancy.tenant().timezone)[0])
    return rows.group_by(Order.contact_id).having(func.count(Booking.id) >= value.get("least", 1))


def _starts(person: Person) -> list[datetime]:
    if person.contact is None:
        return []
    mine = _noted().where(Order.contact_id == person.contact.id)
    return list(db.session.scalars(mine.with_only_columns(Booking.starts_at)))


def _did(person: Person, value: Any) -> bool:
    first = deeds.first_day(value)
    begins = clock.span(first, first, tenancy.tenant().timezone)[0] if first else None
    found = [at for at in person.recall("missed", _starts) if begins is None or at >= begins]
    return len(found) >= int(value.get("least", 1))


def _says(value: Any) -> str:
    least = value.get("least", 1)
    said = ngettext("booked and did not come", "booked and did not come at least %(num)s times", least)
    return str(said) + deeds.window(value)


def _came(value: Any) -> str:
    said = ngettext("have not missed a booking", "have not missed %(num)s bookings", value.get("least", 1))
    return str(said) + deeds.window(value)


def init_app(_app: object) -> None:
    """Teach the language its word."""
    rules.term(
        "missed", _l("booked and did not come"), family="did", sql=_who, python=_did, says=_says,
        form=(deeds.OFTEN, deeds.DAYS), contrary=_came,
    )  # fmt: skip
