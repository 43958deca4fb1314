"""Foreseen: how many people would have come into an automation of one's own lately, had it been on."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from campaigns.automations import Automation
from kernel import clock

DAYS = 30
Count = Callable[[Automation, datetime], int]


@dataclass(frozen=True)
class Foreseen:
    """So many people, counted from that moment on; `whole`: for all of the DAYS."""

    people: int
    since: datetime
    whole: bool


_counts: dict[str, Count] = {}


def by(trigger: str, count: Count) -> None:
    """Have `count(automation, since)` say how many people it happened to."""
    _counts[trigger] = count


def of(automation: Automation) -> Foreseen | None:
    """The count; None where nothing can be counted."""
    count = _counts.get(automation.trigger)
    if count is None:
        return None
    first = clock.now() - timedelta(days=DAYS)
    since = max(first, automation.watched_since or first)
    return Foreseen(count(automation, since), since, since == first)
