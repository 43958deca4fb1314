"""Savings: what a quote says comes off and why, delivery included; and what a code does not bring."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from kernel import signing
from kernel.i18n import _
from kernel.money import Money
from shop.discount_rules import Cut, Rule
from shop.promotions import Declined, kept
from shop.shipping import Offer


@dataclass(frozen=True)
class Saving:
    """What one discount takes off: the lines it takes it from, or the delivery."""

    rule: Rule
    amount: Money
    parts: tuple[int, ...] = ()

    @property
    def label(self) -> Mapping[str, str]:
        """What buyers read."""
        return self.rule.told["label"]  # type: ignore[no-any-return]

    @property
    def why(self) -> Mapping[str, str]:
        """Why, in each of the shop's languages."""
        return self.rule.told["why"]  # type: ignore[no-any-return]


def freed(offer: Offer, cuts: Sequence[Cut]) -> Offer:
    """A way of delivery with its cost gone when a discount takes it off."""
    if not offer.price or _freeing(offer, cuts) is None:
        return offer
    return replace(offer, price=Money(0, offer.price.currency), saved=offer.price)


def _freeing(offer: Offer, cuts: Sequence[Cut]) -> Cut | None:
    """Who takes it off: a promotion before a code, which can then be kept for another time."""
    found = [cut for cut in cuts if cut.rule.kind == "shipping" and _fits(cut.rule, offer)]
    return min(found, key=lambda cut: (bool(cut.rule.code), cut.rule.place), default=None)


def _fits(rule: Rule, offer: Offer) -> bool:
    return not rule.methods or offer.code in rule.methods


def of(cuts: Sequence[Cut], offer: Offer | None, currency: str) -> list[Saving]:
    """Everything that comes off with that delivery."""
    goods = [Saving(kept(cut), Money(cut.total, currency), cut.parts) for cut in cuts if cut.total]
    cut = _freeing(offer, cuts) if offer and offer.saved else None
    return [*goods, Saving(kept(cut), offer.saved)] if cut and offer and offer.saved else goods


def idle(cuts: Sequence[Cut], offer: Offer | None) -> list[Declined]:
    """Codes for a free delivery that bring nothing with that way."""
    found = []
    for rule in (cut.rule for cut in cuts if cut.rule.kind == "shipping" and cut.rule.code):
        free = _freeing(offer, cuts) if offer else None
        if offer is None or (free is not None and free.rule is rule and offer.saved):
            continue
        if not _fits(rule, offer):
            found.append(Declined(rule.code, _("This code is not for the delivery that you chose.")))
        else:
            found.append(Declined(rule.code, _("This delivery is free already: keep the code for another time.")))
    return found


def mark(cuts: Sequence[Cut]) -> str:
    """What a page was shown of it, in few signs: another discount, another mark."""
    keys: list[Any] = [f"{cut.rule.key}:{cut.total}" for cut in cuts]
    return "." + signing.digest("|".join(keys))[:10] if keys else ""
