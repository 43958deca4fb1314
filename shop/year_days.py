"""Days of the year: from one to another each year or once, also counted from Easter Sunday."""

import re
from collections.abc import Iterable
from datetime import date, timedelta
from functools import lru_cache

from dateutil.easter import easter

from shop import seasons

Stretch = tuple[date, date]  # its first and its last day
_EASTER = re.compile(r"easter([+-]\d{1,3})", re.ASCII)
_ONCE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


def valid(text: str) -> bool:
    """Whether it is a day of each year: "12-20", or days from Easter Sunday such as "easter-7"."""
    return bool(_EASTER.fullmatch(text)) or seasons.valid(text)


def once(text: str) -> bool:
    """Whether it is a day of one year: "2026-12-20"."""
    try:
        return bool(_ONCE.fullmatch(text) and date.fromisoformat(text))
    except ValueError:
        return False


def stretch(begins: str, ends: str, day: date) -> Stretch | None:
    """From when to when it is the time in which that day lies; None when it lies in none."""
    return next((one for one in _near(begins, ends, day.year) if one[0] <= day <= one[1]), None)


@lru_cache(maxsize=4096)  # each night of a month asks for the same ones
def _near(begins: str, ends: str, year: int) -> list[Stretch]:
    return stretches(begins, ends, (year - 1, year))


def stretches(begins: str, ends: str, years: Iterable[int]) -> list[Stretch]:
    """The times that begin in those years; of days of one year the only one; they may run over New Year."""
    if once(begins) and once(ends):
        return [(date.fromisoformat(begins), date.fromisoformat(ends))]
    if not valid(begins) or not valid(ends):
        return []
    return [_of_year(begins, ends, year) for year in years]


def _of_year(begins: str, ends: str, year: int) -> Stretch:
    start, end = _first(begins, year), _last(ends, year)
    return start, end if end >= start else _last(ends, year + 1)


def _first(text: str, year: int) -> date:
    return _last(text, year) + timedelta(days=1) if _no_leap_day(text, year) else _last(text, year)


def _last(text: str, year: int) -> date:
    if moved := _EASTER.fullmatch(text):
        return easter(year) + timedelta(days=int(moved[1]))
    return date(year, 2, 28) if _no_leap_day(text, year) else date.fromisoformat(f"{year:04}-{text}")


def _no_leap_day(text: str, year: int) -> bool:
    return text == "02-29" and not (year % 4 == 0 and (year % 100 != 0 or year % 400 == 0))


def length(begins: str, ends: str) -> int:
    """Days from one day of a year to another."""
    return (date.fromisoformat(ends) - date.fromisoformat(begins)).days
