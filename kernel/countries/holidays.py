"""National holidays from rules: a fixed day, days from Easter, or the nth weekday of a month."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from dateutil.easter import easter


@dataclass(frozen=True)
class Rule:
    """One holiday: exactly one of `on`, `easter` and `nth` says when."""

    name: str
    on: str = ""  # "MM-DD"
    easter: int | None = None  # days from Easter Sunday
    nth: tuple[int, int, int] | None = None  # month, weekday (Monday is 0), number
    days: int = 1

    def first(self, year: int) -> date:
        """Its first day in a year."""
        if self.on:
            return date.fromisoformat(f"{year}-{self.on}")
        if self.easter is not None:
            return easter(year) + timedelta(days=self.easter)
        month, weekday, number = self.nth or (1, 0, 1)
        start = date(year, month, 1)
        return start + timedelta(days=(weekday - start.weekday()) % 7 + 7 * (number - 1))


def rule(told: dict[str, Any]) -> Rule:
    """A rule as the country's file tells it."""
    nth = told.pop("nth", None)
    return Rule(nth=(nth["month"], nth["weekday"], nth["number"]) if nth else None, **told)


def of(rules: Iterable[Rule], year: int) -> dict[date, str]:
    """The holidays of a year, by date."""
    found = {known.first(year) + timedelta(days=more): known.name for known in rules for more in range(known.days)}
    return dict(sorted(found.items()))
