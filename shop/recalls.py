"""Recalls: the gift cards that an order bought are taken back when its money goes back."""

from collections.abc import Sequence

from kernel.db import db
from kernel.i18n import _l
from kernel.money import Money
from kernel.refusal import Refusal
from shop import gift_cards, stored_value
from shop.gift_cards import GiftCard
from shop.orders import Order


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
    goods = order.total_minor - sum(card.face_minor for card in cards)
    if whole and chosen and left.minor > goods + owed:
        raise Whole(amount=chosen[-1].face.format(order.language))
    for card in chosen:
        gift_cards.void(card, reason=order.number, order=order)


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
