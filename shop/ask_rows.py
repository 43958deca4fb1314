"""Asks: that one of the staff wants an order called off or its money returned, which another may do; the answer."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Index,
    Select,
    String,
    UniqueConstraint,
    and_,
    column,
    exists,
    or_,
    select,
    update,
)

from kernel import clock, journal, signing
from kernel.accounts import Account
from kernel.db import Base, Mapped, belongs, db, mapped_column, pk, ref
from kernel.i18n import _l
from kernel.money import Money
from kernel.refusal import Missing, Refusal
from kernel.tenancy import TenantOwned
from shop import ask_letters, bookings, fulfilment, orders, receipts, refunds
from shop.bookings import Booking
from shop.orders import Order

if TYPE_CHECKING:
    from collections.abc import Sequence

KINDS = ("cancel", "refund")
LONGEST = 300
OPEN = column("answer") == ""
_STATES = [state for state, step in fulfilment.MOVES if step == "cancel" and state != "asked"]


class NoReason(Refusal):
    """Who decides wants to know why."""

    message = _l("Write why: whoever decides reads it.")


class AlreadyAsked(Refusal):
    """The same was asked before and nobody has answered yet."""

    message = _l("That was asked already, and waits for an answer.")
    status = 409


class NothingToDo(Refusal):
    """What is asked for cannot be done with this order any more."""

    message = _l("With %(number)s there is nothing left to do about that: look at it again.")
    status = 409


class Answered(Refusal):
    """Somebody else was quicker."""

    message = _l("Somebody answered that already.")
    status = 409


class TooMuch(Refusal):
    """More than can go back."""

    message = _l("At most %(most)s can go back.")


class Ask(TenantOwned, Base):
    """One thing that is asked for an order, or for one of its bookings; it is answered once."""

    __tablename__ = "ask"
    __extra__ = (
        UniqueConstraint("tenant_id", "token"),
        CheckConstraint("(answer = '') = (answered_at IS NULL)", name="answered"),
        CheckConstraint("(kind = 'refund') = (amount_minor IS NOT NULL)", name="amount"),
        Index(
            "uq_ask_open", "tenant_id", "order_id", "kind", "about", unique=True,
            sqlite_where=OPEN, postgresql_where=OPEN,
        ),
    )  # fmt: skip
    id: Mapped[int] = pk()
    token: Mapped[str] = mapped_column(String(32), default=signing.token)
    order_id: Mapped[int] = ref("order")
    kind: Mapped[str] = mapped_column(String(8))
    about: Mapped[str] = mapped_column(String(32), default="")  # the token of a booking; "": the whole order
    reason: Mapped[str] = mapped_column(String(LONGEST))
    amount_minor: Mapped[int | None]  # of a refund
    currency: Mapped[str] = mapped_column(String(3))
    by_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    asked_at: Mapped[datetime] = mapped_column(default=clock.now)
    answer: Mapped[str] = mapped_column(String(8), default="")  # "done" or "no"
    said: Mapped[str] = mapped_column(String(LONGEST), default="")  # to whoever asked
    answered_at: Mapped[datetime | None]
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    seen_at: Mapped[datetime | None]  # when whoever asked took note of the answer
    order: Mapped[Order] = belongs("Ask.order_id", "Order")
    by: Mapped[Account] = belongs("Ask.by_id", "Account")
    answered_by: Mapped[Account | None] = belongs("Ask.account_id", "Account")

    @property
    def amount(self) -> Money | None:
        """What should go back."""
        return None if self.amount_minor is None else Money(self.amount_minor, self.currency)


def possible(order: Order, kind: str, booking: Booking | None = None) -> bool:
    """Whether that can be done with it now."""
    if kind == "refund":
        return refunds.refundable(order).minor > 0
    return booking.state == "booked" if booking else order.state in _STATES


def make(order: Order, kind: str, *, by: Account, reason: str, **told: Any) -> Ask:
    """Ask for it; `told`: the booking it is about, the amount. Raises NoReason, NothingToDo, TooMuch, AlreadyAsked."""
    orders.lock(order)
    booking, amount = told.get("booking"), told.get("amount")
    if kind not in KINDS or (booking is not None and booking.order_id != order.id):
        raise Missing()
    if not reason.strip():
        raise NoReason()
    if not possible(order, kind, booking):
        raise NothingToDo(number=order.number)
    most = refunds.refundable(order)
    if kind == "refund" and amount is not None and not 0 < amount.minor <= most.minor:
        raise TooMuch(most=receipts.shown(most))
    about = booking.token if booking and kind == "cancel" else ""
    mine = Ask.order_id == order.id, Ask.kind == kind, Ask.about == about, Ask.answer == ""
    if db.session.scalar(select(Ask.id).where(*mine)) is not None:
        raise AlreadyAsked()
    row = Ask(order_id=order.id, kind=kind, about=about, by_id=by.id, currency=order.currency)
    row.reason = " ".join(reason.split())[:LONGEST]
    row.amount_minor = (amount or most).minor if kind == "refund" else None
    db.session.add(row)
    db.session.flush()
    journal.write(f"asks.{kind}", about=order, by=by, data={"number": order.number, "reason": row.reason})
    ask_letters.tell(row, by=by, booking=booking)
    return row


def answer(row: Ask, word: str, *, by: Account, said: str = "") -> None:
    """Write the answer down: the first one stands. Raises Answered."""
    told = {"answer": word, "said": " ".join(said.split())[:LONGEST], "answered_at": clock.now(), "account_id": by.id}
    first = update(Ask).where(Ask.id == row.id, Ask.answer == "").values(**told).returning(Ask.id)
    if db.session.scalar(first) is None:
        raise Answered()
    db.session.refresh(row)


def settle(order: Order, kind: str, *, by: Account, booking: Booking | None = None) -> None:
    """It was done from the page of its order, without a look at who asked: they read that it is done."""
    about = booking.token if booking else ""
    same = Ask.order_id == order.id, Ask.kind == kind, Ask.about == about, Ask.answer == ""
    done = update(Ask).where(*same).values(answer="done", answered_at=clock.now(), account_id=by.id)
    db.session.execute(done, execution_options={"synchronize_session": False})


def see(row: Ask, *, by: Account) -> None:
    """Whoever asked takes note of the answer; what is somebody else's is not there."""
    if row.by_id != by.id:
        raise Missing()
    row.seen_at = row.seen_at or clock.now()


