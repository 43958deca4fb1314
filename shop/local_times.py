"""Local times: the moment of a clock's time on a day and in a zone, also where the clocks change."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from kernel.i18n import _l
from kernel.refusal import Refusal


class NoTime(Refusal):
    """What was sent is not a time of the day."""

    message = _l("Write the time as hours and minutes, such as 14:30.")


def clock_time(text: str) -> time:
    """A time of the day like "07:30"; raises NoTime."""
    hours, _, minutes = text.strip().partition(":")
    if not (hours.isascii() and minutes.isascii() and hours.isdigit() and minutes.isdigit() and len(minutes) == 2):
        raise NoTime()
    if len(hours) > 2 or int(hours) > 23 or int(minutes) > 59:
        raise NoTime()
    return time(int(hours), int(minutes))


def moment(day: date, text: str, zone: str) -> datetime:
    """When it is that time there, in UTC: the first one where the clock shows it twice.

    A time that does not exist, because the clocks go forward over it, is as long after the last one before
    as its clock says: 02:30 becomes 03:30.
    """
    return instant(day, clock_time(text), zone)


def instant(day: date, clock: time, zone: str) -> datetime:
    """The same of a time that was read already."""
    return datetime.combine(day, clock, ZoneInfo(zone)).astimezone(UTC)


def local(at: datetime, zone: str) -> datetime:
    """The moment as clocks show it there."""
    return at.astimezone(ZoneInfo(zone))


def day(at: datetime, zone: str) -> date:
    """On which day it is there."""
    return local(at, zone).date()
