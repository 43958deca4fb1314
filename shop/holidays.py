"""Holidays: when a shop shows its goods and sells none; what was planned begins and ends by the clock alone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from kernel import clock, tenancy
from kernel.i18n import _l
from kernel.refusal import Refusal
from shop import days, local_times, settings, storefront
from shop.occupations import Span
from shop.storefront import Storefront

NOTICE = timedelta(days=7)  # so long before, shoppers read that it will close
STEP = 15  # minutes: pages are kept for a quarter of an hour, so holidays begin with one
PLANNED = "%Y-%m-%dT%H:%M"
EVER = datetime.min.replace(tzinfo=UTC)


class Closed(Refusal):
    """The shop is closed for holidays: it shows its goods and sells none."""

    message = _l("The shop is closed until %(until)s. Come back then: nothing you kept is lost.")


class Away(Refusal):
    """What somebody wants to book is in the holidays to come."""

    message = _l("We are closed then. We are back on %(until)s: choose another time.")


@dataclass(frozen=True)
class Holiday:
    """From when to before when nothing is sold, on which day it is sold again, and what visitors read meanwhile."""

    starts_at: datetime
    ends_at: datetime
    until: date
    message: Mapping[str, str]
    planned: str = ""  # when it begins as the shop's clocks show it, "2026-12-20T17:00"; '' of one begun by hand

    def meets(self, begins: datetime, ends: datetime) -> bool:
        """Whether some of that time is in it."""
        return self.starts_at < ends and begins < self.ends_at


def every() -> list[Holiday]:
    """All that are written, in order of time, those that are over too."""
    front, zone = storefront.of(), tenancy.tenant().timezone
    found = [_planned(one, zone) for one in front.holidays]
    if front.closed_until:
        found.append(Holiday(EVER, _morning(front.closed_until, zone), front.closed_until, front.closed_message))
    return sorted(found, key=lambda one: one.starts_at)


def _planned(told: Mapping[str, Any], zone: str) -> Holiday:
    begins, until = datetime.fromisoformat(told["from"]), date.fromisoformat(told["until"])
    starts_at = local_times.instant(begins.date(), begins.time(), zone)
    return Holiday(starts_at, _morning(until, zone), until, told["message"], told["from"])


def _morning(day: date, zone: str) -> datetime:
    return local_times.instant(day, time(), zone)


def spells(at: datetime | None = None) -> list[Holiday]:
    """Those that are not over at that moment (now); what runs into the next one is one with it."""
    at, found = at or clock.now(), list[Holiday]()
    for one in every():
        if one.ends_at <= at:
            continue
        if not found or found[-1].ends_at < one.starts_at:
            found.append(one)
        else:
            last = max(found[-1], one, key=lambda spell: spell.ends_at)
            message = found[-1].message or one.message
            found[-1] = replace(found[-1], ends_at=last.ends_at, until=last.until, message=message)
    return found


def now() -> Holiday | None:
    """The holidays that the shop is on; None when it sells."""
    return then(clock.now())


def then(moment: datetime) -> Holiday | None:
    """The holidays that the shop is on at that moment."""
    return next((one for one in spells(moment) if one.starts_at <= moment), None)


def back(day: date) -> date:
    """That day, or the one on which the shop sells again where it is away at its noon."""
    found = then(local_times.instant(day, time(12), tenancy.tenant().timezone))
    return found.until if found else day


def ahead() -> Holiday | None:
    """The next ones, once they are so near that shoppers are told."""
    at = clock.now()
    return next((one for one in spells(at) if at < one.starts_at <= at + NOTICE), None)


def refuse() -> None:
    """Refuse to sell while the shop is on holiday."""
    found = now()
    if found:
        raise Closed(until=days.told(found.until, weekday=True))


def without(spans: Sequence[Span], *, nights: bool = False) -> list[Span]:
    """Those of these times to be booked in which the shop is not on holiday."""
    known = spells()
    return [span for span in spans if not any(one.meets(*booked(span, nights=nights)) for one in known)]


def refuse_in(span: Span, *, nights: bool = False) -> None:
    """Refuse to sell a booking that the holidays are in; raises Away."""
    begins, ends = booked(span, nights=nights)
    found = next((one for one in spells() if one.meets(begins, ends)), None)
    if found:
        raise Away(until=days.told(found.until, weekday=True))


def booked(span: Span, *, nights: bool = False) -> tuple[datetime, datetime]:
    """What holidays may be in the way of; of a stay the nights alone: one may leave on the morning of the closing."""
    zone = tenancy.tenant().timezone
    leaves = _morning(local_times.day(span.ends_at, zone), zone) if nights else span.ends_at
    return span.starts_at, leaves


def coming() -> list[Holiday]:
    """What is planned and has not begun."""
    return [one for one in every() if one.planned and one.starts_at > clock.now()]


def plan(begins: datetime, until: date, message: Mapping[str, str]) -> None:
    """Be closed from a time of the shop's clocks (naive) until a day; one that begins just then is written anew."""
    front, planned = settings.front(), begins.strftime(PLANNED)
    told = {"from": planned, "until": until.isoformat(), "message": dict(message)}
    front.holidays = [*_without(front, {planned}), told]


def call_off(planned: str) -> Holiday | None:
    """Take planned holidays out; None when they have begun or are not there any more."""
    found = next((one for one in coming() if one.planned == planned), None)
    if found:
        front = settings.front()
        front.holidays = _without(front, {planned})
    return found


def close(until: date, message: Mapping[str, str]) -> None:
    """Close at once until a day, instead of what closes the shop now."""
    reopen()
    front = settings.front()
    front.closed_until, front.closed_message = until, dict(message)


def reopen() -> None:
    """Sell again from now on: what closes the shop now is over, what is planned stays."""
    front, now = settings.front(), clock.now()
    begun = {one.planned for one in every() if one.starts_at <= now}
    front.closed_until, front.holidays = None, _without(front, begun)


def _without(front: Storefront, planned: set[str]) -> list[dict[str, Any]]:
    """What is planned but for these, and for what is over."""
    still = {one.planned for one in every() if one.ends_at > clock.now()} - planned
    return [one for one in front.holidays if one["from"] in still]
