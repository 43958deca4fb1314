"""The board of the desk's calendar: what is taken on some days, by service and by unit, as it was read at once."""

from bisect import bisect_right
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import cached_property
from operator import attrgetter

from kernel import clock
from shop import booking_times, local_times
from shop.bookings import FIRM, Booking
from shop.closures import Closure
from shop.departures import Departure
from shop.hours import Window
from shop.occupations import Occupation, Span
from shop.resources import Resource
from shop.services import Service, ServiceResource
from shop.slots import Slot


@dataclass(frozen=True)
class Board:
    """Everything of the days from `first` to `last`, read at once; days and times of day are the tenant's."""

    first: date
    last: date
    zone: str
    services: Sequence[Service]
    resources: Sequence[Resource]
    bookings: Sequence[Booking]
    departures: Sequence[Departure]
    occupations: Sequence[Occupation]
    closures: Mapping[int, Closure]
    windows: Mapping[int, Mapping[date, Sequence[Window]]]
    shut: Mapping[int, Collection[date]]  # the days that an exception or a holiday closes, by service
    clashes: Sequence[tuple[Closure, int]] = ()  # what is taken elsewhere where something of ours is, with its unit

    @property
    def days(self) -> list[date]:
        """The days, in order."""
        return [self.first + timedelta(days=number) for number in range((self.last - self.first).days + 1)]

    def day_of(self, moment: datetime) -> date:
        """On which day it is, where the tenant is."""
        return local_times.day(moment, self.zone)

    def closed(self, day: date) -> list[Service]:
        """The services on sale that are closed on that day, whatever their week says."""
        return [one for one in self.services if one.product.live and day in self.shut[one.id]]

    def staying(self, day: date, services: Collection[Service]) -> list[Booking]:
        """Who is expected of these services on that day; who only leaves then is not."""
        known, whole = {one.id for one in services}, Span(*clock.span(day, day, self.zone))
        mine = [row for row in self.bookings if row.state in FIRM and row.service_id in known]
        begun = [row for row in mine if row.starts_at < whole.ends_at]
        return [row for row in begun if row.starts_at >= whole.starts_at or row.ends_at > whole.ends_at]

    def moment(self, day: date, text: str) -> datetime:
        """When it is that time on that day."""
        return local_times.moment(day, text, self.zone)

    @cached_property
    def slots(self) -> list[Slot]:
        """The departures of these days, in order, with what the units hold that they have or can have."""
        return [replace(slot, fit=self._fit(slot)) for slot in self._boats]

    def _fit(self, slot: Slot) -> int | None:
        """As `slots.fitted` says it, which asks once for each service: its own units count also when put away."""
        key = slot.departure.id if slot.departure else 0

        def units(need: ServiceResource) -> int:
            of = need.resource.units
            own = sum(any(row.departure_id == key for row in self.taken.get(unit.id, ())) for unit in of)
            return own + len(self.free(need.resource, slot.span))

        return slot.service.people(units)

    @cached_property
    def _boats(self) -> list[Slot]:
        known = {(row.service_id, row.starts_at): row for row in self.departures}
        for service in self.services:
            if service.kind == "departure" and service.product.live:
                for day, times in self.windows[service.id].items():
                    for window in times if booking_times.in_season(service, day) else ():
                        known.setdefault((service.id, self.moment(day, window.opens)), None)  # type: ignore[arg-type]
        of = {service.id: service for service in self.services}
        people: dict[int, list[Booking]] = {}
        for row in self.bookings:
            people.setdefault(row.departure_id or 0, []).append(row)
        found = [
            Slot(of[service_id], starts_at, row, people.get(row.id, []) if row else [])
            for (service_id, starts_at), row in known.items()
            if service_id in of
        ]
        return sorted(found, key=lambda one: (one.starts_at, one.service.product.position, one.service.id))

    @cached_property
    def taken(self) -> dict[int, list[Occupation]]:
        """What is taken of each unit, in order; a hold that ran out takes nothing."""
        alive = {row.id for row in self.bookings}
        boarded = {slot.departure.id for slot in self._boats if slot.departure and slot.taken}
        found: dict[int, list[Occupation]] = {}
        for row in self.occupations:
            aboard = row.departure_id in boarded and (row.departure_id, row.unit_id) not in self._spare
            if row.closure_id or row.booking_id in alive or aboard:
                found.setdefault(row.unit_id, []).append(row)
        return found

    @cached_property
    def _spare(self) -> set[tuple[int, int]]:
        """The units (by departure) that were taken only for holds that ran out: the last ones of each resource."""
        had, found = {(row.departure_id, row.unit_id) for row in self.occupations}, set[tuple[int, int]]()
        for slot in self._boats:
            key, gone = (slot.departure.id, slot.departure.taken > slot.taken) if slot.departure else (0, False)
            for need in slot.service.needs if gone else ():
                mine = [(key, unit.id) for unit in need.resource.units if (key, unit.id) in had]
                found.update(mine[need.units(slot.taken) :])
        return found

    def free(self, resource: Resource, span: Span, *, but: Mapping[str, int | None] | None = None) -> list[int]:
        """The units that nobody has in all that time; `but`: whose own occupation is not in the way."""
        own = {(name, value) for name, value in (but or {}).items() if value}
        return [
            unit.id
            for unit in resource.units
            if unit.active and not any(
                not own & {("booking", row.booking_id), ("departure", row.departure_id)}
                for row in meeting(self.taken.get(unit.id, ()), span)
            )
        ]  # fmt: skip


def meeting(rows: Sequence[Occupation], span: Span) -> Sequence[Occupation]:
    """What of a unit, which is in order and never overlaps, is taken in that time."""
    first = last = bisect_right(rows, span.starts_at, key=attrgetter("ends_at"))
    while last < len(rows) and rows[last].starts_at < span.ends_at:
        last += 1
    return rows[first:last]
