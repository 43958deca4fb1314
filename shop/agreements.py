"""Agreements: staff and a buyer agree on how an order is paid in parts, on another day, or that it ends."""

from datetime import date
from typing import TYPE_CHECKING

from kernel import journal, money
from kernel.i18n import _l
from kernel.money import Money
from kernel.refusal import Missing, Refusal
from shop import (
    holds,
    letters,
    order_events,
    orders,
    payments,
    plan_offers,
    plan_policies,
    plan_reminders,
    plans,
    receipts,
)
from shop.orders import Order
from shop.plans import Due, Part

if TYPE_CHECKING:
    from kernel.accounts import Account


class NothingOwed(Refusal):
    """The order has nothing to be paid in parts."""

    message = _l("Nothing is left to be paid of this order.")
    status = 409


class TooLittle(Refusal):
    """The parts cannot be made as they were asked for."""

    message = _l("The first part must be less than what is left: %(most)s.")


class Past(Refusal):
    """The day is over."""

    message = _l("Choose today or a later day.")


def agree(order: Order, terms: plans.Terms, *, by: "Account") -> None:
    """Write a plan for what is left of an order, in place of the one it had; its goods stay taken from now on."""
    orders.lock(order)
    if order.asked:
        raise orders.Unanswered(number=order.number)
    if order.state in orders.ENDED or order.balance.minor <= 0:
        raise NothingOwed()
    if terms.start < plans.today():
        raise Past()
    rows = [*_paid(order), *dues(order.balance, terms)]
    plans.write(order, "agreed", [*rows, Due(order.money(order.credited_minor), rows[-1].on)])  # that is taken off it
    _ask_anew(order)
    _told(order, by)


def dues(left: Money, terms: plans.Terms) -> list[Due]:
    """The parts of an amount on those terms."""
    if terms.first is not None and not 0 < terms.first.minor < left.minor:
        raise TooLittle(most=receipts.shown(left))
    parts = [terms.first] if terms.first is not None else []
    parts += plans.split(left - money.total(parts, left.currency), max(1, terms.count - len(parts)))
    return plan_offers.spread(parts, terms.start, terms.every_days)


def _paid(order: Order) -> list[Due]:
    """What came so far stays the first part, on the day of the order."""
    return [Due(order.received, plans.today())] if order.received_minor > 0 else []


def _ask_anew(order: Order) -> None:
    """The payment that waits asked for another amount: it makes room for one that asks for the next part."""
    waiting = payments.current(order)
    if waiting.state == "due":
        payments.move(waiting, "void")
        first = next(part for part in plans.parts(order) if part.left)
        payments.open(order, waiting.method, amount=plans.due_now(order) or first.left)
    holds.end(order)
    payments.refresh(order)


def put_off(order: Order, position: int, on: date | None, *, by: "Account") -> Part:
    """Give an unpaid part another day."""
    orders.lock(order)
    part = next((one for one in plans.parts(order) if one.position == position and one.left), None)
    if part is None or order.state in orders.ENDED:
        raise Missing()
    if on is not None and on < plans.today():
        raise Past()
    order.instalments[position].due_on = on
    _told(order, by)
    return part


def _told(order: Order, by: "Account") -> None:
    order_events.record(order, "planned", by=by)
    journal.write("orders.planned", about=order, by=by, data={"number": order.number})
    plan_reminders.schedule(order)
    letters.tell(order, "plan")


def keeps(order: Order) -> Money:
    """What the shop's terms let it keep when a plan ends because it was not paid."""
    if not order.plan or order.received_minor <= 0:
        return order.money(0)
    return money.percent(order.received, plan_policies.of().keep_bp)


def init_app(_app: object) -> None:
    """Say how the journal tells it."""
    journal.kind("orders.planned", _l("Agreed on the payments of %(number)s"))
