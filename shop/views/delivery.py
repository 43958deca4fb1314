"""What a product page promises of delivery: each way with its price and when it comes, before anything is asked."""

from dataclasses import dataclass
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
    if variant is None:
        return []
    price = catalog.price(product, variant) * product.min_qty
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
        _when(offer),
    )


def _price(price: Money) -> str:
    return price.format(str(i18n.locale()), cents=frame.current().values["cents"]) if price else _("Free")


def _when(offer: shipping.Offer) -> str:
    free = next((day.day for day in offer.days if day.open), None)
    if free:
        near = _near(free)
        return _("Ready from %(day)s", day=near) if offer.method.is_pickup else _("Arrives from %(day)s", day=near)
    if offer.eta is None:
        return ""
    if offer.method.is_pickup:
        return _("Ready from %(day)s", day=_near(offer.eta[0]))
    first, last = offer.eta
    return (
        _("Arrives %(day)s", day=_near(first))
        if first == last
        else _("Arrives between %(days)s", days=days.span(first, last))
    )


def _near(day: Any) -> str:
    ahead = (day - goods.today()).days
    return {0: _("today"), 1: _("tomorrow")}.get(ahead) or days.told(day, weekday=True)
