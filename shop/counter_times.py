"""Counter times: what is booked within a sale at the counter, held in a cart that only its own form finds."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from kernel import clock, signing
from kernel.db import db
from kernel.i18n import _l
from kernel.refusal import Refusal
from shop import booking_list, booking_times, cart_bookings, cart_rows, holdings, walk_ins
from shop import cart as carts
from shop.bookings import Booking
from shop.cart_rows import Cart, CartLine
from shop.occupations import JustTaken, Span
from shop.walk_ins import Visit
from shop.wants import Wanted


class Moved(Refusal):
    """The times that the form shows are not those that are held for it."""

    message = _l("What is booked in this sale has changed meanwhile: look it over and sell again.")
    status = 409


@dataclass(frozen=True)
class Kept:
    """A time that is held for a sale, with its lines: so many of each kind of person."""

    booking: Booking
    rows: Sequence[CartLine]

    @property
    def token(self) -> str:
        """By what the form names it."""
        return self.booking.token

    def wanted(self) -> list[Wanted]:
        """What of it is sold."""
        return [
            Wanted(row.variant, row.quantity, unit=cart_bookings.unit(self.booking, row.variant), booking=self.booking)
            for row in self.rows
        ]


def of(key: str) -> list[Kept]:
    """What is held for the sale with that key (see sales.key_of), in the order in which it was chosen."""
    cart = _cart(key)
    found: dict[int, list[CartLine]] = {}
    for row in cart_rows.lines(cart)[0] if cart else ():
        if row.booking is not None and row.booking.cart_id == row.cart_id:
            found.setdefault(row.booking.id, []).append(row)
    return [Kept(rows[0].booking, rows) for rows in found.values() if rows[0].booking is not None]


def hold(key: str, asked: Visit) -> Booking:
    """Hold a time for the sale, ten minutes; the same time again is held for these people instead.

    Raises JustTaken, Full or another Refusal that says why it cannot be: what was held stays.
    """
    walk_ins.check(asked)
    cart = _cart(key) or _begun(key)
    row = holdings.hold(asked.service, asked.span, asked.places, cart=cart, units=asked.units)
    mine = select(CartLine).where(CartLine.cart_id == cart.id, CartLine.booking_id == row.id)
    cart_bookings.take_out(db.session.scalars(mine).all())
    cart_bookings.put(cart, row, asked.people, "", known=None)
    cart.touched_at = clock.now()
    return row


def swap(key: str, token: str, starts_at: datetime) -> Booking:
    """Hold another time of a departure or an appointment for the same people, and give the old one up."""
    old = _one(key, token)
    booking, people = old.booking, {row.variant: row.quantity for row in old.rows}
    service = booking.service
    if service.kind == "nights" or (service.kind == "departure" and booking_list.slot(service, starts_at) is None):
        raise booking_times.NotOffered()
    row = hold(key, Visit(service, Span(starts_at, starts_at + service.length), people, booking.places))
    if row.id != booking.id:
        row.answers = dict(booking.answers)
        cart_bookings.drop(booking)
    return row


def again(key: str, token: str) -> None:
    """Hold a time whose hold ran out once more; raises JustTaken."""
    booking = _one(key, token).booking
    if booking.cart is None or not cart_bookings.again(booking.cart, booking):
        raise JustTaken()


def drop(key: str, token: str) -> None:
    """Take a time off the sale: others can have it. Harmless when it is not there any more."""
    for one in of(key):
        if one.token == token:
            cart_bookings.drop(one.booking)


def leave(key: str) -> None:
    """The sale is given up: others can have all that was held for it."""
    cart = _cart(key)
    if cart is not None:
        cart_bookings.drop_all(Booking.cart_id == cart.id)
        _end(cart)


def claim(key: str) -> None:
    """Whoever sells is alone with what is held: the same form that was sent twice waits here."""
    db.session.execute(_mine(key).with_only_columns(Cart.id).with_for_update(key_share=True))


def keep(key: str) -> None:
    """Whoever mends the form has what is held for it so long again."""
    for one in of(key):
        holdings.extend([one.booking], clock.now() + timedelta(minutes=holdings.MINUTES))


def check(held: Iterable[Kept], seen: Iterable[str]) -> None:
    """Refuse when the form shows other times than are held: nobody sells, or leaves out, what they do not see."""
    if sorted(one.token for one in held) != sorted(seen):
        raise Moved()


def sold(key: str) -> None:
    """They are the order's now."""
    cart = _cart(key)
    if cart is not None:
        carts.clear(cart)
        _end(cart)


def _end(cart: Cart) -> None:
    db.session.flush()
    db.session.expire(cart)
    db.session.delete(cart)
    db.session.flush()


def _one(key: str, token: str) -> Kept:
    found = next((one for one in of(key) if one.token == token), None)
    if found is None:
        raise Moved()
    return found


def _mine(key: str) -> Any:
    return select(Cart).where(Cart.token_hash == _hash(key))


def _cart(key: str) -> Cart | None:
    return db.session.scalars(_mine(key)).one_or_none() if key else None


def _begun(key: str) -> Cart:
    try:
        with db.session.begin_nested():
            cart = Cart(token_hash=_hash(key))
            db.session.add(cart)
            db.session.flush()
    except IntegrityError:  # two taps of one form at once
        known: Cart = db.session.scalars(_mine(key)).one()
        return known
    return cart


def _hash(key: str) -> str:
    """No shopper's cookie opens it: their carts are found by another digest."""
    return signing.digest(f"counter:{key}")
