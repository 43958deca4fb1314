"""What the checkout's page shows for a choice: ways of delivery with their cost, days, places, payments, the total."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any

from flask import Response, render_template

from crm import sign_up_asks
from kernel import address as addresses
from kernel import countries, i18n, phones, signing, tenancy
from kernel.countries import Profile
from kernel.forms import Form
from kernel.i18n import _
from kernel.refusal import Refusal
from shop import cart as carts
from shop import checkout as checkouts
from shop import (
    days,
    exemptions,
    payment_methods,
    prepaying,
    quotes,
    shipping,
    terms,
)
from shop.forms import checkout as forms
from shop.forms import fiscal
from shop.redemptions import Person
from shop.shipping import Offer
from shop.views import (
    approval_part,
    cart_page,
    checkout_times,
    code_field,
    delivery_spans,
    frame,
    keep_card,
    know_part,
    plan_rows,
    repeat_part,
    tender_rows,
    visitor,
)

Posted = Mapping[str, Any]
Ways = Sequence[shipping.DeliveryMethod]  # in which it can be had


@dataclass(frozen=True)
class Place:
    """One line of the address form as the page shows it."""

    key: str
    label: str
    autocomplete: str
    required: bool
    long: bool
    example: str
    value: str
    options: Sequence[str] | None  # None: it is typed
    error: str = ""
    above: str = ""  # what must be chosen first

    @property
    def id(self) -> str:
        """Its id and name in the page."""
        return f"address_{self.key}"


@dataclass(frozen=True)
class Wrong:
    """Something to mend, for the summary on top."""

    id: str
    label: str
    error: str


def answer(
    mine: carts.Cart | None,
    posted: Posted,
    *,
    form: forms.CheckoutForm | None = None,
    errors: Mapping[str, str] | None = None,
    trouble: str = "",
    code_trouble: str = "",
    status: int = 200,
    whole: bool = False,
) -> Response:
    """The page for what is chosen and typed so far; `whole`: only what is paid before is offered."""
    ways = shipping.methods()
    place_country, fresh = country(posted, ways), form is None
    form = form or forms.made(None, place_country, **posted)
    place = place_of(posted, place_country, ways)
    basket, offers, offer = priced(mine, posted, place_country, place)
    day, slot = when(offer, forms.day(posted), str(posted.get("slot") or ""))
    quote, shut = quotes.quote(basket, offer, day, slot), _shut(offers, posted.get("shipping"))
    know = know_part.of_quote(quote, {} if fresh else posted)
    places = places_of(posted, place_country, errors or {})
    page = render_template(
        "shop/checkout/page.html", form=form, fresh=fresh, trouble=trouble, places=places,
        notices=cart_page.notices(mine) if fresh else [],
        wrong=wrong_of(places, form, shut, know.get("wrong", "")), shut=shut, offers=offers, offer=offer, day=day,
        slot=slot, wished=offer.code if offer else "", quote=quote, lines=cart_page.lines(basket),
        pills=delivery_spans.pills(offer), slots=delivery_spans.slots(offer, day), eta=delivery_spans.eta,
        countries=reached(ways), country=place_country, terms_version=terms.version(), terms=terms.policies(),
        key=str(posted.get("key") or "") or signing.token(), amount=cart_page.amount,
        cents=frame.current().values["cents"], opened=_opened(form), savings=code_field.savings(quote),
        sum_rows=code_field.sums(quote, cart_page.amount),
        codes=code_field.field(mine, quote, typed=str(posted.get("code") or ""), trouble=code_trouble),
        request_told=approval_part.of_quote(quote), know=know, repeats=repeat_part.of_quote(quote, cart_page.amount),
        asks_whatsapp=sign_up_asks.of().whatsapp,
        fiscal=fiscal.names("customer"), told_day=partial(days.told, weekday=True),
        **_money(mine, posted, quote, place, whole=whole),
    )  # fmt: skip
    response = Response(page, status)
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _money(
    mine: carts.Cart | None, posted: Posted, quote: quotes.Quote, place: Mapping[str, str], *, whole: bool
) -> dict[str, Any]:
    """What is given for it, how much is paid now, and by what it may be paid."""
    given = tender_rows.of(mine, posted, quote)
    whole = whole or prepaying.of_contact(mine.contact_id if mine else None, quote)
    parts = plan_rows.NONE if whole else plan_rows.of(posted, quote, given["due"])
    methods = checkouts.payable(quote, place, plan=parts["plan"], due=given["due"])
    methods = [one for one in methods if not whole or one.kind not in payment_methods.UNHELD]
    split = whole or parts["plan"] not in {"", "full"}
    late = not methods and checkouts.too_late(quote, place)
    chosen = _payment(methods, str(posted.get("payment") or ""))
    return {
        **given, **parts, "payments": methods, "payment": chosen, "late": late, "whole": whole,
        "withheld": "" if split or late else checkout_times.withheld(quote, methods, place),
        "keeping": keep_card.of(posted, quote, methods, chosen), **checkout_times.told(mine, quote, methods, chosen),
    }  # fmt: skip


def priced(
    mine: carts.Cart | None, posted: Posted, profile: Profile, place: Mapping[str, str]
) -> tuple[quotes.Basket, Sequence[Offer], Offer | None]:
    """The basket for that place, how it can be delivered there, and the way that is chosen or goes first."""
    asking: dict[str, Any] = {"codes": mine.codes, "person": person(posted, profile.code)} if mine else {}
    asking["exempt"] = exempt(mine, posted, profile)
    basket = quotes.price(carts.wanted(mine), visitor.group(), place=place, **asking)
    offers = basket.offers(place)
    offer = picked(offers, posted, place)
    if basket.zoned and (offer is None or offer.method.is_pickup):  # sold where the shop is
        basket = quotes.price(carts.wanted(mine), visitor.group(), **asking)
    return basket, offers, offer


def prefilled(contact: Any) -> dict[str, Any]:
    """What a shopper who is logged in need not type again."""
    if contact is None:
        return {}
    kept = {f"address_{key}": value for key, value in (contact.address or {}).items() if key != "country"}
    phone = phones.show(contact.phone, tenancy.tenant().country) if contact.phone else ""
    told = {"email": contact.email or "", "name": contact.name, "phone": phone, "country": contact.country}
    return {**told, **kept}


def person(posted: Posted, country_code: str) -> Person:
    """Who buys, as far as it was typed: what one may use once is asked of them."""
    try:
        phone = phones.parse(str(posted.get("phone") or ""), country_code)
    except Refusal:
        phone = ""
    return Person(str(posted.get("email") or ""), phone)


def exempt(mine: carts.Cart | None, posted: Posted, profile: Profile) -> dict[str, str]:
    """The taxes that this buyer need not pay, by their own paper, their group or the tax id that was typed."""
    kind = next((one for one in profile.tax_ids if one.code == posted.get("tax_kind")), None)
    number = kind.clean(str(posted.get("tax_number") or "")) if kind else ""
    told = {"kind": kind.code, "number": number} if kind else {}
    return exemptions.of(mine.contact_id if mine else None, visitor.group(), told)


def country(posted: Posted, ways: Ways) -> Profile:
    """The country that it shall go to: the shop's own, or another one that one of the ways reaches."""
    wished = str(posted.get("country") or "")
    known = {code for code, _name in reached(ways)}
    return countries.profile(wished if wished in known else tenancy.tenant().country)


