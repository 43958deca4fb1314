"""What bookings say of how a shop does: places filled, made without help, people who did not come, clashes."""

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import Select, case, func, select
from sqlalchemy.orm import aliased

from crm import indicators
from kernel import clock, tenancy
from kernel.db import db
from kernel.i18n import _l
from shop import booking_list
from shop.bookings import FIRM, Booking
from shop.catalog import Product
from shop.occupations import Occupation
from shop.orders import Order
from shop.services import Service


def _filled(first: date, last: date, skus: Sequence[str]) -> int | None:
    """Of the places of the departures that have left: how many were taken; of each service from its first one on."""
    now, began = clock.now(), _began()
    slots = [
        slot
        for slot in booking_list.board(first, last).slots
        if slot.open and began.get(slot.service.id, now) <= slot.starts_at <= now
        and (not skus or slot.service.product.sku in skus)
    ]  # fmt: skip
    taken = sum(row.places for slot in slots for row in slot.bookings if row.state in FIRM)
    return indicators.share(taken, sum(slot.capacity for slot in slots))


def _began() -> dict[int, datetime]:
    """When each service first had people: the hours of today say nothing of the time before."""
    mine = select(Booking.service_id, func.min(Booking.starts_at)).where(Booking.state.in_(FIRM))
    return {service: at for service, at in db.session.execute(mine.group_by(Booking.service_id))}  # noqa: C416


def _of(first: date, last: date, skus: Sequence[str]) -> Select[Booking]:
    """The firm bookings that begin in these days."""
    since, until = clock.span(first, last, tenancy.tenant().timezone)
    mine = select(Booking).where(Booking.state.in_(FIRM), Booking.starts_at >= since, Booking.starts_at < until)
    if skus:
        wanted = select(Service.id).join(Product, Product.id == Service.product_id).where(Product.sku.in_(skus))
        mine = mine.where(Booking.service_id.in_(wanted))
    return mine


def _unaided(first: date, last: date, skus: Sequence[str]) -> int | None:
    """Of the bookings of these days: how many nobody of the staff made."""
    made = _of(first, last, skus).join(Order, Order.id == Booking.order_id)
    alone = func.sum(case((Order.by_staff, 0), else_=1))
    whole, part = db.session.execute(made.with_only_columns(func.count(), alone)).one()
    return indicators.share(int(part or 0), whole)


def _missed(first: date, last: date, skus: Sequence[str]) -> int | None:
    """Of the people who were expected and about whom it was noted: how many did not come."""
    noted = _of(first, last, skus).where(Booking.state.in_(("came", "missed")))
    came = case((Booking.state == "came", func.coalesce(Booking.arrived, Booking.places)), else_=0)
    people, here = db.session.execute(noted.with_only_columns(func.sum(Booking.places), func.sum(came))).one()
    return indicators.share(int(people or 0) - int(here or 0), int(people or 0))


def _clashes(first: date, last: date) -> int:
    """How often one unit was taken twice at the same time; the database refuses it, and this looks whether it did."""
    since, until = clock.span(first, last, tenancy.tenant().timezone)
    other = aliased(Occupation)
    both = select(func.count()).select_from(Occupation).join(other, other.unit_id == Occupation.unit_id)
    both = both.where(other.id > Occupation.id, other.starts_at < Occupation.ends_at)
    both = both.where(Occupation.starts_at < other.ends_at, Occupation.starts_at < until, Occupation.ends_at > since)
    return int(db.session.scalar(both) or 0)


def init_app(_app: object) -> None:
    """Define them."""
    more, less = {"unit": "percent", "direction": "more"}, {"unit": "percent", "direction": "less"}
    indicators.define("bookings.filled", _l("Places taken of those offered"), query=_filled, scoped=True, **more)
    indicators.define("bookings.unaided", _l("Bookings made without staff"), query=_unaided, scoped=True, **more)
    indicators.define("bookings.missed", _l("People who did not come"), query=_missed, scoped=True, **less)
    indicators.define("bookings.clashes", _l("Double bookings"), unit="count", direction="less", query=_clashes)
