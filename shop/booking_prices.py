"""Booking prices: what nights cost, each by its rate or the factor of its season, and what a long stay saves."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from kernel import countries, money, tenancy
from kernel.money import Money
from shop import catalog, local_times, rates, year_days
from shop.catalog import Variant
from shop.occupations import Span
from shop.services import Service

if TYPE_CHECKING:
    from shop.bookings import Booking

USUAL = 10_000  # basis points: the price as it is


@dataclass(frozen=True)
class Night:
    """One night of a stay: the day on which it begins, what it costs and the season's name, if it is one."""

    day: date
    price: Money
    factor_bp: int
    season: Mapping[str, str]


@dataclass(frozen=True)
class Cost:
    """What a stay costs per unit: its nights, the guests beyond those in the price, and what its length saves."""

    nights: list[Night]
    guests: Money  # of all its nights
    beyond: int  # how many guests, in all units
    off: Money
    off_bp: int
    off_since: int  # nights

    @property
    def before(self) -> Money:
        """Without what its length saves."""
        return money.total([night.price for night in self.nights], self.guests.currency) + self.guests

    @property
    def total(self) -> Money:
        """What is paid."""
        return self.before - self.off


def unit(service: Service, variant: Variant, span: Span, *, places: int = 1, units: int = 1) -> Money:
    """What a stay of so many people in so many units costs per unit."""
    return of(service, variant, span, places=places, units=units).total


def of(service: Service, variant: Variant, span: Span, *, places: int = 1, units: int = 1) -> Cost:
    """The same in its parts; a unit's share of the guests beyond is rounded down each night, what is saved once."""
    found = nights(service, variant, span)
    beyond = _beyond(service, places, units)
    guests = Money(_share(service, beyond, units) * len(found), service.product.currency)
    before = money.total([night.price for night in found], service.product.currency) + guests
    off_bp, since = rates.long_stay(service, len(found))
    return Cost(found, guests, beyond, money.percent(before, off_bp, _rounding()), off_bp, since)


def by_day(
    service: Service, variant: Variant, days: Iterable[date], *, places: int, units: int
) -> dict[date, Money]:  # fmt: skip
    """What so many people pay for each of these nights in all their units, before what a long stay saves."""
    plain, rounding = usual(service, variant), _rounding()
    share = _share(service, _beyond(service, places, units), units)
    found = {day: night(service, day, plain, rounding).price for day in days}
    return {day: Money((price.minor + share) * units, price.currency) for day, price in found.items()}


def most_beyond(service: Service) -> int:
    """What the guests beyond those in the price add to a night of a full unit, in minor units."""
    return _beyond(service, service.capacity, 1) * service.guest_minor


def _beyond(service: Service, places: int, units: int) -> int:
    """How many guests there are beyond those in the price, in all units."""
    return 0 if service.guests_in is None else max(0, places - service.guests_in * units)


def _share(service: Service, beyond: int, units: int) -> int:
    """What a unit's share of them costs a night, in minor units."""
    return beyond * service.guest_minor // units


def of_booking(booking: "Booking", variant: Variant, span: Span | None = None) -> Cost:
    """What a booking costs in its parts where it stands, or at another time."""
    stay = span or Span(booking.starts_at, booking.ends_at)
    return of(booking.service, variant, stay, places=booking.places, units=max(booking.units, 1))


def usual(service: Service, variant: Variant) -> Money:
    """What a night costs for which nothing else is said."""
    return catalog.price(service.product, variant)


def nights(service: Service, variant: Variant, span: Span) -> list[Night]:
    """The nights of a stay with their prices, each rounded once."""
    plain, rounding = usual(service, variant), _rounding()
    return [night(service, day, plain, rounding) for day in days(span)]


def night(service: Service, day: date, plain: Money, rounding: str) -> Night:
    """One night: a rate with dates says its price; else a season multiplies that of its week day, or the usual one."""
    rate = rates.of(service, day)
    price = plain if rate is None else Money(rate.price_minor, plain.currency)
    season = (None if rate is not None and rate.dated else season_of(service, day)) or {}
    factor_bp = int(season.get("factor_bp", USUAL))
    name = season.get("name") or (rate.name if rate is not None else {})
    return Night(day, money.percent(price, factor_bp, rounding), factor_bp, name)


def _rounding() -> str:
    return countries.profile(tenancy.tenant().country).rounding


def days(span: Span) -> list[date]:
    """The local days on which the nights of a stay begin; clocks that change make none more or less."""
    zone = tenancy.tenant().timezone
    arrive, leave = (local_times.day(at, zone) for at in (span.starts_at, span.ends_at))
    return [arrive + timedelta(days=number) for number in range((leave - arrive).days)]


def factor(service: Service, day: date) -> int:
    """By what the price of that night is multiplied, in basis points (10000 is once)."""
    return int((season_of(service, day) or {}).get("factor_bp", USUAL))


def season_of(service: Service, day: date) -> dict[str, Any] | None:
    """The first of the service's seasons in which that night lies."""
    return next((season for season in service.seasons if _lies_in(season, day)), None)


def _lies_in(season: Mapping[str, Any], day: date) -> bool:
    return year_days.stretch(str(season.get("from", "")), str(season.get("to", "")), day) is not None
