"""What the shop adds to its people's pages: their orders, and the cart that follows whoever logs in."""

from typing import Any

from flask import Flask, render_template, url_for

from crm import facts
from crm.contacts import Contact
from crm.views import asking
from kernel import origins, slots, web
from kernel.db import db
from kernel.i18n import pick
from shop import cart as carts
from shop import order_lines, order_story, orders, receipts
from shop.bookings import Booking
from shop.views import booked_rows, order_table
from shop.views import cart as cart_views


def bring_cart(contact: Contact, response: Any) -> None:
    """Pour what the contact collected elsewhere into this browser's cart, which is theirs from now on."""
    mine, former = cart_views.current(), carts.of_contact(contact)
    if former is not None and mine is None:
        mine, secret = carts.begin(contact)
        origins.set_cookie(response, cart_views.COOKIE, secret, days=carts.DAYS)
    if mine is None:
        return
    if former is not None and former.id != mine.id:
        carts.merge(former, mine, contact.group)
        former.contact_id = None
    mine.contact_id = contact.id


def leave_cart(response: Any) -> None:
    """Keep the cart for whoever logged out, and let the next one at this browser begin an empty one."""
    mine = cart_views.current()
    if mine is not None and mine.contact_id is not None:
        origins.drop_cookie(response, cart_views.COOKIE)


def account(contact: Contact) -> str:
    """A shopper's own orders."""
    return render_template("shop/orders/_mine.html", rows=[_mine(order) for order in orders.of_contact(contact)])


def _mine(order: orders.Order) -> dict[str, Any]:
    return {
        "number": order.number, "url": url_for("shop.order", token=order.token), "total": receipts.shown(order.total),
        "when": receipts.day_and_time(order.placed_at), "iso": order.placed_at.isoformat(),
        "state": order_story.STATES[order.state], "money": order_story.money(order),
        "goods": ", ".join(f"{units} × {pick(line.name)}" for units, line in order_lines.there(order.lines)[:3]),
        "booked": booked_rows.of(order),
    }  # fmt: skip


def person(contact: Contact) -> str:
    """A person's orders, for staff who may see orders."""
    if not web.may("orders.view"):
        return ""
    rows = [order_table.row(order) for order in orders.of_contact(contact)]
    return render_template("shop/desk/orders/_of_person.html", rows=rows)


def sale(contact: Contact, company: Any = None) -> str:
    """The way from what somebody may buy to the counter, with them already on it."""
    return (
        render_template("shop/desk/sale/_of_deal.html", contact=contact, company=company)
        if web.may("sales.make")
        else ""
    )


def order_url(fact: facts.Fact) -> str | None:
    """Where a fact about an order leads, for staff who may see it."""
    order = db.session.get(orders.Order, fact.about_id) if fact.about_kind == "order" and fact.about_id else None
    return url_for("shop_admin.order", number=order.number) if order and web.may("orders.view") else None


def booking_url(fact: facts.Fact) -> str | None:
    """Where a fact about a booking leads: to its order."""
    booking = db.session.get(Booking, fact.about_id) if fact.about_kind == "booking" and fact.about_id else None
    order = booking.order if booking else None
    return url_for("shop_admin.order", number=order.number) if order and web.may("orders.view") else None


def init_app(_app: Flask) -> None:
    """Fill crm's slots; let carts follow their people."""
    asking.on_entering(bring_cart)
    asking.on_leaving(leave_cart)
    slots.fill("crm.account", account)
    slots.fill("crm.person", person)
    slots.fill("crm.deal", sale)
    facts.linked(("ordered", "paid", "value_spent", "cancelled", "shipped"), order_url)
    facts.linked(("booked", "booking_cancelled", "missed", "missed_undone"), booking_url)
