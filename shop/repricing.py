"""Repricing: what follows when a placed order costs more, or its delivery less: money that is asked for, papers."""

from collections.abc import Collection

from kernel.db import db
from kernel.money import Money
from shop import balances, holds, invoices, lowering, payment_methods, payments, plan_reminders, plans
from shop.orders import Order
from shop.payment_methods import PaymentMethod


def follow(order: Order, difference: Money, *, only: Collection[int] = ()) -> None:
    """Its total has changed by that much; the caller holds its row and has seen to its plan. Papers come last.

    `only`: the order lines that cost another price; none: its delivery does.
    """
    db.session.flush()
    was_paid = order.paid
    if difference.minor > 0:
        _ask_more(order)
        if order.paid:  # it had been paid too much
            invoices.when_paid(order)
    elif difference.minor < 0:
        lowering.settle(order, was_paid=was_paid)
        invoices.when_less(order, delivery=not only, only=only)


def where(order: Order) -> None:
    """Who pays at the hand-over pays the courier, or at the counter: as it is brought now, where the shop has that."""
    waiting = order.payments[-1] if order.payments else None
    if waiting is None or waiting.state != "due" or waiting.kind not in payment_methods.AT_ONCE:
        return
    fitting = {one.id: one for one in balances.methods(order) if one.kind in payment_methods.AT_ONCE}
    if fitting and waiting.method_id not in fitting:
        payments.move(waiting, "void")
        payments.open(order, next(iter(fitting.values())))


def _ask_more(order: Order) -> None:
    """What is due by now is asked for by the way that was chosen; goods that were safe stay so."""
    safe, due = order.hold_until is None, plans.due_now(order)
    waiting, method = order.payments[-1] if order.payments else None, way(order)
    looked_at = waiting is not None and waiting.state == "proof"  # what is missing then is asked for after it
    if due and method is not None and not looked_at:
        if waiting is not None and waiting.state == "due":
            payments.move(waiting, "void")
        payments.open(order, method, amount=due)
    if safe:
        holds.end(order)
    payments.refresh(order)
    plan_reminders.schedule(order)


def way(order: Order) -> PaymentMethod | None:
    """The last way of payment that was chosen and is money; else the first that is offered."""
    known = [one.method for one in reversed(order.payments) if one.kind not in payment_methods.STORED]
    offered = [one for one in payment_methods.active() if one.kind not in payment_methods.STORED]
    return next(iter([*known, *offered]), None)
