"""Promotions: what a cart gets off now, and for each code that a buyer wrote why it does not help."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kernel import clock, tenancy
from kernel.i18n import _
from shop import (
    catalog,
    categories,
    discount_rules,
    discount_sentences,
    discounts,
    redemptions,
    vouchers,
    within_reach,
)
from shop.discount_rules import Cut, Item, Rule
from shop.discounts import Discount
from shop.redemptions import NOBODY, Person

if TYPE_CHECKING:
    from kernel.money import Money
    from shop.catalog import Product
    from shop.wants import Wanted

MANUAL = "~"  # the key of what staff take off by hand


@dataclass(frozen=True)
class Declined:
    """A code that was written, and why nothing comes off by it."""

    code: str
    why: str


@dataclass(frozen=True)
class Found:
    """What comes off, and the codes that do not help."""

    cuts: Sequence[Cut] = ()
    declined: Sequence[Declined] = ()
    asked: tuple[Sequence[Rule], Sequence[Item]] = ((), ())  # what it was worked out of


@dataclass(frozen=True)
class Asking:
    """Who asks for a price: their group, the codes they wrote, who they are as far as they said; staff's own rule."""

    group: str = ""
    codes: Sequence[str] = ()
    person: Person = NOBODY
    by_hand: Rule | None = None


def of(wanted: Sequence["Wanted"], units: Sequence["Money"], asking: Asking) -> Found:
    """What these lines get off at those prices of one; one look when nothing runs."""
    rows = discounts.asked(asking.codes)
    if not rows and asking.by_hand is None:
        return Found()
    why_not = _refused(rows, asking)
    rules = {row.token: row.rule(_told(row)) for row in rows if row.token not in why_not}
    if asking.by_hand is not None:
        rules[MANUAL] = asking.by_hand
    items = _items(wanted, units, rules.values())
    cuts = discount_rules.best(list(rules.values()), items)
    got = {cut.rule.key for cut in cuts}
    declined = [
        Declined(row.code, why_not.get(row.token) or _no_use(rules[row.token], items))
        for row in rows
        if row.code and row.token not in got
    ]
    return Found(cuts, sorted(declined, key=lambda one: one.code), (list(rules.values()), items))


def nearly(found: Found, *, delivered: bool) -> list[str]:
    """A sentence for each promotion that is within reach; free delivery is none where nothing is delivered."""
    rules, items = found.asked
    asked = [rule for rule in rules if rule.told.get("row") and (delivered or rule.kind != "shipping")]
    near = within_reach.of(asked, items) if items else []
    return [discount_sentences.nearly(one.rule.told["row"], one.units, one.amount) for one in near]


def around(product: "Product", group: str) -> list[Discount]:
    """The promotions that run today for a product and that group, as a cart takes them; what is used up among them."""
    rows = [row for row in discounts.asked(()) if row.open_to(group)]
    shelves = categories.all_() if any(row.categories for row in rows) else ()
    here = next((one for one in shelves if one.id == product.category_id), None)
    above = frozenset(one.id for one in categories.path(shelves, here))
    item = Item(product.id, above, product.price_minor, 1, fixed=product.kind == vouchers.KIND)
    if product.kind in catalog.IMMATERIAL:
        rows = [row for row in rows if row.kind != "shipping"]
    found = [row for row in rows if row.rule({}).reaches(item)]
    return sorted(found, key=lambda row: (row.priority, discount_rules.KINDS.index(row.kind), row.id))


def by_hand(*, percent_bp: int = 0, amount: int = 0, reason: str, quoted: bool = False) -> Rule:
    """What staff take off a sale, with their reason, after everything else; or off what they offer as a quote."""
    label = discount_sentences.in_every_language(lambda: _("Discount") if quoted else _("Discount at the counter"))
    told = {"label": label, "why": dict.fromkeys(label, reason)}
    kind = "percent" if percent_bp else "amount"
    return Rule(
        key=MANUAL, kind=kind, percent_bp=percent_bp, amount=amount, priority=10**6, agreed=quoted, told=told
    )  # fmt: skip


def _told(row: Discount) -> dict[str, Any]:
    return {"id": row.id, "label": row.label, "row": row}


def kept(cut: Cut) -> Rule:
    """The rule with the sentence that an order keeps, in each of the shop's languages."""
    row = cut.rule.told.get("row")
    why = discount_sentences.in_every_language(lambda: discount_sentences.why(row)) if row else cut.rule.told["why"]
    return _with(cut.rule, why)


def _with(rule: Rule, why: Mapping[str, str]) -> Rule:
    values = {name: getattr(rule, name) for name in rule.__dataclass_fields__}
    return Rule(**{**values, "told": {**rule.told, "why": why}})


def _items(wanted: Sequence["Wanted"], units: Sequence["Money"], rules: Iterable[Rule]) -> list[Item]:
    needed = any(rule.shelves for rule in rules)
    shelves = categories.all_() if needed else ()
    above = {shelf.id: frozenset(one.id for one in categories.path(shelves, shelf)) for shelf in shelves}
    return [
        Item(want.product.id, above.get(want.product.category_id or 0, frozenset()), unit.minor, want.quantity,
             fixed=(want.unit is not None and want.booking is None) or want.product.kind == vouchers.KIND)
        for want, unit in zip(wanted, units, strict=True)
    ]  # fmt: skip


def _refused(rows: Sequence[Discount], asking: Asking) -> dict[str, str]:
    """Why each of them is not for this buyer today, whatever lies in the cart."""
    personal = [row for row in rows if row.limit_of_person is not None] if asking.person.keys else []
    uses = redemptions.used_before([row.id for row in personal], asking.person) if personal else {}
    first = any(row.first_only for row in personal) and redemptions.bought_before(asking.person)
    found = {}
    for row in rows:
        most = row.limit_of_person
        found[row.token] = _not_now(row) or _not_for(row, asking.group)
        if most is not None and not found[row.token]:
            found[row.token] = _not_again(row, uses.get(row.id, 0) >= most, first=first)
    return {token: why for token, why in found.items() if why}


def _not_now(row: Discount) -> str:
    today = clock.today(tenancy.tenant().timezone)
    if row.paused_at is not None:
        return str(_("The shop does not accept this code at the moment."))
    if row.ends_on and row.ends_on < today:
        return str(_("This code was good until %(day)s.", day=discount_sentences.day(row.ends_on)))
    if row.starts_on and row.starts_on > today:
        return str(_("This code is good from %(day)s on.", day=discount_sentences.day(row.starts_on)))
    return str(_("This code was already used as often as it could be.")) if row.used_up else ""


def _not_for(row: Discount, group: str) -> str:
    if row.open_to(group):
        return ""
    return str(_("This code is for other customers of the shop. If it is yours, log in first."))


def _not_again(row: Discount, used: bool, *, first: bool) -> str:
    if row.first_only and (first or used):
        return str(_("This code is only for the first purchase."))
    return str(_("You have already used this code.")) if used else ""


def _no_use(rule: Rule, items: Sequence[Item]) -> str:
    missing = rule.missing(items)
    if missing:
        return str(_("%(amount)s more and this code helps.", amount=discount_sentences.amount(missing)))
    if not any(rule.reaches(item) for item in items):
        return str(_("This code is not for what is in your cart."))
    if discount_rules.best([rule], items):
        return str(_("The shop's promotions already give you more than this code."))
    return str(_("With what is in your cart this code takes nothing off yet."))
