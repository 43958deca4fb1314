"""Goals: the figures that a shop chose to watch, with the target of each and what it does when it is missed.

A figure that nobody can compute is typed month by month; without a value it says so, and shows nothing else.
"""

import itertools
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Date, Select, String, UniqueConstraint, select
from sqlalchemy.orm import Mapped, mapped_column

from crm import indicators
from crm.indicators import Indicator
from kernel.db import Base, db, pk, words
from kernel.folding import fold
from kernel.refusal import Missing
from kernel.tenancy import Binnable, TenantOwned

DAYS = 30  # a computed figure is of the last so many
MONTHS = 12  # of history
NEAR = 10  # percent of the target by which a figure may miss it and still be near


class IndicatorGoal(TenantOwned, Binnable, Base):
    """A figure that the shop watches; values are whole numbers of the unit's smallest part (see indicators)."""

    __tablename__ = "indicator_goal"
    __extra__ = (UniqueConstraint("tenant_id", "code"),)
    id: Mapped[int] = pk()
    code: Mapped[str] = mapped_column(String(60))
    name: Mapped[dict[str, str]] = words()
    measure: Mapped[str] = mapped_column(String(40), default="")  # the indicator that computes it; "" when it is typed
    scope: Mapped[list[str]] = mapped_column(default=list)  # SKUs that it is about; none: the whole shop
    unit: Mapped[str] = mapped_column(String(10))
    direction: Mapped[str] = mapped_column(String(4))
    target: Mapped[int]
    corrective: Mapped[dict[str, str]] = words()
    position: Mapped[int] = mapped_column(default=0)

    @property
    def computed(self) -> Indicator | None:
        """The figure behind it, unless it is typed."""
        return indicators.known().get(self.measure)


class IndicatorValue(TenantOwned, Base):
    """What somebody typed for a month."""

    __tablename__ = "indicator_value"
    __extra__ = (UniqueConstraint("tenant_id", "code", "month"),)
    id: Mapped[int] = pk()
    code: Mapped[str] = mapped_column(String(60))
    month: Mapped[date] = mapped_column(Date)  # its first day
    value: Mapped[int]
    note: Mapped[str] = mapped_column(String(300), default="")
    by: Mapped[str] = mapped_column("typed_by", String(160), default="")  # the name of who typed it


@dataclass(frozen=True)
class Reading:
    """What a goal's figure says now: its value and how it stands to the target."""

    goal: IndicatorGoal
    value: int | None
    month: date  # of a typed one: which month it is, or which is to be typed
    state: str  # met | near | missed | none


def listed() -> list[IndicatorGoal]:
    """What the shop watches, in its order."""
    return list(db.session.scalars(select(IndicatorGoal).order_by(IndicatorGoal.position, IndicatorGoal.id)))


def coded(code: str, *, binned: bool = False) -> IndicatorGoal:
    """The goal that an address names; raises Missing."""
    mine = select(IndicatorGoal).where(IndicatorGoal.code == code).execution_options(binned=binned)
    found = db.session.scalar(mine)
    if found is None:
        raise Missing()
    return found


def make(name: dict[str, str], unit: str, direction: str, target: int, **told: Any) -> IndicatorGoal:
    """Watch a figure; its code comes from its name unless it is given."""
    code = told.pop("code", "") or _free_code(next(iter(name.values()), ""))
    row = IndicatorGoal(code=code, name=name, unit=unit, direction=direction, target=target, **told)
    row.position = len(listed())
    db.session.add(row)
    db.session.flush()
    return row


def _free_code(name: str) -> str:
    plain = re.sub(r"[^a-z0-9]+", "-", fold(name)).strip("-")[:48] or "indicador"
    taken = set(db.session.scalars(select(IndicatorGoal.code).execution_options(binned=True)))
    numbers = itertools.count(2)
    return next(code for code in itertools.chain([plain], (f"{plain}-{one}" for one in numbers)) if code not in taken)


def judged(goal: IndicatorGoal, value: int | None) -> str:
    """How a value stands to the target: met, near (it misses it by a tenth at most), missed, or none."""
    if value is None:
        return "none"
    short = goal.target - value if goal.direction == "more" else value - goal.target
    if short <= 0:
        return "met"
    return "near" if short * 100 <= abs(goal.target) * NEAR else "missed"


def reading(goal: IndicatorGoal, day: date) -> Reading:
    """Computed: the last thirty days. Typed: the newest month that counts, which is the last whole one or later."""
    month = former(first_of(day))
    if goal.computed:
        value = indicators.value(goal.measure, day - timedelta(days=DAYS - 1), day, goal.scope)
    else:
        row = _newest(goal, month)
        value, month = (row.value, row.month) if row else (None, month)
    return Reading(goal, value, month, judged(goal, value))


def readings(day: date) -> list[Reading]:
    """The same of everything that the shop watches."""
    return [reading(goal, day) for goal in listed()]


def in_state(state: str, told: Iterable[Reading]) -> Select[IndicatorGoal]:
    """The goals whose figure stands so: what is missed, or has no value."""
    ids = [one.goal.id for one in told if one.state == state]
    return select(IndicatorGoal).where(IndicatorGoal.id.in_(ids)).order_by(IndicatorGoal.position, IndicatorGoal.id)


def _newest(goal: IndicatorGoal, since: date) -> IndicatorValue | None:
    mine = select(IndicatorValue).where(IndicatorValue.code == goal.code, IndicatorValue.month >= since)
    return db.session.scalar(mine.order_by(IndicatorValue.month.desc()).limit(1))


def typed(goal: IndicatorGoal) -> dict[date, IndicatorValue]:
    """What was typed of a goal, by month."""
    mine = select(IndicatorValue).where(IndicatorValue.code == goal.code).order_by(IndicatorValue.month)
    return {row.month: row for row in db.session.scalars(mine)}


def history(goal: IndicatorGoal, day: date) -> list[tuple[date, int | None]]:
    """Its value month by month, this month so far as the last one."""
    months = [first_of(day)]
    while len(months) < MONTHS:
        months.insert(0, former(months[0]))
    if goal.computed:
        ends = [*(month - timedelta(days=1) for month in months[1:]), day]
        return [(at, indicators.value(goal.measure, at, end, goal.scope)) for at, end in zip(months, ends, strict=True)]
    told = typed(goal)
    return [(month, told[month].value if month in told else None) for month in months]


def type_in(goal: IndicatorGoal, month: date, value: int, *, note: str = "", by: str = "") -> IndicatorValue:
    """Keep the value of a month; one that is there is corrected."""
    row = typed(goal).get(first_of(month)) or IndicatorValue(code=goal.code, month=first_of(month))
    row.value, row.note, row.by = value, note, by
    db.session.add(row)
    db.session.flush()
    return row


def take_back(goal: IndicatorGoal, month: date) -> None:
    """Forget what was typed for a month."""
    row = typed(goal).get(first_of(month))
    if row is not None:
        db.session.delete(row)


def first_of(day: date) -> date:
    """The first day of its month."""
    return day.replace(day=1)


def former(month: date) -> date:
    """The first day of the month before."""
    return first_of(month - timedelta(days=1))
