"""What the field of codes shows: each code that is kept, what it brings, or why it brings nothing."""

from collections.abc import Callable
from typing import Any

from flask import g

from kernel import i18n, money
from kernel.i18n import _
from kernel.money import Money
from shop import codes, tax_rules
from shop.cart import Cart
from shop.quotes import Basket, Quote
from shop.redemptions import NOBODY, Person
from shop.views import tender_rows


def known() -> Person:
    """The shopper who is logged in, as far as that is known."""
    contact = g.get("contact")
    return Person(contact.email or "", contact.phone or "") if contact else NOBODY


def rows(mine: Cart | None, cost: Basket | Quote | None) -> list[dict[str, str]]:
    """The codes of a cart: as shown, what they are called, why they bring nothing."""
    declined = {one.code: one.why for one in cost.declined} if cost else {}
    rules = [cut.rule for cut in cost.cuts] if cost else []
    names = {rule.code: i18n.pick(rule.told.get("label")) for rule in rules if rule.code}
    found = []
    for code in mine.codes if mine else ():
        told = tender_rows.card_row(code) or {"label": names.get(code, ""), "why": declined.get(code, "")}
        found.append({"code": codes.shown(code), **told})
    return found


def field(mine: Cart | None, cost: Basket | Quote | None, *, typed: str = "", trouble: str = "") -> dict[str, Any]:
    """Everything that the part `_parts/codes.html` needs."""
    kept = rows(mine, cost)
    return {"rows": kept, "typed": typed, "trouble": trouble, "open": bool(typed or trouble)}


def savings(cost: Basket | Quote) -> list[dict[str, Any]]:
    """What comes off, for a list of sums: the label with its code, the amount, why."""
    return [
        {"label": _label(saving), "amount": -saving.amount, "why": i18n.pick(saving.why),
         "delivery": saving.rule.kind == "shipping"}
        for saving in cost.savings
    ]  # fmt: skip


def sums(cost: Basket | Quote, amount: Callable[[Money], str]) -> list[tuple[str, str]]:
    """What a total consists of: goods, what comes off them, the delivery, what comes off that, taxes on top of it."""
    added = [(_("Plus taxes"), amount(cost.added))] if cost.added else []
    told = [(one["label"], amount(one["amount"]), one["delivery"]) for one in savings(cost)]
    goods = [(label, text) for label, text, delivery in told if not delivery]
    listed = money.total([line.listed for line in cost.lines], cost.items.currency)
    offer = cost.offer if isinstance(cost, Quote) else None
    if offer is None:
        return [(_("Items"), amount(listed)), *goods, *added] if goods or added or isinstance(cost, Quote) else []
    bare = cost.shipping - Money(tax_rules.on_top(cost.shipping_components), cost.currency)  # type: ignore[union-attr, operator]
    whole = bare + offer.saved if offer.saved else bare
    label = i18n.pick(offer.method.label), amount(whole) if whole else _("Free")
    off = [(one, text) for one, text, delivery in told if delivery]
    return [(_("Items"), amount(listed)), *goods, label, *off, *added]


def _label(saving: Any) -> str:
    code = saving.rule.code
    return f"{i18n.pick(saving.label)} ({code})" if code else i18n.pick(saving.label)
