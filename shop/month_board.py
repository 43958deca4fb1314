"""The month board: each unit's month on half days, which of its nights are free, and what is taken of what fits."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from functools import cached_property

from sqlalchemy import func, select
from sqlalchemy.orm import selectinload

from kernel import clock, tenancy
from kernel.db import db
from kernel.money import Money
from shop import booking_list, booking_prices, booking_times, holidays, hours, local_times, occupations, variants
from shop.boards import Board, meeting
from shop.booking_times import Times
from shop.bookings import FIRM, Booking
from shop.closures import Closure
from shop.occupations import Occupation, Span
from shop.order_lines import OrderLine
from shop.resources import Resource, ResourceUnit
from shop.services import Service, ServiceResource
from shop.slots import Slot

NOON, MOMENT, ONE = 12, timedelta(microseconds=1), timedelta(days=1)


@dataclass(frozen=True)
class Piece:
    """Some half days of a unit, [first, last) from the first morning on: what takes them, or why nothing does.

    `kind`: taken; of one `night` free, over (nobody had it), gap (too near to what is taken) or shut (not sold); blank
    is a morning alone.
    """

    kind: str
    first: int
    last: int
    row: Occupation | None = None
    night: date | None = None
    also: tuple[Occupation, ...] = ()  # what has no half day of its own
    early: bool = False  # it began before the month …
    late: bool = False  # … and it ends after the morning that follows it


@dataclass(frozen=True)
class Sum:
    """The nights of a month: sold, kept for who has not paid or been answered, open in all; what those sold bring."""

    sold: int
    held: int
    open: int
    income: Money  # without tax


@dataclass(frozen=True)
class Month:
    """What was read of a month."""

    board: Board
    nights: Mapping[int, Collection[date]]  # those that a service by the night sells, by its id
    prices: Mapping[int, Mapping[date, Money]]  # what each of them costs
    times: Mapping[int, Mapping[date, Sequence[Span]]]  # of appointments
    spans: dict[tuple[int, date], tuple[Span, Span]] = field(default_factory=dict)  # of nights: see _slept

    def by_night(self, resource: Resource) -> list[Service]:
        """The services that sell its nights, those that are not on sale any more too."""
        return self._of(resource, "nights")

    def by_time(self, resource: Resource) -> list[Service]:
        """The services that sell appointments on it."""
        return [one for one in self._of(resource, "appointment") if one.product.live]

    def _of(self, resource: Resource, kind: str) -> list[Service]:
        theirs = [one for one in self.board.services if one.kind == kind]
        return [one for one in theirs if any(need.resource_id == resource.id for need in one.needs)]

    @cached_property
    def bookings(self) -> dict[int, Booking]:
        """By their id."""
        return {row.id: row for row in self.board.bookings}

    @cached_property
    def slots(self) -> dict[tuple[int, date], list[Slot]]:
        """The departures of each service and day."""
        found: dict[tuple[int, date], list[Slot]] = {}
        for slot in self.board.slots:
            found.setdefault((slot.service.id, self.board.day_of(slot.starts_at)), []).append(slot)
        return found

    def price(self, resource: Resource, night: date) -> Money | None:
        """The least that somebody pays for that night; None where it is not sold."""
        known = [self.prices[one.id][night] for one in self.by_night(resource) if night in self.prices.get(one.id, ())]
        return min(known, default=None)

    def pieces(self, unit: ResourceUnit, services: Sequence[Service]) -> list[Piece]:
        """The whole month of a unit, without a gap between them."""
        found, at = list[Piece](), 0
        for row in self.board.taken.get(unit.id, ()):
            begins, ends = self._halves(row)
            first, last = max(begins, at), min(ends, self._width)
            if first < last:
                told = Piece("taken", first, last, row, early=begins < 0, late=ends > self._width)
                found += [*self._between(unit, services, at, first), told]
                at = last
            elif found and found[-1].row is not None and ends > 0 and begins < self._width:
                found[-1] = replace(found[-1], also=(*found[-1].also, row))
        return [*found, *self._between(unit, services, at, self._width)]

    @property
    def _width(self) -> int:
        """With the morning after the month: there its last night ends."""
        return 2 * len(self.board.days) + 1

    def _halves(self, row: Occupation) -> tuple[int, int]:
        """A stay has from the afternoon on which it begins to the morning on which it ends, whatever its hours are."""
        stay = self.stay(row)
        if stay is not None:
            first, last = (2 * (day - self.board.first).days + 1 for day in self.stretch(stay))
            return first, last
        return self._half(row.starts_at), self._half(row.ends_at - MOMENT) + 1

    def _half(self, moment: datetime) -> int:
        at = local_times.local(moment, self.board.zone)
        return 2 * (at.date() - self.board.first).days + (at.hour >= NOON)

    def stay(self, row: Occupation) -> Booking | None:
        """The booking by the night that has it."""
        found = self.bookings.get(row.booking_id or 0)
        return found if found is not None and found.service.kind == "nights" else None

    def stretch(self, booking: Booking) -> tuple[date, date]:
        """The days of arrival and of departure."""
        return self.board.day_of(booking.starts_at), self.board.day_of(booking.ends_at)

    def _between(self, unit: ResourceUnit, services: Sequence[Service], first: int, last: int) -> Iterator[Piece]:
        at = first
        while at < last:
            if at % 2 == 0:
                yield Piece("blank", at, at + 1)
                at += 1
                continue
            night, whole = self.board.first + at // 2 * ONE, at + 2 <= last  # from the afternoon to the morning
            kind = self._night(unit, services, night)
            yield Piece(kind if whole or kind != "free" else "gap", at, min(at + 2, last), None, night)
            at += 2

    def _night(self, unit: ResourceUnit, services: Sequence[Service], night: date) -> str:
        sold = [one for one in services if night in self.nights.get(one.id, ())]
        if not sold:
            return "shut"
        spans = [self._slept(one, night) for one in sold]
        if all(span.ends_at <= clock.now() for span, _whole in spans):
            return "over"
        taken = self.board.taken.get(unit.id, ())
        return "free" if any(not meeting(taken, whole) for _span, whole in spans) else "gap"

    def _slept(self, service: Service, night: date) -> tuple[Span, Span]:
        """A night, and with its buffers: reckoned once for all units."""
        key = service.id, night
        if key not in self.spans:
            span = booking_times.between(service, night, night + ONE)
            self.spans[key] = span, span.widened(service.before, service.after)
        return self.spans[key]

    def clashes(self, unit: ResourceUnit, row: Occupation) -> bool:
        """Whether what a unit is taken for is booked elsewhere as well."""
        return any(one == unit.id and _meet(closure, row) for closure, one in self.board.clashes)

    def sum(self, pieces: Mapping[int, Sequence[Piece]]) -> Sum:
        """The nights of these units, of which the month was told by their id, and what those that are sold bring."""
        had: dict[str, dict[int, int]] = {"sold": {}, "held": {}}
        for row in (row for unit in pieces for row in self.board.taken.get(unit, ())):
            stay = self.stay(row)
            if stay is not None:
                of = had["sold" if stay.state in FIRM else "held"]
                of[stay.id] = of.get(stay.id, 0) + len(self._inside(stay))
        sold, held = (sum(of.values()) for of in (had["sold"], had["held"]))
        left = sum(piece.kind in {"free", "over"} for found in pieces.values() for piece in found)
        currency = tenancy.tenant().currency
        return Sum(sold, held, sold + held + left, Money(self._income(had["sold"], currency), currency))

    def _inside(self, stay: Booking) -> list[date]:
        arrive, leave = self.stretch(stay)
        return [day for day in self.board.days if arrive <= day < leave]

    def _income(self, sold: Mapping[int, int], currency: str) -> int:
        """Of what each stay brings, the part of these nights."""
        mine = OrderLine.booking_id.in_(sorted(sold)), OrderLine.currency == currency
        asked = select(OrderLine.booking_id, func.sum(OrderLine.net_minor)).where(*mine).group_by(OrderLine.booking_id)
        return sum(
            self._part(self.bookings[int(one or 0)], sold[int(one or 0)], int(net))
            for one, net in db.session.execute(asked)
        )

    def _part(self, stay: Booking, nights: int, net: int) -> int:
        arrive, leave = self.stretch(stay)
        whole = max(1, (leave - arrive).days * max(1, stay.units))
        return (2 * net * nights + whole) // (2 * whole)  # half up

    def fits(self, unit: ResourceUnit, services: Sequence[Service], day: date) -> int:
        """How many more of the shortest appointment a unit could take on a day, one after another."""
        service = min(services, key=lambda one: one.length, default=None)
        rows, count, at = self.board.taken.get(unit.id, ()), 0, None
        for span in self.times[service.id].get(day, ()) if service else ():
            whole = span.widened(service.before, service.after)  # type: ignore[union-attr]
            if (at is None or whole.starts_at >= at) and not meeting(rows, whole):
                count, at = count + 1, whole.ends_at
        return count


def _meet(closure: Closure, row: Occupation) -> bool:
    return closure.starts_at < row.ends_at and closure.ends_at > row.starts_at


def read(first: date, last: date) -> Month:
    """The month, asked in as many statements however much there is."""
    board = booking_list.board(first, last, longer=1)
    live = [one for one in board.services if one.product.live]
    plans = hours.plans(live, first - ONE, last)
    stays = [one for one in live if one.kind == "nights"]
    nights = {one.id: Times(one, plans[one.id]).nights(first, last) for one in stays}
    fine = set(holidays.without([_night(one, day) for one in stays for day in nights[one.id]], nights=True))
    sold = {one.id: [day for day in nights[one.id] if _night(one, day) in fine] for one in stays}
    talks = [one for one in live if one.kind == "appointment"]
    times = {one.id: Times(one, plans[one.id]).days(first, last) for one in talks}
    open_ = set(holidays.without([span for found in times.values() for spans in found.values() for span in spans]))
    return Month(
        board=board, nights=sold, prices=_prices(stays, board.days),
        times={one: {day: [span for span in spans if span in open_] for day, spans in found.items()}
               for one, found in times.items()},
    )  # fmt: skip


def _night(service: Service, day: date) -> Span:
    return booking_times.between(service, day, day + ONE)


def _prices(stays: Sequence[Service], days: Sequence[date]) -> dict[int, dict[date, Money]]:
    """As one guest in one unit pays each night, by service."""
    whole = select(Service).where(Service.id.in_([one.id for one in stays])).options(selectinload(Service.rates))
    db.session.scalars(whole).all()
    first = {one.product_id: one for one in reversed(variants.of(*[stay.product_id for stay in stays]))}
    return {one.id: booking_prices.by_day(one, first[one.product_id], days, places=1, units=1)
            for one in stays if one.product_id in first}  # fmt: skip


def tonight(day: date) -> tuple[int, int] | None:
    """(how many units somebody sleeps in that night, of how many that are let by the night); None without any."""
    stays = select(ServiceResource.resource_id).join(Service, Service.id == ServiceResource.service_id)
    mine = ResourceUnit.active, ResourceUnit.resource_id.in_(stays.where(Service.kind == "nights"))
    units = db.session.scalars(select(ResourceUnit.id).join(ResourceUnit.resource).where(*mine, Resource.active)).all()
    if not units:
        return None
    midnight = local_times.instant(day + ONE, time(), tenancy.tenant().timezone)
    there = Occupation.unit_id.in_(units), *occupations.overlapping(Span(midnight, midnight + MOMENT))
    taken = select(func.count(Occupation.unit_id.distinct())).join(Booking, Booking.id == Occupation.booking_id)
    return int(db.session.scalar(taken.where(*there, Booking.state.in_(FIRM))) or 0), len(units)
