"""What the sale's page shows for what is on the counter: products to tap, people, deliveries, payments, the total."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask import Response, render_template

from crm import company_contacts, contacts
from crm.companies import Company
from kernel import countries, phones, signing, tenancy
from kernel.i18n import _, pick
from kernel.money import Money
from kernel.refusal import Refusal
from kernel.web import may
from shop import (
    catalog,
    exemptions,
    lookup,
    payment_methods,
    pricing,
    quotes,
    receipts,
    sales,
    services,
    shipping,
    stock,
    wants,
)
from shop.forms import checkout as checkout_forms
from shop.forms import sales as forms
from shop.forms.wrong import Wrong, beside
from shop.redemptions import NOBODY, Person
from shop.variants import Variant
from shop.views import checkout_page, delivery_spans, desk, people_hints, sale_time_rows, walk_in_pay


def answer(
    draft: forms.Draft,
    *,
    trouble: str = "",
    errors: Mapping[str, str] | None = None,
    status: int = 200,
    cleared: bool = False,
    **step: Any,
) -> Response:
    """The page for what is filled in so far; `step`: of the time that is chosen, see _times."""
    country = countries.profile(tenancy.tenant().country)
    posted = dict(draft.posted.items()) | prefilled(draft)
    priced, offer, quote = _cost(draft, posted)
    day, slot = (quote.day, quote.slot) if quote else (None, "")
    fresh = "" if cleared else draft.said("new_price")
    total = _plus(quote.total if quote else None, fresh)
    deposit = walk_in_pay.deposit(quote) if draft.times and quote else {}
    now = _plus(deposit["offer"].now, fresh) if deposit and draft.said("amount") == "deposit" else None
    change, given_wrong = _change(draft, total if now is None else now)
    wrong = dict(errors or {}) | _off_wrong(draft, priced) | given_wrong
    page = render_template(
        "shop/desk/sale/page.html", draft=draft, typed=draft.said, trouble=trouble, cleared=cleared,
        wrong=wrong, labels=_labels(draft), lines=[_line(line, quote) for line in draft.lines],
        found=[tile(one) for one in sales.at_hand(draft.said("q"), timed=may("bookings.manage"))],
        **_times(draft, quote, **step), deposit=deposit, now=receipts.shown(now) if now else "",
        chosen=(chosen := person(draft)), chosen_told=people_hints.said(chosen), people=people(draft),
        firms=firms(chosen), firm=company(draft, chosen),
        offers=priced.offers(checkout_forms.place(posted, country.code))
        if priced else [], offer=offer, eta=delivery_spans.eta, day=day, span=slot,
        pills=delivery_spans.pills(offer), slots=delivery_spans.slots(offer, day),
        places=places(offer, posted, wrong),
        payments=sales.methods(), payment=draft.said("payment"), total=receipts.shown(total), quote=quote,
        change=change, sums=_sums(quote), shown=receipts.shown, key=draft.said("key") or signing.token(),
        currency=tenancy.tenant().currency,
    )  # fmt: skip
    made = Response(page, status)
    made.headers["Cache-Control"] = "private, no-store"
    return made


def _times(
    draft: forms.Draft, quote: Any, *, held: Refusal | None = None, closed: bool = False, fresh: str = ""
) -> dict[str, Any]:
    """`held`: why the time that was tapped is not; `closed`: one was held; `fresh`: that one, by its token."""
    step = None if closed or not may("bookings.manage") else sale_time_rows.step(draft, held)
    return {"times": sale_time_rows.lines(draft, quote, fresh), "step": step}


def _change(draft: forms.Draft, total: Money) -> tuple[tuple[str, str] | None, dict[str, str]]:
    """(what to give back of the cash that the buyer gives, or what lacks, in words; what is wrong with it)."""
    try:
        given = desk.amount(draft.said("given")) if draft.said("given") else None
    except Refusal as refusal:
        return None, {"given": str(refusal)}
    if given is None or not total:
        return None, {}
    label = _("Change to give back") if given.minor >= total.minor else _("Still missing")
    return (label, receipts.shown(Money(abs(given.minor - total.minor), total.currency))), {}


def given_back(draft: forms.Draft, total: Money) -> str:
    """The change of a sale that was just paid in cash; '' where none was asked for."""
    found, _wrong = _change(draft, total)
    return found[1] if found and draft.said("payment") == payment_methods.CASH and desk.amount(
        draft.said("given")) > total else ""  # fmt: skip


def _labels(draft: forms.Draft) -> dict[str, str]:
    """What each field is called, by its id."""
    counter = {f"qty-{at}": pick(line.variant.product.name) for at, line in enumerate(draft.lines, 1)}
    words = {one["name"]: one["label"] for line in draft.lines for one in asked(line)}
    return counter | words | sale_time_rows.labels(draft) | {
        "new_name": _("Something new"), "new_price": _("Price"), "off": _("Discount"), "off_why": _("Why?"),
        "reach": _("Phone or e-mail"), "payment": _("How is it paid?"), "parts": _("Payments in all"),
        "first": _("The first one"), "every": _("Days between them"), "given": _("They give in cash"),
    }  # fmt: skip


def asked(line: forms.Line) -> list[dict[str, Any]]:
    """The words that its buyer is asked to write, as fields."""
    return [
        {"name": f"text.{line.variant.sku}.{one['code']}", "label": pick(one.get("label")),
         "value": line.texts.get(one["code"], ""), "most": one.get("max") or 200, "required": bool(one.get("required"))}
        for one in wants.asked(line.variant)
    ]  # fmt: skip


def _cost(draft: forms.Draft, posted: Mapping[str, Any]) -> tuple[Any, Any, Any]:
    """(basket, offer, quote) as far as they can be said; nothing is refused here."""
    wanted = []
    for line in draft.lines:
        try:
            wanted.append(line.wanted())
        except wants.BadQuantity:
            continue
    wanted += [one for kept in draft.times for one in kept.wanted()]
    if not wanted:
        return None, None, None
    found, offer = basket(draft, posted, wanted, _off(draft))
    day, slot = checkout_page.when(offer, checkout_forms.day(posted), draft.said("slot"))
    return found, offer, quotes.quote(found, offer, day, slot)


def basket(
    draft: forms.Draft, posted: Mapping[str, Any], wanted: Sequence[wants.Wanted], by_hand: Any
) -> tuple[quotes.Basket, Any]:
    """(what is wanted, priced for whom it is, the way of delivery that is chosen where it is open); none is refused."""
    chosen, place = person(draft), checkout_forms.place(posted, tenancy.tenant().country)
    firm = company(draft, chosen)
    told: dict[str, Any] = {
        "place": place if brought(draft.shipping) else None, "by_hand": by_hand,
        "exempt": exemptions.of(chosen.id, chosen.group, firm.billed if firm else {}) if chosen else {},
        "person": sales.who(chosen) if chosen else typed(draft),
    }  # fmt: skip
    found = quotes.price(wanted, chosen.group if chosen else "", **told)
    return found, next((one for one in found.offers(place) if one.code == draft.shipping and one.open), None)


def _off_wrong(draft: forms.Draft, basket: Any) -> dict[str, str]:
    """What is wrong with the discount that is typed, by field, before anything is sold."""
    try:
        rule = forms.by_hand(draft)
        if rule is not None and basket is not None and not draft.said("new_price"):  # of which it may come off, too
            with beside("off"):
                sales.comes_off(basket, rule)
    except Wrong as wrong:
        return wrong.errors
    return {}


def places(offer: Any, posted: Mapping[str, Any], wrong: Mapping[str, str]) -> Any:
    """The lines of the address that this way needs, with what is wrong with each."""
    if offer is None or offer.method.is_pickup:
        return []
    errors = {key.removeprefix("address_"): told for key, told in wrong.items() if key.startswith("address_")}
    return checkout_page.places_of(posted, countries.profile(tenancy.tenant().country), errors)


def _off(draft: forms.Draft) -> Any:
    try:
        return forms.by_hand(draft)
    except Refusal:  # it is told when the sale is made; half of it is typed now
        return None


def _sums(quote: Any) -> list[tuple[str, str]]:
    """What stands above the total when it is not only what the goods cost."""
    if quote is None:
        return []
    rows = [(pick(one.label), receipts.shown(-one.amount)) for one in quote.savings]
    rows += [(str(_("Delivery")), receipts.shown(quote.shipping))] if quote.shipping else []
    return rows + ([(str(_("Taxes")), receipts.shown(quote.added))] if quote.added else [])


def _plus(total: Money | None, text: str) -> Money:
    whole = total or Money(0, tenancy.tenant().currency)
    try:
        return whole + desk.amount(text)
    except Refusal:
        return whole


def _line(line: forms.Line, quote: Any) -> dict[str, Any]:
    priced = next((one for one in quote.lines if one.variant_id == line.variant.id), None) if quote else None
    return {
        **tile(line.variant), **_of_group(line.variant, priced, quote), "quantity": line.quantity,
        "texts": asked(line), "gross": receipts.shown(priced.listed) if priced else "—",
    }  # fmt: skip


def _of_group(variant: Variant, priced: Any, quote: Any) -> dict[str, str]:
    """The price of one and whose it is, where the buyer's group pays less than everybody."""
    if priced is None or not quote.group:
        return {}
    units = sum(one.quantity for one in quote.lines if one.product_id == variant.product_id)
    if priced.unit >= pricing.unit(variant, units):
        return {}
    return {"price": receipts.shown(priced.unit), "group": quote.group}


