"""The payment ledger: every amount that came or went, appended and never changed."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint, update

from crm import facts
from kernel import clock, ddl
from kernel.db import Base, Mapped, db, mapped_column, pk, ref
from kernel.money import Money
from kernel.tenancy import TenantOwned
from shop import drawer_rows, payment_methods
from shop.orders import Order

if TYPE_CHECKING:
    from kernel.accounts import Account
    from shop.payments import Payment

# the fact that each kind is: see crm.sums.MONEY
TOLD = {"settle": "paid", "refund": "refunded", "bounce": "refund_bounced", "reverse": "unpaid"}
# what a card or credit paid is no money of who spends it: it was paid when it was bought, perhaps by somebody else
WITHIN = {"settle": "value_spent", "refund": "value_back", "reverse": "value_back"}


class LedgerEntry(TenantOwned, Base):
    """An amount that was received or came back (positive), returned or taken back (negative)."""

    __tablename__ = "ledger_entry"
    __extra__ = (
        UniqueConstraint("tenant_id", "payment_id", "key"),
        CheckConstraint("amount_minor <> 0", name="amount"),
    )
    id: Mapped[int] = pk()
    payment_id: Mapped[int] = ref("payment")
    order_id: Mapped[int] = ref("order")
    kind: Mapped[str] = mapped_column(String(16))
    amount_minor: Mapped[int]
    currency: Mapped[str] = mapped_column(String(3))
    key: Mapped[str] = mapped_column(String(120))  # the same event told twice has the same key
    reference: Mapped[str] = mapped_column(String(120), default="")
    method: Mapped[str] = mapped_column(String(40), default="")  # the code of the way it took, if not its payment's
    at: Mapped[datetime] = mapped_column(default=clock.now)
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    practice: Mapped[bool] = mapped_column(default=False)
    drawer_id: Mapped[int | None] = ref("drawer")  # whose coins and notes it moved; None: none was open, or no cash

    @property
    def amount(self) -> Money:
        """What came (or went, when negative)."""
        return Money(self.amount_minor, self.currency)

    @property
    def act(self) -> str:
        """What its letters are known by, while it can be taken back."""
        return f"paid:{self.id}"


def append(payment: "Payment", kind: str, amount: Money, *, key: str, **told: Any) -> LedgerEntry | None:
    """Write an entry, move the sums of the order and the payment, tell the fact; None when its key is known."""
    if known(payment, key) is not None:
        return None
    by: Account | None = told.pop("by", None)
    within = told.pop("within", False) or payment.kind in payment_methods.STORED  # it neither enters nor leaves
    order = db.session.get_one(Order, payment.order_id)
    row = LedgerEntry(payment_id=payment.id, order_id=order.id, kind=kind, key=key, practice=order.practice, **told)
    row.amount_minor, row.currency, row.account_id = amount.minor, amount.currency, by.id if by else None
    if not within and cash(payment, told.get("method", "")):
        row.drawer_id = drawer_rows.taking(amount.currency, practice=order.practice)
    db.session.add(row)
    db.session.flush()
    for one in (order, payment):
        kind_ = type(one)
        moved = update(kind_).where(kind_.id == one.id).values(received_minor=kind_.received_minor + amount.minor)
        db.session.execute(moved, execution_options={"synchronize_session": False})
        db.session.refresh(one, ["received_minor"])
    if not order.practice:
        facts.record((WITHIN if within else TOLD)[kind], contact=order.contact, about=order, amount=amount, at=row.at)
    return row


def cash(payment: "Payment", method: str = "") -> bool:
    """Whether money of that payment, or of another way by its code, is coins and notes."""
    return method == payment_methods.CASH if method else _in_cash(payment)


def _in_cash(payment: "Payment") -> bool:
    if payment.kind == "counter":  # which of the counter's says its code
        return payment_methods.in_cash(payment.kind, payment.method.code)
    return payment_methods.in_cash(payment.kind, "")


def known(payment: "Payment", key: str) -> LedgerEntry | None:
    """The entry that this key already has."""
    wanted = db.select(LedgerEntry).where(LedgerEntry.payment_id == payment.id, LedgerEntry.key == key)
    return db.session.scalars(wanted).one_or_none()


def of(order: Order) -> Sequence[LedgerEntry]:
    """The order's entries, the first one first."""
    wanted = db.select(LedgerEntry).where(LedgerEntry.order_id == order.id)
    return db.session.scalars(wanted.order_by(LedgerEntry.at, LedgerEntry.id)).all()


ddl.append_only("ledger_entry", told="the ledger is append-only")
