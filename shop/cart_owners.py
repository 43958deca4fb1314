"""Whose a cart is: of who logged in with it, else of whoever the browser that filled it is, while it may be known.

The second is only for speaking of it: what a cart costs, and what comes back at a log-in, asks who logged in.
"""

from typing import Any

from sqlalchemy import ColumnElement, CompoundSelect, func, or_, select, union_all

from crm import consent
from crm.contacts import Contact
from crm.visitors import Visitor
from kernel.db import db
from shop.cart_rows import Cart, CartLine


def owner() -> ColumnElement[int | None]:
    """In SQL: the id of whose a cart is, or nothing."""
    known = select(Visitor.contact_id).where(Visitor.id == Cart.visitor_id, _known()).correlate(Cart)
    return func.coalesce(Cart.contact_id, known.scalar_subquery())


def of(contact: Contact) -> ColumnElement[bool]:
    """In SQL: whether a cart is theirs; indexes answer it."""
    browsers = select(Visitor.id).where(Visitor.contact_id == contact.id, _known())
    return or_(Cart.contact_id == contact.id, Cart.contact_id.is_(None) & Cart.visitor_id.in_(browsers))


def whose(*fits: ColumnElement[bool]) -> CompoundSelect[Any]:
    """In SQL: the ids of everybody who owns one of the carts that fit; none of them is NULL."""
    logged_in = select(Cart.contact_id).where(Cart.contact_id.is_not(None), *fits)
    browsers = select(Visitor.contact_id).join(Cart, Cart.visitor_id == Visitor.id)
    theirs = browsers.where(Cart.contact_id.is_(None), Visitor.contact_id.is_not(None), _known(), *fits)
    return union_all(logged_in, theirs)


def newest(contact: Contact) -> Cart | None:
    """The cart they filled last."""
    full = select(CartLine.id).where(CartLine.cart_id == Cart.id).exists()
    return db.session.scalar(select(Cart).where(of(contact), full).order_by(Cart.touched_at.desc()).limit(1))


def _known() -> Any:
    return consent.given_by_browser(Visitor.id, "behaviour")
