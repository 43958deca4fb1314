"""Requests: an order whose times the shop has to say yes to, until when it may, and what was answered, once."""

from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import CheckConstraint, ForeignKey, Select, String, UniqueConstraint, select, update

from kernel import beside, clock, jobs, tenancy
from kernel.db import Base, Mapped, belongs, db, mapped_column, pk, ref
from kernel.i18n import _l
from kernel.refusal import Refusal
from kernel.tenancy import TenantOwned
from shop import days, local_times, order_events
from shop.orders import Order
from shop.payment_methods import PaymentMethod

if TYPE_CHECKING:
    from kernel.accounts import Account
    from shop.quotes import Quote

ANSWERS = ("", "yes", "no", "late", "left")  # late: nobody answered in time; left: the buyer took it back
MOST_HOURS = 14 * 24


class CannotWait(Refusal):
    """Something else of the order is handed over before the shop has to answer."""

    message = _l(
        "The shop has to say yes to your booking first, and cannot promise to before %(day)s. "
        "Order the rest on its own, or choose a later day for it."
    )


class Approval(TenantOwned, Base):
    """That an order waits for the shop's yes; who answered and when is on it, why is on its cancellation."""

    __tablename__ = "approval"
    __extra__ = (
        UniqueConstraint("tenant_id", "order_id"),
        CheckConstraint("asked_at < until", name="forward"),
        CheckConstraint("(answer = '') = (answered_at IS NULL)", name="answered"),
    )
    id: Mapped[int] = pk()
    order_id: Mapped[int] = ref("order")
    method_id: Mapped[int | None] = ref("payment_method")  # by which it will be paid; None: nothing will be
    asked_at: Mapped[datetime] = mapped_column(default=clock.now)
    until: Mapped[datetime]
    answer: Mapped[str] = mapped_column(String(8), default="")
    answered_at: Mapped[datetime | None]
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    order: Mapped[Order] = belongs("Approval.order_id", "Order")
    method: Mapped[PaymentMethod | None] = belongs("Approval.method_id", "PaymentMethod")

    @property
    def open(self) -> bool:
        """Whether it can still be said yes to: when its time is over it is not, whoever may have noticed."""
        return not self.answer and self.until > clock.now()


def until(quote: "Quote") -> datetime | None:
    """Until when the shop has to answer; None when nothing of it needs a yes. Raises CannotWait."""
    end = by_when(quote)
    handed = [day for day in (quote.day, *(line.day for line in quote.lines if not line.begins)) if day]
    if end and handed and _dawn(min(handed)) < end:
        raise CannotWait(day=days.told(local_times.day(end, tenancy.tenant().timezone)))
    return end


def by_when(quote: "Quote") -> datetime | None:
    """The same without a refusal."""
    hours = min((line.answer_hours for line in quote.lines if line.answer_hours), default=None)
    begins = [line.begins for line in quote.lines if line.begins]
    return None if hours is None else min(clock.now() + timedelta(hours=hours), *begins)


def _dawn(day: date) -> datetime:
    return local_times.instant(day, time.min, tenancy.tenant().timezone)


def begin(order: Order, end: datetime, method: PaymentMethod | None) -> Approval:
    """Have the order wait for the shop's yes until then; it ends by itself."""
    order.state = "asked"
    order_events.record(order, "asked")
    jobs.later("approvals.run_out", order.id, at=end, key=str(order.id))
    row = Approval(order_id=order.id, method_id=method.id if method else None, until=end)
    beside.put(row)
    return row


def answer(order: Order, said: str, *, by: "Account | None" = None) -> bool:
    """Write the answer down: the first one stands, a yes only in time, and `late` only after it."""
    now = clock.now()
    mine: list[Any] = [Approval.order_id == order.id, Approval.answered_at.is_(None)]
    mine += {"yes": [Approval.until > now], "late": [Approval.until <= now]}.get(said, [])
    told = {"answer": said, "answered_at": now, "account_id": by.id if by else None}
    done = db.session.execute(update(Approval).where(*mine).values(**told).returning(Approval.id)).scalar()
    if done is not None:
        jobs.forget("approvals.run_out", str(order.id))
    return done is not None


def reopen(row: Approval) -> None:
    """It waits for an answer again, as long as before."""
    row.answer, row.answered_at, row.account_id = "", None, None
    db.session.flush()
    jobs.later("approvals.run_out", row.order_id, at=row.until, key=str(row.order_id))


def of(order: Order) -> Approval | None:
    """What became of the order's request, if it was one."""
    return db.session.scalars(select(Approval).where(Approval.order_id == order.id)).one_or_none()


def waiting() -> Select[Approval]:
    """The requests that can still be answered, the one whose time is over first before others."""
    wanted = select(Approval).where(Approval.answered_at.is_(None), Approval.until > clock.now())
    return wanted.order_by(Approval.until, Approval.id)
