"""The practice card: approves or declines at a tap, only for orders of practice mode."""

from kernel.i18n import _l
from kernel.refusal import Missing
from shop import payments
from shop.orders import Order


def payable(order: Order) -> bool:
    """Whether the practice card can pay this order now."""
    return order.practice and not order.paid and order.state == "placed" and payments.current(order).kind == "practice"


def approve(order: Order) -> None:
    """The card pays all of it."""
    _check(order)
    payments.settle(payments.current(order), key=f"practice:{order.id}", reference="4242")


def decline(order: Order) -> None:
    """The card does not pay; the order goes on waiting."""
    _check(order)
    payments.fail(payments.current(order), reason=str(_l("The practice card was declined.")))


def _check(order: Order) -> None:
    if not payable(order):
        raise Missing()
