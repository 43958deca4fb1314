"""Vacancies: how much of a service is left at many times at once, in a fixed number of queries."""

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache, partial
from itertools import accumulate
from typing import Any

from sqlalchemy import String, bindparam, cast, func, or_, select

from kernel import beside, clock
from kernel.db import db
from shop.bookings import Booking
from shop.departures import CALLED_OFF, Departure
from shop.occupations import Occupation, Span
from shop.resources import MOST_UNITS, ResourceUnit
from shop.services import Service, ServiceResource

TENANT: Any = bindparam("tenant")
NEEDED: Any = bindparam("needed", expanding=True)  # the resources


@dataclass(frozen=True, slots=True)
class Vacancy:
    """What is left at one time: places of a departure, units of the others; and how many are coming."""

    span: Span
    left: int
    gathered: int = 0
    off: bool = False  # it was called off


@dataclass
class _Gone:
    """What counts as given back: holds that ran out, and a booking that would be moved."""

    bookings: set[int] = field(default_factory=set)
    places: Counter[int] = field(default_factory=Counter)  # by departure


@dataclass
class _Taken:
    """Who has the units that a service needs; units are bits, so that a time's are one number."""

    bits: dict[int, int] = field(default_factory=dict)
    usable: dict[int, int] = field(default_factory=dict)  # by resource: the bits of the units that can be taken
    blocks: list["_Block"] = field(default_factory=list)
    own: Counter[tuple[int, int]] = field(default_factory=Counter)  # units of a departure, of a resource


@dataclass(frozen=True, slots=True)
class _Departure:
    """What is known of a departure; one that nobody has taken a place of has only its capacity."""

    capacity: int
    open: bool = True
    gathered: int = 0
    id: int = 0
    off: bool = False


@dataclass(slots=True)
class _Block:
    """Units that are taken in the same time, of the same departure when one is named."""

    starts_at: datetime
    ends_at: datetime
    departure_id: int | None
    units: list[int]


def at(service: Service, spans: Sequence[Span], *, besides: Booking | None = None, party: int = 1) -> list[Vacancy]:
    """What is left at each of these times; what `besides` has counts as free, as it is while it is moved.

    `party`: how many people come to an appointment: units that are too small for them are not left.
    """
    if not spans:
        return []
    known = _departures(service, spans)
    real = [Span(span.starts_at, known[span.starts_at].ends_at) if span.starts_at in known else span for span in spans]
    wide = [span.widened(service.before, service.after) for span in real] if service.before or service.after else real
    gone = _gone(service, besides)
    taken = _taken(service, wide, gone, party=party if service.kind == "appointment" else 0)
    told = zip(real, _busy(wide, taken), strict=True)
    if service.kind != "departure":
        usable = list(taken.usable.values())
        return [Vacancy(span, min(((mask & ~busy).bit_count() for mask in usable), default=MOST_UNITS))
                for span, busy in told]  # fmt: skip
    blank = _Departure(service.capacity)
    rows = {
        at: _Departure(
            row.capacity, row.state == "open", row.taken - gone.places[row.id], row.id, row.state == CALLED_OFF
        )
        for at, row in known.items()
    }
    found = []
    for span, busy in told:
        row = rows.get(span.starts_at, blank)
        fit = service.people(partial(_units_for, row, taken, busy))
        most = row.capacity if fit is None else min(row.capacity, fit)
        found.append(Vacancy(span, max(0, most - row.gathered) if row.open else 0, row.gathered, row.off))
    return found


def _units_for(departure: _Departure, taken: _Taken, busy: int, need: ServiceResource) -> int:
    """How many units of a resource a departure has or can have."""
    return taken.own[departure.id, need.resource_id] + (taken.usable[need.resource_id] & ~busy).bit_count()


def _departures(service: Service, spans: Sequence[Span]) -> dict[Any, Any]:
    if service.kind != "departure":
        return {}
    begun = [span.starts_at for span in spans]
    asked = {"service": service.id, "first": min(begun), "last": max(begun)}
    return {row.starts_at: row for row in beside.ask(_written(), **asked)}


@lru_cache
def _written() -> Any:
    wanted = select(Departure.id, Departure.starts_at, Departure.ends_at, Departure.capacity, Departure.taken,
                    Departure.state)  # fmt: skip
    inside = Departure.starts_at.between(bindparam("first"), bindparam("last"))
    return wanted.where(Departure.tenant_id == TENANT, Departure.service_id == bindparam("service"), inside)


def _gone(service: Service, besides: Booking | None) -> _Gone:
    asked = {"service": service.id, "needed": [need.resource_id for need in service.needs], "now": clock.now()}
    rows: list[Any] = list(beside.ask(_over(), **asked))
    gone = _Gone()
    if besides is not None and besides.live:
        rows.append((besides.id, besides.departure_id, besides.places))
    for key, departure_id, places in rows:
        gone.bookings.add(key)
        if departure_id is not None:
            gone.places[departure_id] += places
    return gone


