"""Late holds: which services have holds that ran out in the way of others, or may while somebody waits their turn."""

from collections.abc import Callable
from datetime import timedelta
from functools import lru_cache
from typing import Any

from sqlalchemy import Select, bindparam, or_, select

from kernel import beside, clock
from shop import services as sold
from shop.bookings import Booking
from shop.services import ServiceResource

SOON = timedelta(minutes=1)  # longer than anybody waits for their turn
Answer = Callable[[], bool]


def soon() -> Answer:
    """Whether any hold runs out within a minute: mostly none does. It is heard when it is wanted."""
    told = beside.soon(_first(), soon=clock.now() + SOON)
    return lambda: bool(told())


def services(service_ids: set[int], resource_ids: set[int]) -> set[int]:
    """The services that have such holds, of these and of those that share such a resource."""
    over = set(beside.column(_running_out(), soon=clock.now() + SOON))
    if over <= service_ids:
        return over
    mine = {"over": sorted(over), "services": sorted(service_ids), "resources": sorted(resource_ids)}
    return (over & service_ids) | set(beside.column(_sharing(), **mine))


@lru_cache
def _first() -> Select[Any]:
    """One of those: PostgreSQL plans this once, and the whole of them anew each time that it is asked."""
    held = Booking.tenant_id == bindparam("tenant"), Booking.state == "held", Booking.held_until.is_not(None)
    first = select(Booking.service_id, Booking.held_until).where(*held).order_by(Booking.held_until).limit(1).subquery()
    return select(first.c.service_id).where(first.c.held_until <= bindparam("soon"))


@lru_cache
def _running_out() -> Select[Any]:
    over = Booking.state == "held", Booking.held_until <= bindparam("soon")
    return select(Booking.service_id).where(Booking.tenant_id == bindparam("tenant"), *over).distinct()


@lru_cache
def _sharing() -> Select[Any]:
    shared = or_(
        ServiceResource.resource_id.in_(sold.needed()),
        ServiceResource.resource_id.in_(bindparam("resources", expanding=True)),
    )
    theirs = ServiceResource.service_id.in_(bindparam("over", expanding=True))
    return select(ServiceResource.service_id).where(ServiceResource.tenant_id == bindparam("tenant"), theirs, shared)
