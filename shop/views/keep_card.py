"""At the checkout: the box by which the card that pays what comes again is saved, and what one agrees to by it."""

from collections.abc import Mapping, Sequence
from typing import Any

from shop import subscription_cards
from shop.payment_methods import CARDS, PaymentMethod
from shop.quotes import Quote


def of(posted: Mapping[str, Any], quote: Quote, methods: Sequence[PaymentMethod], chosen: str) -> dict[str, Any]:
    """{} where nothing comes again or no card is chosen; else the sentence, and whether the box was ticked."""
    parts = [(line.every, line.gross) for line in quote.lines if line.every]
    if not parts or not any(one.code == chosen and one.kind in CARDS for one in methods):
        return {}
    return {"sentence": subscription_cards.sentence(parts), "on": wanted(posted)}


def wanted(posted: Mapping[str, Any]) -> bool:
    """Whether the box was ticked."""
    return posted.get("keep_card") == "1"
