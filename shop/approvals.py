"""Approvals: the shop says yes or no to a booking that was asked for; who waits in vain hears of it, owing nothing."""

from datetime import datetime
from typing import TYPE_CHECKING

from kernel import clock, jobs, journal
from kernel import letters as post
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
    ledger,
    letters,
    order_events,
    orders,
    payments,
    plan_reminders,
    plans,
    second_thoughts,
)
from shop.order_events import OrderEvent
from shop.orders import Order
from shop.payment_methods import PaymentMethod

if TYPE_CHECKING:
    from kernel.accounts import Account


class Answered(Refusal):
    """It was answered, taken back, or its time is over."""

    message = _l("%(number)s no longer waits for an answer: look at it again.")
    status = 409


class Heard(Refusal):
    """The buyer knows of the yes, or something followed from it."""

    message = _l(
        "The yes to %(number)s stands: its buyer knows of it by now, or has paid. To call it off, cancel the order."
    )
    status = 409


def approve(order: Order, *, by: "Account") -> None:
    """Its times stand from now on, and its buyer is asked for what is due; raises Answered, or JustTaken."""
    orders.lock(order)
    if not order.asked or not approval_rows.answer(order, "yes", by=by):
        raise Answered(number=order.number)
    fulfilment.move(order, "approve")
    event = order_events.record(order, "approved", by=by)
    journal.write("orders.approved", about=order, by=by, data={"number": order.number})
    booking_confirmations.approved(order)
    with second_thoughts.rest(fulfilment.act(event), by):
        _ask(order)
        letters.tell(order, "approved" if order.held else "accepted")


def reversible(order: Order) -> OrderEvent | None:
    """The yes, while its letter rests, the request still has time, and neither money nor a step followed."""
    row, events = approval_rows.of(order), order_events.of(order)
    event = events[-1] if events and events[-1].kind == "approved" and events[-1].undone_at is None else None
    if event is None or row is None or row.answer != "yes" or row.until <= clock.now() or order.state != "placed":
        return None
    paid = any(entry.at >= event.at for entry in ledger.of(order)) or order.payment == "proof"
    plain = order.balance.minor > 0 or not order.total_minor  # what a gift card paid whole has its papers by now
    return event if plain and not paid and clock.now() - event.at < post.REST else None


def take_back(order: Order, *, by: "Account") -> None:
    """It waits for the shop's answer again, and its buyer never hears of the yes; raises Heard."""
    orders.lock(order)
    event, row = reversible(order), approval_rows.of(order)
    if event is None or row is None or second_thoughts.withdraw(order, fulfilment.act(event), event.at):
        raise Heard(number=order.number)
    fulfilment.move(order, "ask")
    event.undone_at = clock.now()
    order_events.record(order, "undone", by=by, step="approved")
    journal.write("orders.unapproved", about=order, by=by, data={"number": order.number})
    payments.end(order)
    order.payment = order.payment if order.total_minor else "due"
    booking_confirmations.ask_again(order, row.until)
    approval_rows.reopen(row)


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
    journal.kind("orders.unapproved", _l("Took the yes to %(number)s back"))
