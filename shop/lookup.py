"""Lookup: what a few typed signs mean in the back office, an order, a quote, a person, a product or a page."""

from collections.abc import Sequence

from sqlalchemy import func, or_, select

from crm import companies as firms
from crm import people as everybody
from crm.companies import Company
from crm.contacts import Contact
from kernel.db import db
from kernel.folding import fold
from kernel.i18n import pick
from shop import booking_list, free_lines, order_list, proposal_list
from shop.bookings import Booking
from shop.catalog import Product
from shop.orders import Order
from shop.pages import Page
from shop.proposal_rows import Proposal

MOST = 6  # of each kind
is_phone = everybody.is_phone


def orders(text: str) -> Sequence[Order]:
    """The order with just that number; else those by its end, by name, phone or e-mail, the newest first."""
    exact = db.session.scalars(select(Order).where(Order.number == text.strip().upper())).all()
    return exact or db.session.scalars(order_list.query("all", text).limit(MOST)).all()


def bookings(text: str) -> Sequence[Booking]:
    """Bookings by the number, name, phone or e-mail of their orders; the latest first."""
    return booking_list.matching(text, MOST)


def quotes(text: str) -> Sequence[Proposal]:
    """Quotes by number, name, phone or e-mail, the newest first."""
    return db.session.scalars(proposal_list.query("all", text).limit(MOST)).all()


def people(text: str, most: int = MOST) -> Sequence[Contact]:
    """People by name without accents, e-mail or a part of the phone."""
    return db.session.scalars(everybody.query(text).limit(most)).all()


def companies(text: str) -> Sequence[Company]:
    """Companies by their names, tax id, telephone or e-mail."""
    return db.session.scalars(firms.query(text).limit(MOST)).all()


def products(text: str) -> Sequence[Product]:
    """Products by name or SKU, drafts too."""
    wanted = select(Product).where(Product.sku != free_lines.SKU)
    for word in fold(text).split()[:5]:
        sku = func.lower(Product.sku).contains(word, autoescape=True)
        wanted = wanted.where(or_(Product.sort_name.contains(word, autoescape=True), sku))
    return db.session.scalars(wanted.order_by(Product.sort_name, Product.id).limit(MOST)).all()


def pages(text: str) -> list[Page]:
    """Pages by title; a shop has few."""
    words = fold(text).split()
    known = db.session.scalars(select(Page).where(Page.kind != "home").order_by(Page.position, Page.id).limit(200))
    return [page for page in known if all(word in fold(pick(page.title)) for word in words)][:MOST]
