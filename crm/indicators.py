"""Indicators: figures that say how a service does, each with its unit and which way is better."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import func, select

from crm.contacts import Contact
from kernel import clock, money, tenancy
from kernel.db import db
from kernel.i18n import _l

DIRECTIONS = ("more", "less")  # which way is better
UNITS = ("count", "percent", "money", "minutes", "points")


@dataclass(frozen=True)
class Indicator:
    """A figure; `query(first, last)` gives its value for those days of the tenant's zone, None when it has none.

    A `scoped` one is asked `query(first, last, skus)`: about which products, none meaning all.
    """

    code: str
    label: Any
    unit: str
    direction: str
    query: Callable[..., int | None]
    scoped: bool = False

    def better(self, now: int, before: int) -> bool:
        """Whether `now` is better than `before`."""
        return now > before if self.direction == "more" else now < before


_known: dict[str, Indicator] = {}


def digits(unit: str) -> int:
    """How many digits of a whole number of that unit are decimals; money has those of the shop's currency."""
    return money.digits(tenancy.tenant().currency) if unit == "money" else 0 if unit == "count" else 2


def define(
    code: str, label: Any, *, unit: str, direction: str, query: Callable[..., int | None], scoped: bool = False
) -> None:
    """Add a figure."""
    if unit not in UNITS or direction not in DIRECTIONS:
        raise ValueError(f"{code}: {unit} or {direction} is unknown")
    _known[code] = Indicator(code, label, unit, direction, query, scoped)


def known() -> dict[str, Indicator]:
    """Every figure by code."""
    return dict(_known)


def value(code: str, first: date, last: date, scope: Sequence[str] = ()) -> int | None:
    """A figure for those days, the last one included; about these SKUs when it can be asked so."""
    figure = _known[code]
    return figure.query(first, last, list(scope)) if figure.scoped else figure.query(first, last)


def share(part: int, whole: int) -> int | None:
    """So many of so many as a percentage (10000 is 100 %); of nothing there is none."""
    return (part * 10_000 + whole // 2) // whole if whole else None


def _new_people(first: date, last: date) -> int:
    since, until = clock.span(first, last, tenancy.tenant().timezone)
    wanted = select(func.count(Contact.id)).where(Contact.created_at >= since, Contact.created_at < until)
    return int(db.session.scalar(wanted) or 0)


def init_app(_app: object) -> None:
    """The figure that crm itself knows."""
    define("people.new", _l("New people"), unit="count", direction="more", query=_new_people)
