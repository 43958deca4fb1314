"""What people of a test world bought, booked and left in carts: rows written directly, for rules to be asked about."""

from datetime import timedelta

from crm.consent import Consent
from crm.contacts import Contact
from crm.visitors import Visitor
from kernel import clock, signing
from kernel.db import db
from shop import bin as rubbish
from shop.bookings import Booking
from shop.cart_rows import Cart, CartLine
from shop.order_lines import OrderLine
from shop.orders import Order
from shop.reviews import Review
from shop.saved import SavedList, SavedProduct

STATES = ["placed", "delivered", "cancelled", "expired"]
MONEY = {"currency": "CRC", "tax_minor": 0}


def go(shop, dice):
    """Three products on two shelves and a service; some people have orders, bookings and carts, some nothing."""
    shelf = shop.category("Bolsos")
    goods = [shop.product("Bolso", category_id=shelf.id), shop.product("Taza"), shop.product("Gorra")]
    for number, one in enumerate(goods):
        one.sku = f"P-{number}"
    trip = shop.service("Paseo")
    for contact in db.session.scalars(db.select(Contact)):
        for one in dice.sample(goods, dice.choice([0, 0, 1, 2])):
            db.session.add(Review(product_id=one.id, contact_id=contact.id, stars=dice.randint(1, 5)))
        for _ in range(dice.choice([0, 0, 1, 2, 4])):
            _ordered(dice, contact, dice.choice(goods), trip)
        if dice.random() < 0.4:
            _left(dice, contact, dice.choice(goods))
        if dice.random() < 0.5:
            _saved(dice, contact, dice.sample(goods, dice.choice([0, 1, 2, 3])))
    rubbish.put("product", [goods[2]])  # what was bought stays bought
    db.session.commit()


def _ordered(dice, contact, product, trip):
    variant = product.variants[0]
    ago = timedelta(days=dice.choice([0, 1, 29, 30, 31, 60, 200]), hours=dice.choice([0, 6, 13]))
    order = Order(
        number=signing.token()[:20], key=signing.token(), state=dice.choice(STATES), practice=dice.random() < 0.1,
        contact_id=dice.choice([contact.id, contact.id, None]), language="es", rounding="half_up",
        items_minor=100, total_minor=100, placed_at=clock.now() - ago, **MONEY,
    )  # fmt: skip
    db.session.add(order)
    db.session.flush()
    line = OrderLine(order_id=order.id, variant_id=variant.id, product_id=product.id, sku=variant.sku, quantity=1,
                     unit_minor=100, net_minor=100, gross_minor=100, **MONEY)  # fmt: skip
    db.session.add(line)
    if dice.random() < 0.5:
        starts = clock.now() + dice.choice(
            [timedelta(days=-2), timedelta(hours=3), timedelta(days=6), timedelta(days=40)]
        )
        state = dice.choice(["booked", "booked", "cancelled", "missed", "missed"])
        db.session.add(Booking(service_id=trip.id, order_id=order.id, state=state, starts_at=starts,
                               ends_at=starts + timedelta(hours=2), places=1))  # fmt: skip


def _saved(dice, contact, goods):
    """A list of theirs, or of a browser of theirs, which may be known or not; their own answers may forbid either."""
    browser = dice.choice([None, *db.session.scalars(db.select(Visitor).where(Visitor.contact_id == contact.id))])
    mine = SavedList(contact_id=dice.choice([contact.id, None]) if browser else contact.id)
    mine.visitor_id = browser.id if browser else None
    db.session.add(mine)
    db.session.flush()
    told = {"list_id": mine.id, "price_minor": 100, "currency": "CRC"}
    db.session.add_all(SavedProduct(product_id=one.id, **told) for one in goods)


def _left(dice, contact, product):
    """A cart that somebody logged in with, or one of a browser of theirs, which may be known or not."""
    touched = clock.now() - dice.choice([timedelta(hours=2), timedelta(days=59), timedelta(days=61)])
    browser = dice.choice([None, *db.session.scalars(db.select(Visitor).where(Visitor.contact_id == contact.id))])
    cart = Cart(token_hash=signing.token(), touched_at=touched)
    cart.contact_id = dice.choice([contact.id, None]) if browser else contact.id
    cart.visitor_id = browser.id if browser else None
    answers = [dice.random() < 0.7 for _ in range(dice.randint(0, 2))] if browser else []
    db.session.add_all(Consent(visitor_id=browser.id, purpose="behaviour", given=given) for given in answers)
    db.session.add(cart)
    db.session.flush()
    db.session.add(CartLine(cart_id=cart.id, variant_id=product.variants[0].id, quantity=1, seen_minor=100))
