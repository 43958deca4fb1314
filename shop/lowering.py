"""Lowering: what follows when an order costs less: no more is asked for than it still owes."""

from kernel.db import db
from shop import payments, plan_reminders, plans
from shop.orders import Order


def settle(order: Order, *, was_paid: bool) -> None:
    """Say anew what is to be paid: perhaps nothing any more, else less; `was_paid`: before it cost less."""
    db.session.flush()
    if order.balance.minor <= 0 and not was_paid:  # what was missing is no longer owed
        payments.settled(order)
    _ask_less(order)
    payments.refresh(order)
    plan_reminders.schedule(order)


def _ask_less(order: Order) -> None:
    """The payment that waits asked for more than is due by now: another one takes its place."""
    waiting, due = order.payments[-1] if order.payments else None, plans.due_now(order).minor
    if waiting is not None and waiting.state == "due" and 0 < due < waiting.amount_minor - waiting.received_minor:
        payments.move(waiting, "void")
        payments.open(order, waiting.method)
