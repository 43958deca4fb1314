"""Buyers: what the shop holds about a person beside crm, as their copy and as nobody's."""

from typing import Any

from sqlalchemy import delete, or_, select, update

from crm import erasure, people, tasks
from crm.contacts import Contact
from crm.visitors import Visitor
from kernel.db import db
from kernel.i18n import _l, pick
from kernel.letters import Letter
from shop import bookings, cart_bookings, orders, plans
from shop.ask_rows import Ask
from shop.bookings import Booking
from shop.cart import Cart, CartLine
from shop.order_lines import OrderLine
from shop.orders import Order


def copy(contact: Contact) -> list[dict[str, Any]]:
    """Their orders."""
    return [
        {
            "number": order.number, "at": order.placed_at.isoformat(), "name": order.name, "email": order.email,
            "phone": order.phone, "address": order.address, "tax_id": order.tax_id, "fiscal": order.fiscal,
            "note": order.note, "gift": order.gift, "total_minor": order.total_minor, "currency": order.currency,
            "state": order.state, "plan": order.plan, "received_minor": order.received_minor,
            "parts": [{"due_on": part.on.isoformat() if part.on else None, "amount_minor": part.amount.minor,
                       "paid_minor": part.paid.minor} for part in plans.parts(order)],
            "lines": [{"name": pick(line.name), "quantity": line.quantity, "texts": line.texts}
                      for line in order.lines],
            "bookings": [{"starts_at": row.starts_at.isoformat(), "ends_at": row.ends_at.isoformat(),
                          "places": row.places, "state": row.state, "answers": row.answers, "language": row.language,
                          "timezone": row.timezone, "arrived": row.arrived,
                          "read": row.known, "read_at": row.known_at.isoformat() if row.known_at else None}
                         for row in bookings.of_order(order)],
        }
        for order in orders.of_contact(contact)
    ]  # fmt: skip


def carts(contact: Contact) -> list[dict[str, Any]]:
    """What lies in their carts."""
    rows = db.session.scalars(select(CartLine).where(CartLine.cart_id.in_(_carts(contact))))
    return [{"variant": row.variant.sku if row.variant else "", "quantity": row.quantity} for row in rows]


def forget(contact: Contact) -> None:
    """Take name and whereabouts off their orders; amounts and tax ids stay, as the law of invoices wants it."""
    mine = select(Order.id).where(Order.contact_id == contact.id).scalar_subquery()
    quiet = {"synchronize_session": False}
    db.session.execute(update(OrderLine).where(OrderLine.order_id.in_(mine)).values(texts={}), execution_options=quiet)
    said = update(Booking).where(Booking.order_id.in_(mine)).values(answers={}, language="", timezone="")
    db.session.execute(said, execution_options=quiet)
    db.session.execute(update(Ask).where(Ask.order_id.in_(mine)).values(reason="", said=""), execution_options=quiet)
    bookings_of = select(Booking.id).where(Booking.order_id.in_(mine)).scalar_subquery()
    erasure.forget_letters((Letter.about_kind == "order") & Letter.about_id.in_(mine))
    erasure.forget_letters((Letter.about_kind == "booking") & Letter.about_id.in_(bookings_of))
    for order in orders.of_contact(contact):
        order.name = order.email = order.phone = order.note = ""
        order.address, order.gift, order.haystack = {}, {}, order.number.lower()


def forget_carts(contact: Contact) -> None:
    """Empty their carts and make them nobody's."""
    rows = _carts(contact)
    cart_bookings.drop_all(Booking.cart_id.in_(rows))
    db.session.execute(delete(CartLine).where(CartLine.cart_id.in_(rows)))
    nobodys = update(Cart).where(Cart.id.in_(rows)).values(contact_id=None, visitor_id=None)
    db.session.execute(nobodys, execution_options={"synchronize_session": False})


def _carts(contact: Contact) -> Any:
    browsers = select(Visitor.id).where(Visitor.contact_id == contact.id)
    theirs = Cart.contact_id == contact.id, Cart.contact_id.is_(None) & Cart.visitor_id.in_(browsers)
    return select(Cart.id).where(or_(*theirs)).scalar_subquery()


def on_its_way(contact: Contact) -> Any:
    """An order that is still to be paid, prepared or enjoyed needs its name and address."""
    open_ones = [order.number for order in orders.of_contact(contact) if order.open]
    return (
        _l("Order %(number)s is still open: it needs your name and address.", number=open_ones[0])
        if open_ones
        else None
    )


def number_of(typed: str) -> tuple[str, int | None] | None:
    """An order's own number and whose it is, as staff type it: its letters may be small."""
    same = select(Order.number, Order.contact_id).where(Order.number.in_({typed, typed.upper()}))
    found = db.session.execute(same.limit(1)).first()
    return (found[0], found[1]) if found else None


def init_app(_app: object) -> None:
    """Speak for the shop's tables."""
    tasks.orders(number_of)
    people.hindrance(on_its_way)
    people.exporter("orders", ["order", "order_line", "booking"], copy)
    people.exporter("carts", ["cart"], carts)
    people.eraser("orders", ["order", "order_line", "booking"], forget)
    people.eraser("carts", ["cart"], forget_carts)
