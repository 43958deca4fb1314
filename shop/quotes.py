"""Quotes: what an order would cost, line by line, with delivery and tax; nothing is written and nothing is believed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from kernel import countries, i18n, money, tenancy
from kernel.i18n import _l
from kernel.money import Money
from kernel.refusal import Refusal
from shop import catalog, delivery_days, pricing, promotions, savings, shipping, tax_rules, taxes, vouchers, wants
from shop.discount_rules import Cut, Rule
from shop.pricing import PriceBreak
from shop.promotions import Asking, Declined
from shop.redemptions import NOBODY, Person
from shop.savings import Saving
from shop.shipping import DeliveryMethod, Offer, Parcel
from shop.tax_rules import Rate
from shop.wants import Wanted

__all__ = ["Basket", "Choice", "Details", "Quote", "QuoteLine", "Wanted", "make", "price", "quote"]


class NoSuchMethod(Refusal):
    """A delivery method was sent that is not offered."""

    message = _l("Choose how you would like to receive it.")


class Empty(Refusal):
    """There is nothing to buy."""

    message = _l("Your cart is empty.")


@dataclass(frozen=True)
class QuoteLine:
    """One line with its amounts, rounded once."""

    variant_id: int
    product_id: int
    sku: str
    name: dict[str, str]
    options: list[dict[str, Any]]
    unit: Money
    quantity: int
    texts: dict[str, str]
    discount: Money
    net: Money
    tax: Money
    gross: Money
    components: list[dict[str, Any]]
    day: date | None
    weight_g: int
    digital: bool
    token: str = ""  # of the cart line
    voucher: Mapping[str, Any] = field(default_factory=dict)  # see vouchers.terms
    booking_id: int | None = None  # the time that it is for …
    begins: datetime | None = None  # … and when that begins
    answer_hours: int | None = None  # in which the shop says yes to it, where it has to
    every: str = ""  # how often it comes, where it is subscribed to

    @property
    def listed(self) -> Money:
        """What it would cost without its discount, as the shop shows prices."""
        return self.bare + self.discount

    @property
    def bare(self) -> Money:
        """What it costs before the taxes that come on top of the shop's prices."""
        return Money(self.gross.minor - tax_rules.on_top(self.components), self.gross.currency)


@dataclass(frozen=True)
class Basket:
    """Priced lines before anybody said how to deliver them."""

    lines: list[QuoteLine]
    items: Money
    parcel: Parcel
    rates: list[list[Rate]]  # of each line
    delivery: list[Rate] | None  # of a delivery; None: it follows the goods
    group: str
    rounding: str
    cuts: Sequence[Cut] = ()  # what comes off; each line's part is in its discount
    declined: Sequence[Declined] = ()  # codes that bring nothing, and why
    zoned: bool = False  # whether its taxes differ from place to place
    promoted: promotions.Found = field(default_factory=promotions.Found)

    @property
    def savings(self) -> list[Saving]:
        """What comes off the goods and why."""
        return savings.of(self.cuts, None, self.items.currency)

    @property
    def added(self) -> Money:
        """The taxes that come on top of the shop's prices; the others are inside them."""
        return Money(tax_rules.on_top([part for line in self.lines for part in line.components]), self.items.currency)

    @property
    def digital(self) -> bool:
        """Whether there is nothing to deliver."""
        return all(line.digital for line in self.lines)

    def offers(self, address: Mapping[str, str], *, now: datetime | None = None) -> list[Offer]:
        """How it can be delivered there; empty for what is only downloaded."""
        found = [] if self.digital else shipping.offers(self.parcel, address, now=now)
        return [savings.freed(offer, self.cuts) for offer in found]


