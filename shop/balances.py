"""Balances: what an order still owes, how the buyer may pay it now, and money that staff take for it."""

from typing import TYPE_CHECKING

from kernel.i18n import _l
from kernel.money import Money
from kernel.refusal import Refusal
from shop import (
    booking_confirmations,
    card_amounts,
    card_sessions,
    ledger,
    orders,
    payment_methods,
    payments,
    plans,
    prepaying,
    zones,
)
from shop.orders import Order
from shop.payment_methods import PaymentMethod
from shop.payments import Payment

if TYPE_CHECKING:
    from kernel.accounts import Account

BY_GATEWAY = frozenset({"card", "practice"})


class NotPayable(Refusal):
    """Nothing of the order can be paid this way at this moment."""

    message = _l("This order cannot be paid this way. Choose again.")
    status = 409


class Ended(Refusal):
    """A cancelled order asks for no money."""

    message = _l("%(number)s was cancelled: nothing is paid for it any more.")
    status = 409


PROOF = _l("We are looking at your proof of payment. You will hear from us before you pay anything else.")
CARD = _l("Your bank takes its time with your card. You will hear from us before you pay anything else.")


class Waits(Refusal):
    """A payment is on its way: paying again would be paying twice."""

    message = PROOF
    status = 409


def open_(order: Order) -> bool:
    """Whether something of it can be paid."""
    return not (order.ended or order.asked) and order.balance.minor > 0 and order.payment != "refunded"


def amounts(order: Order) -> dict[str, Money]:
    """What a buyer may pay: what is due now, the next part with it, all; a page leaves out what is there twice."""
    due, after = plans.due_now(order), plans.coming(order)
    wished = {"now": due, "next": due + after.left if after else due, "all": order.balance}
    return {name: amount for name, amount in wished.items() if amount}


def methods(order: Order) -> list[PaymentMethod]:
    """How a buyer may pay it; before the goods are secured by a first part, that part is paid at once."""
    secured, begins = plans.secured(order), booking_confirmations.first(order)
    at_once = not secured and (bool(order.plan) or prepaying.of_order(order))
    place = zones.of(order.address) if order.address else set()
    kept = [one for one in payment_methods.active() if payment_methods.fits(one, _case(order), place)]
    if not secured:
        kept = [one for one in kept if payment_methods.in_time(one, begins, order.delivery_day)]
    return [one for one in kept if not (at_once and one.kind in payment_methods.UNHELD)]


def _case(order: Order) -> payment_methods.Case:
    return payment_methods.Case(
        practice=order.practice, way=order.delivery_kind, group=order.customer_group, total_minor=order.total_minor
    )


def ask(order: Order, code: str, wish: str) -> Payment:
    """The buyer wants to pay that amount by that method: a payment of its own, in place of one that only waited."""
    orders.lock(order)
    amount = amounts(order).get(wish)
    method = next((one for one in methods(order) if one.code == code), None)
    if amount is None or method is None or not open_(order):
        raise NotPayable()
    if method.kind in payment_methods.CARDS:
        card_amounts.units(amount)  # raises when no card can pay it
    if waits(order):
        raise Waits(waits(order))
    waiting = payments.current(order)
    if waiting.asked == amount and waiting.method_id == method.id:
        return waiting
    return _instead(order, method, amount)


def waits(order: Order) -> str:
    """Why nothing else should be paid at this moment, or ''."""
    if payments.current(order).state == "proof":
        return str(PROOF)
    page = card_sessions.open_one(order)
    return str(CARD) if page is not None and page.state == "processing" else ""


def _instead(order: Order, method: PaymentMethod, amount: Money) -> Payment:
    waiting = payments.current(order)
    if waiting.state == "due":
        payments.move(waiting, "void")
    return payments.open(order, method, amount=amount)


def collect(
    order: Order, amount: Money, *, key: str, by: "Account", method: PaymentMethod | None = None, reference: str = ""
) -> ledger.LedgerEntry | None:
    """Staff took money for it, by that method or the one that waits; once per key, None when it was known.

    Of an expired order it takes the goods again, or has to go back; one that was cancelled takes none: raises Ended.
    """
    orders.lock(order)
    if any(entry.key == key for entry in ledger.of(order)):
        return None
    if order.state == "cancelled":
        raise Ended(number=order.number)
    if order.asked:
        raise orders.Unanswered(number=order.number)
    payment = payments.current(order)
    if payment.kind in payment_methods.STORED or (open_(order) and not _same(payment, method)):
        payment = _instead(order, method or _usual(payment), amount)
    return payments.settle(payment, key=key, amount=amount, reference=reference, by=by)


def _usual(payment: Payment) -> PaymentMethod:
    """The way that was chosen; money is never noted as what a card or credit paid: it would go back there."""
    if payment.kind not in payment_methods.STORED:
        return payment.method
    found = next((one for one in payment_methods.active() if one.kind not in BY_GATEWAY), None)
    if found is None:
        raise NotPayable()
    return found


def _same(payment: Payment, method: PaymentMethod | None) -> bool:
    return payment.state in payments.ASKING and (method is None or method.id == payment.method_id)
