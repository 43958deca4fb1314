"""Rhythms: on which days something that repeats falls, by the calendar alone, and how that is said.

A day is a day of the shop's calendar; which moment its hour is there is asked of local_times, day by day. So a clock
that goes forward or back moves no day, leaves none out and makes none twice.
"""

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from babel.dates import get_day_names

from kernel.i18n import _, locale, ngettext

UNITS = ("week", "month")
MOST_GAP = 12  # weeks or months between two
LAST = 31  # stands for the last day of whichever month
DAY, WEEK = timedelta(days=1), timedelta(days=7)


@dataclass(frozen=True)
class Rhythm:
    """Every so many weeks on these days (Monday is "0"), or every so many months on that day of them."""

    unit: str
    gap: int
    days: str
    day: int
    begins: date
    until: date | None = None

    def falls(self, day: date) -> bool:
        """Whether it falls on that day."""
        if day < self.begins or (self.until is not None and day > self.until):
            return False
        if self.unit == "week":
            return str(day.weekday()) in self.days and (_monday(day) - _monday(self.begins)) // WEEK % self.gap == 0
        months = (day.year - self.begins.year) * 12 + day.month - self.begins.month
        return months % self.gap == 0 and day.day == min(self.day, monthrange(day.year, day.month)[1])

    def after(self, day: date) -> Iterator[date]:
        """The days after that one on which it falls, as long as there are any."""
        found, looked = max(day + DAY, self.begins), 0
        while (self.until is None or found <= self.until) and looked <= LAST * (MOST_GAP + 1):
            looked = 0 if self.falls(found) else looked + 1
            if looked == 0:
                yield found
            if found == date.max:
                return
            found += DAY


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def told(rhythm: Rhythm, hour: str) -> str:
    """In words: `every Monday and Thursday, 9:00`."""
    said = _weeks(rhythm) if rhythm.unit == "week" else _months(rhythm)
    return f"{said}, {hour.removeprefix('0')}"


def _weeks(rhythm: Rhythm) -> str:
    days = _listed([str(name_of(int(one))) for one in rhythm.days])
    if rhythm.gap == 1:
        return _("every day") if len(rhythm.days) == 7 else _("every %(days)s", days=days)
    return _("every %(num)s weeks on %(days)s", num=rhythm.gap, days=days)


def name_of(weekday: int) -> str:
    """How a day of the week is called."""
    return str(get_day_names("wide", locale=locale())[weekday])


def _listed(names: list[str]) -> str:
    return _("%(first)s and %(last)s", first=", ".join(names[:-1]), last=names[-1]) if names[1:] else "".join(names)


def _months(rhythm: Rhythm) -> str:
    if rhythm.day == LAST:
        return str(ngettext("the last day of every month", "the last day of every %(num)s months", rhythm.gap))
    return str(ngettext("day %(day)s of every month", "day %(day)s of every %(num)s months", rhythm.gap,
                        day=rhythm.day))  # fmt: skip