def tile(variant: Variant) -> dict[str, Any]:
    """A product as it is tapped: its name, what makes it this variant, the price, how many are left."""
    product = variant.product
    if product.kind == services.KIND:
        return sale_time_rows.tile(services.of_product(product.id))
    options = " · ".join(pick(one["value"]) for one in wants.options(variant))
    price = catalog.price(product, variant)
    return {
        "sku": variant.sku, "name": pick(product.name), "options": options, "price": receipts.shown(price),
        "left": stock.left(variant), "live": product.live,
    }  # fmt: skip


def person(draft: forms.Draft) -> Any:
    """The person who was chosen, or whose whole phone or e-mail was typed, if any."""
    chosen = contacts.by_token(draft.said("person"))
    if chosen is not None:
        return chosen
    try:
        email, phone = forms.reach(draft.said("reach"))
    except Refusal:  # half of it is typed now
        return None
    return sales.known(email=email, phone=phone)


def firms(chosen: Any) -> list[Company]:
    """The companies for which whoever was chosen may buy."""
    return company_contacts.companies(chosen)


def company(draft: forms.Draft, chosen: Any) -> Company | None:
    """The one that staff said, if whoever was chosen acts for it; None: they buy for themselves."""
    return company_contacts.chosen(chosen, draft.said("company"))


def typed(draft: forms.Draft) -> Person:
    """Who is not known yet, as far as they said."""
    try:
        return Person(*forms.reach(draft.said("reach")))
    except Refusal:  # half of it is typed now
        return NOBODY


def people(draft: forms.Draft) -> list[dict[str, str]]:
    """Who may be meant by what is typed, while nobody is chosen."""
    text = draft.said("reach") or draft.said("name")
    if len(text) < 3 or person(draft) is not None:
        return []
    country = tenancy.tenant().country
    return [
        {"token": one.token, "name": one.called, "hint": phones.show(one.phone or "", country) or one.email or ""}
        for one in lookup.people(text)
    ]


def prefilled(draft: forms.Draft) -> dict[str, str]:
    """The address that a chosen person gave last, where none was typed."""
    chosen = person(draft)
    kept = (chosen.address or {}) if chosen else {}
    typed = any(draft.said(f"address_{key}") for key in kept)
    return {} if typed else {f"address_{key}": str(value) for key, value in kept.items() if key != "country"}


def brought(code: str) -> bool:
    """Whether that method needs an address."""
    return any(method.code == code and not method.is_pickup for method in shipping.methods())
