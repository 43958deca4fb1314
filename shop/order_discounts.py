"""Order discounts: what came off an order and why, as rows that are never computed again."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import CheckConstraint, String, select

from kernel.db import Base, Mapped, db, mapped_column, pk, ref, words
from kernel.i18n import pick
from kernel.money import Money
from kernel.tenancy import TenantOwned

if TYPE_CHECKING:
    from shop.orders import Order


class OrderDiscount(TenantOwned, Base):
    """What an order got off and why, as it was told on that day; never computed again."""

    __tablename__ = "order_discount"
    __extra__ = (CheckConstraint("amount_minor >= 0", name="amount"),)
    id: Mapped[int] = pk()
    order_id: Mapped[int] = ref("order")
    discount_id: Mapped[int | None] = ref("discount")  # None: staff gave it by hand
    position: Mapped[int] = mapped_column(default=0)
    kind: Mapped[str] = mapped_column(String(12))
    code: Mapped[str] = mapped_column(String(40), default="")
    label: Mapped[dict[str, str]] = words()
    why: Mapped[dict[str, str]] = words()
    currency: Mapped[str] = mapped_column(String(3))
    amount_minor: Mapped[int]
    lines: Mapped[list[Any]] = mapped_column(default=list)  # [[the line's position, minor units], …]; none: delivery
    counted: Mapped[bool] = mapped_column(default=False)  # it took one of a limited number
    persons: Mapped[list[str]] = mapped_column(default=list)  # keyed hashes: who used up their own
    returned_at: Mapped[datetime | None]

    @property
    def amount(self) -> Money:
        """What came off."""
        return Money(self.amount_minor, self.currency)

    @property
    def told(self) -> str:
        """How a sum names it: the label, with the code when there was one."""
        return f"{pick(self.label)} ({self.code})" if self.code else pick(self.label)


def of(order: "Order") -> Sequence[OrderDiscount]:
    """What the order got off, in the order in which it was worked out."""
    mine = select(OrderDiscount).where(OrderDiscount.order_id == order.id)
    return db.session.scalars(mine.order_by(OrderDiscount.position, OrderDiscount.id)).all()
