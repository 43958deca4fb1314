"""The row of an invoice or a credit note: what it says besides its lines, and whose it is."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, Index, String, UniqueConstraint, column

from kernel import clock, signing
from kernel.db import Base, Mapped, belongs, mapped_column, pk, ref
from kernel.money import Money
from kernel.tenancy import TenantOwned
from shop.invoice_series import InvoiceSeries
from shop.orders import Order


class Invoice(TenantOwned, Base):
    """An invoice, or a credit note that takes a part of one back; both are positive, `kind` says the direction."""

    __tablename__ = "invoice"
    __extra__ = (
        UniqueConstraint("tenant_id", "series_id", "serial"),
        UniqueConstraint("tenant_id", "number"),
        UniqueConstraint("tenant_id", "token"),
        Index(
            "uq_invoice_order", "tenant_id", "order_id", "part", unique=True,
            sqlite_where=column("kind") == "invoice", postgresql_where=column("kind") == "invoice",
        ),
        Index("ix_invoice_issued", "tenant_id", "issued_at"),
        CheckConstraint("gross_minor = net_minor + tax_minor", name="gross"),
        CheckConstraint("net_minor >= 0 AND tax_minor >= 0", name="positive"),
        CheckConstraint("(kind = 'credit_note') = (corrects_id IS NOT NULL)", name="corrects"),
    )  # fmt: skip
    id: Mapped[int] = pk()
    series_id: Mapped[int] = ref("invoice_series")
    serial: Mapped[int]
    number: Mapped[str] = mapped_column(String(40))
    kind: Mapped[str] = mapped_column(String(16))  # invoice | credit_note
    order_id: Mapped[int] = ref("order")
    part: Mapped[int] = mapped_column(default=0)  # of an invoice: 0, or which further one of what was added since
    corrects_id: Mapped[int | None] = ref("invoice")
    issued_at: Mapped[datetime] = mapped_column(default=clock.now)
    currency: Mapped[str] = mapped_column(String(3))
    language: Mapped[str] = mapped_column(String(8))
    net_minor: Mapped[int]
    tax_minor: Mapped[int]
    gross_minor: Mapped[int]
    buyer: Mapped[dict[str, Any]] = mapped_column(default=dict)
    issuer: Mapped[dict[str, Any]] = mapped_column(default=dict)
    fiscal: Mapped[dict[str, Any]] = mapped_column(default=dict)
    reason: Mapped[str] = mapped_column(String(300), default="")
    token: Mapped[str] = mapped_column(String(32), default=signing.token)
    previous: Mapped[str] = mapped_column(String(64), default="")
    hash: Mapped[str] = mapped_column(String(64))
    practice: Mapped[bool] = mapped_column(default=False)

    order: Mapped[Order] = belongs("Invoice.order_id", "Order")
    series: Mapped[InvoiceSeries] = belongs("Invoice.series_id", "InvoiceSeries")

    @property
    def gross(self) -> Money:
        """What it comes to, tax inside."""
        return self.money(self.gross_minor)

    @property
    def sign(self) -> int:
        """1 for what was sold, -1 for what was taken back."""
        return -1 if self.kind == "credit_note" else 1

    def money(self, minor: int) -> Money:
        """An amount in its currency."""
        return Money(minor, self.currency)
