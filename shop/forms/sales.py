"""A sale as staff fill it in: what is on the counter, who buys, how it leaves; every sign kept as typed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select
from wtforms.validators import StopValidation

from kernel import accounts, phones, tenancy
from kernel.db import db
from kernel.i18n import _l
from shop import booking_answers, counter_times, promotions, wants
from shop.booking_answers import LONGEST
from shop.counter_times import Kept
from shop.discount_rules import Rule
from shop.forms import amounts, discounts, wrong
from shop.forms.wrong import Wrong
from shop.variants import Variant
from shop.wants import Wanted

NOW = "now"  # the radio button for what is handed over at once
MOST = 50  # lines


@dataclass
class Line:
    """One line of the counter, the quantity as typed."""

    variant: Variant
    quantity: str = "1"
    texts: dict[str, str] = field(default_factory=dict)

    def wanted(self) -> Wanted:
        """What is sold; raises BadQuantity."""
        return Wanted(self.variant, wants.quantity(self.quantity), self.texts)


@dataclass
class Draft:
    """The whole form; `posted` keeps what belongs to the address and the day, `times` what is held for it."""

    lines: list[Line]
    posted: Mapping[str, Any]
    times: Sequence[Kept] = ()

    def said(self, name: str) -> str:
        """One field as it was typed."""
        return str(self.posted.get(name) or "").strip()[:200]

    @property
    def shipping(self) -> str:
        """The delivery method's code; '' for what is handed over now."""
        code = self.said("shipping")
        return "" if code == NOW else code

    @property
    def picked(self) -> str:
        """The product for which a time is being chosen, by its slug; '' while none is."""
        return self.said("pick") if "pick" in self.posted else self.said("picked")

    @property
    def empty(self) -> bool:
        """Whether nothing lies there."""
        return not self.lines and not self.times

    def add(self, sku: str) -> None:
        """One more of that."""
        line = next((line for line in self.lines if line.variant.sku == sku), None)
        if line is None:
            self.lines += _lines([sku], ["1"], self.posted)
        elif line.quantity.isdecimal() and len(line.quantity) < 7:
            line.quantity = str(int(line.quantity) + 1)

    def wanted(self) -> list[Wanted]:
        """What is sold; raises Wrong beside every quantity and all words that are not as they should be."""
        errors: dict[str, str] = {}
        found = [wrong.tried(errors, f"qty-{place}", line.wanted) for place, line in enumerate(self.lines, 1)]
        for line in self.lines:
            try:
                wants.texts(line.variant, line.texts)
            except wants.TextMissing as refusal:
                errors[f"text.{line.variant.sku}.{refusal.field}"] = str(refusal)
        for kept in self.times:
            errors |= _unanswered(kept, self.answers(kept))
        if errors:
            raise Wrong(errors)
        return [*found, *(one for kept in self.times for one in kept.wanted())]

    def answers(self, kept: Kept) -> dict[str, str]:
        """What was written to the questions of a time, by their codes."""
        codes = [str(one["code"]) for one in kept.booking.service.questions]
        return {code: " ".join(str(self.posted.get(answer(kept, code)) or "").split()) for code in codes}

    def drop(self, sku: str) -> None:
        """Take it off the counter."""
        self.lines = [line for line in self.lines if line.variant.sku != sku]


def read(posted: Any, key: str = "") -> Draft:
    """What was posted (a MultiDict), and what is held for it under that key."""
    return Draft(lines(posted), posted, counter_times.of(key))


def lines(posted: Any) -> list[Line]:
    """What was posted of goods."""
    return _lines(posted.getlist("sku")[:MOST], posted.getlist("qty"), posted)


def answer(kept: Kept, code: str) -> str:
    """The field of an answer."""
    return f"answer.{kept.token}.{code}"


def _unanswered(kept: Kept, told: Mapping[str, str]) -> dict[str, str]:
    """What is wrong with the answers of a time, by their fields: what is needed is asked, as the words on goods."""
    errors = {}
    for one in kept.booking.service.questions:
        text, field = told[str(one["code"])], answer(kept, one["code"])
        if one.get("required") and not text:
            errors[field] = str(_l("Ask this and write it down: whoever expects them needs to know it."))
        elif len(text) > LONGEST:
            errors[field] = str(booking_answers.TooLong(most=LONGEST))
    return errors


def _lines(skus: Sequence[str], quantities: Sequence[str], posted: Mapping[str, Any]) -> list[Line]:
    known = {row.sku: row for row in db.session.scalars(select(Variant).where(Variant.sku.in_(skus)))} if skus else {}
    typed = [*quantities, *["1"] * len(skus)]
    return [
        Line(known[sku], quantity.strip()[:9], _texts(known[sku], posted))
        for sku, quantity in zip(skus, typed, strict=False)
        if sku in known and known[sku].product is not None and quantity.strip() != "0"
    ]


def _texts(variant: Variant, posted: Mapping[str, Any]) -> dict[str, str]:
    found = {one["code"]: str(posted.get(f"text.{variant.sku}.{one['code']}") or "") for one in wants.asked(variant)}
    return {code: text for code, text in found.items() if text.strip()}


def reach(text: str) -> tuple[str, str]:
    """(e-mail, phone) from one field: whatever somebody at the counter says; raises Refusal."""
    if not text:
        return "", ""
    if "@" not in text:
        return "", phones.parse(text, tenancy.tenant().country)
    return accounts.given(text), ""


def by_hand(draft: Draft, *, quoted: bool = False) -> Rule | None:
    """What staff take off: a percentage or an amount, and why; None when nothing is written; raises Wrong.

    `quoted`: off a quote, in which prices may be agreed upon.
    """
    typed, reason = draft.said("off"), draft.said("off_why")
    if not typed:
        return None
    try:
        if draft.said("off_in") == "amount":
            rule = {"amount": amounts.price(typed) or 0}
        else:
            rule = {"percent_bp": discounts.percent(typed)}
    except (StopValidation, ValueError) as error:
        raise Wrong({"off": str(error)}) from None
    if not reason:
        raise Wrong({"off_why": str(_l("Write why there is a discount: it stands on the order."))})
    return promotions.by_hand(reason=reason, quoted=quoted, **rule) if any(rule.values()) else None
