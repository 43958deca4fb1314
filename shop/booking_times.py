"""Booking times: when a service is sold, and what somebody asked for as a span of time or a clear sentence."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache

from kernel import clock, tenancy
from kernel.i18n import _l
from kernel.refusal import Refusal
from shop import days, holidays, hours, local_times, rates, seasons
from shop.hours import Plan, Window
from shop.local_times import NoTime
from shop.occupations import Span
from shop.rates import TooShort
from shop.services import Service

AT_ONCE = timedelta()
DAY = 24 * 60  # minutes
YEARS = range(2000, 2200)  # in others nothing is kept, and days after theirs may not be counted
MOST_DAYS = 3660  # nobody sells farther ahead, whatever the horizon says
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


class NoDay(Refusal):
    """What was sent is no day of the calendar."""

    message = _l("That day does not exist. Write it as year, month and day, such as 2026-12-24.")


class Past(Refusal):
    """It begins before now."""

    message = _l("That time is already over. Choose a later one.")


class PastDay(Past):
    """It is on a day before today."""

    message = _l("That day is already over. Choose a later one.")


class TooSoon(Refusal):
    """It begins within the service's lead time."""

    message = _l("It is booked at least %(hours)s h ahead. Choose a later time.")


class TooSoonToPay(TooSoon):
    """It begins before any payment for it could have arrived."""

    message = _l("It begins too soon for a payment to arrive. Choose a time at least %(hours)s h from now.")


class TooFar(Refusal):
    """It begins after the last day that is sold."""

    message = _l("Dates are open until %(day)s. Choose an earlier one.")


class NotOffered(Refusal):
    """The service is not sold at that time."""

    message = _l("It is not offered at that time. Choose one of those in the calendar.")


class OutOfSeason(Refusal):
    """The product is not sold at that time of the year."""

    message = _l("On that day it is out of season. It is back on %(day)s.")


class LeavesTooEarly(Refusal):
    """The stay ends on the day on which it begins, or before."""

    message = _l("The day of departure has to be after the day of arrival.")


class TooLong(Refusal):
    """More nights than the service sells at once."""

    message = _l("The longest stay, in nights: %(nights)s. Choose an earlier departure.")


class NoArrival(Refusal):
    """Stays do not begin on that day."""

    message = _l("Stays do not begin on that day. Choose another day of arrival.")


class ClosedNight(Refusal):
    """One of the nights is not sold."""

    message = _l("The night of %(day)s is closed. Choose other dates.")


def day(text: str) -> date:
    """A day as forms send it; raises NoDay."""
    try:
        return date.fromisoformat(text.strip()) if _DAY.fullmatch(text.strip()) else _no_day()
    except ValueError:
        raise NoDay() from None


def day_near(text: str) -> date:
    """The same, of a year in which something may be kept; raises NoDay."""
    found = day(text)
    return found if found.year in YEARS else _no_day()


def _no_day() -> date:
    raise NoDay()


@dataclass(frozen=True)
class Times:
    """The times of a service: what is said of its days is read when it is asked, or was (`plan`) read before.

    `wait`: what begins sooner cannot be paid for in time, see booking_waits.
    """

    service: Service
    plan: Plan | None = None
    wait: timedelta = AT_ONCE

    def asked(self, day: date, clock_time: str) -> Span:
        """The departure or appointment that begins then; raises a Refusal that says why there is none."""
        where = zone()
        _within_reach(self.service, day, where)
        starts_at = local_times.moment(day, clock_time, where)
        _ahead(self.service, starts_at, self.wait)
        found = [span for span in self.days(day, day).get(day, []) if span.starts_at == starts_at]
        if not found:
            raise NotOffered()
        holidays.refuse_in(found[0])
        return found[0]

    def stay(self, arrive: date, leave: date) -> Span:
        """The nights from one day to another, from check-in to check-out; raises a Refusal that says why not."""
        if leave <= arrive:
            raise LeavesTooEarly()
        _within_reach(self.service, arrive, zone())
        count = (leave - arrive).days
        if count > self.service.nights_max:
            raise TooLong(nights=self.service.nights_max)
        rates.refuse_short(self.service, [arrive + timedelta(days=number) for number in range(count)])
        self._sold(arrive, count)
        span = between(self.service, arrive, leave)
        _ahead(self.service, span.starts_at, self.wait)
        holidays.refuse_in(span, nights=True)
        return span

    def days(self, first: date, last: date) -> dict[date, list[Span]]:
        """The departures and appointments of each day on which some are sold, in order, also those that are over."""
        if self.service.kind == "nights":
            return {}
        where, eve = zone(), first - timedelta(days=1)
        sold = self._said(eve, last).windows(eve, last)  # what is open past midnight begins on the next day, too
        found: dict[date, set[Span]] = {}
        for day in [one for one in sold if in_season(self.service, one)]:
            morrow = day + timedelta(days=1)
            midnight = local_times.instant(morrow, time(), where)
            for span in _begun(self.service, day, sold[day], where):
                found.setdefault(day if span.starts_at < midnight else morrow, set()).add(span)
        offered = [day for day in sorted(found) if first <= day <= last and in_season(self.service, day)]
        return {day: sorted(found[day], key=lambda one: one.starts_at) for day in offered}

    def nights(self, first: date, last: date) -> dict[date, bool]:
        """The nights that are sold from one day to another: whether a stay may begin with them."""
        if self.service.kind != "nights":
            return {}
        said = self._said(first, last)
        begins, closed = said.windows(first, last), said.closed(first, last)
        every = [first + timedelta(days=number) for number in range((last - first).days + 1)]
        return {day: day in begins for day in every if day not in closed and in_season(self.service, day)}

    def _said(self, first: date, last: date) -> Plan:
        return self.plan or hours.plan(self.service, first, last)

    def _sold(self, arrive: date, count: int) -> None:
        nights = [arrive + timedelta(days=number) for number in range(count)]
        sold = self.nights(arrive, nights[-1])
        for night in nights:
            _in_season(self.service, night)
            if night not in sold:
                raise ClosedNight(day=days.told(night))
        if self.service.kind != "nights" or not sold[arrive]:
            raise NoArrival()


