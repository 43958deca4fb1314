"""Money that comes after an order expired: its goods are taken again, or the money has to go back."""

from collections.abc import Callable

from kernel.db import db
from kernel.i18n import _l
from kernel.money import Money
from kernel.refusal import Refusal
from shop import (
    booking_confirmations,
    day_stock,
    delivery_slots,
    fulfilment,
    invoices,
    order_events,
    plans,
    redemptions,
    shipping,
    stock,
)
from shop.orders import Order


class TakenBack(Refusal):
    """An order has one invoice."""

    message = _l("Its invoice was already taken back: it has to be ordered anew.")


_late: list[Callable[[Order, Money], None]] = []


def late_money(verb: Callable[[Order, Money], None]) -> None:
    """Have `verb(order, amount)` look at money that came after a part of an order had gone back unpaid."""
    if verb not in _late:
        _late.append(verb)


def late(order: Order, amount: Money) -> None:
    """Money came: what had ended for want of it is taken again where it can be."""
    if order.state == "expired" and plans.secured(order):
        revive(order)
    elif not order.ended:
        for verb in _late:
            verb(order, amount)


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
