"""What a return consists of: its lines, the pictures of what is wrong, and how much of them was paid."""

from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint

from kernel import clock, files, signing
from kernel.db import Base, Mapped, belongs, db, many, mapped_column, pk, ref
from kernel.tenancy import TenantOwned
from shop.order_lines import OrderLine
from shop.orders import Order

if TYPE_CHECKING:
    from kernel.accounts import Account

OPEN = ("asked", "accepted", "received")


class Return(TenantOwned, Base):
    """Something that comes back: asked → accepted → received → refunded, or refused, or left by its buyer; and why."""

    __tablename__ = "return"
    __extra__ = (UniqueConstraint("tenant_id", "key"),)
    id: Mapped[int] = pk()
    token: Mapped[str] = mapped_column(String(32), default=signing.token)
    order_id: Mapped[int] = ref("order")
    key: Mapped[str] = mapped_column(String(120))  # the same form sent twice is one return
    state: Mapped[str] = mapped_column(String(12), default="asked")
    reason: Mapped[str] = mapped_column(String(120), default="")  # as it was called then
    note: Mapped[str] = mapped_column(String(500), default="")  # the buyer's own words
    answer: Mapped[str] = mapped_column(String(300), default="")  # the shop's, which the buyer reads
    by_buyer: Mapped[bool] = mapped_column(default=False)
    asked_at: Mapped[datetime] = mapped_column(default=clock.now)
    decided_at: Mapped[datetime | None]
    received_at: Mapped[datetime | None]
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))

    order: Mapped[Order] = belongs("Return.order_id", "Order")
    by: Mapped["Account | None"] = belongs("Return.account_id", "Account")
    lines: Mapped[list["ReturnLine"]] = many("Return", "ReturnLine.return_id", order_by="ReturnLine.id")
    pictures: Mapped[list["ReturnPicture"]] = many("Return", "ReturnPicture.return_id", order_by="ReturnPicture.id")


class ReturnLine(TenantOwned, Base):
    """So many of an order's line, and whether they go back on sale."""

    __tablename__ = "return_line"
    __extra__ = (
        UniqueConstraint("tenant_id", "return_id", "line_id"),
        CheckConstraint("quantity > 0", name="quantity"),
    )
    id: Mapped[int] = pk()
    return_id: Mapped[int] = ref("return")
    order_id: Mapped[int] = ref("order")
    line_id: Mapped[int] = ref("order_line")
    quantity: Mapped[int]
    paid_minor: Mapped[int]  # what they cost in the order: discount off, tax inside
    restock: Mapped[bool] = mapped_column(default=True)
    restocked_at: Mapped[datetime | None]

    line: Mapped[OrderLine] = belongs("ReturnLine.line_id", "OrderLine")


class ReturnPicture(TenantOwned, Base):
    """A picture that the buyer sent with it; private."""

    __tablename__ = "return_picture"
    id: Mapped[int] = pk()
    return_id: Mapped[int] = ref("return")
    order_id: Mapped[int] = ref("order")
    file_id: Mapped[int] = ref("file")

    file: Mapped[files.File] = belongs("ReturnPicture.file_id", "File")


def any_of(order: Order) -> bool:
    """Whether something of it came back, or is asked to."""
    mine = db.select(Return.id).where(Return.order_id == order.id, Return.state.in_((*OPEN, "refunded")))
    return db.session.scalar(mine.limit(1)) is not None


def share(line: OrderLine, quantity: int) -> int:
    """What the next units of a line cost: all its shares together are the line, to the cent."""
    until = line.gross_minor * (line.returned + quantity) // line.quantity
    return until - line.gross_minor * line.returned // line.quantity


def take(line: OrderLine, quantity: int) -> bool:
    """Count units of the line as coming back, in one statement; False when not so many are left."""
    room = OrderLine.returned + quantity <= OrderLine.quantity
    return _move(line, quantity, room)


def give_up(line: OrderLine, quantity: int) -> None:
    """They do not come back after all."""
    _move(line, -quantity, OrderLine.returned >= quantity)


def _move(line: OrderLine, quantity: int, room: object) -> bool:
    moved = db.update(OrderLine).where(OrderLine.id == line.id, room)
    moved = moved.values(returned=OrderLine.returned + quantity)
    done = db.session.execute(moved, execution_options={"synchronize_session": False})
    db.session.refresh(line, ["returned"])
    return bool(done.rowcount)  # type: ignore[attr-defined]
