"""A refund that a gateway would not make: asked once more, returned by a person's own hand, or overtaken by a bank."""

from typing import TYPE_CHECKING

from sqlalchemy import Select, select, update

from kernel.db import db
from shop import fulfilment, orders, refunds
from shop.orders import Order
from shop.payments import Payment
from shop.refunds import Refund

if TYPE_CHECKING:
    from kernel.accounts import Account


def retry(refund: Refund, *, by: "Account") -> None:
    """Ask once more, under a new key, as long as the money is still there."""
    _claim(refund, by)
    refund.state, refund.attempt = "requested", refund.attempt + 1
    refunds.begin(refund)


def by_hand(refund: Refund, *, reference: str, by: "Account") -> None:
    """A person returned what the gateway would not."""
    _claim(refund, by)
    refund.state = "requested"
    db.session.flush()
    refunds.finish(refund, reference=reference)


def failed() -> Select[Order]:
    """The orders whose refund was not accepted and waits for somebody."""
    return select(Order).where(Order.id.in_(select(Refund.order_id).where(Refund.state == "failed")))


def overtaken(payment: Payment) -> None:
    """Its money went back another way: what was not accepted waits for nobody."""
    if refunds.left(payment) <= 0:
        waits = update(Refund).where(Refund.payment_id == payment.id, Refund.state == "failed")
        db.session.execute(waits.values(state="overtaken"))


def _claim(refund: Refund, by: "Account") -> None:
    orders.lock(refund.order)
    db.session.refresh(refund)
    if refund.state != "failed":
        raise fulfilment.NotNow(number=refund.order.number)
    refunds.set_aside(refund.order, refund.amount)
    refund.account_id = by.id
