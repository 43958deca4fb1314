"""Money that people see with their own eyes: a transfer on the account, cash at the counter; staff note it."""

from typing import TYPE_CHECKING

from kernel import signing
from kernel.money import Money
from shop import payments
from shop.orders import Order

if TYPE_CHECKING:
    from kernel.accounts import Account
    from shop.ledger import LedgerEntry


def received(
    order: Order, *, by: "Account", amount: Money | None = None, reference: str = "", key: str = ""
) -> "LedgerEntry | None":
    """Note that money of the order came; `key` is the form's, so that two taps are one payment."""
    return payments.settle(
        payments.current(order), key=f"manual:{key or signing.token()}", amount=amount, reference=reference, by=by
    )
