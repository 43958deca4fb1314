"""Indicators: figures that say how a service does, each with its unit and which way is better."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import func, select

from crm.contacts import Contact
from kernel import clock, tenancy
from kernel.db import db
from kernel.i18n import _l

DIRECTIONS = ("more", "less")  # which way is better
UNITS = ("count", "percent", "money", "minutes")


@dataclass(frozen=True)
class Indicator:
    """A figure; `query(first, last)` gives its value for those days of the tenant's zone."""

    code: str
    label: Any
    unit: str
    direction: str
    query: Callable[[date, date], int]

    def better(self, now: int, before: int) -> bool:
        """Whether `now` is better than `before`."""
        return now > before if self.direction == "more" else now < before


_known: dict[str, Indicator] = {}


def define(code: str, label: Any, *, unit: str, direction: str, query: Callable[[date, date], int]) -> None:
    """Add a figure."""
    if unit not in UNITS or direction not in DIRECTIONS:
        raise ValueError(f"{code}: {unit} or {direction} is unknown")
    _known[code] = Indicator(code, label, unit, direction, query)


def known() -> dict[str, Indicator]:
    """Every figure by code."""
    return dict(_known)


def value(code: str, first: date, last: date) -> int:
    """A figure for those days, the last one included."""
    return _known[code].query(first, last)


def _new_people(first: date, last: date) -> int:
    since, until = clock.span(first, last, tenancy.tenant().timezone)
    wanted = select(func.count(Contact.id)).where(Contact.created_at >= since, Contact.created_at < until)
    return int(db.session.scalar(wanted) or 0)


def init_app(_app: object) -> None:
    """The figure that crm itself knows."""
    define("people.new", _l("New people"), unit="count", direction="more", query=_new_people)
