"""Outside closures: what a calendar from elsewhere says is taken closes its unit here, as far as it is free.

Each of its times is a closure with one of these outcomes:

- `taken`: all of it is closed by itself.
- `covered`: the rest is closed by another calendar of the unit (Airbnb blocks what Booking.com booked), lies in
  somebody's buffer, or somebody holds it in a cart. Nobody need look at it.
- `echo`: it is our own booking or closure that came back: the other place follows our calendar and tells it again. By
  its name nobody can know, so this is meant by its days: what it meets of ours, one after another without a free day,
  begins on its first day and ends on its last one. What the other place calls a reservation of its own is none.
- `left`: it was an echo of what has gone here meanwhile. The other place tells it until it has read us anew, and lets
  it to nobody until then; it closes nothing for half a day, and then counts as theirs.
- `clash`: something of ours is there as well, `against` says what: somebody has to call one of both off, and is told
  once.

Whatever of it is free is closed all the same, also in a clash: else those nights would be let twice. The database's own
wall keeps everything apart, as with all that occupies; what is not `taken` is tried again with every reading of any
calendar of the unit, when a hold in its way ends, and every few minutes while it clashes.
"""

from bisect import bisect_right, insort
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from itertools import islice, takewhile
from operator import attrgetter
from typing import NamedTuple

from sqlalchemy import Select, delete, select

from kernel import beside, clock, jobs, tenancy
from kernel.db import db
from shop import (
    booking_list,
    closures,
    holdings,
    local_times,
    occupations,
    outside_calendars,
    outside_letters,
    outside_times,
    time_wait_rows,
)
from shop.bookings import FIRM, Booking
from shop.closures import Closure
from shop.occupations import Occupation, Span
from shop.outside_calendars import OutsideCalendar
from shop.resources import ResourceUnit
from shop.slots import Slot

MOMENT = timedelta(seconds=1)
GRACE = timedelta(hours=12)  # in which other places read our calendar anew
KEPT = timedelta(days=60)  # so long what is over stays in the calendar
QUIET = {"synchronize_session": False}
What = Booking | Slot | Closure


class Piece(NamedTuple):
    """A time for which the unit is taken, and by which closure, if by one."""

    starts_at: datetime
    ends_at: datetime
    closure_id: int


def keep(row: OutsideCalendar, told: dict[str, Span]) -> None:
    """Have what it says closed, and nothing else of it: what is the same stays untouched."""
    if not claimed(row):
        return
    now = clock.now()
    known = {one.uid: one for one in db.session.scalars(select(Closure).where(Closure.calendar_id == row.id))}
    gone = [one for uid, one in known.items() if uid not in told and not now - KEPT < one.ends_at <= now]
    was = {one.against for one in gone if one.told_at is not None}
    _drop(row.unit, [one.id for one in gone])
    for uid, span in told.items():
        if uid not in known:
            times = {"starts_at": span.starts_at, "ends_at": span.ends_at}
            db.session.add(Closure(**times, reason=row.name, calendar_id=row.id, uid=uid))
    db.session.flush()
    settle(row.unit, was=was)


def claimed(row: OutsideCalendar) -> bool:
    """Hold what it closes and read it anew; False when somebody took it away meanwhile."""
    holdings.claim((), {row.unit.resource_id})
    mine = select(OutsideCalendar).where(OutsideCalendar.id == row.id)
    return db.session.scalar(mine, execution_options={"populate_existing": True}) is not None


def open_all(row: OutsideCalendar) -> None:
    """Nothing of it is closed any more; what another calendar says of the unit still is."""
    holdings.claim((), {row.unit.resource_id})
    _drop(row.unit, db.session.scalars(select(Closure.id).where(Closure.calendar_id == row.id)).all())
    settle(row.unit)


def _drop(unit: ResourceUnit, ids: Sequence[int]) -> None:
    for model, column in ((Occupation, Occupation.closure_id), (Closure, Closure.id)):
        if ids:
            db.session.execute(delete(model).where(column.in_(ids)), execution_options=QUIET)
    db.session.expire_all()
    if ids:
        time_wait_rows.freed((), [unit.resource_id])


def units_of(row: Closure) -> list[int]:
    """The units that it closes, or would close."""
    if row.calendar_id is None:
        return closures.units_of(row)
    return list(db.session.scalars(select(OutsideCalendar.unit_id).where(OutsideCalendar.id == row.calendar_id)))


def settle(unit: ResourceUnit, *, was: Iterable[str] = ()) -> None:
    """Close what can be closed now of all that is told of a unit, and tell of what clashes: whoever calls has claimed.

    `was`: what the shop heard of already, of times that were told anew just now.
    """
    rows, heard, fresh = db.session.scalars(_open(unit.id)).all(), set(was), []
    wall = _Wall(unit, rows) if rows else None
    for row in rows if wall else ():
        before, since = _marks(row.against) if row.told_at else set(), row.told_at
        was_left = row.outcome == "left"
        row.outcome, row.against = wall.settled(row)  # type: ignore[union-attr]
        new = row.outcome == "clash" and not _marks(row.against) <= before
        row.told_at = clock.now() if new else since if row.outcome == "clash" else None
        if row.outcome == "left":
            row.told_at = since if was_left else clock.now()
        fresh += [row] if new and row.against not in heard else []
    db.session.flush()
    if wall and wall.holds:
        jobs.later("outside_closures.settle", unit.id, at=min(wall.holds) + MOMENT, key=str(unit.id))
    outside_letters.tell(unit, fresh)


@jobs.job("outside_closures.settle")
def settle_of(unit_id: int) -> None:
    """Try again what was not free: a hold ended, or somebody called one of both off."""
    unit = db.session.get(ResourceUnit, unit_id)
    if unit is not None:
        holdings.claim((), {unit.resource_id})
        settle(unit)


