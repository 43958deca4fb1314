"""What time it is: aware UTC everywhere, whole days in a tenant's zone."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

_told: ContextVar[datetime | None] = ContextVar("told", default=None)


def now() -> datetime:
    """Now, aware, in UTC."""
    return _told.get() or datetime.now(UTC)


def today(zone: str) -> date:
    """Today's date where the tenant is (`zone` is an IANA name)."""
    return now().astimezone(ZoneInfo(zone)).date()


def span(first: date, last: date, zone: str) -> tuple[datetime, datetime]:
    """From when to before when those whole days last where the tenant is, the last one included."""
    where = ZoneInfo(zone)
    return datetime.combine(first, time(0), where), datetime.combine(last + timedelta(days=1), time(0), where)


@contextmanager
def at(moment: datetime) -> Iterator[None]:
    """Let it be that moment inside: for what writes down what happened before, such as the demo's orders."""
    before = _told.set(moment)
    try:
        yield
    finally:
        _told.reset(before)
