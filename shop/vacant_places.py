"""Vacant places: in which services and units of its kind a booking by the night would fit, and what it costs there."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from kernel.i18n import pick
from kernel.refusal import Refusal
from shop import (
    availability,
    booking_forecasts,
    booking_list,
    booking_times,
    occupations,
    receipts,
    resources,
    services,
)
from shop.booking_prices import days
from shop.booking_worth import Wish
from shop.bookings import Booking
from shop.occupations import Span
from shop.resources import ResourceUnit
from shop.services import Service

if TYPE_CHECKING:
    from kernel.accounts import Account

MOST = 60


@dataclass(frozen=True)
class Place:
    """A service, or one unit of it, by the `value` that forms send; what the stay costs there."""

    value: str
    name: str
    price: str


def value(service: Service, unit: ResourceUnit | None = None) -> str:
    """What a form sends for it: `cabana-del-rio`, or with the unit's token after it."""
    return f"{service.product.slug} {unit.token}" if unit else str(service.product.slug)


def own(booking: Booking) -> str:
    """Where it is now."""
    taken = booking_list.units_taken(booking)
    several = len(taken) == 1 and len(_units(booking.service)) > 1
    return value(booking.service, taken[0] if several else None)


def of(booking: Booking, wish: Wish, *, by: "Account") -> list[Place]:
    """Where so many people fit for those nights: where it is already first, then in the order of the products."""
    known = [one for one in services.every() if one.kind == "nights" and (one.product.live or one is booking.service)]
    known.sort(key=lambda one: one.id != booking.service_id)
    return [place for service in known for place in _in(booking, service, wish, by)][:MOST]


def _in(booking: Booking, service: Service, wish: Wish, by: "Account") -> Iterable[Place]:
    asked = replace(wish, service=service, span=_span(booking, service, wish), units=())
    if wish.places > availability.most(service):
        return
    try:
        span = booking_forecasts.ahead(booking, asked.span, service)
        if not availability.stay(service, span, wish.places, besides=booking).free:
            return
        price = booking_forecasts.forecast(booking, asked, by=by).after
    except Refusal:
        return
    several = asked.count == 1 and len(_units(service)) > 1
    for unit in _free(booking, service, span) if several else [None]:
        yield Place(
            value(service, unit),
            f"{pick(service.product.name)}{f' · {unit.name}' if unit else ''}",
            receipts.shown(price),
        )


def _span(booking: Booking, service: Service, wish: Wish) -> Span:
    if service.id == wish.service.id:
        return wish.span
    nights = days(wish.span)
    return booking_times.between(service, nights[0], nights[-1] + timedelta(days=1))


def _units(service: Service) -> list[ResourceUnit]:
    """The units that one chooses from: of the resource that has the most of them."""
    every = [unit for unit in resources.units(need.resource_id for need in service.needs) if unit.active]
    groups = [[unit for unit in every if unit.resource_id == need.resource_id] for need in service.needs]
    return max(groups, key=len, default=[])


def _free(booking: Booking, service: Service, span: Span) -> list[ResourceUnit]:
    mine = _units(service)
    whole = span.widened(service.before, service.after)
    taken = occupations.within([unit.id for unit in mine], whole)
    busy = {row.unit_id for row in taken if row.booking_id != booking.id}
    return [unit for unit in mine if unit.id not in busy]