def is_delivery(posted: Posted, ways: Ways) -> bool:
    """Whether the chosen method needs an address."""
    wished = posted.get("shipping")
    return any(method.code == wished and not method.is_pickup for method in ways)


def place_of(posted: Posted, profile: Profile, ways: Ways) -> dict[str, str]:
    """What of the address decides the cost: nothing of one that is only kept while the buyer thinks of fetching it."""
    wished = posted.get("shipping")
    fetched = any(method.code == wished and method.is_pickup for method in ways)
    return {"country": profile.code} if fetched else forms.place(posted, profile.code)


def picked(offers: Sequence[Offer], posted: Posted, place: Mapping[str, str]) -> Offer | None:
    """The chosen offer while it goes; else what goes first, where that is known by now.

    Whoever has begun to say where it shall go gets the first delivery that does, and is not sent to the counter.
    """
    chosen = next((offer for offer in offers if offer.code == posted.get("shipping")), None)
    if chosen is not None and chosen.open:
        return chosen
    there = [offer for offer in offers if offer.open]
    if chosen is None and not {"refresh", "key"} & posted.keys():
        return there[0] if there and shipping.reaches(there[0].method, place) else None
    brought = (one for one in there if not one.method.is_pickup and shipping.reaches(one.method, place))
    return next(brought, None)