def asked(service: Service, day: date, clock_time: str) -> Span:
    """See Times.asked."""
    return Times(service).asked(day, clock_time)


def stay(service: Service, arrive: date, leave: date) -> Span:
    """See Times.stay."""
    return Times(service).stay(arrive, leave)


def times(service: Service, first: date, last: date) -> dict[date, list[Span]]:
    """See Times.days."""
    return Times(service).days(first, last)


def sold_nights(service: Service, first: date, last: date) -> dict[date, bool]:
    """See Times.nights."""
    return Times(service).nights(first, last)


def between(service: Service, arrive: date, leave: date) -> Span:
    """What a stay occupies, without buffers, whether or not it is sold."""
    where = zone()
    begins = local_times.moment(arrive, service.check_in, where)
    return Span(begins, local_times.moment(leave, service.check_out, where))


def _begun(service: Service, day: date, windows: list[Window], where: str) -> list[Span]:
    length = service.length
    step = 0 if service.kind == "departure" else service.step
    begun = {at for one in windows for at in _starts(one, length, step, day=day, where=where)}  # clocks that jump: once
    return [Span(at, at + length) for at in sorted(begun)]


@lru_cache(maxsize=1000)
def _starts(window: Window, length: timedelta, step: int, *, day: date, where: str) -> Sequence[datetime]:
    """What begins in that time of a day, every so many minutes; `step` is 0 where only its opening counts."""
    opens = local_times.clock_time(window.opens)
    if not step or not window.closes:
        return [local_times.instant(day, opens, where)]
    closes = local_times.clock_time(window.closes)
    tonight = opens < closes
    until = local_times.instant(day if tonight else day + timedelta(days=1), closes, where)  # open past midnight
    minutes = range(_minutes(opens), _minutes(closes) + (0 if tonight else DAY), step)
    begun = [_at(day, minute, where) for minute in minutes]
    return [at for at in begun if at + length <= until]


def _at(day: date, minute: int, where: str) -> datetime:
    more, minute = divmod(minute, DAY)
    return local_times.instant(day + timedelta(days=more), time(*divmod(minute, 60)), where)


def _minutes(clock: time) -> int:
    return clock.hour * 60 + clock.minute


def in_season(service: Service, day: date) -> bool:
    """Whether the product is sold on that day of the year."""
    return seasons.state(service.product.season_from, service.product.season_to, day).open


def earliest(service: Service, wait: timedelta = AT_ONCE) -> datetime:
    """What begins before this moment is too soon: for the service itself, or to be paid."""
    return clock.now() + max(timedelta(hours=service.lead), wait)


def last_day(service: Service) -> date:
    """The last day on which something that is sold may begin."""
    return _last(service, clock.today(zone()))


def _last(service: Service, today: date) -> date:
    return today + timedelta(days=min(service.horizon, MOST_DAYS))


def zone() -> str:
    """Where the service is."""
    return tenancy.tenant().timezone


def _within_reach(service: Service, day: date, where: str) -> None:
    today = clock.today(where)
    if day < today:
        raise PastDay()
    if day > (last := _last(service, today)):
        raise TooFar(day=days.full(last))
    _in_season(service, day)


def _in_season(service: Service, day: date) -> None:
    state = seasons.state(service.product.season_from, service.product.season_to, day)
    if not state.open:
        raise OutOfSeason(day=days.told(state.returns))


def _ahead(service: Service, starts_at: datetime, wait: timedelta) -> None:
    if starts_at <= clock.now():
        raise Past()
    if starts_at < earliest(service):
        raise TooSoon(hours=service.lead)
    if starts_at < earliest(service, wait):
        raise TooSoonToPay(hours=-(-wait // timedelta(hours=1)))


__all__ = ["ClosedNight", "LeavesTooEarly", "NoArrival", "NoDay", "NoTime", "NotOffered", "OutOfSeason", "Past",
           "Times", "TooFar", "TooLong", "TooShort", "TooSoon", "TooSoonToPay", "asked", "between", "day", "earliest",
           "in_season", "last_day", "sold_nights", "stay", "times", "zone"]  # fmt: skip