def named(order: Order, token: str) -> Ask:
    """One of an order's, by the token in addresses; raises Missing."""
    found = db.session.scalar(select(Ask).where(Ask.token == token, Ask.order_id == order.id))
    if found is None:
        raise Missing()
    return found


def of(order: Order, booking: Booking | None = None) -> "Sequence[Ask]":
    """What was asked about an order, of one of its bookings only what concerns it; the newest first."""
    mine = select(Ask).where(Ask.order_id == order.id).order_by(Ask.id.desc())
    return db.session.scalars(mine.where(Ask.about.in_(("", booking.token))) if booking else mine).all()


def _still() -> Any:
    """In SQL: what is asked can still be done."""
    here = exists().where(Booking.token == Ask.about, Booking.order_id == Ask.order_id, Booking.state == "booked")
    return or_(
        and_(Ask.kind == "refund", Order.received_minor > Order.refunding_minor),
        and_(Ask.kind == "cancel", Ask.about == "", Order.state.in_(_STATES)),
        and_(Ask.kind == "cancel", Ask.about != "", here),
    )


def waiting() -> Select[Any]:
    """What waits for an answer and can still be done, the oldest first."""
    wanted = select(Ask).join(Order, Order.id == Ask.order_id).where(Ask.answer == "", _still())
    return wanted.order_by(Ask.asked_at, Ask.id)


def answers(account: Account) -> Select[Any]:
    """What that person asked, was answered, and has not taken note of."""
    mine = select(Ask).where(Ask.by_id == account.id, Ask.answer != "", Ask.seen_at.is_(None))
    return mine.order_by(Ask.answered_at, Ask.id)


def mine(account: Account) -> Select[Any]:
    """What that person asked, the newest first."""
    return select(Ask).where(Ask.by_id == account.id).order_by(Ask.id.desc())


def booking_of(row: Ask) -> Booking | None:
    """The booking that it is about; None for a whole order."""
    return bookings.by_token(row.about) if row.about else None


def init_app(_app: object) -> None:
    """Say how the journal tells it."""
    journal.kind("asks.cancel", _l("Asked to cancel %(number)s: %(reason)s"))
    journal.kind("asks.refund", _l("Asked to return money of %(number)s: %(reason)s"))
    journal.kind("asks.no", _l("Did not do what was asked about %(number)s"))
