"""Rates: what a night costs at a time of the year or on some nights of the week, and how long one stays then."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from itertools import combinations
from typing import TYPE_CHECKING, Any

from sqlalchemy import CheckConstraint, String

from kernel import clock, i18n
from kernel.db import Base, Mapped, db, mapped_column, pk, ref, words
from kernel.i18n import _l
from kernel.refusal import Refusal
from kernel.tenancy import TenantOwned
from shop import days, year_days

if TYPE_CHECKING:
    from shop.services import Service

MOST = 16  # of one service
WEEK, MONTH = 7, 28  # nights from which a stay is long
_YEARS = 11  # that are looked at for two of equal force: nobody sells farther ahead


class Clash(Refusal):
    """Two rates of equal force hold for the same night."""

    message = _l("“%(one)s” and “%(other)s” both hold for %(day)s, and neither goes first. Change the days of one.")


class TooShort(Refusal):
    """Fewer nights than the service has for sale."""

    message = _l("The shortest stay is %(nights)s nights. Choose a later departure.")


class TooShortThen(TooShort):
    """Fewer nights than a rate wants of a stay that has one of its nights."""

    message = _l("With nights of “%(name)s” the shortest stay is %(nights)s nights. Choose other dates.")


class ServiceRate(TenantOwned, Base):
    """What a night costs while it holds: between two days of each year or of one, on some nights of the week."""

    __tablename__ = "service_rate"
    __extra__ = (
        CheckConstraint("price_minor >= 0", name="price"),
        CheckConstraint("nights_min >= 1", name="nights_min"),
    )
    id: Mapped[int] = pk()
    service_id: Mapped[int] = ref("service")
    name: Mapped[dict[str, str]] = words()
    begins: Mapped[str] = mapped_column(String(10), default="")  # "12-20", "easter-7" or "2026-12-20"; "": always
    ends: Mapped[str] = mapped_column(String(10), default="")  # the last night
    weekdays: Mapped[list[Any]] = mapped_column(default=list)  # the nights of the week, Monday is 0; none: all
    price_minor: Mapped[int]
    nights_min: Mapped[int | None]  # of a stay that has one of its nights; None: as the service says

    @property
    def dated(self) -> bool:
        """Whether it holds between two days."""
        return bool(self.begins)

    @property
    def once(self) -> bool:
        """Whether it holds in one year only."""
        return year_days.once(self.begins)

    def force(self, night: date) -> tuple[int, ...] | None:
        """How it holds for that night, the least goes first: dates before week days, what is shorter before what is
        longer, one year before every year, fewer nights of the week before more; None where it does not hold.
        """
        if self.weekdays and night.weekday() not in self.weekdays:
            return None
        of_week = len(self.weekdays) or 7
        if not self.dated:
            return 1, 0, 0, of_week
        found = year_days.stretch(self.begins, self.ends, night)
        return None if found is None else (0, (found[1] - found[0]).days, int(not self.once), of_week)


def of(service: "Service", night: date) -> ServiceRate | None:
    """The one that holds for that night; None where the service's own price does."""
    known = ((force, place) for place, one in enumerate(service.rates) if (force := one.force(night)) is not None)
    best = min(known, default=None)
    return None if best is None else service.rates[best[1]]


def least(service: "Service", night: date) -> int:
    """The fewest nights of a stay that has that night."""
    return _least(service, of(service, night))


def strictest(service: "Service", nights: Iterable[date]) -> tuple[int, ServiceRate | None]:
    """The fewest nights of a stay that has all of these, and the rate that says so, if one does."""
    found = [(_least(service, rate), rate) for rate in (of(service, night) for night in nights)]
    count, rate = max(found, key=lambda one: one[0], default=(service.nights_min, None))
    return count, rate if rate is not None and rate.nights_min else None


def _least(service: "Service", rate: ServiceRate | None) -> int:
    return (rate.nights_min if rate else None) or service.nights_min


def refuse_short(service: "Service", nights: Sequence[date]) -> None:
    """Refuse a stay of these nights that is too short; raises TooShort."""
    count, rate = strictest(service, nights)
    if len(nights) < count:
        raise TooShortThen(nights=count, name=i18n.pick(rate.name)) if rate is not None else TooShort(nights=count)


def shortest(service: "Service", arrive: date) -> int:
    """How many nights the shortest stay has that begins on that day."""
    count, wanted = 1, least(service, arrive)
    while count < wanted and count < service.nights_max:
        wanted = max(wanted, least(service, arrive + timedelta(days=count)))
        count += 1
    return count


def long_stay(service: "Service", nights: int) -> tuple[int, int]:
    """(what comes off so long a stay in basis points, from how many nights on): the most that fits; (0, 0) for none."""
    fits = [(bp, since) for bp, since in ((service.week_bp, WEEK), (service.month_bp, MONTH)) if bp and nights >= since]
    return max(fits, default=(0, 0))


def check(rows: Sequence[ServiceRate]) -> None:
    """Refuse two that hold for the same night with equal force; raises Clash."""
    for one, other in combinations(rows, 2):
        if (night := _both(one, other)) is not None:
            raise Clash(one=_called(one), other=_called(other), day=days.told(night))


def _both(one: ServiceRate, other: ServiceRate) -> date | None:
    """A night for which both hold with equal force."""
    alike = (one.dated, one.once) == (other.dated, other.once)
    shared = [day for day in range(7) if all(not row.weekdays or day in row.weekdays for row in (one, other))]
    if not alike or not shared or (len(one.weekdays) or 7) != (len(other.weekdays) or 7):
        return None
    if not one.dated:
        return _next(clock.now().date(), shared)
    this = clock.now().year
    mine, theirs = (year_days.stretches(row.begins, row.ends, range(this - 1, this + _YEARS)) for row in (one, other))
    for first, last in ((max(a[0], b[0]), min(a[1], b[1])) for a in mine for b in theirs if a[1] - a[0] == b[1] - b[0]):
        if first <= last and (night := _next(first, shared)) <= last:
            return night
    return None


def _next(day: date, weekdays: Sequence[int]) -> date:
    return next(one for more in range(7) if (one := day + timedelta(days=more)).weekday() in weekdays)


def _called(rate: ServiceRate) -> str:
    return i18n.pick(rate.name)


def write(service: "Service", rows: Sequence[ServiceRate]) -> None:
    """Have the service these rates and no others; raises Clash."""
    check(rows)
    for gone in service.rates:
        db.session.delete(gone)
    db.session.flush()
    for row in rows:
        row.service_id = service.id
    db.session.add_all(rows)
    db.session.flush()
    db.session.expire(service, ["rates"])
