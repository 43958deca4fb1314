"""Places of a delivery day and slot: counted, taken by one conditional statement, given back exactly once."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import Date, String, UniqueConstraint, select, update
from sqlalchemy.orm import Mapped, mapped_column

from kernel import clock
from kernel.db import Base, db, pk, ref
from kernel.i18n import _l
from kernel.refusal import Refusal
from kernel.tenancy import TenantOwned
from shop import counters


class SlotFull(Refusal):
    """Nobody else fits into that day and slot."""

    message = _l("That day and time have just filled up. Choose another one; the rest is still here.")
    status = 409


class SlotTaken(counters.Counter, TenantOwned, Base):
    """How many orders a delivery method has for one day and slot ("" = the whole day)."""

    __tablename__ = "slot_taken"
    __extra__ = (UniqueConstraint("tenant_id", "method_id", "day", "slot"),)
    id: Mapped[int] = pk()
    method_id: Mapped[int] = ref("delivery_method")
    day: Mapped[date] = mapped_column(Date)
    slot: Mapped[str] = mapped_column(String(20), default="")


class SlotPlace(TenantOwned, Base):
    """The place that one order holds."""

    __tablename__ = "slot_place"
    id: Mapped[int] = pk()
    order_id: Mapped[int] = ref("order")
    method_id: Mapped[int] = ref("delivery_method")
    day: Mapped[date] = mapped_column(Date)
    slot: Mapped[str] = mapped_column(String(20), default="")
    returned_at: Mapped[datetime | None]


def take(method: Any, day: date | None, slot: str, *, order: Any) -> None:
    """Take one place for an order; raises SlotFull. A method without days has nothing to take."""
    if day is None:
        return
    if not counters.take(SlotTaken, 1, method.slot_capacity, method_id=method.id, day=day, slot=slot):
        raise SlotFull()
    db.session.add(SlotPlace(order_id=order.id, method_id=method.id, day=day, slot=slot))


def move(order: Any, method: Any, at: tuple[date | None, str], *, limit: int | None) -> None:
    """Have an order's place on another day and slot, in key order with the one it had; raises SlotFull.

    `limit`: how many fit there, None for any number. What stays where it is takes nothing.
    """
    mine = SlotPlace.order_id == order.id, SlotPlace.returned_at.is_(None)
    held = [(row.method_id, row.day, row.slot) for row in db.session.scalars(select(SlotPlace).where(*mine))]
    wanted = [(method.id, at[0], at[1])] if at[0] is not None else []
    if held == wanted:
        return
    for key in sorted({*held, *wanted}):
        named = dict(zip(("method_id", "day", "slot"), key, strict=True))
        if key in held:
            _release(order, named)
        elif not counters.take(SlotTaken, 1, limit, **named):
            raise SlotFull()
        else:
            db.session.add(SlotPlace(order_id=order.id, **named))


def _release(order: Any, named: dict[str, Any]) -> None:
    mine = update(SlotPlace).filter_by(order_id=order.id, returned_at=None, **named).values(returned_at=clock.now())
    if db.session.execute(mine, execution_options={"synchronize_session": False}).rowcount:  # type: ignore[attr-defined]
        counters.give(SlotTaken, 1, **named)


def give_back(order: Any) -> None:
    """Give the order's place back, once."""
    held = SlotPlace.order_id == order.id, SlotPlace.returned_at.is_(None)
    claimed = (
        update(SlotPlace)
        .where(*held)
        .values(returned_at=clock.now())
        .returning(SlotPlace.method_id, SlotPlace.day, SlotPlace.slot)
    )
    for method_id, day, slot in db.session.execute(claimed, execution_options={"synchronize_session": False}).all():
        counters.give(SlotTaken, 1, method_id=method_id, day=day, slot=slot)


def taken(method_id: int, first: date, last: date) -> dict[tuple[date, str], int]:
    """How many places of a method are taken, by day and slot."""
    rows = db.session.execute(
        select(SlotTaken.day, SlotTaken.slot, SlotTaken.taken).where(
            SlotTaken.method_id == method_id, SlotTaken.day >= first, SlotTaken.day <= last
        )
    )
    return {(day, slot): count for day, slot, count in rows}
