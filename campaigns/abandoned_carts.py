"""Abandoned carts: whoever allowed letters and left things in their cart is reminded, until they buy or change it.

A cart is somebody's once they logged in with it, or when their browser, which may be known, filled it.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, exists, select

from campaigns import automations, conditions, enrolments, fields, welcome
from campaigns.automations import Automation, Enrolment
from crm import consent
from crm.contacts import Contact
from kernel import clock, i18n, jobs, tenancy, transactions
from kernel.db import db
from kernel.i18n import _l
from shop import cart as carts
from shop import cart_owners
from shop.cart_rows import Cart, CartLine
from shop.orders import Order

TRIGGER = "cart"
SECONDS = 60  # between two looks
OLDEST = timedelta(days=30)  # a cart left for longer is not spoken of
REST = timedelta(days=7)  # one series of reminders in so long
MOST = 500  # people at one look
LATE = timedelta(days=3)  # a reminder that had to wait for so long is sent no more
SAID = {"gone": "emptied"}  # what recipients.REASONS call it where that differs


def look() -> None:
    """Take in whose cart has lain as long as the first letter waits; of two carts of one person the newest."""
    for automation in automations.of_trigger(TRIGGER):
        steps, taken = automations.steps(automation), set[int]()
        for cart, contact in _left(automation, steps[0].delay) if steps and automation.on_since else ():
            if contact.id not in taken:
                taken.add(contact.id)
                occasion = f"cart:{cart.id}:{cart.touched_at.timestamp():.0f}"
                enrolments.enrol(automation, contact, occasion, since=cart.touched_at, about=cart)


def _left(automation: Automation, delay: timedelta) -> Sequence[Any]:
    now = clock.now()
    lies = Cart.touched_at <= now - delay, Cart.touched_at > now - OLDEST, Cart.touched_at >= automation.on_since
    told = select(Enrolment.id).where(Enrolment.automation_id == automation.id, Enrolment.contact_id == Contact.id)
    lately = exists(told.where(Enrolment.since > now - REST).correlate(Contact))
    same = told.where(Enrolment.about_id == Cart.id, Enrolment.since >= Cart.touched_at)
    known = exists(same.correlate(Contact, Cart))
    bought = exists(
        select(Order.id)
        .where(Order.contact_id == Contact.id, Order.placed_at >= Cart.touched_at)
        .correlate(Contact, Cart)
    )
    whose = Contact.id == cart_owners.owner()
    wanted = select(Cart, Contact).join(Contact, whose).where(*lies, _full(), ~lately, ~known, ~bought)
    wanted = wanted.where(consent.given(Contact.id, "marketing"), Contact.email.is_not(None))
    wanted = wanted.where(enrolments.whom(automation))
    return db.session.execute(wanted.order_by(Cart.touched_at.desc(), Cart.id.desc()).limit(MOST)).all()


def _full() -> ColumnElement[bool]:
    return exists(select(CartLine.id).where(CartLine.cart_id == Cart.id).correlate(Cart))


def over(rows: Sequence[Enrolment]) -> dict[int, str]:
    """Of whom no more of it is right: they bought, took everything out, or came back to it."""
    ids = {row.about_id for row in rows if row.about_id}
    lie = select(Cart.id, Cart.touched_at, cart_owners.owner().label("owner")).where(Cart.id.in_(ids), _full())
    there = {cart.id: cart for cart in db.session.execute(lie)} if ids else {}
    found = dict.fromkeys(conditions.ordered(rows), "bought")
    for row in rows:
        cart = there.get(row.about_id)
        if cart is None or cart.owner != row.contact_id:
            found.setdefault(row.id, "gone")
        elif cart.touched_at > row.since:
            found.setdefault(row.id, "returned")
    return found


@jobs.job("automations.carts")
def look_everywhere() -> None:
    """The same in every shop that reminds."""
    for tenant_id in welcome.shops(TRIGGER):
        with tenancy.use(tenant_id):
            transactions.retry_free(look)


def _theirs(about: fields.About) -> Cart | None:
    return cart_owners.newest(about.contact) if about.contact is not None else None


def _cart(about: fields.About) -> dict[str, Any]:
    cart = _theirs(about)
    wanted = carts.wanted(cart)
    link = f"{about.root}/cart/shared/{carts.link(cart)}" if cart and wanted else f"{about.root}/cart"
    first = i18n.pick(wanted[0].variant.product.name, about.language) if wanted else ""
    return {"url": link, "first": first, "count": str(carts.count(cart))}


def _items(about: fields.About) -> list[dict[str, str]]:
    cart = _theirs(about)
    return [
        {"name": i18n.pick(one.variant.product.name, about.language), "quantity": str(one.quantity)}
        for one in carts.wanted(cart)
    ]


def init_app(_app: object) -> None:
    """Look from now on, ask again before a letter leaves, and let letters speak of the cart."""
    jobs.every("automations.carts", seconds=SECONDS)
    enrolments.until(TRIGGER, over, LATE, SAID)
    parts = {"url": _l("Their cart: address that fills it again"), "first": _l("Their cart: what lies first in it"),
             "count": _l("Their cart: how many things")}  # fmt: skip
    fields.define("cart", _l("Their cart"), {}, _cart, parts=parts)
    items = {"name": _l("Things in their cart: name"), "quantity": _l("Things in their cart: how many")}
    fields.define("cart_items", _l("Things in their cart"), [], _items, parts=items, many=True)
