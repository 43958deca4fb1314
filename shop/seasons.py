"""Seasons: from which day of the year to which a product is sold, and when it comes back."""

from dataclasses import dataclass
from datetime import date, timedelta


@dataclass(frozen=True)
class Season:
    """Whether a product is in season; `returns` is the first day of the next one when it is not."""

    open: bool
    returns: date | None = None


def state(begins: str | None, ends: str | None, day: date) -> Season:
    """The season on `day` of a product sold from "MM-DD" to "MM-DD" (it may run over New Year)."""
    if not begins or not ends:
        return Season(open=True)
    today = f"{day:%m-%d}"
    inside = begins <= today <= ends if begins <= ends else today >= begins or today <= ends
    return Season(open=True) if inside else Season(open=False, returns=_next(begins, day))


def _next(begins: str, day: date) -> date:
    month, number = (int(part) for part in begins.split("-"))
    years = (year for year in (day.year, day.year + 1))
    return next(found for year in years if (found := _date(year, month, number)) > day)


def _date(year: int, month: int, number: int) -> date:
    try:
        return date(year, month, number)
    except ValueError:  # 29 February
        return date(year, month, number - 1) + timedelta(days=1)


def valid(text: str) -> bool:
    """Whether it is a day of the year like "12-10"."""
    month, _, number = text.partition("-")
    if not (month.isdecimal() and number.isdecimal() and len(text) == 5):
        return False
    try:
        return bool(date(2024, int(month), int(number)))
    except ValueError:
        return False