def when(offer: Offer | None, day: date | None, slot: str) -> tuple[date | None, str]:
    """The chosen day and slot while they are free, else the first that are."""
    if offer is None or not offer.asks_day:
        return None, ""
    free = [known for known in offer.days if known.open]
    chosen = next((known for known in free if known.day == day), free[0])
    open_slots = [known.code for known in chosen.slots if known.open]
    return chosen.day, slot if slot in open_slots else open_slots[0]


def places_of(posted: Posted, profile: Profile, errors: Mapping[str, str]) -> list[Place]:
    """The address form of a country with what was typed and what is wrong."""
    found: list[Place] = []
    above, before = {"country": profile.code}, ""
    typed = forms.typed(posted, profile.code)
    for line in addresses.fields(profile.code):
        listed = None if line.level is None else addresses.parts(profile.code, line.level, above)
        value = typed.get(line.key, "")
        if listed is not None and value not in listed:
            value = ""
        above[line.key] = value
        found.append(
            Place(
                line.key, line.label, line.autocomplete, line.required, line.long, line.example, value, listed,
                errors.get(line.key, ""), before,
            )
        )  # fmt: skip
        before = line.label
    return found


def wrong_of(places: Sequence[Place], form: Form, shut: Offer | None = None, unread: str = "") -> list[Wrong]:
    """What is to be mended in the address and the other fields, the way that does not go there, what was not read."""
    fields = [Wrong(field.id, field.label.text, str(field.errors[0])) for field in form if field.errors]
    found = [*(Wrong(one.id, one.label, one.error) for one in places if one.error), *fields]
    way = [Wrong("methods", i18n.pick(shut.method.label), shut.why_not)] if shut and found else []
    return way + found + ([Wrong("know", _("What you should know"), unread)] if unread else [])


def _shut(offers: Sequence[Offer], code: Any) -> Offer | None:
    """The way that was wished for, when it does not go there."""
    return next((one for one in offers if one.code == code and not one.open), None)


def _payment(methods: Sequence[Any], code: str) -> str:
    codes = [method.code for method in methods]
    return code if code in codes else (codes[0] if codes else "")


def reached(ways: Ways) -> list[tuple[str, str]]:
    """The countries that one of the ways reaches, the shop's own first: code and name."""
    home = tenancy.tenant().country
    others = {code for method in ways for code in method.countries} - {home}
    return [(code, countries.country_name(code, i18n.language())) for code in (home, *sorted(others))]


def _opened(form: forms.CheckoutForm) -> set[str]:
    known = [form[name] for name in fiscal.names("customer") if name in form]
    groups = {"tax": (form.tax_number, form.tax_name, *known), "note": (form.note,),
              "gift": (form.gift_name, form.gift_phone, form.gift_words)}  # fmt: skip
    return {name for name, fields in groups.items() if any(field.data or field.errors for field in fields)}
