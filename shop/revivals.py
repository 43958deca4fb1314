"""Money that comes after an order expired: its goods are taken again, or the money has to go back."""

from kernel.db import db
from kernel.i18n import _l
from kernel.refusal import Refusal
from shop import (
    booking_confirmations,
    day_stock,
    delivery_slots,
    fulfilment,
    invoices,
    order_events,
    redemptions,
    shipping,
    stock,
)
from shop.orders import Order


class TakenBack(Refusal):
    """An order has one invoice."""

    message = _l("Its invoice was already taken back: it has to be ordered anew.")


def revive(order: Order) -> bool:
    """Take goods and place again for a paid order that had expired; False when they are gone."""
    try:
        with db.session.begin_nested():
            _take(order)
    except Refusal as gone:
        order_events.record(order, "late", reason=str(gone))
        return False
    fulfilment.move(order, "revive")
    order_events.record(order, "revived")
    return True


def _take(order: Order) -> None:
    if invoices.of(order) is not None:
        raise TakenBack()
    if not order.practice:
        stock.take([day_stock.left(line) for line in order.lines if line.left], order=order)
        if order.delivery_method_id is not None:
            method = db.session.get_one(shipping.DeliveryMethod, order.delivery_method_id)
            delivery_slots.take(method, order.delivery_day, order.delivery_slot, order=order)
    booking_confirmations.again(order)
    if not order.practice:
        redemptions.again(order)
