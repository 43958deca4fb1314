"""Visitors of a shop to measure: browsers that allowed to be recognised, what they looked at, like and bought."""

from datetime import timedelta
from typing import Any

from sqlalchemy import insert, select, text

from crm import picks
from crm.consent import Consent
from crm.contacts import Contact
from crm.facts import Fact
from crm.tastes import Interest, Taste
from crm.visitors import Visitor
from kernel import clock, signing
from kernel.db import db
from shop import pages, picking, suggestions
from shop.catalog import Product
from shop.order_lines import OrderLine
from shop.orders import Order

TASTES = ("filtrado", "espresso", "regalos", "aprender")
LOOKS, LINES, BUYERS = 6, 2, 3  # things each looked at; lines of an order; one in so many bought


def token(number: int) -> str:
    """The cookie of a visitor."""
    return f"guest-{number}"


def arrive(count: int, products: int, new: int = 0) -> None:
    """Let so many visitors have come, let the first page fit them, and run the jobs that the shop runs each hour.

    The last `new` of them did something since then: nothing is kept for them yet.
    """
    db.session.execute(insert(Interest), [{"code": code, "name": {"es": code.capitalize()}} for code in TASTES])
    for place, product in enumerate(db.session.scalars(select(Product).order_by(Product.id).limit(400))):
        product.interests = [TASTES[place % len(TASTES)]]
    told = [{"token": signing.token(), "name": f"Persona {one}", "country": "CR"} for one in range(count // BUYERS)]
    db.session.execute(insert(Contact), told)
    contacts = list(db.session.scalars(select(Contact.id).order_by(Contact.id)))
    db.session.execute(insert(Visitor), [
        {"token_hash": signing.digest(token(number)), "arm": "shown", "country": "CR", "language": "es",
         "first_seen": clock.now() - timedelta(days=3), "contact_id": contacts[number // BUYERS]
         if number % BUYERS == 0 and number // BUYERS < len(contacts) else None}
        for number in range(count)
    ])  # fmt: skip
    _remember(list(db.session.scalars(select(Visitor).order_by(Visitor.id))), products)
    _buy(contacts, products)
    _page()
    db.session.commit()
    suggestions.rebuild()
    picking.make_all()
    later = db.session.execute(select(Visitor.contact_id, Visitor.id).order_by(Visitor.id).offset(count - new)).all()
    picks.clear_all((one.contact_id for one in later), (one.id for one in later))
    db.session.commit()
    if db.engine.dialect.name == "postgresql":  # as autovacuum does within a minute
        with db.engine.begin() as bare:
            bare.execute(text("ANALYZE"))


def _remember(visitors: list[Visitor], products: int) -> None:
    yes = {"purpose": "behaviour", "given": True}
    db.session.execute(insert(Consent), [{**yes, **_who(one), "visitor_id": one.id} for one in visitors])
    liked = [{**_whose(one), "code": TASTES[one.id % 4], "weight": 40, "origin": "inferred"} for one in visitors]
    db.session.execute(insert(Taste), liked)
    db.session.execute(insert(Fact), [
        {**_who(one), "visitor_id": one.id, "kind": "viewed", "about_kind": "product",
         "about_id": (one.id * 7 + look * 13) % min(products, 300) + 1, "at": clock.now() - timedelta(days=look)}
        for one in visitors for look in range(LOOKS)
    ])  # fmt: skip


def _who(one: Visitor) -> dict[str, Any]:
    return {"contact_id": one.contact_id}


def _whose(one: Visitor) -> dict[str, Any]:
    return {"contact_id": one.contact_id, "visitor_id": None if one.contact_id else one.id}


def _buy(contacts: list[int], products: int) -> None:
    at = clock.now() - timedelta(days=20)
    db.session.execute(insert(Order), [
        {"number": f"M-{one}", "key": f"m-{one}", "state": "delivered", "payment": "paid", "contact_id": one,
         "language": "es", "currency": "CRC", "items_minor": 900_000, "tax_minor": 0, "total_minor": 900_000,
         "rounding": "half_up", "placed_at": at}
        for one in contacts
    ])  # fmt: skip
    orders = db.session.execute(select(Order.id, Order.contact_id)).all()
    db.session.execute(insert(OrderLine), [
        {"order_id": order_id, "variant_id": number, "product_id": number, "sku": f"C{number}", "name": {"es": "Café"},
         "currency": "CRC", "unit_minor": 450_000, "quantity": 1, "net_minor": 450_000, "tax_minor": 0,
         "gross_minor": 450_000}
        for order_id, contact in orders for line in range(LINES)
        for number in [((contact or 0) * 5 + line * 11) % min(products, 300) + 1]
    ])  # fmt: skip


def _page() -> None:
    variants = [
        {"id": code, "audience": {"interest": {"code": [code]}}, "data": {"title": {"es": f"Para quien ama {code}"}}}
        for code in TASTES
    ]
    page = pages.home() or pages.make({"es": "Inicio"}, kind="home", slug="home")
    pages.save(page, [
        {"id": "hero", "kind": "hero", "data": {}, "variants": variants}, {"id": "row", "kind": "products", "data": {}},
        {"id": "again", "kind": "again", "data": {}}, {"id": "new", "kind": "new_for_you", "data": {}},
    ])  # fmt: skip
    pages.publish(page)
