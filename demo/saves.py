"""What people of the demo saved: some of each shop's, a few things each, some of them when they still cost more."""

from datetime import timedelta

from crm import consent, facts
from crm.contacts import Contact
from kernel import clock
from kernel.db import db
from kernel.money import Money
from shop import saved
from shop.catalog import Product
from shop.saved import Was

PEOPLE = 9  # of each shop
EACH = (3, 1, 2, 4)  # things of one list after the other
FELL = 5  # every so-manyth thing cost more when it was saved


def write() -> None:
    """Have some of a shop's people save things; nothing is told of those who did not allow it."""
    mine = db.select(Contact).where(Contact.email.is_not(None)).order_by(Contact.id).limit(3 * PEOPLE)
    goods = db.session.scalars(db.select(Product).where(Product.state == "live").order_by(Product.position, Product.id))
    shelf = [one for one in goods if not one.customer_groups]
    turn = 0
    for place, who in enumerate(db.session.scalars(mine).all()[::3]):
        for step in range(EACH[place % len(EACH)]):
            turn += 1
            _save(who, shelf[(place * 3 + step * step) % len(shelf)], turn)


def _save(who: Contact, product: Product, turn: int) -> None:
    at = clock.now() - timedelta(days=2 * turn, hours=turn)
    before = product.low_minor * (10 if turn % FELL else 11) // 10
    with clock.at(at):
        own, _no_token = saved.begin(who)
        new = saved.keep(own, product, Was(Money(before, product.currency), at))
        if new and consent.remembered(who):
            facts.record("saved", contact=who, about=product)
