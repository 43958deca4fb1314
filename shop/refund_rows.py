"""What a refund is: its amount, the payment that it returns, where it stands, and what a gateway calls it."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint

from kernel import clock, signing
from kernel.db import Base, Mapped, belongs, mapped_column, pk, ref
from kernel.money import Money
from kernel.tenancy import TenantOwned
from shop.orders import Order
from shop.payments import Payment

if TYPE_CHECKING:
    from kernel.accounts import Account

CREDIT = "store_credit"  # the tender that holds what a shop owes a person
HOLDING = ("requested", "sent")  # its amount is set aside
WAITING = ("failed", "bounced")  # somebody has to return it another way
BANK = "dispute:"  # begins the key of what a bank took by itself: see chargebacks


class Refund(TenantOwned, Base):
    """An amount that goes back: requested → sent to a gateway → done; failed, or bounced after it was done.

    What waits as failed or bounced is asked anew, goes another way, or is overtaken by other money that went back.
    """

    __tablename__ = "refund"
    __extra__ = (UniqueConstraint("tenant_id", "key"), CheckConstraint("amount_minor > 0", name="amount"))
    id: Mapped[int] = pk()
    token: Mapped[str] = mapped_column(String(32), default=signing.token)
    order_id: Mapped[int] = ref("order")
    payment_id: Mapped[int] = ref("payment")
    amount_minor: Mapped[int]
    currency: Mapped[str] = mapped_column(String(3))
    to: Mapped[str] = mapped_column(String(8), default="money")  # money | credit
    state: Mapped[str] = mapped_column(String(12), default="requested")  # … | failed | bounced | overtaken
    reason: Mapped[str] = mapped_column(String(300), default="")
    lines: Mapped[list[dict[str, Any]]] = mapped_column(default=list)  # [{"line": id, "quantity": 2}] that came back
    key: Mapped[str] = mapped_column(String(120))  # the same form sent twice is one refund
    attempt: Mapped[int] = mapped_column(default=1)  # what was refused is asked anew, under another key
    reference: Mapped[str] = mapped_column(String(120), default="")  # the gateway's, the bank's
    refused: Mapped[list[str]] = mapped_column(default=list)  # what a gateway called the attempts that ended in nothing
    hand: Mapped[bool] = mapped_column(default=False)  # a person returned it: no gateway knows of it
    error: Mapped[str] = mapped_column(String(300), default="")
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    at: Mapped[datetime] = mapped_column(default=clock.now)
    done_at: Mapped[datetime | None]

    order: Mapped[Order] = belongs("Refund.order_id", "Order")
    payment: Mapped[Payment] = belongs("Refund.payment_id", "Payment")
    by: Mapped["Account | None"] = belongs("Refund.account_id", "Account")

    @property
    def amount(self) -> Money:
        """What goes back."""
        return Money(self.amount_minor, self.currency)

    @property
    def way(self) -> str:
        """How it goes back: the kind of its payment, or store credit."""
        return CREDIT if self.to == "credit" else self.payment.kind

    @property
    def gateway_key(self) -> str:
        """The idempotency key for the gateway: kept with the row before anybody is called."""
        return f"refund-{self.token}-{self.attempt}"

    @property
    def ledger_key(self) -> str:
        """The key of its entry in the ledger: each attempt leaves once; what became credit never left the house."""
        return f"{'credit' if self.to == 'credit' else 'refund'}:{self.id}:{self.attempt}"
