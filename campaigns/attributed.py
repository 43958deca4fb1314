"""Attributed orders: which letter led to which order, how that is known, and what it was worth."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from kernel import clock
from kernel.db import Base, pk, ref
from kernel.money import Money
from kernel.tenancy import TenantOwned

HOW = ("click", "unknown", "address")  # a person followed a link; perhaps one did; the order's address names the letter


class Attributed(TenantOwned, Base):
    """One order that a letter led to: an order is earned once, by the last letter that led there."""

    __tablename__ = "attributed"
    __extra__ = (
        UniqueConstraint("tenant_id", "order_id"),
        Index("ix_attributed_mailing", "tenant_id", "mailing_id"),
        CheckConstraint("amount_minor >= 0 AND back_minor BETWEEN 0 AND amount_minor", name="amounts"),
    )
    id: Mapped[int] = pk()
    order_id: Mapped[int] = ref("order", index=False)
    mailing_id: Mapped[int] = ref("mailing", index=False)
    recipient_id: Mapped[int | None] = ref("recipient")  # None: somebody to whom the letter was handed on
    how: Mapped[str] = mapped_column(String(8))
    at: Mapped[datetime] = mapped_column(default=clock.now)  # when the order was placed
    currency: Mapped[str] = mapped_column(String(3))
    amount_minor: Mapped[int]  # what it cost then
    back_minor: Mapped[int] = mapped_column(default=0)  # of it: refunded, cancelled, never paid
    bookings: Mapped[int] = mapped_column(default=0)  # how many times were booked with it

    @property
    def worth(self) -> Money:
        """What it brought, less what went back."""
        return Money(self.amount_minor - self.back_minor, self.currency)
