"""What the nights of the next twelve months cost, put together by price, for whoever sets the prices."""

from dataclasses import dataclass
from datetime import date, timedelta

from kernel import clock, countries, i18n, tenancy
from kernel.money import Money
from shop import booking_prices, booking_times, days, rates, receipts
from shop.services import Service

AHEAD = 365  # days


@dataclass
class Sold:
    """The nights of one name and price: the first of them, how many, and the fewest of a stay that has one."""

    name: str
    first: str
    price: str
    least: int
    count: int = 0


def of(service: Service) -> list[Sold]:
    """The nights from today on by name and price, in the order in which they come; nothing while all cost the same."""
    found: dict[tuple[str, Money, int], Sold] = {}
    usual = Money(service.product.price_minor, service.product.currency)
    rounding, today = countries.profile(tenancy.tenant().country).rounding, clock.today(booking_times.zone())
    for day in (today + timedelta(days=number) for number in range(AHEAD)):
        night = booking_prices.night(service, day, usual, rounding)
        key = i18n.pick(night.season), night.price, rates.least(service, day)
        if key not in found:
            found[key] = _sold(key, day)
        found[key].count += 1
    return list(found.values()) if len(found) > 1 else []


def _sold(key: tuple[str, Money, int], first: date) -> Sold:
    name, price, least = key
    return Sold(name, days.told(first), receipts.shown(price), least)
