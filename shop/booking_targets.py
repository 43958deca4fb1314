"""Targets: the times to which staff can move a booking, or for which they write down who walks in, as a small grid."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from kernel import clock
from kernel.i18n import _l
from kernel.refusal import Refusal
from shop import booking_list, booking_times, local_times
from shop.boards import Board
from shop.bookings import Booking
from shop.occupations import Span
from shop.resources import Resource, ResourceUnit
from shop.services import Service

DAYS = 7
MOST_ROWS = 96
STAMP = "%Y%m%dT%H%M%SZ"


@dataclass(frozen=True)
class Target:
    """A time, on which unit, and whether it is free; `left` are the places of a departure."""

    span: Span
    unit: ResourceUnit | None = None
    free: bool = False
    left: int | None = None
    here: bool = False  # where the booking is now
    off: bool = False  # it was called off


@dataclass(frozen=True)
class Grid:
    """Rows by columns; where a cell is missing there is nothing to choose."""

    columns: Sequence[Any]  # days, or units
    rows: Sequence[Any]  # times of day, or units
    cells: Mapping[tuple[Any, Any], Target] = field(default_factory=dict)
    by_day: bool = True  # whether one page of it is a week, not a day

    @property
    def free(self) -> int:
        """How many of its times can be taken."""
        return sum(cell.free for cell in self.cells.values())


@dataclass(frozen=True)
class Asking:
    """What needs a time: how many people, how long, and whose own place is not in its way."""

    service: Service
    places: int = 1
    units: int = 1
    nights: int = 1
    own: Booking | None = None

    @classmethod
    def of(cls, booking: Booking, zone: str) -> "Asking":
        """As the booking is."""
        days = (local_times.day(at, zone) for at in (booking.ends_at, booking.starts_at))
        nights = max(1, (next(days) - next(days)).days)
        return cls(booking.service, booking.places, max(1, booking.units), nights, booking)

    @property
    def but(self) -> dict[str, int | None]:
        """Whose occupation is not in the way: its own, not that of a departure which it shares."""
        return {"booking": self.own.id} if self.own else {}


def grid(asking: Asking, first: date) -> Grid:
    """The times from that day on: a week of departures or arrivals, one day of appointments."""
    kind = asking.service.kind
    last = first if kind == "appointment" else first + timedelta(days=DAYS - 1)
    board = booking_list.board(first, last, longer=asking.nights if kind == "nights" else 0)
    return {"departure": _departures, "appointment": _appointments, "nights": _nights}[kind](asking, board)


def _departures(asking: Asking, board: Board) -> Grid:
    cells: dict[tuple[Any, Any], Target] = {}
    for slot in board.slots:
        if slot.service.id == asking.service.id and board.first <= board.day_of(slot.starts_at) <= board.last:
            here = asking.own is not None and asking.own.starts_at == slot.starts_at
            span = Span(slot.starts_at, slot.ends_at)
            free = slot.left >= asking.places and not here and _future(asking, span)
            time = f"{local_times.local(slot.starts_at, board.zone):%H:%M}"
            cells[time, board.day_of(slot.starts_at)] = Target(span, None, free, slot.left, here, slot.called_off)
    return Grid(board.days, sorted({time for time, _day in cells}), cells)


def _appointments(asking: Asking, board: Board) -> Grid:
    service, resource = asking.service, _main(asking.service, board)
    columns: list[ResourceUnit | None] = [unit for unit in resource.units if unit.active] if resource else [None]
    cells: dict[tuple[Any, Any], Target] = {}
    for span in booking_times.times(service, board.first, board.last).get(board.first, [])[:MOST_ROWS]:
        for unit in columns:
            time = f"{local_times.local(span.starts_at, board.zone):%H:%M}"
            cells[time, unit] = _target(asking, board, span, unit)
    return Grid(columns, sorted({time for time, _unit in cells}), cells, by_day=False)


def _nights(asking: Asking, board: Board) -> Grid:
    resource = _main(asking.service, board)
    rows: list[ResourceUnit | None] = [unit for unit in resource.units if unit.active] if resource else [None]
    days = [day for day in board.days if day in board.windows[asking.service.id]]
    cells = {
        (unit, day): _target(
            asking, board, booking_times.between(asking.service, day, day + timedelta(days=asking.nights)), unit
        )
        for unit in rows
        for day in days
    }
    return Grid(board.days, rows, cells)


def _target(asking: Asking, board: Board, span: Span, unit: ResourceUnit | None) -> Target:
    whole, known = span.widened(asking.service.before, asking.service.after), _resources(board)
    fits = _future(asking, span)
    for need in asking.service.needs:
        if need.resource_id in known and fits:
            free = board.free(known[need.resource_id], whole, but=asking.but)
            mine = unit is not None and unit.resource_id == need.resource_id
            fits = len(free) >= asking.units and (not mine or unit.id in free)  # type: ignore[union-attr]
    here = asking.own is not None and asking.own.starts_at == span.starts_at and _has(board, asking.own, unit)
    return Target(span, unit, fits and not here, None, here)


def _has(board: Board, booking: Booking, unit: ResourceUnit | None) -> bool:
    return unit is None or any(row.booking_id == booking.id for row in board.taken.get(unit.id, ()))


def _future(asking: Asking, span: Span) -> bool:
    """What is moved begins later, and so does what leaves; who walks in otherwise comes as long as it is not over."""
    begins = asking.own is not None or asking.service.kind == "departure"
    return (span.starts_at if begins else span.ends_at) > clock.now()


def _resources(board: Board) -> dict[int, Resource]:
    return {row.id: row for row in board.resources}


def _main(service: Service, board: Board) -> Resource | None:
    """The resource whose units one chooses from: the one with the most of them."""
    known = _resources(board)
    mine = [known[need.resource_id] for need in service.needs if need.resource_id in known]
    return max(mine, key=lambda one: len(one.units), default=None)


class NoMoment(Refusal):
    """What was sent does not name a moment."""

    message = _l("Choose a time from the calendar.")


def stamp(moment: datetime) -> str:
    """A moment as addresses of the desk carry it: `20261204T133000Z`."""
    return moment.astimezone(UTC).strftime(STAMP)


def moment(text: str) -> datetime:
    """The moment that an address carries; raises NoMoment."""
    try:
        found = datetime.strptime(text.strip()[:20], STAMP).replace(tzinfo=UTC)
    except ValueError:
        raise NoMoment() from None
    if found.year not in booking_times.YEARS:
        raise NoMoment()
    return found
