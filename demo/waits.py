"""Who waits in the demo for what its shops have sold out: people who bought there before, some days apart."""

from datetime import timedelta

from crm.contacts import Contact
from kernel import clock
from kernel.db import db
from shop import stock, stock_waits
from shop.catalog import Product
from shop.variants import Variant

EACH = (3, 1, 2)  # people for one variant after the other


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
