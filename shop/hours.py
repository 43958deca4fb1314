"""Hours: at which times of the week a service is sold, and the days that are otherwise."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import Any

from sqlalchemy import CheckConstraint, Date, Index, Row, String, bindparam, or_, select

from kernel import beside, countries, tenancy
from kernel.db import Base, Mapped, db, mapped_column, pk, ref
from kernel.tenancy import TenantOwned
from shop.services import SERVICES, Service


class Hours(TenantOwned, Base):
    """A time of the week: of a departure when it leaves, of an appointment from when to when."""

    __tablename__ = "service_hours"
    __extra__ = (CheckConstraint("weekday BETWEEN 0 AND 6", name="weekday"),)
    id: Mapped[int] = pk()
    service_id: Mapped[int] = ref("service")
    weekday: Mapped[int]  # Monday is 0
    opens: Mapped[str] = mapped_column(String(5))
    closes: Mapped[str] = mapped_column(String(5), default="")  # '' of a departure


class DayException(TenantOwned, Base):
    """A day on which the hours are others: rows without times close it, rows with times replace the week's."""

    __tablename__ = "day_exception"
    __extra__ = (Index("ix_day_exception_day", "tenant_id", "day"),)
    id: Mapped[int] = pk()
    service_id: Mapped[int | None] = ref("service")  # None: every service
    day: Mapped[date] = mapped_column(Date)
    opens: Mapped[str] = mapped_column(String(5), default="")
    closes: Mapped[str] = mapped_column(String(5), default="")
    note: Mapped[str] = mapped_column(String(120), default="")


@dataclass(frozen=True)
class Window:
    """From when to when on one day; `closes` is '' where only the beginning counts."""

    opens: str
    closes: str = ""


@dataclass(frozen=True)
class Plan:
    """When a service is sold: the times of its week by weekday, and those of the days that are otherwise."""

    week: Mapping[int, Sequence[Window]]
    others: Mapping[date, Sequence[Any]]  # rows with `opens` and `closes`, '' where they close the day
    holidays: bool  # whether it is sold on national holidays

    def windows(self, first: date, last: date) -> dict[date, list[Window]]:
        """The times of each day from `first` to `last` on which it is sold; a day without any is left out.

        A service by the night without hours of its own arrives on any day.
        """
        closed = self._holidays(first, last)
        days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
        times = {day: self._on(day, closed) for day in days}
        return {day: sorted(found, key=lambda one: one.opens) for day, found in times.items() if found}

    def closed(self, first: date, last: date) -> set[date]:
        """The days from `first` to `last` that an exception or a holiday closes, whatever the week says."""
        other = {day: found for day, found in self.others.items() if first <= day <= last}
        shut = {day for day in other if not any(row.opens for row in other[day])}
        return shut | (self._holidays(first, last) - other.keys())

    def _on(self, day: date, closed: set[date]) -> Sequence[Window]:
        if day in self.others:
            return [Window(row.opens, row.closes) for row in self.others[day] if row.opens]
        return [] if day in closed else self.week.get(day.weekday(), [])

    def _holidays(self, first: date, last: date) -> set[date]:
        if self.holidays:
            return set()
        profile = countries.profile(tenancy.tenant().country)
        return {day for year in range(first.year, last.year + 1) for day in profile.holidays(year)}


def plan(service: Service, first: date, last: date = date.max) -> Plan:
    """What is said of the days from `first` to `last`."""
    return plans([service], first, last)[service.id]


def plans(services: Sequence[Service], first: date, last: date) -> dict[int, Plan]:
    """The same of several services by their id, asked in two statements however many they are."""
    weeks, others = _weeks(services), _others(services, first, last)
    return {service.id: Plan(weeks[service.id], others[service.id], service.holidays) for service in services}


def windows(service: Service, first: date, last: date) -> dict[date, list[Window]]:
    """The times of each day from `first` to `last` on which it is sold; a day without any is left out."""
    return plan(service, first, last).windows(first, last)


def of(service: Service) -> Sequence[Hours]:
    """The times of its week."""
    mine = select(Hours).where(Hours.service_id == service.id)
    return db.session.scalars(mine.order_by(Hours.weekday, Hours.opens)).all()


def _weeks(services: Sequence[Service]) -> dict[int, dict[int, list[Window]]]:
    found: dict[int, dict[int, list[Window]]] = {service.id: {} for service in services}
    for row in beside.ask(_written(), services=sorted(found)):
        found[row.service_id].setdefault(row.weekday, []).append(Window(row.opens, row.closes))
    for service in services:
        if service.kind == "nights" and not found[service.id]:
            found[service.id] = {weekday: [Window(service.check_in)] for weekday in range(7)}
    return found


@lru_cache
def _written() -> Any:
    mine = Hours.tenant_id == bindparam("tenant"), Hours.service_id.in_(SERVICES)
    asked = select(Hours.service_id, Hours.weekday, Hours.opens, Hours.closes)
    return asked.where(*mine).order_by(Hours.weekday, Hours.opens)


def _others(services: Sequence[Service], first: date, last: date) -> dict[int, dict[date, list[Row[Any]]]]:
    ids = sorted(service.id for service in services)
    found = beside.ask(_excepted(), services=ids, first=first, last=last)
    return {one: _of_service(one, found) for one in ids}


@lru_cache
def _excepted() -> Any:
    theirs = or_(DayException.service_id.in_(SERVICES), DayException.service_id.is_(None))
    inside = DayException.day.between(bindparam("first"), bindparam("last"))
    asked = select(DayException.service_id, DayException.day, DayException.opens, DayException.closes)
    return asked.where(DayException.tenant_id == bindparam("tenant"), theirs, inside)


def _of_service(service_id: int, rows: Sequence[Row[Any]]) -> dict[date, list[Row[Any]]]:
    found: dict[date, list[Row[Any]]] = {}
    for row in rows:
        if row.service_id in (None, service_id):
            found.setdefault(row.day, []).append(row)
    return {day: [one for one in known if one.service_id] or known for day, known in found.items()}  # its own first
