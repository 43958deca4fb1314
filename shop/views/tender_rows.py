"""What cart and checkout show of gift cards and store credit: what is given, what is still due, the box for credit."""

from collections.abc import Mapping
from typing import Any

from flask import g

from kernel.i18n import _
from shop import checkout as checkouts
from shop import gift_cards, receipts, store_credit, tenders
from shop.cart import Cart
from shop.quotes import Quote
from shop.stored_value import StoredValue

BOX = "credit"  # the name of the box in the form


def wanted(posted: Mapping[str, Any]) -> StoredValue | None:
    """The credit of who is logged in, when they ticked the box."""
    return mine() if posted.get(BOX) else None


def mine() -> StoredValue | None:
    """The credit of who is logged in, while there is any."""
    value = store_credit.of(g.get("contact"))
    return value if value is not None and value.balance_minor else None


def of(cart: Cart | None, posted: Mapping[str, Any], quote: Quote) -> dict[str, Any]:
    """Everything that the checkout's parts need."""
    credit, held = wanted(posted), mine()
    good = [card for card in tenders.named(cart.codes if cart else ()) if card.state == "live"]
    given = tenders.planned(quote.lines, quote.total, good, credit)
    return {
        "tenders": [(tender.label, receipts.shown(-tender.amount)) for tender in given],
        "due": tenders.due(quote.total, given), "given": bool(given),
        "credit": {"on": credit is not None, "amount": receipts.shown(held.balance)} if held else None,
        "seen": checkouts.shown(quote, tenders.worth(good, credit)),
    }  # fmt: skip


def card_row(code: str) -> dict[str, str] | None:
    """What the field of codes says of a card: its balance, or why it is no good; None for other codes."""
    card = gift_cards.by_handle(code)
    if card is None:
        return None
    if card.state != "live":
        return {"label": "", "why": str(gift_cards.WHY[card.state]) % {"last4": card.last4}}
    return {"label": _("Gift card with %(amount)s", amount=receipts.shown(card.balance)), "why": ""}
