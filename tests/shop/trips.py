"""Trips: what tests of bookings in carts and orders say again and again."""

from datetime import timedelta

import time_machine
from sqlalchemy import select

from crm import facts
from kernel import clock, jobs
from kernel import letters as post
from kernel.db import db
from shop import cart as carts
from shop import (
    checkout,
)
from shop.quotes import Choice
from tests.goods import only

HALF = [{"hours": 48, "back_bp": 10_000}, {"hours": 24, "back_bp": 5_000}]


def trip(shop, **values):
    told = {"price": {"adulto": 5_000_00, "nino": 2_000_00}, "capacity": 6, **values}
    return shop.service(**told)


def filled(shop, service, when, adults=2, children=0, **how):
    """A cart that holds a departure for so many people."""
    cart = how.pop("cart", None) or carts.begin()[0]
    booking = shop.held(service, when, adults + children, cart=cart, **how)
    kinds = list(service.product.variants)
    carts.book(cart, booking, dict(zip(kinds, (adults, children), strict=False)))
    db.session.commit()
    return cart, booking


def lapse(booking):
    booking.held_until = clock.now() - timedelta(seconds=1)
    db.session.commit()


def ordered(shop, service, when=None, adults=2, children=0, *, goods=None, **how):
    """An order for a departure, and for goods that are picked up; `paid=True` pays it."""
    cart, booking = filled(shop, service, when or shop.when(), adults, children)
    if goods is not None:
        carts.add(cart, only(goods), 1)
    shop.transfer()
    paid, choice = how.pop("paid", False), shop.choice(goods) if goods is not None else Choice()
    order = checkout.place(cart, choice, shop.details(how.pop("payment", "transfer"), **how), key=f"test-{cart.id}")
    db.session.commit()
    if paid:
        shop.pay(order)
    return order, booking


def run(at):
    with time_machine.travel(at, tick=False):
        jobs.run_due()
    db.session.expire_all()


def letters(order):
    return [row.kind for row in reversed(post.about(order))]


def taken(booking):
    db.session.expire_all()
    return booking.departure.taken


def kinds(booking):
    wanted = select(facts.Fact).where(facts.Fact.about_kind == "booking", facts.Fact.about_id == booking.id)
    return [(row.kind, row.amount_minor) for row in db.session.scalars(wanted.order_by(facts.Fact.id))]


def told(cart):
    return [(notice.kind, notice.blocks) for notice in carts.notices(cart)]
