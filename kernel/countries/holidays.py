"""National holidays from rules: a fixed day, days from Easter, or the nth weekday of a month."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from dateutil.easter import easter

# By how many days a holiday is moved that falls on Monday, Tuesday … Sunday.
MOVES = {
    "": (0, 0, 0, 0, 0, 0, 0),
    "monday": (0, 6, 5, 4, 3, 2, 1),
    "do": (0, -1, -2, 4, 3, 0, 0),
    "do_sunday": (0, -1, -2, 4, 3, 0, 1),
    "cl": (0, -1, -2, -3, 3, 0, 0),
    "cl_friday": (0, -4, 2, 0, 0, 0, 0),
    "us": (0, 0, 0, 0, 0, -1, 1),
}


@dataclass(frozen=True)
class Rule:
    """One holiday: exactly one of `on`, `easter` and `nth` says when."""

    name: str
    on: str = ""  # "MM-DD"
    easter: int | None = None  # days from Easter Sunday
    nth: tuple[int, int, int] | None = None  # month, weekday (Monday is 0), number; -1 is the last
    days: int = 1
    moved: str = ""  # a key of MOVES

    def first(self, year: int) -> date:
        """Its first day in a year."""
        if self.on:
            day = date.fromisoformat(f"{year}-{self.on}")
            return day + timedelta(days=MOVES[self.moved][day.weekday()])
        if self.easter is not None:
            return easter(year) + timedelta(days=self.easter)
        month, weekday, number = self.nth or (1, 0, 1)
        if number < 0:
            return _last(year, month, weekday)
        start = date(year, month, 1)
        return start + timedelta(days=(weekday - start.weekday()) % 7 + 7 * (number - 1))


def _last(year: int, month: int, weekday: int) -> date:
    end = date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)
    return end - timedelta(days=(end.weekday() - weekday) % 7)


def rule(told: dict[str, Any]) -> Rule:
    """A rule as the country's file tells it."""
    nth = told.pop("nth", None)
    return Rule(nth=(nth["month"], nth["weekday"], nth["number"]) if nth else None, **told)


def of(rules: Iterable[Rule], year: int) -> dict[date, str]:
    """The holidays of a year, by date."""
    found = {known.first(year) + timedelta(days=more): known.name for known in rules for more in range(known.days)}
    return dict(sorted(found.items()))
