"""What a booked product leaves when it is put away: its holds end; what nobody ever ordered goes with it."""

from collections.abc import Iterable

from sqlalchemy import delete, select

from kernel.db import db
from shop import cart_bookings, holdings, services
from shop.bookings import Booking
from shop.departures import Departure
from shop.hours import DayException, Hours
from shop.rates import ServiceRate
from shop.services import Service, ServiceResource
from shop.time_wait_rows import TimeWait

QUIET = {"synchronize_session": False}


def end_holds(product_ids: Iterable[int]) -> None:
    """Carts no longer keep times of these products; what was ordered stays."""
    mine = select(Service.id).where(Service.product_id.in_(sorted(product_ids))).scalar_subquery()
    held = select(Booking).where(Booking.service_id.in_(mine), Booking.state == "held", Booking.cart_id.is_not(None))
    holdings.release(db.session.scalars(held).all(), "expire")


def forget(product_id: int) -> None:
    """Delete its service with its hours, its departures and what carts still hold of it."""
    service = services.of_product(product_id)
    if service is None:
        return
    cart_bookings.drop_all(Booking.service_id == service.id)
    for kind in (Departure, Hours, DayException, ServiceRate, ServiceResource, TimeWait):
        db.session.execute(delete(kind).where(kind.service_id == service.id), execution_options=QUIET)
    db.session.execute(delete(Service).where(Service.id == service.id), execution_options=QUIET)
