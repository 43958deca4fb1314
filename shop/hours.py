"""Hours: at which times of the week a service is sold, and the days that are otherwise."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import CheckConstraint, Date, Index, String, or_, select

from kernel import countries, tenancy
from kernel.db import Base, Mapped, db, mapped_column, pk, ref
from kernel.tenancy import TenantOwned
from shop.services import Service


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


def windows(service: Service, first: date, last: date) -> dict[date, list[Window]]:
    """The times of each day from `first` to `last` on which it is sold; a day without any is left out.

    A service by the night without hours of its own arrives on any day.
    """
    week = _week(service)
    other = _others(service, first, last)
    closed = set() if service.holidays else _holidays(first, last)
    found: dict[date, list[Window]] = {}
    for number in range((last - first).days + 1):
        day = first + timedelta(days=number)
        if day in other:
            times = [Window(row.opens, row.closes) for row in other[day] if row.opens]
        else:
            times = [] if day in closed else week.get(day.weekday(), [])
        if times:
            found[day] = sorted(times, key=lambda one: one.opens)
    return found


def of(service: Service) -> Sequence[Hours]:
    """The times of its week."""
    mine = select(Hours).where(Hours.service_id == service.id)
    return db.session.scalars(mine.order_by(Hours.weekday, Hours.opens)).all()


def _week(service: Service) -> dict[int, list[Window]]:
    found: dict[int, list[Window]] = {}
    for row in of(service):
        found.setdefault(row.weekday, []).append(Window(row.opens, row.closes))
    if service.kind == "nights" and not found:
        return {weekday: [Window(service.check_in)] for weekday in range(7)}
    return found


def _others(service: Service, first: date, last: date) -> dict[date, list[DayException]]:
    mine = or_(DayException.service_id == service.id, DayException.service_id.is_(None))
    rows = db.session.scalars(select(DayException).where(mine, DayException.day.between(first, last))).all()
    found: dict[date, list[DayException]] = {}
    for row in rows:
        found.setdefault(row.day, []).append(row)
    return {day: [one for one in known if one.service_id] or known for day, known in found.items()}  # its own first


def _holidays(first: date, last: date) -> set[date]:
    profile = countries.profile(tenancy.tenant().country)
    return {day for year in range(first.year, last.year + 1) for day in profile.holidays(year)}
