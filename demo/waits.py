"""Who waits in the demo for what its shops have sold out, and for a trip that is full: people who bought before."""

from datetime import timedelta

from crm.contacts import Contact
from kernel import clock
from kernel.db import db
from shop import availability, booking_times, services, stock, stock_waits, time_waits
from shop.catalog import Product
from shop.time_wait_rows import Wish
from shop.variants import Variant

EACH = (3, 1, 2)  # people for one variant after the other
AHEAD = timedelta(days=60)  # in which a full trip is looked for
WANTED = (2, 1, 4)  # places, of one after the other


def write() -> None:
    """Have some of a shop's people wait."""
    mine = db.select(Variant).join(Product, Product.id == Variant.product_id).where(Variant.stock_kind == "onhand")
    kept = mine.where(Variant.on_hand == 0, Variant.active, Product.state == "live").order_by(Variant.id)
    people = db.session.scalars(db.select(Contact).where(Contact.email.is_not(None)).order_by(Contact.id)).all()
    gone = [one for one in db.session.scalars(kept) if stock.left(one) == 0 and stock_waits.sold(one)]
    for place, variant in enumerate(gone):
        for turn in range(EACH[place % len(EACH)] if people else 0):
            who = people[(place * 5 + turn * 3) % len(people)]
            with clock.at(clock.now() - timedelta(days=9 - 2 * turn, hours=place)):
                stock_waits.ask(variant, who, language=who.language)


def write_times() -> None:
    """Have some wait for the first trip that is full."""
    people = db.session.scalars(db.select(Contact).where(Contact.email.is_not(None)).order_by(Contact.id)).all()
    today = clock.today(booking_times.zone())
    for service in [one for one in services.every() if one.kind == "departure" and time_waits.sold(one)]:
        month = availability.month(service, today, today + AHEAD)
        full = next((day for day, one in sorted(month.items()) if one.state == "full"), None)
        first = availability.day(service, full)[0] if full else None
        for turn, places in enumerate(WANTED if first and people else ()):
            who = people[(service.id + turn * 3) % len(people)]
            if first and places <= service.capacity:
                with clock.at(clock.now() - timedelta(days=2, hours=5 * turn)):
                    time_waits.ask(service, Wish(first.span, places), who, language=who.language)
