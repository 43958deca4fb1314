"""Vacancies: how much of a service is left at many times at once, in a fixed number of queries."""

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import or_, select

from kernel import clock
from kernel.db import db
from shop import occupations
from shop.bookings import Booking
from shop.departures import Departure
from shop.occupations import Occupation, Span
from shop.resources import MOST_UNITS, ResourceUnit
from shop.services import Service, ServiceResource


@dataclass(frozen=True, slots=True)
class Vacancy:
    """What is left at one time: places of a departure, units of the others; and how many are coming."""

    span: Span
    left: int
    gathered: int = 0


@dataclass
class _Gone:
    """What counts as given back: holds that ran out, and a booking that would be moved."""

    bookings: set[int] = field(default_factory=set)
    places: Counter[int] = field(default_factory=Counter)  # by departure


@dataclass
class _Taken:
    """Who has the units that a service needs; units are bits, so that a time's are one number."""

    bits: dict[int, int] = field(default_factory=dict)
    usable: Counter[int] = field(default_factory=Counter)  # of a resource, the bits that can be taken
    rows: Sequence[Any] = ()  # unit_id, starts_at, ends_at, departure_id, resource_id
    own: Counter[tuple[int, int]] = field(default_factory=Counter)  # units of a departure, of a resource


def at(service: Service, spans: Sequence[Span], *, besides: Booking | None = None) -> list[Vacancy]:
    """What is left at each of these times; what `besides` has counts as free, as it is while it is moved."""
    if not spans:
        return []
    known = _departures(service, spans)
    real = [Span(span.starts_at, known[span.starts_at].ends_at) if span.starts_at in known else span for span in spans]
    wide = [span.widened(service.before, service.after) for span in real]
    gone = _gone(service, besides)
    taken = _taken(service, wide, gone)
    told = zip(real, _busy(wide, taken), strict=True)
    if service.kind != "departure":
        return [Vacancy(span, _units_left(service, taken, busy)) for span, busy in told]
    return [_departure(service, span, known.get(span.starts_at), (taken, busy, gone)) for span, busy in told]


def _units_left(service: Service, taken: _Taken, busy: int) -> int:
    return min((_free(taken, need, busy) for need in service.needs), default=MOST_UNITS)


def _free(taken: _Taken, need: ServiceResource, busy: int) -> int:
    return (taken.usable[need.resource_id] & ~busy).bit_count()


def _departure(service: Service, span: Span, row: Any, state: tuple[_Taken, int, _Gone]) -> Vacancy:
    taken, busy, gone = state
    key = row.id if row else 0
    gathered = row.taken - gone.places[key] if row else 0
    if row and row.state != "open":
        return Vacancy(span, 0, gathered)
    left = (row.capacity if row else service.capacity) - gathered
    for need in service.needs:
        units = taken.own[key, need.resource_id] + _free(taken, need, busy)
        room = units * need.seats - gathered if need.seats or not units else left  # one unit may hold everybody
        left = min(left, room)
    return Vacancy(span, max(0, left), gathered)


def _departures(service: Service, spans: Sequence[Span]) -> dict[Any, Any]:
    if service.kind != "departure":
        return {}
    begun = [span.starts_at for span in spans]
    wanted = select(Departure.id, Departure.starts_at, Departure.ends_at, Departure.capacity, Departure.taken,
                    Departure.state)  # fmt: skip
    mine = Departure.service_id == service.id, Departure.starts_at.between(min(begun), max(begun))
    return {row.starts_at: row for row in db.session.execute(wanted.where(*mine))}


def _gone(service: Service, besides: Booking | None) -> _Gone:
    needed = [need.resource_id for need in service.needs]
    sharing = select(ServiceResource.service_id).where(ServiceResource.resource_id.in_(needed))
    over = Booking.state == "held", Booking.held_until <= clock.now()
    wanted = select(Booking.id, Booking.departure_id, Booking.places)
    rows = list(
        db.session.execute(wanted.where(*over, or_(Booking.service_id == service.id, Booking.service_id.in_(sharing))))
    )
    gone = _Gone()
    if besides is not None and besides.live:
        rows.append((besides.id, besides.departure_id, besides.places))  # type: ignore[arg-type]
    for key, departure_id, places in rows:
        gone.bookings.add(key)
        if departure_id is not None:
            gone.places[departure_id] += places
    return gone


def _taken(service: Service, wide: Sequence[Span], gone: _Gone) -> _Taken:
    found = _Taken()
    needed = sorted(need.resource_id for need in service.needs)
    if not needed:
        return found
    asked = select(ResourceUnit.id, ResourceUnit.resource_id, ResourceUnit.active)
    order = ResourceUnit.position, ResourceUnit.id
    units = db.session.execute(asked.where(ResourceUnit.resource_id.in_(needed)).order_by(*order)).all()
    for number, (unit_id, resource_id, active) in enumerate(units):
        found.bits[unit_id] = 1 << number
        found.usable[resource_id] |= found.bits[unit_id] if active else 0
    found.rows = _rows(list(found.bits), wide, gone)
    resource_of = {unit_id: resource_id for unit_id, resource_id, _active in units}
    if gone.places:
        found.rows = _without_surplus(found.rows, resource_of, gone)
    found.own.update((row.departure_id, resource_of[row.unit_id]) for row in found.rows if row.departure_id is not None)
    return found


def _rows(unit_ids: list[int], wide: Sequence[Span], gone: _Gone) -> list[Any]:
    whole = Span(min(span.starts_at for span in wide), max(span.ends_at for span in wide))
    wanted = select(Occupation.unit_id, Occupation.starts_at, Occupation.ends_at, Occupation.departure_id,
                    Occupation.booking_id)  # fmt: skip
    mine = Occupation.unit_id.in_(unit_ids), *occupations.overlapping(whole)
    rows = db.session.execute(wanted.where(*mine)).all()
    return [row for row in rows if row.booking_id not in gone.bookings] if gone.bookings else list(rows)


def _without_surplus(rows: Iterable[Any], resource_of: dict[int, int], gone: _Gone) -> list[Any]:
    """Without the units that departures give back with the places that are gone: the last ones of each."""
    keep = _still_needed(gone)
    place = {unit_id: number for number, unit_id in enumerate(resource_of)}
    count: Counter[tuple[int, int]] = Counter()
    found = []
    for row in sorted(rows, key=lambda one: place[one.unit_id]):
        key = row.departure_id, resource_of[row.unit_id]
        count[key] += 1
        if key not in keep or count[key] <= keep[key]:
            found.append(row)
    return found


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
    longest = max(end - start for start, end in zip(starts, ends, strict=True))
    busy = [0] * len(wide)
    for row in taken.rows:
        bit, begins = taken.bits[row.unit_id], row.starts_at
        for place in range(bisect_right(starts, begins - longest), bisect_left(starts, row.ends_at)):
            if ends[place] > begins:
                busy[order[place]] |= bit
    return busy
