"""What the delivery of a placed order comes to when it is brought another way: at its price of today, taxed as then."""

from collections.abc import Mapping

from kernel.i18n import _l
from kernel.money import Money
from kernel.refusal import Refusal
from shop import exemptions, order_changes, plans, pricing, taxes
from shop.order_lines import OrderLine
from shop.orders import Order
from shop.pricing import Amounts
from shop.shipping import Offer

PARTS = ("country", "region", "city", "district", "postcode")  # of an address: they decide who goes there


class OtherTaxes(Refusal):
    """The taxes of its goods are others there, and they were sold with these."""

    message = _l("Other taxes are charged there. Cancel this order and write a new one for that place.")
    status = 409


def same_place(one: Mapping[str, str], other: Mapping[str, str]) -> bool:
    """Whether the same ways go to both."""
    return all(one.get(part, "") == other.get(part, "") for part in PARTS)


def worth(order: Order) -> Money:
    """What the goods cost that are to be brought."""
    return order.money(sum(line.gross_minor - _gone(line) for line in order_changes.goods(order)))


def _gone(line: OrderLine) -> int:
    return line.gross_minor * line.returned // line.quantity


def of(order: Order, offer: Offer, address: Mapping[str, str]) -> Amounts:
    """Its cost that way; as it was agreed where the way stays, and what came off the delivery then stays off."""
    place = {} if offer.method.is_pickup else address
    _same_taxes(order, place)
    if offer.code == order.delivery_code:
        return _agreed(order)
    saved = sum(one.amount_minor for one in order.discounts if one.kind == "shipping")
    price = order.money(max(0, offer.price.minor - saved))
    free = exemptions.of(order.contact_id, order.customer_group, order.tax_id)
    book = taxes.book(place=place, exempt=free)
    if book.delivery is not None:
        return pricing.amounts(price, book.delivery, order.rounding)
    goods = [(book.of(line.product), line.gross) for line in order_changes.goods(order) if line.product is not None]
    return pricing.delivered(price, goods, order.rounding)


def _agreed(order: Order) -> Amounts:
    tax = order.money(sum(part["tax_minor"] for part in order.shipping_components))
    gross = order.money(order.shipping_minor)
    return Amounts(gross - tax, tax, gross, list(order.shipping_components))


def _same_taxes(order: Order, place: Mapping[str, str]) -> None:
    before, after = taxes.book(place=order.address), taxes.book(place=place)
    goods = [line.product for line in order.lines if line.product is not None] if before.zoned else []
    if any(before.of(product) != after.of(product) for product in goods):
        raise OtherTaxes()


def charge(order: Order, cost: Amounts) -> None:
    """Have the order cost so much more or less; the caller holds its row, `repricing.follow` says what follows."""
    tax = sum(part["tax_minor"] for part in order.shipping_components)
    more = cost.gross - order.money(order.shipping_minor)
    if order.total_minor + more.minor < order.credited_minor:
        raise order_changes.TooLate()
    order.shipping_minor, order.shipping_components = cost.gross.minor, list(cost.components)
    order.tax_minor += cost.tax.minor - tax
    order.total_minor += more.minor
    plans.resize(order, more.minor)
