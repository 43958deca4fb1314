"""What tests of reviews share: somebody who has what they bought, what they say of it, what a page asks the database."""

from sqlalchemy import event, func, select

from kernel import tenancy
from kernel.db import db
from shop import fulfilment, reviewable, reviews, storefront
from shop.catalog import Product
from shop.reviews import Review, Said


def has(shop, product, email="ana@example.com", **told):
    """An order of it that was handed over."""
    order = shop.bought(product, email=email, paid=True, **told)
    fulfilment.deliver(order, by=shop.owner)
    db.session.commit()
    return order


def say(order, stars=5, words="Muy bueno", signed="Ana M."):
    """Its buyer says that of the first thing in it."""
    line = reviewable.line(order.contact, order.lines[0].product.slug, order)
    row = reviews.write(order.contact, line, Said(stars, words, signed, "es"))
    db.session.commit()
    return row


def shown(shop, product, stars=5, words="Muy bueno", email="ana@example.com", signed="Ana M."):
    """Somebody bought it, says that, and everybody may read it."""
    row = say(has(shop, product, email), stars, words, signed)
    reviews.decide(row, "shown", by=shop.owner)
    db.session.commit()
    return row


def take(way):
    """How the shop takes them from now on."""
    storefront.of().reviews = way
    tenancy.touch()
    db.session.commit()


def differing():
    """Products whose kept figures are not those of their shown reviews."""
    db.session.rollback()
    sums = select(Review.product_id, func.count(Review.id), func.sum(Review.stars)).where(Review.state == "shown")
    real = {key: (count, int(total)) for key, count, total in db.session.execute(sums.group_by(Review.product_id))}
    kept = {row.id: (row.review_count, row.review_sum) for row in db.session.scalars(select(Product))}
    return {key: pair for key, pair in kept.items() if pair != real.get(key, (0, 0))}


def asked(verb):
    """What the database was asked while `verb()` ran."""
    told = []
    event.listen(db.engine, "before_cursor_execute", hear := lambda *words: told.append(words[2]))
    try:
        verb()
    finally:
        event.remove(db.engine, "before_cursor_execute", hear)
    return told
