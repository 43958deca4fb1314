"""What a calendar from outside says while shoppers hold, and the same with a lock off."""

import time
from collections.abc import Sequence
from contextlib import ExitStack
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

from kernel import transactions
from kernel.db import db
from shop import holdings, occupations, outside_closures
from shop.occupations import Span
from shop.outside_calendars import OutsideCalendar
from tests.shop.booking_racers import THINKING, _instead, hold, unlocked_hold


def says(calendar_id: int, starts_at: datetime, minutes: int) -> None:
    """A reading is kept: it tells of that time alone."""
    span = Span(starts_at, starts_at + timedelta(minutes=minutes))
    outside_closures.keep(db.session.get_one(OutsideCalendar, calendar_id), {f"{starts_at}": span})


def unlocked_says(calendar_id: int, starts_at: datetime, minutes: int) -> None:
    """Look what is free, think, and close that without holding anything."""
    with transactions.reading():
        unit = db.session.get_one(OutsideCalendar, calendar_id).unit_id
        found = occupations.within([unit], Span(starts_at, starts_at + timedelta(minutes=minutes)))
        names = ("starts_at", "ends_at", "closure_id", "booking_id", "departure_id")
        seen = [SimpleNamespace(**{name: getattr(one, name) for name in names}) for one in found]
    time.sleep(THINKING * 25)

    def remembered(*_told: Any) -> Sequence[Any]:
        return seen

    with ExitStack() as stack:
        stack.enter_context(_instead(occupations, "within", remembered))
        stack.enter_context(_instead(holdings, "_lock", lambda *_these: None))
        says(calendar_id, starts_at, minutes)


def either(verb: str, told: tuple[Any, ...]) -> Any:
    """One of these in the same race."""
    return {"hold": hold, "says": says}[verb](*told)


def unlocked(verb: str, told: tuple[Any, ...]) -> Any:
    """The same without a lock."""
    return {"hold": unlocked_hold, "says": unlocked_says}[verb](*told)
