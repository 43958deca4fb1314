"""The end of a hold: what was taken goes back once, and the buyer hears of it before and after."""

from collections.abc import Callable
from typing import Any

from kernel import clock, jobs
from kernel.db import db
from shop import (
    booking_confirmations,
    delivery_slots,
    fulfilment,
    holds,
    letters,
    order_events,
    orders,
    payments,
    redemptions,
    stock,
    subscriptions,
    tenders,
)
from shop.orders import Order

_before: list[Callable[[int], None]] = []


def before(verb: Callable[[int], None]) -> None:
    """Have `verb(order id)` end what could still bring money, before the goods go back; it raises to be asked again."""
    if verb not in _before:
        _before.append(verb)


@jobs.job("orders.expire_hold")
def expire(order_id: int) -> None:
    """Give back what an unpaid order keeps, once its hold is over; harmless when it comes twice or too early."""
    order = db.session.get(Order, order_id)
    if order is None or not _ends(order):
        return
    for verb in _before:
        verb(order_id)
    if _ends(orders.lock(order)):
        end(order, "expired")


def end(order: Order, why: str, **told: Any) -> None:
    """What it had taken goes back, and the buyer reads `why`, with `told`. The caller holds its row."""
    fulfilment.move(order, "expire")
    order_events.record(order, why)
    stock.give_back(order, reason="expired")
    delivery_slots.give_back(order)
    booking_confirmations.give_up(order, "expire")
    redemptions.give_back(order)
    tenders.give_back(order)
    payments.end(order)
    subscriptions.let_go(order)
    letters.tell(order, why, **told)


def _ends(order: Order) -> bool:
    """Whether its hold is over; one that was made longer has another job."""
    return holds.waits(order) and order.hold_until is not None and order.hold_until <= clock.now()


def _reminded(order: Order) -> bool:
    """Whether the buyer was told of the end that it has now."""
    last = order_events.last(order, "reminded", holds.KEPT)
    return last is not None and last.kind == "reminded"


@jobs.job("orders.remind_hold")
def remind(order_id: int) -> None:
    """Tell the buyer that the hold is about to end, once."""
    order = db.session.get(Order, order_id)
    if order is None or not holds.waits(orders.lock(order)) or _reminded(order):
        return
    if order.hold_until is not None and order.hold_until > clock.now():
        order_events.record(order, "reminded")
        letters.tell(order, "reminded", not_after=order.hold_until)
