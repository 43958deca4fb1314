"""Booking prices: what nights cost, each with the factor of its season."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from dateutil.easter import easter

from kernel import countries, money, tenancy
from kernel.money import Money
from shop import catalog, local_times, seasons
from shop.catalog import Variant
from shop.occupations import Span
from shop.services import Service

USUAL = 10_000  # basis points: the price as it is
_EASTER = re.compile(r"easter([+-]\d{1,3})", re.ASCII)


@dataclass(frozen=True)
class Night:
    """One night of a stay: the day on which it begins, what it costs and the season's name, if it is one."""

    day: date
    price: Money
    factor_bp: int
    season: Mapping[str, str]


def unit(service: Service, variant: Variant, span: Span, *, base: Money | None = None) -> Money:
    """What a stay costs per unit: the sum of its nights."""
    priced = nights(service, variant, span, base=base)
    return money.total([night.price for night in priced], service.product.currency)


def nights(service: Service, variant: Variant, span: Span, *, base: Money | None = None) -> list[Night]:
    """The nights of a stay with their prices, each rounded once; `base` is another price of a usual night."""
    usual = base if base is not None else catalog.price(service.product, variant)
    rounding = countries.profile(tenancy.tenant().country).rounding
    return [_night(service, day, usual, rounding) for day in days(span)]


def _night(service: Service, day: date, usual: Money, rounding: str) -> Night:
    season = season_of(service, day) or {}
    factor_bp = int(season.get("factor_bp", USUAL))
    return Night(day, money.percent(usual, factor_bp, rounding), factor_bp, season.get("name") or {})


def days(span: Span) -> list[date]:
    """The local days on which the nights of a stay begin; clocks that change make none more or less."""
    zone = tenancy.tenant().timezone
    arrive, leave = (local_times.local(at, zone).date() for at in (span.starts_at, span.ends_at))
    return [arrive + timedelta(days=number) for number in range((leave - arrive).days)]


def factor(service: Service, day: date) -> int:
    """By what the price of that night is multiplied, in basis points (10000 is once)."""
    return int((season_of(service, day) or {}).get("factor_bp", USUAL))


def season_of(service: Service, day: date) -> dict[str, Any] | None:
    """The first of the service's seasons in which that night lies."""
    return next((season for season in service.seasons if _lies_in(season, day)), None)


def valid(text: str) -> bool:
    """Whether it says when a season begins or ends: "12-20", or days from Easter Sunday such as "easter-7"."""
    return bool(_EASTER.fullmatch(text)) or seasons.valid(text)


def _lies_in(season: Mapping[str, Any], day: date) -> bool:
    begins, ends = str(season.get("from", "")), str(season.get("to", ""))
    if not valid(begins) or not valid(ends):
        return False
    return any(_covers(begins, ends, year, day) for year in (day.year - 1, day.year))


def _covers(begins: str, ends: str, year: int, day: date) -> bool:
    start, end = _first(begins, year), _last(ends, year)
    return start <= day <= (end if end >= start else _last(ends, year + 1))  # it may run over New Year


def _first(text: str, year: int) -> date:
    return _last(text, year) + timedelta(days=1) if _no_leap_day(text, year) else _last(text, year)


def _last(text: str, year: int) -> date:
    if moved := _EASTER.fullmatch(text):
        return easter(year) + timedelta(days=int(moved[1]))
    return date(year, 2, 28) if _no_leap_day(text, year) else date.fromisoformat(f"{year:04}-{text}")


def _no_leap_day(text: str, year: int) -> bool:
    return text == "02-29" and not (year % 4 == 0 and (year % 100 != 0 or year % 400 == 0))
