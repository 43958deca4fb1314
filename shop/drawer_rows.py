"""The cash drawer: from its opening with a float until it is counted; which one money belongs to that comes now."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, column, select

from kernel import clock, ddl, signing
from kernel.db import Base, Mapped, belongs, db, mapped_column, pk, ref
from kernel.money import Money
from kernel.tenancy import TenantOwned

if TYPE_CHECKING:
    from kernel.accounts import Account


class Drawer(TenantOwned, Base):
    """One period of a shop's drawer; its cash is the entries of the payment ledger that name it."""

    __tablename__ = "drawer"
    __extra__ = (
        UniqueConstraint("tenant_id", "token"),
        CheckConstraint("float_minor >= 0", name="float"),
        Index(
            "uq_drawer_open", "tenant_id", "practice", unique=True,
            sqlite_where=column("closed_at").is_(None), postgresql_where=column("closed_at").is_(None),
        ),
    )  # fmt: skip
    id: Mapped[int] = pk()
    token: Mapped[str] = mapped_column(String(32), default=signing.token)
    currency: Mapped[str] = mapped_column(String(3))
    float_minor: Mapped[int]
    pieces: Mapped[dict[str, Any]] = mapped_column(default=dict)  # {"1000000": 3}: by minor units, if counted so
    opened_at: Mapped[datetime] = mapped_column(default=clock.now)
    opened_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    closed_at: Mapped[datetime | None]
    closed_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    why: Mapped[str] = mapped_column(String(300), default="")  # why its first count differed, said afterwards, once
    why_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    practice: Mapped[bool] = mapped_column(default=False)

    opened_by: Mapped["Account"] = belongs("Drawer.opened_id", "Account")
    closed_by: Mapped["Account | None"] = belongs("Drawer.closed_id", "Account")
    why_by: Mapped["Account | None"] = belongs("Drawer.why_id", "Account")

    def money(self, minor: int) -> Money:
        """So much of its currency."""
        return Money(minor, self.currency)


class DrawerCount(TenantOwned, Base):
    """What was counted: 1 closes the drawer, those after it correct the one before; none is ever changed."""

    __tablename__ = "drawer_count"
    __extra__ = (UniqueConstraint("tenant_id", "drawer_id", "number"), CheckConstraint("minor >= 0", name="minor"))
    id: Mapped[int] = pk()
    drawer_id: Mapped[int] = ref("drawer", index=False)
    number: Mapped[int]
    pieces: Mapped[dict[str, Any]] = mapped_column(default=dict)  # as of the drawer
    minor: Mapped[int]
    expected_minor: Mapped[int]
    reason: Mapped[str] = mapped_column(String(300), default="")  # of a correction
    at: Mapped[datetime] = mapped_column(default=clock.now)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    practice: Mapped[bool] = mapped_column(default=False)

    by: Mapped["Account"] = belongs("DrawerCount.account_id", "Account")

    @property
    def difference_minor(self) -> int:
        """What is there too much, or lacks (negative)."""
        return self.minor - self.expected_minor


class DrawerEntry(TenantOwned, Base):
    """Cash that came or went without an order, or that a count found too much or lacking; appended, never changed."""

    __tablename__ = "drawer_entry"
    __extra__ = (CheckConstraint("amount_minor <> 0", name="amount"),)
    id: Mapped[int] = pk()
    drawer_id: Mapped[int] = ref("drawer")
    count_id: Mapped[int | None] = ref("drawer_count", index=False)  # which count it followed, if any
    kind: Mapped[str] = mapped_column(String(12))  # see drawers.KINDS, and `difference`
    amount_minor: Mapped[int]
    currency: Mapped[str] = mapped_column(String(3))
    note: Mapped[str] = mapped_column(String(300), default="")
    at: Mapped[datetime] = mapped_column(default=clock.now)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    practice: Mapped[bool] = mapped_column(default=False)

    by: Mapped["Account"] = belongs("DrawerEntry.account_id", "Account")

    @property
    def amount(self) -> Money:
        """What came, or went (negative)."""
        return Money(self.amount_minor, self.currency)


def taking(currency: str, *, practice: bool) -> int | None:
    """The id of the drawer that money comes into now, held open until this transaction ends; None when none is open.

    Who closes it waits for all who hold it so, and counts what they wrote; who asks while it closes waits in turn, and
    asks again, since another may have been opened meanwhile.
    """
    newest = select(Drawer.id, Drawer.closed_at, Drawer.currency).where(Drawer.practice == practice)
    newest = newest.order_by(Drawer.id.desc()).limit(1).with_for_update(read=True)
    before = None
    while (row := db.session.execute(newest).one_or_none()) is not None and row.id != before:
        if row.closed_at is None:
            return int(row.id) if row.currency == currency else None
        before = row.id
    return None


ddl.append_only("drawer_count", told="a count is never changed")
ddl.append_only("drawer_entry", told="the ledger is append-only")
