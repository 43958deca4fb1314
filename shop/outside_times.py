"""Outside times: what a calendar file from elsewhere says is taken, as spans of time, or a clear refusal.

Only the lines about when are kept of it, before anything reads it: no guest's name comes in. A whole day is a whole
day here, too; where a unit is let by the night it lasts from check-in to check-out, because the last day of such an
event is the day of departure. What cannot be understood is refused as a whole: half a calendar would open times.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from kernel import clock, signing
from kernel.i18n import _l
from kernel.late import Late
from kernel.unfetched import Unfetched
from shop import local_times, outside_repeats
from shop.occupations import Span

icalendar = Late("icalendar")
MOST = 2000  # events, and times
LONGEST = 20_000  # signs of a line that counts
AHEAD = timedelta(days=550)  # so far something that repeats is followed
MARGIN = timedelta(days=2)
SURE = "!"  # begins what names a time that the other place calls a reservation of its own …
RESERVED = frozenset({"RESERVED"})  # … in its title: Airbnb's; what it only blocks, and what comes back, is another
FIRST, LAST = datetime(2000, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)
KEPT = frozenset({"UID", "DTSTART", "DTEND", "DURATION", "RRULE", "RDATE", "EXDATE", "RECURRENCE-ID", "STATUS",
                  "TRANSP"})  # fmt: skip
EVENT = ["VCALENDAR", "VEVENT"]  # what begins inside of what
_NAME = re.compile(r"[A-Za-z0-9-]+(?=[;:])")
_ZONE = re.compile(r'TZID="?/[^;:"]*?([A-Za-z]+/[A-Za-z_]+)"?(?=[;:])', re.IGNORECASE)  # /place/Europe/Berlin
_FOLD = re.compile(r"\r?\n[ \t]")


class NoCalendar(Unfetched):
    """What stands there is a page, a picture, or a file that broke off."""

    code = "file"
    message = _l("What stands there is not a calendar. Copy the address that ends in .ics.")


class TooMuch(Unfetched):
    """More than a unit can have."""

    code = "many"
    message = _l("That calendar has more times than one unit can have. Make one for this unit alone.")


class Unclear(Unfetched):
    """It has a time that nobody can read."""

    code = "unclear"
    message = _l("A time in that calendar cannot be read, so nothing was changed. Ask the place that makes it.")


@dataclass(frozen=True)
class Frame:
    """How whole days are meant: in which zone, and of nights from when to when."""

    zone: str
    arrive: str = ""
    leave: str = ""

    def days(self, first: date, until: date) -> Span:
        """From one day to before another; of nights, to the day on which somebody leaves."""
        begins = local_times.moment(first, self.arrive or "00:00", self.zone)
        return Span(begins, local_times.moment(until, self.leave or "00:00", self.zone))

    def moment(self, at: datetime) -> datetime:
        """A moment in UTC; where no zone is said, whoever wrote it meant the clock on the wall."""
        return at.astimezone(UTC) if at.tzinfo else local_times.instant(at.date(), at.time(), self.zone)


def read(body: bytes, frame: Frame) -> dict[str, Span]:
    """The times that are not over, each under what names it for ever; raises NoCalendar, TooMuch or Unclear."""
    try:
        return _read(body, frame)
    except (ValueError, TypeError, KeyError, IndexError, AttributeError, ArithmeticError, RecursionError):
        raise Unclear() from None


def _read(body: bytes, frame: Frame) -> dict[str, Span]:
    events = [_Event(one, frame) for one in icalendar.Calendar.from_ical(_plain(body)).walk("VEVENT")]
    budget, instead, found = outside_repeats.Budget(), dict[str, list[Any]](), dict[str, Span]()
    for one in events:
        if one.replaces is not None:
            instead.setdefault(one.uid, []).append(one.replaces)
    now = clock.now()
    for one in events:
        for span in () if one.free else one.spans(budget, instead.get(one.uid, [])):
            span = Span(max(span.starts_at, FIRST), min(span.ends_at, LAST))
            if now < span.ends_at and span.starts_at < span.ends_at:
                name = signing.digest(f"{one.uid}|{span.starts_at.isoformat()}|{span.ends_at.isoformat()}")
                found[f"{SURE * one.sure}{name[:60]}"] = span
            if len(found) > MOST:
                raise TooMuch()
    return found


def surely_booked(name: str) -> bool:
    """Whether that names a time that somebody booked there: it is no booking of ours that came back."""
    return name.startswith(SURE)


@dataclass(frozen=True)
class _Event:
    event: Any  # of icalendar
    frame: Frame

    @property
    def uid(self) -> str:
        return str(self.event.get("UID", ""))

    @property
    def free(self) -> bool:
        """Whether it takes nobody's time: it was called off, or is only a note."""
        said = (str(self.event.get(name, "")).upper() for name in ("STATUS", "TRANSP"))
        return not {"CANCELLED", "TRANSPARENT"}.isdisjoint(said)

    @property
    def sure(self) -> bool:
        """Whether it is said to be a reservation."""
        return "SUMMARY" in self.event

    @property
    def replaces(self) -> Any:
        """Which one of what repeats it stands for."""
        return self.event["RECURRENCE-ID"].dt if "RECURRENCE-ID" in self.event else None

    @cached_property
    def begins(self) -> Any:
        if self.event.errors:
            raise Unclear()
        return self.event["DTSTART"].dt

    @property
    def whole(self) -> bool:
        return not isinstance(self.begins, datetime)

    def spans(self, budget: "outside_repeats.Budget", instead: Iterable[Any]) -> Iterator[Span]:
        """Each of its times, but those that another event stands for."""
        length, first = self._length(), self._wall(self.begins)
        starts: Iterable[datetime] = [first]
        if self.replaces is None and not {"RRULE", "RDATE"}.isdisjoint(self.event):
            now = self._wall(clock.now())
            near = (now - length - MARGIN, now + AHEAD)
            starts = outside_repeats.starts(self.event, first, near, budget=budget, wall=self._wall)
        but = {self._wall(one) for one in instead} if self.replaces is None else set()
        for at in starts if length else ():
            if at not in but:
                yield self._span(at, length)

    def _span(self, at: datetime, length: timedelta) -> Span:
        if self.whole:
            return self.frame.days(at.date(), at.date() + length)
        begins = self.frame.moment(at.replace(tzinfo=self.begins.tzinfo))
        return Span(begins, begins + length)

    def _wall(self, value: Any) -> datetime:
        """What the clock shows then where the event is; midnight of a day."""
        if not isinstance(value, datetime):
            return datetime.combine(value, time())
        if value.tzinfo is None:
            return value
        zone = None if self.whole else self.begins.tzinfo
        return value.astimezone(zone or ZoneInfo(self.frame.zone)).replace(tzinfo=None)

    def _length(self) -> timedelta:
        length = timedelta(days=self.whole)
        if "DTEND" in self.event:
            ends = self.event["DTEND"].dt
            if self.whole == isinstance(ends, datetime):
                raise Unclear()
            length = ends - self.begins if self.whole else self.frame.moment(ends) - self.frame.moment(self.begins)
        elif "DURATION" in self.event:
            length = self.event["DURATION"].dt
        if length < timedelta():
            raise Unclear()
        return max(timedelta(days=length.days), timedelta(days=1)) if self.whole else length


def _plain(body: bytes) -> bytes:
    """The file with nothing but its events, and of these only the lines about when."""
    text = _FOLD.sub("", body.decode("utf-8-sig", "replace"))
    kept, inside, count, ended = ["BEGIN:VCALENDAR", "VERSION:2.0"], list[str](), 0, False
    for line in filter(None, (one.strip() for one in text.split("\n"))):
        found = _NAME.match(line)
        word, value = found[0].upper() if found else "", line.rpartition(":")[2].strip().upper()
        if word == "BEGIN":
            inside.append(value)
            count += inside == EVENT
        here = inside == EVENT
        if inside[:1] != ["VCALENDAR"] or (word == "END" and inside.pop() != value):
            raise NoCalendar()
        sure = word == "SUMMARY" and value in RESERVED
        if here and (word in KEPT or sure or (word in ("BEGIN", "END") and value == "VEVENT")):
            kept.append(_ZONE.sub(r"TZID=\1", line))
        ended = word == "END" and not inside
        if count > MOST or len(kept[-1]) > LONGEST:
            raise TooMuch()
    if not ended:
        raise NoCalendar()
    return "\r\n".join([*kept, "END:VCALENDAR", ""]).encode()
