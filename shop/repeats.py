"""Repeats: what of an order its buyer can have once more, with the words that they wrote for it."""

from typing import TYPE_CHECKING

from kernel import i18n, tenancy
from shop import services, vouchers
from shop.wants import Wanted

if TYPE_CHECKING:
    from shop.catalog import Product
    from shop.order_lines import OrderLine
    from shop.orders import Order

ASKED_ANEW = frozenset({services.KIND, vouchers.KIND})  # for another time, or for another person


def of(order: "Order") -> list[Wanted]:
    """Its goods that are still sold; what is booked, and cards for somebody, are chosen anew."""
    return [Wanted(line.variant, line.quantity, texts(line)) for line in order.lines if _sold(line)]


def _sold(line: "OrderLine") -> bool:
    product: Product | None = line.product  # one in the bin is not found
    return bool(product and product.live and line.variant.active and product.kind not in ASKED_ANEW)


def offered(order: "Order") -> bool:
    """Whether its page offers them: not while it waits to be paid itself."""
    return (order.paid or order.state != "placed") and bool(of(order))


def texts(line: "OrderLine") -> dict[str, str]:
    """What they wrote, by code again: an order keeps it under the label of the shop's language."""
    language = tenancy.tenant().language
    labels = {i18n.pick(one.get("label"), language) or one["code"]: one["code"] for one in line.product.texts}
    return {labels[label]: text for label, text in line.texts.items() if label in labels}
