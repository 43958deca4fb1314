"""The end of a hold: what was taken goes back once, and the buyer hears of it before and after."""

from kernel import clock, jobs
from kernel.db import db
from shop import delivery_slots, fulfilment, letters, order_events, orders, payments, stock
from shop.orders import Order


def waits(order: Order) -> bool:
    """Whether the order still waits for its first money: a proof or a part of it stops the clock."""
    return order.state == "placed" and order.payment == "due" and order.hold_until is not None


@jobs.job("orders.expire_hold")
def expire(order_id: int) -> None:
    """Give back what an unpaid order keeps, once its hold is over; harmless when it comes twice or too early."""
    order = db.session.get(Order, order_id)
    if order is None or not waits(orders.lock(order)):
        return
    if order.hold_until is not None and order.hold_until > clock.now():
        return  # it was made longer: another job waits for its end
    fulfilment.move(order, "expire")
    order_events.record(order, "expired")
    stock.give_back(order, reason="expired")
    delivery_slots.give_back(order)
    payments.end(order)
    letters.tell(order, "expired")


@jobs.job("orders.remind_hold")
def remind(order_id: int) -> None:
    """Tell the buyer that the hold is about to end, once."""
    order = db.session.get(Order, order_id)
    if order is None or not waits(orders.lock(order)) or order_events.last(order, "reminded"):
        return
    if order.hold_until is not None and order.hold_until > clock.now():
        order_events.record(order, "reminded")
        letters.tell(order, "reminded")