@lru_cache
def _over() -> Any:
    """The holds that ran out, of the service and of those that share what it needs."""
    shared = ServiceResource.tenant_id == TENANT, ServiceResource.resource_id.in_(NEEDED)
    sharing = select(ServiceResource.service_id).where(*shared)
    over = Booking.tenant_id == TENANT, Booking.state == "held", Booking.held_until <= bindparam("now")
    theirs = or_(Booking.service_id == bindparam("service"), Booking.service_id.in_(sharing))
    return select(Booking.id, Booking.departure_id, Booking.places).where(*over, theirs)


def _taken(service: Service, wide: Sequence[Span], gone: _Gone, *, party: int) -> _Taken:
    found = _Taken()
    needed = sorted(need.resource_id for need in service.needs)
    if not needed:
        return found
    units = beside.ask(_units(), needed=needed)
    found.bits = {unit.id: 1 << number for number, unit in enumerate(units)}
    for need in service.needs:
        usable = [unit for unit in units if unit.resource_id == need.resource_id and unit.active]
        found.usable[need.resource_id] = sum(found.bits[unit.id] for unit in usable if (unit.seats or party) >= party)
    resource_of = {unit.id: unit.resource_id for unit in units}
    found.blocks = _blocks(resource_of, wide, gone, named=service.kind == "departure" or bool(gone.places))
    for block in found.blocks:
        if block.departure_id is not None:
            found.own.update((block.departure_id, resource_of[unit]) for unit in block.units)
    return found


@lru_cache
def _units() -> Any:
    asked = select(ResourceUnit.id, ResourceUnit.resource_id, ResourceUnit.active, ResourceUnit.seats)
    mine = asked.where(ResourceUnit.tenant_id == TENANT, ResourceUnit.resource_id.in_(NEEDED))
    return mine.order_by(ResourceUnit.position, ResourceUnit.id)


def _blocks(resource_of: dict[int, int], wide: Sequence[Span], gone: _Gone, *, named: bool) -> list[_Block]:
    """What is taken of these units, put together by time: many bookings at the same times are one row."""
    whole = Span(min(span.starts_at for span in wide), max(span.ends_at for span in wide))
    asked = {"units": list(resource_of), "begins": whole.starts_at, "ends": whole.ends_at}
    without = {"gone": sorted(gone.bookings)} if gone.bookings else {}
    rows = beside.ask(_together(named, bool(without)), **asked, **without)
    found = [_Block(row[1], row[2], row[3] if named else None, list(map(int, row[0].split(",")))) for row in rows]
    if gone.places:
        _spare(found, resource_of, gone)
    return found


@lru_cache
def _together(named: bool, gone: bool) -> Any:
    """Mostly nothing is gone: then the index alone has the answer."""
    by: list[Any] = [Occupation.starts_at, Occupation.ends_at, *([Occupation.departure_id] if named else [])]
    there = Occupation.starts_at < bindparam("ends"), Occupation.ends_at > bindparam("begins")
    kept = or_(Occupation.booking_id.is_(None), Occupation.booking_id.not_in(bindparam("gone", expanding=True)))
    mine = Occupation.tenant_id == TENANT, Occupation.unit_id.in_(bindparam("units", expanding=True)), *there
    wanted = select(func.aggregate_strings(cast(Occupation.unit_id, String), ","), *by).where(*mine).group_by(*by)
    return wanted.where(kept) if gone else wanted


def _spare(blocks: Sequence[_Block], resource_of: dict[int, int], gone: _Gone) -> None:
    """Without the units that departures give back with the places that are gone: the last ones of each resource."""
    still, place = _still_needed(gone), {unit: number for number, unit in enumerate(resource_of)}
    count: Counter[tuple[int, int]] = Counter()
    theirs = [
        (place[unit], unit, block) for block in blocks if block.departure_id in gone.places for unit in block.units
    ]
    for _place, unit, block in sorted(theirs, key=lambda one: one[0]):
        key = block.departure_id or 0, resource_of[unit]
        count[key] += 1
        if count[key] > still.get(key, count[key]):
            block.units.remove(unit)


def _still_needed(gone: _Gone) -> dict[tuple[int, int], int]:
    """How many units of each resource a departure needs once what is gone was given back."""
    wanted = select(Departure.id, Departure.taken, ServiceResource).join(
        ServiceResource, ServiceResource.service_id == Departure.service_id
    )
    rows = db.session.execute(wanted.where(Departure.id.in_(sorted(gone.places)))).all()
    return {(key, need.resource_id): need.units(taken - gone.places[key]) for key, taken, need in rows}


def _busy(wide: Sequence[Span], taken: _Taken) -> list[int]:
    """For each time the units that somebody has during it, as bits."""
    order = sorted(range(len(wide)), key=lambda number: wide[number].starts_at)
    starts, ends = [wide[number].starts_at for number in order], [wide[number].ends_at for number in order]
    over = list(accumulate(ends, max))  # up to each, the last end: what began before may last longer
    busy = [0] * len(wide)
    for block in taken.blocks:
        mask = sum(map(taken.bits.__getitem__, block.units))
        for place in range(bisect_right(over, block.starts_at), bisect_left(starts, block.ends_at)):
            if ends[place] > block.starts_at:
                busy[order[place]] |= mask
    return busy
