"""Calendars: times as iCalendar files (RFC 5545), with their time zone, for people's own calendars."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from kernel import clock, i18n, mail, signing, tenancy
from kernel.late import Late

if TYPE_CHECKING:
    from icalendar import Event, Timezone

icalendar = Late("icalendar")
LONGEST = 1_000  # signs of one text


@dataclass(frozen=True)
class Entry:
    """One time in a calendar; `changed` grows with every change, so that a calendar takes the newest."""

    uid: str
    starts_at: datetime
    ends_at: datetime
    title: str
    where: str = ""
    note: str = ""
    url: str = ""
    changed: int = 0
    off: bool = False  # called off
    whole: bool = False  # the days in the shop's zone, not the hours


def ics(entries: Iterable[Entry], *, name: str = "") -> bytes:
    """The file with these times in the shop's zone; `name` is what a calendar that follows it is called."""
    rows, zone = list(entries), tenancy.tenant().timezone
    made = icalendar.Calendar.new(
        prodid=f"-//Plaza//Plaza//{i18n.language().upper()}", method="PUBLISH", subcomponents=[]
    )
    made.pop("UID", None)  # a new one at each look would say that the calendar is another
    if name:
        made.add("X-WR-CALNAME", icalendar.vText(" ".join(clean(name).split())))
        made.add("X-WR-TIMEZONE", zone)
    for row in rows:
        made.add_component(_event(row, ZoneInfo(zone)))
    if made.get_missing_tzids():
        first, last = min(row.starts_at for row in rows), max(row.ends_at for row in rows)
        made.subcomponents.insert(0, _zone(zone, first.year - 1, last.year + 1))
    return bytes(made.to_ical())


def _event(row: Entry, zone: ZoneInfo) -> "Event":
    if row.ends_at <= row.starts_at:
        raise ValueError("what is in a calendar ends after it begins")
    state = icalendar.STATUS.CANCELLED if row.off else icalendar.STATUS.CONFIRMED
    begins, ends = row.starts_at.astimezone(zone), row.ends_at.astimezone(zone)
    made: Event = icalendar.Event.new(
        uid=row.uid, stamp=clock.now(), sequence=row.changed, status=state,
        start=begins.date() if row.whole else begins, end=ends.date() if row.whole else ends,
        summary=clean(row.title), location=clean(row.where) or None, description=clean(row.note) or None,
        url=row.url or None,
    )  # fmt: skip
    return made


def clean(text: str) -> str:
    """A text for a calendar: line feeds stay, other signs that nobody sees go; the library escapes the rest."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n")[:LONGEST].split("\n")
    plain = ("".join(sign if sign.isprintable() else " " for sign in line).rstrip() for line in lines)
    return "\n".join(plain).strip()


@lru_cache(maxsize=128)
def _zone(name: str, first: int, last: int) -> "Timezone":
    """What a file tells of its zone, in whole years: the library looks for it up to the year 9999, for a long time."""
    made: Timezone = icalendar.Timezone.from_tzid(name, first_date=date(first, 1, 1), last_date=date(last, 12, 31))
    _mend(made)
    return made


def _mend(zone: "Timezone") -> None:
    """Say when clocks go forward by the clock before: the library says it by the clock after, an hour late."""
    for part in zone.subcomponents:
        gap = part.TZOFFSETTO - part.TZOFFSETFROM
        if gap > timedelta(0):
            part.DTSTART = part.DTSTART - gap
            again = part.pop("RDATE", None)
            if again is not None:
                part.add("RDATE", [one.dt - gap for one in again.dts])


def uid(kind: str, token: str) -> str:
    """What names an entry for ever; who reads it cannot open the address with that token."""
    return f"{signing.fingerprint(f'calendar|{kind}', token)[:32]}@{mail.host()}"