def unsettled() -> Select[int]:
    """The units in which something clashes."""
    mine = select(OutsideCalendar.unit_id).join(Closure, Closure.calendar_id == OutsideCalendar.id)
    return mine.where(Closure.outcome == "clash", Closure.ends_at > clock.now()).distinct()


def _marks(against: str) -> set[str]:
    return set(filter(None, against.split(",")))


def _open(unit_id: int) -> Select[Closure]:
    undone = OutsideCalendar.unit_id == unit_id, Closure.outcome != "taken", Closure.ends_at > clock.now()
    mine = select(Closure).join(OutsideCalendar, OutsideCalendar.id == Closure.calendar_id).where(*undone)
    return mine.order_by(Closure.calendar_id, Closure.starts_at, Closure.id)


class _Wall:
    """What one unit is taken for, as it was read under the claim and changes with what is closed of it."""

    def __init__(self, unit: ResourceUnit, rows: Sequence[Closure]) -> None:
        self.unit, self.zone = unit, tenancy.tenant().timezone
        self.nights = bool(outside_calendars.frame_of(unit).arrive)
        whole = Span(min(row.starts_at for row in rows), max(row.ends_at for row in rows))
        self.taken = sorted(Piece(one.starts_at, one.ends_at, one.closure_id or 0)
                            for one in occupations.within([unit.id], whole))  # fmt: skip
        from_outside = select(Closure.id).where(Closure.calendar_id.is_not(None))
        known = from_outside.where(Closure.id.in_({one.closure_id for one in self.taken}))
        self.holds: list[datetime] = []  # when those end that are in the way
        self.outside = {*db.session.scalars(known), *(row.id for row in rows)}

    def settled(self, row: Closure) -> tuple[str, str]:
        """Its outcome and what it clashes with, once as much of it is closed as can be."""
        there = self._there(row)
        mine = [one for one in there if one.closure_id == row.id]
        others = [one for one in there if one.closure_id != row.id]
        ours, all_of_it = list[What](), list[What]()
        if not {one.closure_id for one in others} <= self.outside:
            found = booking_list.in_the_way([self.unit.id], Span(row.starts_at, row.ends_at))
            self.holds += [until for one in found for until in _held(one)]
            all_of_it = [one for one in found if _meet(one, row)]
            ours = [one for one in all_of_it if not isinstance(one, Closure) or one.calendar_id is None]
        if ours and not outside_times.surely_booked(row.uid or "") and self._echo(row, all_of_it):
            self._close(row, mine, [])
            return "echo", ""
        if not ours and _lately(row):
            self._close(row, mine, [])
            return "left", ""
        self._close(row, mine, occupations.gaps(row, others))
        if ours:
            return "clash", ",".join(sorted(map(_mark, ours))[:20])
        return ("covered" if others else "taken"), ""

    def _echo(self, row: Closure, met: Sequence[What]) -> bool:
        """Whether it is told of ours again: see above. What began before today elsewhere begins today."""
        today = clock.today(self.zone)
        days = sorted((max(self._day(one.starts_at), today), self._day(one.ends_at)) for one in met)
        begins, ends = max(self._day(row.starts_at), today), days[0][0]
        same = begins == ends
        for first, last in days:
            same = same and first <= ends
            ends = max(ends, last)
        within = min(one.starts_at for one in met) <= row.starts_at and row.ends_at <= max(one.ends_at for one in met)
        return same and ends == self._day(row.ends_at) and (self.nights or within)

    def _day(self, moment: datetime) -> date:
        return local_times.day(moment, self.zone)

    def _close(self, row: Closure, mine: Sequence[Piece], parts: Sequence[Span]) -> None:
        """Have it take these parts and no other; under the claim nobody is quicker, else all is read once more."""
        if [one[:2] for one in mine] == [(one.starts_at, one.ends_at) for one in parts]:
            return
        if mine:
            occupations.give_back(closure_id=row.id)
            self.taken = [one for one in self.taken if one.closure_id != row.id]
        with beside.attempt():
            for part in parts:
                occupations.reserve([self.unit.id], part, closure_id=row.id)
        for part in parts:
            insort(self.taken, Piece(part.starts_at, part.ends_at, row.id))

    def _there(self, row: Closure) -> list[Piece]:
        """What is taken within its time: pieces never overlap, so they end in the order in which they begin."""
        first = bisect_right(self.taken, row.starts_at, key=attrgetter("ends_at"))
        return list(takewhile(lambda one: one.starts_at < row.ends_at, islice(self.taken, first, None)))


def _lately(row: Closure) -> bool:
    """Whether what it was the echo of has just gone; `told_at` says since when."""
    return row.outcome == "echo" or (
        row.outcome == "left" and row.told_at is not None and clock.now() - row.told_at < GRACE
    )


def _meet(what: What, row: Closure) -> bool:
    """Whether it really is there then, for good: a buffer is nobody's stay, and a hold may end."""
    if isinstance(what, Closure) and what.id == row.id:
        return False
    if isinstance(what, Booking) and what.state not in FIRM:
        return False
    if isinstance(what, Slot) and not any(one.state in FIRM for one in what.bookings):
        return False
    return what.starts_at < row.ends_at and what.ends_at > row.starts_at


def _held(what: What) -> list[datetime]:
    rows = what.bookings if isinstance(what, Slot) else [what] if isinstance(what, Booking) else []
    return [row.held_until for row in rows if row.state == "held" and row.held_until is not None]


def _mark(what: What) -> str:
    if isinstance(what, Slot):
        return f"departure:{what.departure.id if what.departure else 0}"
    return f"{what.__tablename__}:{what.id}"
