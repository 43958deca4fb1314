"""Reviews of the demo: what buyers say of what they have, some with a picture; most is shown, some is answered."""

from datetime import datetime, timedelta
from pathlib import Path

import yaml

from crm.contacts import Contact
from demo import world
from demo.history import Shopkeeper
from demo.world import Told
from kernel import clock, files
from kernel.db import db
from shop import catalog, review_pictures, reviewable, reviews
from shop.catalog import Product
from shop.order_lines import OrderLine
from shop.orders import Order
from shop.reviews import Review, Said

SENT = "o/"  # what a drawing of a buyer's is called before the product's name
REVIEWS = Path(__file__).parent / "reviews.yaml"


def write(keeper: Shopkeeper, drawn: dict[str, files.Made]) -> None:
    """Let who bought something and has it say what they think."""
    for told in yaml.load(REVIEWS.read_bytes(), world.QUICK)[world.slug(keeper.shop)]:
        product = catalog.slugged(told["product"])
        buyer = _buyer(product, told["language"]) if product else None
        if product is not None and buyer is not None:
            _say(keeper, buyer, told, [drawn[f"{SENT}{product.slug}"]] if told.get("picture") else [])


def _buyer(product: Product, language: str) -> Contact | None:
    """Whoever has bought it first of those who have not said anything yet."""
    said = db.select(Review.contact_id).where(Review.product_id == product.id)
    lines = (
        db.select(Order).join(OrderLine, OrderLine.order_id == Order.id).join(Contact, Contact.id == Order.contact_id)
    )
    wanted = OrderLine.product_id == product.id, Contact.language == language, Contact.id.not_in(said)
    for order in db.session.scalars(lines.where(*wanted).order_by(Order.placed_at, Order.id)):
        if order.contact is not None and _line(order.contact, product) is not None:
            found: Contact = order.contact
            return found
    return None


def _line(contact: Contact, product: Product) -> OrderLine | None:
    return next((one for one in reviewable.lines(contact) if one.product_id == product.id), None)


def _say(keeper: Shopkeeper, buyer: Contact, told: Told, pictures: list[files.Made]) -> None:
    product = catalog.slugged(told["product"])
    line = _line(buyer, product) if product else None
    assert line is not None
    order = db.session.get_one(Order, line.order_id)
    at = _within(order.placed_at, told["days"], 2)
    with clock.at(at):
        said = Said(told["stars"], told["words"], reviews.signature(buyer.name), told["language"])
        row = review_pictures.write(buyer, line, said, made=pictures)
    if "waits" in told:
        return
    with clock.at(_within(at, 1, 1)):
        reviews.decide(row, "shown", by=keeper.by)
        if "answer" in told:
            reviews.answer(row, told["answer"], by=keeper.by)


def _within(moment: datetime, days: int, hours: int) -> datetime:
    """So many days later, before now in any case."""
    return min(moment + timedelta(days=days, hours=2), clock.now() - timedelta(hours=hours))
