"""Lookup: what a few typed signs mean in the back office, an order, a person, a product or a page."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select

from crm.contacts import Contact
from kernel.db import db
from kernel.i18n import pick
from shop import order_list
from shop.catalog import Product
from shop.orders import Order
from shop.pages import Page
from shop.slugs import fold

MOST = 6  # of each kind
ACCENTS = dict(zip("áéíóúüñÁÉÍÓÚÜÑ", "aeiouunaeiouun", strict=True))


def is_phone(text: str) -> bool:
    """Whether somebody typed a part of a telephone number."""
    return len(digits(text)) >= 4 and not any(sign.isalpha() for sign in text)


def digits(text: str) -> str:
    """The digits of a text."""
    return "".join(sign for sign in text if sign.isdigit())


def orders(text: str) -> Sequence[Order]:
    """Orders by number or its end, by name, phone or e-mail; the newest first."""
    return db.session.scalars(order_list.query("all", text).limit(MOST)).all()


def people(text: str) -> Sequence[Contact]:
    """People by name without accents, e-mail or a part of the phone."""
    wanted = select(Contact)
    for word in [text] if is_phone(text) else text.split()[:5]:
        wanted = wanted.where(_person(word))
    return db.session.scalars(wanted.order_by(Contact.updated_at.desc(), Contact.id.desc()).limit(MOST)).all()


def _person(word: str) -> ColumnElement[bool]:
    plain, number = fold(word), digits(word)
    ways = [_folded(Contact.name).contains(plain, autoescape=True)]
    ways.append(func.lower(func.coalesce(Contact.email, "")).contains(plain, autoescape=True))
    if len(number) >= 4:
        ways.append(func.coalesce(Contact.phone, "").contains(number, autoescape=True))
    return or_(*ways)


def _folded(column: Any) -> Any:
    """The column in lower case without the accents of Spanish, on every database."""
    for accented, plain in ACCENTS.items():
        column = func.replace(column, accented, plain)
    return func.lower(column)


def products(text: str) -> Sequence[Product]:
    """Products by name or SKU, drafts too."""
    wanted = select(Product)
    for word in fold(text).split()[:5]:
        sku = func.lower(Product.sku).contains(word, autoescape=True)
        wanted = wanted.where(or_(Product.sort_name.contains(word, autoescape=True), sku))
    return db.session.scalars(wanted.order_by(Product.sort_name, Product.id).limit(MOST)).all()


def pages(text: str) -> list[Page]:
    """Pages by title; a shop has few."""
    words = fold(text).split()
    known = db.session.scalars(select(Page).where(Page.kind != "home").order_by(Page.position, Page.id).limit(200))
    return [page for page in known if all(word in fold(pick(page.title)) for word in words)][:MOST]
