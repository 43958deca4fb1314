"""What a product page promises of delivery: each way with its price and when it comes, before anything is asked."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from kernel import i18n, origins
from kernel.i18n import _
from kernel.money import Money
from shop import catalog, days, shipping
from shop.views import frame, goods, visitor

MOST = 3


@dataclass(frozen=True)
class Line:
    """One way to get the product, as its page tells it."""

    icon: str
    label: Any
    price: str
    when: str


@dataclass(frozen=True)
class Wanted:
    """The one unit that the promise speaks of."""

    variant_id: int
    quantity: int
    day: None = None


def promises(product: catalog.Product, variant: catalog.Variant | None) -> list[Line]:
    """The ways that are open for one unit of it, the cheapest delivery first; for a download, that it comes at once."""
    if product.kind == "digital":
        return [Line("download", _("Download"), _("Free"), _("Right after the payment"))]
    if product.kind == "voucher":
        return [Line("mail", _("By e-mail or to print"), _("Free"), _("Right after the payment"))]
    if variant is None or product.kind == "booking":  # who books comes
        return []
    price = catalog.price(product, variant) * product.min_qty
    if variant.stock_kind not in ("onhand", "unlimited"):  # what is made for a day goes by its own days
        return _offered(product, variant, price)
    same = (price, product.lead_hours, product.pickup_only, product.category_id, visitor.group())
    lines: list[Line] = frame.once(("promises", *same), lambda: _offered(product, variant, price))
    return lines


def _offered(product: catalog.Product, variant: catalog.Variant, price: Money) -> list[Line]:
    parcel = shipping.Parcel([Wanted(variant.id, product.min_qty)], [product], price, visitor.group())
    place = origins.place()
    offers = [one for one in shipping.offers(parcel, {"country": place.country if place else ""}) if one.open]
    offers.sort(key=lambda one: (one.method.is_pickup, one.price.minor))
    return [_line(one) for one in offers[:MOST]]


def _line(offer: shipping.Offer) -> Line:
    return Line(
        "store" if offer.method.is_pickup else "truck",
        i18n.words_html(offer.method.label),
        _price(offer.price),
        when(offer),
    )


def _price(price: Money) -> str:
    return price.format(str(i18n.locale()), cents=frame.current().values["cents"]) if price else _("Free")


def when(offer: shipping.Offer) -> str:
    """When one has it, as far as it is known now."""
    free = next((day.day for day in offer.days if day.open), None)
    if free:
        return from_day(free, pickup=offer.method.is_pickup)
    if offer.eta is None:
        return ""
    first, last = offer.eta
    if offer.method.is_pickup or first == last:
        return from_day(first, pickup=offer.method.is_pickup)
    begin, end = days.ends(first, last)
    return _("Arrives between %(first)s and %(last)s", first=begin, last=end)


def from_day(day: date, *, pickup: bool) -> str:
    """From when one has it: today and tomorrow in words."""
    ahead = (day - goods.today()).days
    if pickup:
        near = {0: _("Ready from today on"), 1: _("Ready from tomorrow on")}
        return near.get(ahead) or _("Ready from %(day)s on", day=days.told(day, weekday=True))
    near = {0: _("Arrives from today on"), 1: _("Arrives from tomorrow on")}
    return near.get(ahead) or _("Arrives from %(day)s on", day=days.told(day, weekday=True))
