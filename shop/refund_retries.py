"""A refund that a gateway would not make: asked once more, or returned by a person's own hand."""

from typing import TYPE_CHECKING

from kernel.db import db
from shop import fulfilment, orders, refunds
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


def _claim(refund: Refund, by: "Account") -> None:
    orders.lock(refund.order)
    db.session.refresh(refund)
    if refund.state != "failed":
        raise fulfilment.NotNow(number=refund.order.number)
    refunds.set_aside(refund.order, refund.amount)
    refund.account_id = by.id