@dataclass(frozen=True)
class Choice:
    """How somebody wants to have it: a method's code, a day, a slot, a place."""

    shipping: str = ""
    day: date | None = None
    slot: str = ""
    address: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Quote:
    """Everything an order would come to; `total` is exactly the sum of its parts."""

    currency: str
    lines: list[QuoteLine]
    items: Money
    discount: Money
    shipping: Money
    shipping_components: list[dict[str, Any]]
    tax: Money
    total: Money
    rounding: str
    group: str
    practice: bool
    offer: Offer | None = None
    day: date | None = None
    slot: str = ""
    savings: Sequence[Saving] = ()
    declined: Sequence[Declined] = ()
    cuts: Sequence[Cut] = ()
    mark: str = ""  # of what comes off, as the page shows it
    parcel: Parcel | None = None  # what is to be delivered

    @property
    def added(self) -> Money:
        """The taxes that come on top of the shop's prices; the others are inside them."""
        parts = [part for line in self.lines for part in line.components]
        return Money(tax_rules.on_top([*parts, *self.shipping_components]), self.currency)


@dataclass(frozen=True)
class Details:
    """What the buyer said, checked and normalised."""

    email: str
    name: str
    payment: str
    language: str
    phone: str = ""
    address: Mapping[str, str] = field(default_factory=dict)
    tax: Mapping[str, str] = field(default_factory=dict)  # {} or kind, number, name
    company: Any = None  # the Company for which they buy, where staff say so
    fiscal: Mapping[str, str] = field(default_factory=dict)  # what the tax office wants to know besides, by code
    note: str = ""
    gift: Mapping[str, Any] = field(default_factory=dict)  # {} or {"name", "words", "prices"}: see presents
    terms_version: str = ""
    source: str = ""
    campaign: str = ""
    by: Any = None  # the staff account of a manual sale
    cards: Sequence[str] = ()  # the handles of gift cards that are given, among the cart's codes
    credit: Any = None  # the StoredValue of a shopper who is logged in and wants to use it
    renews: Sequence[Any] = ()  # the Subscriptions whose next order it is
    keep: bool = False  # the card that pays it is saved and pays what comes again
    plan: Any = ""  # in which parts it is paid: the kind of a PlanOffer, or one that staff agreed on; '' at once


@dataclass(frozen=True)
class Read:
    """What was read already, in this moment, of that which decides a price."""

    lower: Mapping[int, Sequence[PriceBreak]] | None = None  # the lower prices of all that is wanted
    ways: Sequence[DeliveryMethod] | None = None  # the active ones


UNREAD = Read()


def price(
    wanted: Sequence[Wanted], group: str = "", *, place: Mapping[str, str] | None = None,
    exempt: Mapping[str, str] | None = None, codes: Sequence[str] = (), person: Person = NOBODY,
    by_hand: Rule | None = None, read: Read = UNREAD,
) -> Basket:  # fmt: skip
    """Price what is wanted: the only place where a price comes from."""
    if not wanted:
        raise Empty()
    tenant = tenancy.tenant()
    currency, rounding = tenant.currency, countries.profile(tenant.country).rounding
    book = taxes.book(place=place, exempt=exempt)
    rates = [book.of(want.product) for want in wanted]
    units = {product.id: units for product, units in wants.by_product(wanted)}
    lower = pricing.breaks(units) if read.lower is None else read.lower
    each = [
        pricing.unit(want.variant, units[want.product.id], group, known=lower[want.product.id])
        if want.unit is None
        else want.unit
        for want in wanted
    ]
    found = promotions.of(wanted, each, Asking(group, codes, person, by_hand))
    off = [sum(cut.parts[place] for cut in found.cuts) for place in range(len(wanted))]
    lines = [
        _line(want, unit, Money(less, currency), (charged, rounding))
        for want, unit, less, charged in zip(wanted, each, off, rates, strict=True)
    ]
    items = money.total([line.gross for line in lines], currency)
    goods = [want.product for want in wanted if want.product.kind not in catalog.IMMATERIAL]
    carried = [line.gross for line in lines if not line.digital]
    worth = money.total(carried, currency)  # neither a night in a cabin nor a gift card frees a delivery
    parcel = Parcel(lines, goods, worth, group, read.ways)
    return Basket(
        lines, items, parcel, rates, book.delivery, group, rounding, found.cuts, found.declined, book.zoned, found
    )


