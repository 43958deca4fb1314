"""Outside repeats: when something begins that a calendar file says again and again, within bounds that nobody breaks.

A rule can be written that never has a day (every 30 February) or has one every second: the library would look for it
until the year 9999. So what repeats more than once a day is refused, and looking itself costs of a budget.
"""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from itertools import chain
from typing import Any

from kernel.i18n import _l
from kernel.late import Late
from kernel.unfetched import Unfetched

rules = Late("dateutil.rrule")
MOST = 1000  # times of one event
LOOKS = 300_000  # at days, for all that one file repeats
OFTEN = 1000  # the longest interval
KNOWN = {"FREQ", "INTERVAL", "COUNT", "UNTIL", "BYDAY", "BYMONTHDAY", "BYMONTH", "BYSETPOS", "WKST"}
RATES = {"DAILY", "WEEKLY", "MONTHLY", "YEARLY"}
DAY = timedelta(days=1)
Wall = Callable[[Any], datetime]
Window = tuple[datetime, datetime]


class TooOften(Unfetched):
    """It repeats without end, or in a way that is not known."""

    code = "repeats"
    message = _l("Something in that calendar repeats in a way that is not understood, so nothing was changed.")


class Budget:
    """How many days may still be looked at."""

    def __init__(self, looks: int = LOOKS) -> None:
        self.looks = looks

    def spend(self, looks: int = 1) -> None:
        """Look at that many; raises TooOften."""
        self.looks -= looks
        if self.looks < 0:
            raise TooOften()


class _Counted(tuple[int, ...]):
    """The months of a rule: the library asks them of every day that it looks at, so here it can be stopped."""

    budget: Budget

    def __contains__(self, month: object) -> bool:
        self.budget.spend()
        return super().__contains__(month)


def starts(event: Any, first: datetime, within: Window, *, budget: Budget, wall: Wall) -> Iterator[datetime]:
    """When it begins, by the clock on its wall, in that window; `wall` reads a value so. Raises TooOften."""
    but, given = _listed(event, "EXDATE", wall), {first, *_listed(event, "RDATE", wall)}
    ruled = _ruled(event["RRULE"], first, within[1], budget=budget, wall=wall) if "RRULE" in event else iter(())
    count = 0
    for at in chain(sorted(given), ruled):
        budget.spend()
        if within[0] <= at <= within[1] and at not in but:
            count += 1
            if count > MOST:
                raise TooOften()
            yield at


def _listed(event: Any, name: str, wall: Wall) -> set[datetime]:
    if name not in event:
        return set()
    lists = event[name] if isinstance(event[name], list) else [event[name]]
    return {wall(one.dt) for many in lists for one in many.dts}


def _ruled(rule: Any, first: datetime, until: datetime, *, budget: Budget, wall: Wall) -> Iterator[datetime]:
    last = min([until, *(_last(wall, one) for one in rule.get("UNTIL", []))])
    for at in _made(rule, first, budget):
        budget.spend()
        if at > last:
            return
        yield at


def _last(wall: Wall, value: Any) -> datetime:
    """Until when, the whole day where a day is said."""
    return wall(value) if isinstance(value, datetime) else wall(value) + DAY


def _made(rule: Any, first: datetime, budget: Budget) -> Any:
    """The library's rule, looking at no more days than may be."""
    told = {name: values for name, values in rule.items() if name != "UNTIL"}
    rate, every = str(rule["FREQ"][0]).upper(), int(rule.get("INTERVAL", [1])[0])
    counted = any(str(one)[:-2] for one in rule.get("BYDAY", []))  # "the 20th Monday"
    odd = rate == "YEARLY" and counted and "BYMONTH" not in rule
    if not rule.keys() <= KNOWN or rate not in RATES or not 1 <= every <= OFTEN or odd:
        raise TooOften()
    made = rules.rrulestr(type(rule)(told).to_ical().decode(), dtstart=first)
    made._bymonth = _Counted(made._bymonth or range(1, 13))
    made._bymonth.budget = budget
    return made
