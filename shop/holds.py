"""Holds: how long an order keeps its goods while its money is on the way, with a reminder before the end."""

from datetime import datetime, timedelta

from kernel import clock, jobs
from shop import bookings, order_events, payment_methods
from shop.orders import Order

KEPT = "kept"  # the step with which staff say until when it is kept
REMIND_FROM = timedelta(hours=2)  # a shorter hold needs no reminder
SECOND_CHANCE = timedelta(hours=24)  # after a proof that was not accepted


def begin(order: Order, until: datetime) -> None:
    """Keep the goods until then; a hold that was there before ends."""
    end(order)
    order.hold_until = until
    key = _key(order)
    jobs.later("orders.expire_hold", order.id, at=until, key=key)
    whole = until - clock.now()
    if whole > REMIND_FROM:
        jobs.later("orders.remind_hold", order.id, at=until - min(whole / 4, timedelta(hours=12)), key=key)


def longer(order: Order, until: datetime) -> None:
    """What pays it needs until then: a hold never gets shorter so, nor longer than staff set."""
    step = order_events.last(order, KEPT) if order.by_staff or order.hold_until else None
    most = datetime.fromisoformat(step.data["now"]) if step else until
    begin(order, max(order.hold_until or order.placed_at, min(until, most)))


def end(order: Order) -> None:
    """The goods are no longer kept for a time only."""
    if order.hold_until is not None:
        for name in ("orders.expire_hold", "orders.remind_hold"):
            jobs.forget(name, _key(order))
        order.hold_until = None


def again(order: Order) -> None:
    """The buyer gets another chance: the hold goes on for a day at least, but not beyond what is booked."""
    until = max(order.hold_until or clock.now(), clock.now() + SECOND_CHANCE)
    begins = min((row.starts_at for row in bookings.of_order(order) if row.live), default=until)
    begin(order, min(until, max(begins, clock.now() + payment_methods.SHORTEST)))


def waits(order: Order) -> bool:
    """Whether it still waits for its first money: a proof or a part of it stops the clock, a gift card does not."""
    given = sum(row.received_minor for row in order.payments if row.kind in payment_methods.STORED)
    unpaid = order.payment == "due" or (order.payment == "partial" and 0 < given == order.received_minor)
    return order.held and unpaid


def _key(order: Order) -> str:
    until = order.hold_until.timestamp() if order.hold_until else 0
    return f"{order.id}:{int(until)}"
