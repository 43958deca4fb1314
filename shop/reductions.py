"""Reductions: by how much less an order costs since it was placed, each with the lines it is for and why."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import CheckConstraint, String, select

from kernel import clock
from kernel.db import Base, Mapped, db, mapped_column, pk, ref
from kernel.tenancy import TenantOwned

if TYPE_CHECKING:
    from shop.orders import Order


class Reduction(TenantOwned, Base):
    """An amount that is no longer owed; an order's reductions together are its `credited_minor`."""

    __tablename__ = "reduction"
    __extra__ = (CheckConstraint("amount_minor > 0", name="amount"),)
    id: Mapped[int] = pk()
    order_id: Mapped[int] = ref("order")
    amount_minor: Mapped[int]
    currency: Mapped[str] = mapped_column(String(3))
    lines: Mapped[list[dict[str, Any]]] = mapped_column(default=list)  # [{"line": id, "quantity": 2}]; [] for none
    reason: Mapped[str] = mapped_column(String(300), default="")
    at: Mapped[datetime] = mapped_column(default=clock.now)

    @property
    def units(self) -> dict[int, int]:
        """How many of which order line it is for."""
        return units(self.lines)


def units(lines: Sequence[Mapping[str, Any]]) -> dict[int, int]:
    """`[{"line": 17, "quantity": 2}]` as `{17: 2}`."""
    return {int(one["line"]): int(one["quantity"]) for one in lines}


def note(order: "Order", minor: int, *, lines: Mapping[int, int] | None = None, reason: str = "") -> None:
    """The order costs so much less; nothing happens for nothing. The caller holds its row, its papers follow."""
    if minor <= 0:
        return
    row = Reduction(order_id=order.id, amount_minor=minor, currency=order.currency, reason=reason.strip()[:300])
    row.lines = [{"line": line, "quantity": quantity} for line, quantity in (lines or {}).items()]
    order.credited_minor += minor
    db.session.add(row)
    db.session.flush()


def of(order: "Order") -> Sequence[Reduction]:
    """The order's reductions, the first one first."""
    return db.session.scalars(select(Reduction).where(Reduction.order_id == order.id).order_by(Reduction.id)).all()
