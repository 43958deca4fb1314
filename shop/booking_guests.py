"""A guest's bookings: what is still to come, what was before, and how often they were here."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import case, func, or_, select
from sqlalchemy.orm import joinedload, selectinload

from crm.contacts import Contact
from kernel import clock
from kernel.db import db
from shop import booking_list
from shop.bookings import FIRM, LIVE, Booking
from shop.orders import Order
from shop.services import Service

COMING, PAST = 40, 20  # rows on one page


@dataclass(frozen=True)
class Guest:
    """What one person booked; `more`: earlier ones that are not shown."""

    coming: list[Booking]  # the next first; who is here now is among them
    past: list[Booking]  # the last first, with what was called off
    more: int
    stays: int  # of nights, that took place
    visits: int  # of anything else


def of(contact: Contact) -> Guest:
    """All of it, in a constant number of statements."""
    ahead = *booking_list.alive(), Booking.ends_at > clock.now(), Booking.state != "missed"
    mine = select(Booking).join(Order, Order.id == Booking.order_id).where(Order.contact_id == contact.id)
    whole = joinedload(Booking.order), selectinload(Booking.lines), joinedload(Booking.service)
    coming = db.session.scalars(
        mine.where(*ahead).order_by(Booking.starts_at, Booking.id).limit(COMING).options(*whole)
    ).all()
    gone = or_(
        Booking.state.not_in(sorted(LIVE)), Booking.state == "missed", Booking.ends_at <= clock.now(),
        (Booking.state == "held") & (Booking.held_until <= clock.now()),
    )  # fmt: skip
    before = mine.where(gone)
    last = before.order_by(Booking.starts_at.desc(), Booking.id.desc()).limit(PAST).options(*whole)
    past = db.session.scalars(last).all()
    count = db.session.scalar(before.with_only_columns(func.count(Booking.id))) or 0
    return Guest(list(coming), list(past), count - len(past), *_times(contact))


def _times(contact: Contact) -> tuple[int, int]:
    """Stays and other visits that took place: what nobody noted did; of practice nothing did."""
    nights = func.sum(case((Service.kind == "nights", 1), else_=0))
    rows = select(nights, func.count(Booking.id)).join(Order, Order.id == Booking.order_id)
    begun = Booking.starts_at <= clock.now(), Booking.state.in_(FIRM), Booking.state != "missed"
    rows = rows.join(Service, Service.id == Booking.service_id).where(Order.contact_id == contact.id)
    stays, all_of_them = db.session.execute(rows.where(*begun, ~Order.practice)).one()
    return int(stays or 0), int(all_of_them) - int(stays or 0)


def counts(ids: Collection[int]) -> dict[int, int]:
    """How many bookings that stand each of these contacts has or had, by its id; of practice none."""
    firm = Booking.state.in_(FIRM), ~Order.practice, Order.contact_id.in_(sorted(ids))
    rows = select(Order.contact_id, func.count(Booking.id)).join(Booking, Booking.order_id == Order.id)
    found = db.session.execute(rows.where(*firm).group_by(Order.contact_id)).all() if ids else []
    return {number: count for number, count in found if number is not None}
