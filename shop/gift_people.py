"""People on gift cards: what a card says of who bought it and who got it, as their copy and as nobody's."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select

from crm import people
from crm.contacts import Contact
from kernel.db import db
from shop import orders
from shop.gift_cards import GiftCard
from shop.orders import Order


def of(contact: Contact) -> Sequence[GiftCard]:
    """The cards that a person bought, and those that were sent to their address."""
    mine: list[ColumnElement[bool]] = [GiftCard.order_id.in_(select(Order.id).where(Order.contact_id == contact.id))]
    if contact.email:
        mine.append(func.lower(GiftCard.email) == contact.email.lower())
    return db.session.scalars(select(GiftCard).where(or_(*mine)).order_by(GiftCard.id)).all()


def copy(contact: Contact) -> list[dict[str, Any]]:
    """The cards with what they say; the code is on the card's own page."""
    return [
        {
            "last4": card.last4, "recipient": card.recipient, "email": card.email, "message": card.message,
            "from": card.giver, "issued_at": card.issued_at.isoformat(), "face_minor": card.face_minor,
            "balance_minor": card.balance.minor, "currency": card.balance.currency,
        }
        for card in of(contact)
    ]  # fmt: skip


def forget(contact: Contact) -> None:
    """Take names, addresses and words off; whoever holds the code keeps the money, who is to get it still gets it."""
    mine = (contact.email or "").lower()
    for card in of(contact):
        if card.sent_at is not None or card.state != "live" or card.email.lower() == mine:
            card.recipient = card.email = ""  # of others they go when it is sent: see gift_letters
        card.message = card.giver = ""
        card.haystack = card.last4.lower()
    for order in orders.of_contact(contact):
        for line in order.lines:
            line.voucher = {"months": line.voucher.get("months")} if line.voucher else {}


def init_app(_app: object) -> None:
    """Speak for the cards."""
    people.exporter("gift_cards", ["gift_card"], copy)
    people.eraser("gift_cards", ["gift_card"], forget)
