"""Availability: what of a service is free, by month and by day; what the shopper sees is what can be taken."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from sys import maxsize

from kernel import clock
from shop import booking_times, holidays, local_times, rates, resources, vacancies
from shop.booking_times import AT_ONCE
from shop.bookings import Booking
from shop.hours import Plan
from shop.occupations import Span
from shop.services import Service
from shop.vacancies import Vacancy

FEW = 3  # so many or fewer are told apart
MOST_LOOKED = 10_000  # times that are looked at for the next free one before it is given up
AHEAD = 45  # days that are looked at first for the next free time; then twice as many


@dataclass(frozen=True)
class Time:
    """One time of a service: what is left of it, and whether so many people as were asked for still fit."""

    starts_at: datetime
    ends_at: datetime
    left: int  # places of a departure; units of the others
    free: bool
    gathered: int = 0  # people who come already
    missing: int = 0  # people until a departure has its minimum group
    off: bool = False  # it was called off

    @property
    def span(self) -> Span:
        """From when to when."""
        return Span(self.starts_at, self.ends_at)


@dataclass(frozen=True)
class Day:
    """One day of a service: free, few, full, closed or past.

    `left`: of departures the most places that one of its times has left, of appointments how many of its times
    are free, of nights how many units are. `begins`: whether a stay may begin on that day.
    """

    day: date
    state: str
    left: int = 0
    begins: bool = True

    @property
    def open(self) -> bool:
        """Whether something of it can be taken."""
        return self.state in {"free", "few"}


@dataclass(frozen=True)
class _Offer:
    """What can be booked on a day, and whether a stay may begin on it."""

    spans: Sequence[Span]
    begins: bool = True


def month(
    service: Service, first: date, last: date, places: int = 1, *, besides: Booking | None = None,
    wait: timedelta = AT_ONCE,
) -> dict[date, Day]:  # fmt: skip
    """Every day from `first` to `last`: how it is for so many people; what `besides` has counts as free.

    `wait`: what begins sooner is not offered, because nobody could pay for it: see booking_waits.
    """
    offered = _offered(service, *_sold(service, first, last), wait)
    spans = [span for day in offered for span in offered[day].spans]
    found = iter(vacancies.at(service, spans, besides=besides, party=places))
    known = {day: [next(found) for _span in offered[day].spans] for day in offered}
    every = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    least = _least(service, places)
    days = [_day(service, day, known.get(day, []), least) for day in every]
    return {one.day: replace(one, begins=one.day in offered and offered[one.day].begins) for one in days}


def day(
    service: Service, day: date, places: int = 1, *, besides: Booking | None = None, wait: timedelta = AT_ONCE,
    plan: Plan | None = None,
) -> list[Time]:  # fmt: skip
    """The times of a day that can still be booked or are full, in order; what is too late is left out.

    `plan`: when it is sold, where that was read before.
    """
    return days(service, [day], places, besides=besides, wait=wait, plan=plan)[day]


def days(
    service: Service, wanted: Collection[date], places: int = 1, *, besides: Booking | None = None,
    wait: timedelta = AT_ONCE, plan: Plan | None = None,
) -> dict[date, list[Time]]:  # fmt: skip
    """The same of several days, asked at once."""
    offered = _offered(service, *_sold(service, min(wanted), max(wanted)), wait, plan=plan)
    mine = {day: offered[day].spans for day in sorted(set(wanted) & offered.keys())}
    flat = [span for spans in mine.values() for span in spans]
    found = iter(vacancies.at(service, flat, besides=besides, party=places))
    told = {day: [_time(service, next(found), places) for _span in spans] for day, spans in mine.items()}
    return {day: told.get(day, []) for day in wanted}


def next_free(
    service: Service, after: datetime, places: int = 1, count: int = 3, *, besides: Booking | None = None,
    wait: timedelta = AT_ONCE,
) -> list[Time]:  # fmt: skip
    """The first times from that moment on at which so many people fit; of nights the shortest stays.

    Nobody waits for a search of years: after so many times that are taken, none is free.
    """
    found: list[Time] = []
    looked = 0
    after = max(after, booking_times.earliest(service, wait))
    for first, last in _stretches(service, after):
        spans = _stays(service, first, last) if service.kind == "nights" else _flat(_offered(service, first, last))
        later = [span for span in spans if span.starts_at >= after]
        told = (_time(service, one, places) for one in vacancies.at(service, later, besides=besides, party=places))
        found += [time for time in told if time.free]
        looked += len(later)
        if len(found) >= count or looked >= MOST_LOOKED:
            break
    return found[:count]


def stay_free(service: Service, span: Span, places: int = 1, *, besides: Booking | None = None) -> bool:
    """Whether the same units are free for so many people in all that time."""
    return stay(service, span, places, besides=besides).free


def stay(service: Service, span: Span, places: int = 1, *, besides: Booking | None = None) -> Time:
    """What is left of one time, as of a stay: how many units nobody has in all of it."""
    return stays(service, [span], places, besides=besides)[0]


def stays(service: Service, spans: Sequence[Span], places: int = 1, *, besides: Booking | None = None) -> list[Time]:
    """The same of several times, asked at once."""
    return [_time(service, one, places) for one in vacancies.at(service, spans, besides=besides, party=places)]


def fits(service: Service, one: Time, places: int) -> bool:
    """Whether so many people fit into what is left of it."""
    return one.left >= _least(service, places)


def takes(service: Service, places: int) -> int:
    """What so many people take of what `left` counts: places of a departure, units of the others."""
    return max(1, _least(service, places))


def most(service: Service) -> int:
    """How many people could ever come at once."""
    if service.kind == "departure":
        return service.capacity
    if service.kind == "appointment":
        sizes = (resources.largest(need.resource_id) for need in service.needs)
        return min([service.capacity, *(size for size in sizes if size is not None)])
    every = resources.units(need.resource_id for need in service.needs)
    counts = [sum(unit.resource_id == need.resource_id for unit in every) for need in service.needs]
    return service.capacity * min(counts, default=1)


def _least(service: Service, places: int) -> int:
    """What has to be left so that so many people fit (places of a departure, units of the others), if they ever do."""
    if places < 1 or (service.kind != "nights" and places > service.capacity):
        return maxsize
    return {"departure": places, "appointment": 1}.get(service.kind, -(-places // service.capacity))


def _time(service: Service, one: Vacancy, places: int) -> Time:
    missing = max(0, service.group_min - one.gathered) if service.kind == "departure" else 0
    free = one.left >= _least(service, places)
    return Time(one.span.starts_at, one.span.ends_at, one.left, free, one.gathered, missing, one.off)


def _day(service: Service, day: date, known: Sequence[Vacancy], least: int) -> Day:
    if not known:
        return Day(day, _unsold(service, day))
    if all(one.off for one in known):
        return Day(day, "closed")
    free = [one.left for one in known if one.left >= least]
    left = len(free) if service.kind == "appointment" else max(one.left for one in known)
    some = service.kind == "departure" or left < len(known)  # three times of a day that has no more are not few
    few = left <= FEW and service.kind != "nights" and some
    return Day(day, ("few" if few else "free") if free else "full", left)


def _unsold(service: Service, day: date) -> str:
    """Why nothing can be booked on a day: it is over, or nothing is offered."""
    today = clock.today(booking_times.zone())
    gone = day < today or (day == today and bool(booking_times.times(service, day, day)))
    return "past" if gone else "closed"


def _sold(service: Service, first: date, last: date) -> tuple[date, date]:
    return max(first, clock.today(booking_times.zone())), min(last, booking_times.last_day(service))


def _offered(
    service: Service, first: date, last: date, wait: timedelta = AT_ONCE, *, plan: Plan | None = None
) -> dict[date, _Offer]:
    """What can be booked each day, early enough; of nights the one that begins then."""
    if first > last:
        return {}
    if service.kind == "nights":
        nights = booking_times.sold_nights(service, first, last)
        found = {day: _Offer([_night(service, day)], nights[day]) for day in nights}
    else:
        times = booking_times.Times(service, plan).days(first, last)
        found = {day: _Offer(times[day]) for day in times}
    soonest, now = booking_times.earliest(service, wait), clock.now()
    early = {day: _Offer(_open(service, [span for span in one.spans if soonest <= span.starts_at > now]), one.begins)
             for day, one in found.items()}  # fmt: skip
    return {day: one for day, one in early.items() if one.spans}


def _flat(offered: dict[date, _Offer]) -> list[Span]:
    return [span for day in sorted(offered) for span in offered[day].spans]


def _night(service: Service, day: date) -> Span:
    return booking_times.between(service, day, day + timedelta(days=1))


def _stretches(service: Service, after: datetime) -> Iterator[tuple[date, date]]:
    first, last = _sold(service, local_times.day(after, booking_times.zone()), date.max)
    length = AHEAD
    while first <= last:
        yield first, min(last, first + timedelta(days=length))
        first, length = first + timedelta(days=length + 1), 2 * length


def _stays(service: Service, first: date, last: date) -> list[Span]:
    """The shortest stays that begin on these days."""
    most = max([service.nights_min, *(rate.nights_min or 0 for rate in service.rates)])
    sold = booking_times.sold_nights(service, first, last + timedelta(days=most))
    soonest, now = booking_times.earliest(service), clock.now()
    lengths = {day: rates.shortest(service, day) for day in sold if day <= last and sold[day]}
    found = [booking_times.between(service, day, day + timedelta(days=length)) for day, length in lengths.items()
             if all(day + timedelta(days=more) in sold for more in range(length))]  # fmt: skip
    return _open(service, [span for span in found if soonest <= span.starts_at > now])


def _open(service: Service, spans: Sequence[Span]) -> list[Span]:
    return holidays.without(spans, nights=service.kind == "nights")
