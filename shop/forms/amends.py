"""What the shop offers whoever had a place of a departure that it calls off, as its form says it."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from kernel import clock, tenancy
from kernel.i18n import _
from shop.amends_rows import CREDIT, MONEY, WAYS, Terms

DAYS, MOST_DAYS = 7, 90  # from today until the last day to choose: as the form proposes it, at most
MOST_EXTRA = 100  # percent


def proposed() -> date:
    """The last day that stands in the form."""
    return _today() + timedelta(days=DAYS)


def read(posted: Any) -> tuple[Terms | None, Mapping[str, str]]:
    """(what is offered, what is wrong by field); (None, {}) when nothing is: everybody gets their money."""
    ways = tuple(way for way in WAYS if way in posted.getlist("ways"))
    if not ways:
        return None, {}
    errors: dict[str, str] = {}
    extra = _percent(posted.get("extra", ""))
    if extra is None:
        errors["off-extra"] = _("Write a whole number from 0 to %(most)s.", most=MOST_EXTRA)
    day = _day(posted.get("until", ""))
    if day is None or not _today() <= day <= _today() + timedelta(days=MOST_DAYS):
        errors["off-until"] = _("Choose a day from today on, at most %(days)s days away.", days=MOST_DAYS)
    if errors or day is None or extra is None:
        return None, errors
    fallback = CREDIT if CREDIT in ways and posted.get("fallback") == CREDIT else MONEY
    return Terms(ways, day, extra * 100 if CREDIT in ways else 0, fallback), {}


def _percent(text: str) -> int | None:
    plain = text.strip().removesuffix("%").strip()
    if not plain:
        return 0
    known = plain.isascii() and plain.isdigit() and len(plain) < 4
    return int(plain) if known and int(plain) <= MOST_EXTRA else None


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        return None


def _today() -> date:
    return clock.today(tenancy.tenant().timezone)
