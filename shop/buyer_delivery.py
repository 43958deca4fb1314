"""Buyer delivery: what a buyer changes themselves of where their order goes, before it is packed, at the same price."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from kernel.i18n import _l
from kernel.refusal import Refusal
from shop import letters, order_changes, order_delivery, order_delivery_cost, quotes, shipping
from shop.order_delivery import Reach
from shop.orders import Order
from shop.shipping import Offer

STATES = {"delivery": ("placed", "preparing"), "pickup": ("placed", "preparing", "ready")}  # not packed yet


class Packed(Refusal):
    """It is packed, left or ended."""

    message = _l("This order can no longer be changed here: it is already packed, or it has ended.")
    status = 409


class Elsewhere(Refusal):
    """It would come another way, at another price or with other taxes: that is for the shop to arrange."""

    message = _l("Your delivery does not go there at the price that you agreed on. The shop can look for another way.")


@dataclass(frozen=True)
class Wish:
    """To whom it shall go, and where; `words`: those that go with a gift, None as they are."""

    name: str
    phone: str = ""
    note: str = ""
    address: Mapping[str, str] = field(default_factory=dict)
    words: str | None = None


def changeable(order: Order) -> bool:
    """Whether the buyer may still say where it goes, or who comes for it."""
    here = order.state in STATES.get(order.delivery_kind, ())
    return here and order.payment != "refunded" and order_delivery.changeable(order)


def reaches(order: Order, address: Mapping[str, str]) -> bool:
    """Whether it goes there as it was ordered: the same way, price and taxes. `address`: its parts are enough."""
    try:
        _offer(order, address)
    except Elsewhere:
        return False
    return True


def _offer(order: Order, address: Mapping[str, str]) -> Offer:
    try:
        offer = order_delivery.chosen(order, Reach(order.delivery_code, address=address))
        cost = order_delivery_cost.of(order, offer, address)
    except (quotes.NoSuchMethod, shipping.Unreachable, order_delivery_cost.OtherTaxes):
        raise Elsewhere() from None
    if cost.gross.minor != order.shipping_minor:
        raise Elsewhere()
    return offer


def change(order: Order, wish: Wish) -> order_changes.Changed:
    """Have it go there, and tell buyer and shop; what that changed. Raises Packed, MoneyMoves, Elsewhere."""
    try:
        order_changes.hold(order)
    except order_changes.TooLate:
        raise Packed() from None
    if not changeable(order):
        raise Packed()
    address = {} if order.delivery_kind == "pickup" else wish.address
    _offer(order, address)
    reach = Reach(
        order.delivery_code, order.delivery_day, order.delivery_slot, address,
        name=wish.name, phone=wish.phone, note=wish.note, words=wish.words,
    )  # fmt: skip
    changed = order_delivery.change(order, reach, by=None)
    order_changes.tell(order, changed, own=True)
    if changed.said:
        letters.tell_shop(order, "delivery_changed", what=changed.said)
    return changed
