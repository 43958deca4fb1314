"""What a letter fills in from the shop for one reader: what suits them, what they bought and booked; plain words."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from sqlalchemy import Select, select

from crm.contacts import Contact
from crm.segments import Person
from kernel import clock, i18n, tenancy
from kernel.db import db
from shop import letter_blocks, local_times, receipts, shelf, suggestions
from shop.bookings import Booking
from shop.catalog import Product
from shop.order_lines import OrderLine
from shop.orders import Order

Told = dict[str, str]
Made = TypeVar("Made")
NEW = 6  # of what is new
LATELY = 20  # lines of orders, to find one that says who made it
NOTHING: Told = {"name": "", "short": "", "price": "", "url": ""}


@dataclass
class Wish:
    """In which language and at whose prices; `shared` keeps what is the same for many readers."""

    language: str
    group: str
    root: str
    shared: dict[Any, Any] = field(default_factory=dict)


def top(contact: Contact | None, wish: Wish) -> Told:
    """What is suggested to them first: near what they bought, by taste, else what sells best."""
    if contact is None:
        return _once(wish, ("best",), lambda: _suggested(None, wish))
    return _suggested(contact, wish)


def _suggested(contact: Contact | None, wish: Wish) -> Told:
    found = suggestions.new(Person(contact=contact), 1, group=wish.group)
    if not found:
        return _told(next(iter(shelf.first(1, group=wish.group)), None), wish)
    return _one(found[0].product_id, wish)


def _one(product_id: int, wish: Wish) -> Told:
    return _once(wish, ("one", product_id), lambda: _told(db.session.get(Product, product_id), wish))


def last(contact: Contact | None, wish: Wish) -> Told:
    """What they bought last; for who bought nothing yet what would suit them."""
    if contact is not None:
        mine = select(OrderLine.product_id).join(Order, Order.id == OrderLine.order_id)
        theirs = mine.where(Order.contact_id == contact.id, Order.state.not_in(("cancelled", "expired")))
        newest = theirs.order_by(Order.placed_at.desc(), OrderLine.position).limit(1)
        product_id = db.session.scalar(newest)
        if product_id is not None:
            return _one(product_id, wish)
    return top(contact, wish)


def fresh(_contact: Contact | None, wish: Wish) -> list[Told]:
    """What came into the shop last."""

    def make() -> list[Told]:
        wanted = (
            select(Product).where(shelf.public(wish.group)).order_by(Product.published_at.desc(), Product.id.desc())
        )
        return [_told(one, wish) for one in db.session.scalars(wanted.limit(NEW))]

    return _once(wish, ("fresh",), make)


def order(contact: Contact | None, wish: Wish) -> Told:
    """Their last order."""
    newest = select(Order).where(Order.contact_id == contact.id).order_by(Order.placed_at.desc()) if contact else None
    row = db.session.scalars(newest.limit(1)).first() if newest is not None else None
    if row is None:
        return {"number": "", "total": "", "date": ""}
    day = receipts.day_and_time(row.placed_at).rpartition(",")[0]
    return {"number": row.number, "total": receipts.shown(row.total), "date": day}


def booking(contact: Contact | None, _wish: Wish) -> Told:
    """Their next booking, at the shop's clock."""
    row = db.session.scalars(_coming(contact.id)).first() if contact is not None else None
    if row is None:
        return {"service": "", "day": "", "time": ""}
    begins = local_times.local(row.starts_at, tenancy.tenant().timezone)
    return {"service": i18n.pick(row.name), "day": receipts.day(begins.date()), "time": f"{begins:%H:%M}"}


def _coming(contact_id: int) -> Select[Booking]:
    mine = select(Booking).join(Order, Order.id == Booking.order_id).where(Order.contact_id == contact_id)
    coming = mine.where(Booking.state == "booked", Booking.starts_at > clock.now())
    return coming.order_by(Booking.starts_at, Booking.id).limit(1)


def maker(contact: Contact | None, wish: Wish) -> Told:
    """Who made the last thing of theirs of which the shop says so, and what it was."""
    rows = db.session.execute(_bought(contact.id)).all() if contact is not None else ()
    nobody: tuple[dict[str, str], dict[str, Any]] = ({}, {})
    name, told = next(((name, told) for name, told in rows if told.get("name")), nobody)
    parts = {part: str(told.get(part) or "") for part in ("name", "place", "hours")}
    return {**parts, "product": i18n.pick(name, wish.language)}


def _bought(contact_id: int) -> Select[Any]:
    mine = select(Product.name, Product.maker).join(OrderLine, OrderLine.product_id == Product.id)
    theirs = mine.join(Order, Order.id == OrderLine.order_id).where(Order.contact_id == contact_id)
    stands = theirs.where(Order.state.not_in(("cancelled", "expired")))
    return stands.order_by(Order.placed_at.desc(), OrderLine.position).limit(LATELY)


def _once(wish: Wish, key: tuple[Any, ...], make: Callable[[], Made]) -> Made:
    whole = (*key, wish.language, wish.group)
    if whole not in wish.shared:
        wish.shared[whole] = make()
    found: Made = wish.shared[whole]
    return found


def _told(one: Product | None, wish: Wish) -> Told:
    if one is None:
        return dict(NOTHING)
    price = letter_blocks.prices([one], wish.group)[one.id]
    return {
        "name": i18n.pick(one.name, wish.language), "short": i18n.pick(one.short, wish.language),
        "price": receipts.shown(price), "url": f"{wish.root}/p/{one.slug}",
    }  # fmt: skip