def quote(basket: Basket, offer: Offer | None = None, day: date | None = None, slot: str = "") -> Quote:
    """The whole cost with that delivery."""
    currency = basket.items.currency
    cost = _delivery(basket, offer.price if offer else money.zero(currency))
    tax = sum((line.tax.minor for line in basket.lines), cost.tax.minor)
    return Quote(
        currency=currency, items=basket.items,
        lines=[line if line.booking_id else replace(line, day=day) for line in basket.lines],
        discount=money.total([line.discount for line in basket.lines], currency), shipping=cost.gross,
        shipping_components=cost.components, tax=Money(tax, currency), total=basket.items + cost.gross,
        rounding=basket.rounding, group=basket.group, practice=tenancy.tenant().practice, offer=offer, day=day,
        slot=slot, savings=savings.of(basket.cuts, offer, currency), mark=savings.mark(basket.cuts), cuts=basket.cuts,
        declined=[*basket.declined, *savings.idle(basket.cuts, offer)],
        parcel=None if basket.digital else basket.parcel,
    )  # fmt: skip


def _delivery(basket: Basket, cost: Money) -> pricing.Amounts:
    if basket.delivery is not None:
        return pricing.amounts(cost, basket.delivery, basket.rounding)
    goods = list(zip(basket.lines, basket.rates, strict=True))
    carried = [one for one in goods if not one[0].digital and one[0].booking_id is None]
    weights = carried if any(line.gross for line, _rates in carried) else goods
    return pricing.delivered(cost, [(rates, line.gross) for line, rates in weights], basket.rounding)


def make(
    wanted: Sequence[Wanted], *, choice: Choice, group: str = "", now: datetime | None = None,
    exempt: Mapping[str, str] | None = None, codes: Sequence[str] = (), person: Person = NOBODY,
    read: Read = UNREAD,
) -> Quote:  # fmt: skip
    """A quote that can be ordered: refuses what is not sold, not reached or no longer free that day.

    Without a method (`choice.shipping` empty) nothing is delivered: a sale over the counter, or a download.
    """
    wants.check(wanted, group=group, day=choice.day)
    told: Any = {"place": choice.address, "exempt": exempt, "codes": codes, "person": person, "read": read}
    return delivered(price(wanted, group, **told), choice, now=now)


def delivered(basket: Basket, choice: Choice, *, now: datetime | None = None) -> Quote:
    """The quote of priced lines for that way, day and slot; refuses what does not go."""
    if not choice.shipping:
        return quote(basket, None, choice.day)
    offer = chosen(basket.offers(choice.address, now=now), choice.shipping)
    if not offer.asks_day:
        return quote(basket, offer)
    delivery_days.check(offer.days, choice.day, choice.slot)
    return quote(basket, offer, choice.day, choice.slot)


def chosen(offers: Sequence[Offer], code: str) -> Offer:
    """The offer with that code; raises when there is none or it does not go."""
    found = next((offer for offer in offers if offer.code == code), None)
    if found is None:
        raise NoSuchMethod()
    if not found.open:
        label = i18n.pick(found.method.label)
        raise shipping.Unreachable(_l("%(method)s is not possible. %(why)s"), method=label, why=found.why_not)
    return found


def _line(want: Wanted, unit: Money, less: Money, charged: tuple[Sequence[Rate], str]) -> QuoteLine:
    found = pricing.amounts(unit * want.quantity - less, *charged)
    return QuoteLine(
        variant_id=want.variant.id, product_id=want.product.id, sku=want.sku, name=want.name,
        options=wants.options(want.variant), unit=unit, quantity=want.quantity, texts=wants.spoken(want),
        discount=less, net=found.net, tax=found.tax, gross=found.gross,
        components=found.components, day=want.day, weight_g=(want.product.weight_g or 0) * want.quantity,
        digital=want.product.kind in catalog.IMMATERIAL, token=want.token,
        voucher=vouchers.terms(want.product, want.texts), booking_id=want.booking.id if want.booking else None,
        begins=want.booking.starts_at if want.booking else None, every=want.product.every,
        answer_hours=want.booking.service.answered_within(want.booking.places) if want.booking else None,
    )  # fmt: skip
