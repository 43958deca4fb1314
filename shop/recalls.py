"""Recalls: the gift cards that an order bought are taken back when its money goes back."""

from collections.abc import Sequence

from kernel.db import db
from kernel.i18n import _l
from kernel.money import Money
from kernel.refusal import Refusal
from shop import gift_cards, stored_value
from shop.gift_cards import GiftCard
from shop.orders import ENDED, Order


class Whole(Refusal):
    """A part of a card's price would take the whole card."""

    message = _l("A gift card goes back whole or not at all: return %(amount)s for it.")
    status = 409


def of(order: Order, left: Money, *, gone: bool = False, whole: bool = False) -> None:
    """Void what an order had bought, as far as `left` (what stays paid) no longer covers it; raises gift_cards.Spent.

    A card that was used stays; so an order keeps at least the price of its used cards, unless its money is `gone`.
    With `whole`, nobody loses a card for a part of its price: raises Whole.
    """
    cards = gift_cards.of_order(order)
    live = [card for card in cards if card.voided_at is None]
    for card in live:  # nobody spends from them until this is decided
        db.session.refresh(card.value, with_for_update=True)
    chosen, owed = _uncovered(live, left, gone)
    faces = max(sum(card.face_minor for card in cards), order.credited_minor + sum(card.face_minor for card in live))
    goods = order.total_minor - faces
    if whole and chosen and left.minor > goods + owed:
        raise Whole(amount=chosen[-1].face.format(order.language))
    for card in chosen:
        gift_cards.void(card, reason=order.number, order=order)


def held(order: Order) -> dict[int, int]:
    """What of each voucher line's price is a card that is still good, or one that is still to come; in minor units."""
    lines = [line for line in order.lines if line.voucher]
    cards = gift_cards.of_order(order) if lines else []
    if not cards and order.state not in ENDED:
        return {line.id: line.gross_minor for line in lines}
    live = [card for card in cards if card.voided_at is None]
    return {line.id: sum(card.face_minor for card in live if card.line_id == line.id) for line in lines}


def used(order: Order) -> Money:
    """The price of its cards from which somebody spent: it never goes back."""
    return _faces(order, untouched=False)


def unused(order: Order) -> Money:
    """The price of its cards that are as they were bought: called off, all of it goes back."""
    return _faces(order, untouched=True)


def _faces(order: Order, *, untouched: bool) -> Money:
    bought = gift_cards.of_order(order) if any(line.voucher for line in order.lines) else []
    live = [card for card in bought if card.voided_at is None and _untouched(card) is untouched]
    return order.money(sum(card.face_minor for card in live))


def _uncovered(live: Sequence[GiftCard], left: Money, gone: bool) -> tuple[list[GiftCard], int]:
    """(the cards that what stays paid does not cover, the price of the others)."""
    chosen, owed = [], sum(card.face_minor for card in live)
    for card in sorted(live, key=_untouched, reverse=True):
        if owed <= left.minor:
            break
        if not _untouched(card):
            if gone:
                break
            raise gift_cards.Spent(last4=card.last4)
        chosen.append(card)
        owed -= card.face_minor
    return chosen, owed


def _untouched(card: GiftCard) -> bool:
    return all(entry.kind != "spend" for entry in stored_value.entries(card.value))
