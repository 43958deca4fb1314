"""Approvals: the shop says yes or no to a booking that was asked for; who waits in vain hears of it, owing nothing."""

from datetime import datetime
from typing import TYPE_CHECKING

from kernel import clock, jobs, journal
from kernel.db import db
from kernel.i18n import _l
from kernel.refusal import Refusal
from shop import (
    approval_offers,
    approval_rows,
    booking_confirmations,
    cancellations,
    expiry,
    fulfilment,
    holds,
    letters,
    order_events,
    orders,
    payments,
    plan_reminders,
    plans,
)
from shop.orders import Order
from shop.payment_methods import PaymentMethod

if TYPE_CHECKING:
    from kernel.accounts import Account


class Answered(Refusal):
    """It was answered, taken back, or its time is over."""

    message = _l("%(number)s no longer waits for an answer: look at it again.")
    status = 409


def approve(order: Order, *, by: "Account") -> None:
    """Its times stand from now on, and its buyer is asked for what is due; raises Answered, or JustTaken."""
    orders.lock(order)
    if not order.asked or not approval_rows.answer(order, "yes", by=by):
        raise Answered(number=order.number)
    fulfilment.move(order, "approve")
    order_events.record(order, "approved", by=by)
    journal.write("orders.approved", about=order, by=by, data={"number": order.number})
    booking_confirmations.approved(order)
    _ask(order)
    letters.tell(order, "approved" if order.held else "accepted")


def _ask(order: Order) -> None:
    """What the checkout would have asked for."""
    row = approval_rows.of(order)
    if order.balance.minor <= 0 or row is None or row.method is None:
        payments.settled(order)
        return
    plans.begin(order)
    order.hold_until = _to_pay(order, row.method)
    payments.open(order, row.method)
    plan_reminders.schedule(order)


def _to_pay(order: Order, method: PaymentMethod) -> datetime:
    """As long as the method takes, a day at least, as nobody sits and waits for the letter; not after it begins."""
    until = clock.now() + max(method.time_to_pay, holds.SECOND_CHANCE)
    return min(until, booking_confirmations.first(order) or until)


def refuse(order: Order, *, by: "Account", reason: str = "") -> None:
    """The time is free again at once; the buyer reads why, when the shop says it. Raises Answered."""
    orders.lock(order)
    if not order.asked:
        raise Answered(number=order.number)
    cancellations.of_request(order, by=by, reason=reason)


@jobs.job("approvals.run_out")
def run_out(order_id: int) -> None:
    """Nobody answered in time: nothing is owed; harmless when it comes twice or too early."""
    order = db.session.get(Order, order_id)
    if order is None or not order.asked:
        return
    if orders.lock(order).asked and approval_rows.answer(order, "late"):
        expiry.end(order, "unanswered", more=approval_offers.said, **approval_offers.button(order))


def init_app(_app: object) -> None:
    """Say how the journal tells it."""
    journal.kind("orders.approved", _l("Said yes to %(number)s"))
