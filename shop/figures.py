"""Figures: what the shop sold, how many orders, visits, and where buyers come from; one query each for number,
plot, table and rows."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Select

from crm.tallies import Tally
from kernel import clock, tenancy
from kernel.db import db
from kernel.i18n import _l
from shop.orders import ENDED, Order

DAYS = (7, 30, 90)
COSTS = Order.total_minor - Order.credited_minor  # by now: what was called off or returned is no sale
COUNTER = "counter"  # sold by staff: nobody came by an address


@dataclass(frozen=True)
class Period:
    """Whole days of the shop's zone, both inside."""

    first: date
    last: date

    @property
    def days(self) -> list[date]:
        """Each of them."""
        return [self.first + timedelta(days=number) for number in range((self.last - self.first).days + 1)]

    @property
    def before(self) -> "Period":
        """As many days right before."""
        length = timedelta(days=len(self.days))
        return Period(self.first - length, self.last - length)

    @property
    def moments(self) -> tuple[datetime, datetime]:
        """From when until when."""
        return clock.span(self.first, self.last, tenancy.tenant().timezone)


def lately(days: int) -> Period:
    """The last so many days, today included."""
    today = clock.today(tenancy.tenant().timezone)
    return Period(today - timedelta(days=days - 1), today)


@dataclass(frozen=True)
class Figure:
    """A number of the shop: `query(period)` selects its rows, `point(row)` says (day, part, how much) of each."""

    name: str
    label: Any
    query: Callable[[Period], Select[Any]]
    columns: Sequence[Any]
    point: Callable[..., tuple[date, str, int]]
    money: bool = False
    parted: bool = False  # shown by parts instead of by days

    def points(self, period: Period) -> list[tuple[date, str, int]]:
        """What each of its rows adds."""
        rows = db.session.execute(self.query(period).order_by(None).with_only_columns(*self.columns))
        return [self.point(*row) for row in rows]


def by_day(points: Sequence[tuple[date, str, int]], period: Period) -> list[int]:
    """The sums day by day."""
    found: Counter[date] = Counter()
    for day, _part, much in points:
        found[day] += much
    return [found[day] for day in period.days]


def by_part(points: Sequence[tuple[date, str, int]]) -> Counter[str]:
    """The sums part by part."""
    found: Counter[str] = Counter()
    for _day, part, much in points:
        found[part] += much
    return found


def ordered(period: Period) -> Select[Order]:
    """The orders of those days that stand, the newest first; rehearsals only while the shop practises."""
    since, until = period.moments
    mine = Order.placed_at >= since, Order.placed_at < until, Order.practice == tenancy.tenant().practice
    wanted: Select[Order] = db.select(Order).where(*mine, Order.state.not_in((*ENDED, "asked")))
    return wanted.order_by(Order.placed_at.desc(), Order.id.desc())


def sold(period: Period) -> Select[Order]:
    """The same, as far as they are in the shop's currency: amounts of two cannot be added."""
    return ordered(period).where(Order.currency == tenancy.tenant().currency)


def visited(period: Period) -> Select[Tally]:
    """How often somebody came in, by day and by where they came from; nobody is known."""
    mine = Tally.kind == "visited", Tally.day >= period.first, Tally.day <= period.last
    wanted: Select[Tally] = db.select(Tally).where(*mine)
    return wanted.order_by(Tally.day.desc(), Tally.count.desc(), Tally.about_kind)


def _day(moment: datetime) -> date:
    return moment.astimezone(ZoneInfo(tenancy.tenant().timezone)).date()


def _sale(placed_at: datetime, minor: int) -> tuple[date, str, int]:
    return _day(placed_at), "", minor


def _order(placed_at: datetime) -> tuple[date, str, int]:
    return _day(placed_at), "", 1


def _visit(day: date, source: str, count: int) -> tuple[date, str, int]:
    return day, source, count


def place(address: dict[str, str], by_staff: bool) -> str:
    """Where a buyer is: "CR|Cartago" at home, the country abroad, COUNTER for what staff sold, "" when not said."""
    country = (address or {}).get("country", "")
    if not country or (not address.get("region", "") and country == tenancy.tenant().country):
        return COUNTER if by_staff else ""
    return f"{country}|{address['region']}" if country == tenancy.tenant().country else country


def _place(placed_at: datetime, address: dict[str, str], by_staff: bool) -> tuple[date, str, int]:
    return _day(placed_at), place(address, by_staff), 1


def _way(placed_at: datetime, source: str, by_staff: bool) -> tuple[date, str, int]:
    return _day(placed_at), COUNTER if by_staff else source, 1


FIGURES = {
    one.name: one
    for one in (
        Figure("sales", _l("Sales"), sold, (Order.placed_at, COSTS), _sale, money=True),
        Figure("orders", _l("Orders"), ordered, (Order.placed_at,), _order),
        Figure("visits", _l("Visits"), visited, (Tally.day, Tally.about_kind, Tally.count), _visit),
        Figure("places", _l("Where buyers are"), ordered, (Order.placed_at, Order.address, Order.by_staff), _place,
               parted=True),
        Figure("ways", _l("How buyers came"), ordered, (Order.placed_at, Order.source, Order.by_staff), _way,
               parted=True),
    )
}  # fmt: skip
ON_TODAY = ("sales", "orders", "visits", "places")
