"""Stored value: what a gift card or a customer's credit holds, moved by one statement and told by a ledger."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, column, func, select, update
from sqlalchemy.exc import IntegrityError

from kernel import clock, ddl
from kernel.db import Base, Mapped, db, mapped_column, pk, ref
from kernel.i18n import _l
from kernel.money import Money
from kernel.refusal import Refusal
from kernel.tenancy import TenantOwned

if TYPE_CHECKING:
    from kernel.accounts import Account
    from shop.orders import Order

KINDS = ("gift_card", "store_credit")
MOVES = ("issue", "refund", "spend", "return", "adjust", "void", "expire")  # refund: money that became credit


class NotEnough(Refusal):
    """Less is there than somebody wants to take: another order may just have used it."""

    message = _l("The balance changed meanwhile. Look at the new total and order again.")
    status = 409


class StoredValue(TenantOwned, Base):
    """A balance that the shop owes: a gift card's, or a customer's credit."""

    __tablename__ = "stored_value"
    __extra__ = (
        CheckConstraint("balance_minor >= 0", name="balance"),
        Index(
            "uq_stored_value_credit", "tenant_id", "contact_id", "currency", "practice", unique=True,
            sqlite_where=column("kind") == "store_credit", postgresql_where=column("kind") == "store_credit",
        ),
    )  # fmt: skip
    id: Mapped[int] = pk()
    kind: Mapped[str] = mapped_column(String(16))
    contact_id: Mapped[int | None] = ref("contact")  # whose credit it is; a card belongs to who holds its code
    currency: Mapped[str] = mapped_column(String(3))
    balance_minor: Mapped[int] = mapped_column(default=0)  # the sum of its entries, moved with them
    practice: Mapped[bool] = mapped_column(default=False)

    @property
    def balance(self) -> Money:
        """What is left."""
        return Money(self.balance_minor, self.currency)


class StoredValueEntry(TenantOwned, Base):
    """An amount that came onto a balance (positive) or left it (negative)."""

    __tablename__ = "stored_value_entry"
    __extra__ = (
        UniqueConstraint("tenant_id", "value_id", "key"),
        CheckConstraint("amount_minor <> 0", name="amount"),
    )
    id: Mapped[int] = pk()
    value_id: Mapped[int] = ref("stored_value")
    order_id: Mapped[int | None] = ref("order")  # that bought, spent or gave it back
    kind: Mapped[str] = mapped_column(String(12))
    amount_minor: Mapped[int]
    currency: Mapped[str] = mapped_column(String(3))
    key: Mapped[str] = mapped_column(String(120))  # the same step told twice has the same key
    reason: Mapped[str] = mapped_column(String(300), default="")
    at: Mapped[datetime] = mapped_column(default=clock.now)
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    practice: Mapped[bool] = mapped_column(default=False)

    @property
    def amount(self) -> Money:
        """What came (or left, when negative)."""
        return Money(self.amount_minor, self.currency)


def begin(kind: str, currency: str, *, contact_id: int | None = None, practice: bool = False) -> StoredValue:
    """A new, empty balance."""
    row = StoredValue(kind=kind, currency=currency, contact_id=contact_id, practice=practice)
    db.session.add(row)
    db.session.flush()
    return row


def move(
    value: StoredValue,
    kind: str,
    amount: Money,
    *,
    key: str,
    order: "Order | None" = None,
    reason: str = "",
    by: "Account | None" = None,
) -> StoredValueEntry | None:
    """Write an entry and move the balance, both or none; None when this key was written already; raises NotEnough."""
    if known(value, key) is not None:
        return None
    row = StoredValueEntry(
        value_id=value.id, order_id=order.id if order else None, kind=kind, amount_minor=amount.minor,
        currency=value.currency, key=key, reason=reason[:300], account_id=by.id if by else None,
        practice=value.practice,
    )  # fmt: skip
    try:
        with db.session.begin_nested():
            _shift(value, amount)
            db.session.add(row)
    except IntegrityError:
        if known(value, key) is None:
            raise
        return None  # the same step, told twice at once: the other one was first
    db.session.refresh(value, ["balance_minor"])
    return row


def _shift(value: StoredValue, amount: Money) -> None:
    enough = StoredValue.balance_minor >= -amount.minor, StoredValue.currency == amount.currency
    step = update(StoredValue).where(StoredValue.id == value.id, *enough)
    step = step.values(balance_minor=StoredValue.balance_minor + amount.minor)
    done = db.session.execute(step, execution_options={"synchronize_session": False})
    if not done.rowcount:  # type: ignore[attr-defined]
        raise NotEnough()


def known(value: StoredValue, key: str) -> StoredValueEntry | None:
    """The entry that this key already has."""
    wanted = select(StoredValueEntry).where(StoredValueEntry.value_id == value.id, StoredValueEntry.key == key)
    return db.session.scalars(wanted).one_or_none()


def entries(value: StoredValue) -> Sequence[StoredValueEntry]:
    """What happened to a balance, the first entry first."""
    wanted = select(StoredValueEntry).where(StoredValueEntry.value_id == value.id)
    return db.session.scalars(wanted.order_by(StoredValueEntry.id)).all()


def owed(currency: str, kind: str | None = None, *, practice: bool = False) -> Money:
    """What the shop owes to all holders together."""
    wanted = select(func.sum(StoredValue.balance_minor)).where(
        StoredValue.currency == currency, StoredValue.practice == practice
    )
    if kind:
        wanted = wanted.where(StoredValue.kind == kind)
    return Money(int(db.session.scalar(wanted) or 0), currency)


ddl.append_only("stored_value_entry", told="the ledger is append-only")
