"""Reviewable: what somebody really bought and has: only of that they may write a review."""

from typing import TYPE_CHECKING, Any

from sqlalchemy import Select, and_, or_, select

from crm.contacts import Contact
from kernel import clock
from kernel.db import db
from kernel.refusal import Missing
from shop import reviews
from shop.bookings import Booking
from shop.catalog import Product
from shop.order_lines import OrderLine
from shop.orders import ENDED, SETTLED, Order

if TYPE_CHECKING:
    from collections.abc import Sequence

MOST = 100  # of one person


def lines(contact: Contact, order: Order | None = None) -> "Sequence[OrderLine]":
    """For each product that they have and that the shop shows the line that sold it, the newest first."""
    found: dict[int, OrderLine] = {}
    for line in db.session.scalars(_lines(contact, order)):
        found.setdefault(line.product_id, line)
    return list(found.values())[:MOST]


def line(contact: Contact, slug: str, order: Order | None = None) -> OrderLine:
    """The line that sold them the product of that address; raises Missing where there is none."""
    wanted = _lines(contact, order).where(Product.slug == slug).limit(1)
    found: OrderLine | None = db.session.scalars(wanted).one_or_none()
    if found is None or not reviews.taken():
        raise Missing()
    return found


def _lines(contact: Contact, order: Order | None) -> Select[Any]:
    """Handed over, its time is over with whoever had it there, or its files are open; rehearsals are no sales."""
    mine = [Order.contact_id == contact.id, ~Order.practice, Order.state.not_in(sorted(ENDED))]
    if order is not None:
        mine.append(Order.id == order.id)
    handed = and_(OrderLine.booking_id.is_(None), Order.state == "delivered")
    opened = and_(OrderLine.booking_id.is_(None), OrderLine.digital, Order.payment.in_(sorted(SETTLED)))
    been = and_(Booking.state.in_(("booked", "came")), Booking.ends_at <= clock.now())
    wanted = (
        select(OrderLine).join(Order, Order.id == OrderLine.order_id).join(Product, Product.id == OrderLine.product_id)
        .outerjoin(Booking, Booking.id == OrderLine.booking_id)
    )  # fmt: skip
    live = Product.state == "live", or_(handed, opened, been)
    return wanted.where(*mine, *live).order_by(Order.placed_at.desc(), OrderLine.id)
