"""What happened to an order, row by row: when, by whom and why; the timeline reads it."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import relationship

from kernel import beside, clock
from kernel.db import Base, Mapped, db, mapped_column, pk, ref
from kernel.i18n import _l
from kernel.tenancy import TenantOwned

if TYPE_CHECKING:
    from kernel.accounts import Account
    from shop.orders import Order

SENTENCES: dict[str, Any] = {
    "placed": _l("Order placed"),
    "asked": _l("Request sent"),
    "approved": _l("The shop said yes"),
    "unanswered": _l("Not answered in time"),
    "proof_sent": _l("Proof of payment received"),
    "proof_approved": _l("Proof approved"),
    "proof_refused": _l("Proof not accepted"),
    "paid": _l("Payment received"),
    "declined": _l("Payment declined"),
    "disputed": _l("The buyer disputes the card payment"),
    "dispute_closed": _l("Dispute decided"),
    "regained": _l("The bank gave the money back"),
    "reversed": _l("Payment taken back"),
    "refunded": _l("Money returned"),
    "credited": _l("Store credit given"),
    "refund_asked": _l("Refund on its way"),
    "refund_failed": _l("Refund not accepted"),
    "refund_bounced": _l("A refund came back"),
    "account_asked": _l("Asked where the money goes back"),
    "account_given": _l("The buyer said where the money goes back"),
    "lowered": _l("Price lowered"),
    "return_asked": _l("Return asked for"),
    "return_accepted": _l("Return accepted"),
    "return_refused": _l("Return not accepted"),
    "return_received": _l("Goods came back"),
    "return_left": _l("Kept after all: nothing is returned"),
    "invoiced": _l("Invoice issued"),
    "credit_note": _l("Credit note issued"),
    "preparing": _l("In preparation"),
    "ready": _l("Ready for pick-up"),
    "shipped": _l("On its way"),
    "delivered": _l("Delivered"),
    "cancelled": _l("Cancelled"),
    "expired": _l("Expired without payment"),
    "revived": _l("Paid after it expired: taken again"),
    "late": _l("Paid too late: the money has to be returned"),
    "undone": _l("Step taken back"),
    "reminded": _l("Reminder sent"),
    "planned": _l("Payments agreed on"),
    "balance_reminded": _l("Reminded of the next payment"),
    "booking_cancelled": _l("A booking was called off"),
    "called_off": _l("The shop called the date off"),
    "credit_extra": _l("Extra credit given"),
    "not_chosen": _l("Nothing was chosen by the last day"),
    "booking_moved": _l("Moved to another time"),
    "booking_changed": _l("Booking changed"),
    "added_unpaid": _l("What was added went back: it was not paid"),
    "kept": _l("Kept until"),
    "email_changed": _l("E-mail corrected"),
    "booking_reminded": _l("Reminded of the booking"),
    "arrived": _l("Arrived"),
    "missed": _l("Did not come"),
    "absence_back": _l("Given back by the terms, though nobody came"),
    "delivery_changed": _l("Delivery changed"),
    "taken_off": _l("Taken off the order"),
    "added": _l("Added to the order"),
    "slip_printed": _l("Packing slip printed"),
    "offered_again": _l("Ended unpaid: its quote is offered again"),
    "note": _l("Note"),
}
INTERNAL = frozenset(  # not told to the buyer
    {
        "note",
        "email_changed",
        "slip_printed",
        "undone",
        "reversed",
        "reminded",
        "balance_reminded",
        "booking_reminded",
        "missed",
        "absence_back",
        "declined",
        "refund_failed",
        "disputed",
        "dispute_closed",
        "regained",
        "offered_again",
    }
)


class OrderEvent(TenantOwned, Base):
    """One step of an order; what staff wrote with it is in `data`."""

    __tablename__ = "order_event"
    __extra__ = (Index("ix_order_event_kind", "tenant_id", "kind", "at"),)
    id: Mapped[int] = pk()
    order_id: Mapped[int] = ref("order")
    kind: Mapped[str] = mapped_column(String(24))
    at: Mapped[datetime] = mapped_column(default=clock.now)
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    data: Mapped[dict[str, Any]] = mapped_column(default=dict)
    undone_at: Mapped[datetime | None]
    account: Mapped["Account | None"] = relationship("Account", viewonly=True)

    @property
    def sentence(self) -> Any:
        """What happened, in the page's language."""
        return SENTENCES[self.kind]

    @property
    def internal(self) -> bool:
        """Whether only staff see it."""
        return self.kind in INTERNAL or self.undone_at is not None


def record(order: "Order", kind: str, *, by: "Account | None" = None, **data: Any) -> OrderEvent:
    """Write down a step of an order."""
    if kind not in SENTENCES:
        raise LookupError(f"no step of an order is called {kind}")
    row = OrderEvent(order_id=order.id, kind=kind, account_id=by.id if by else None, data=data)
    db.session.flush()
    beside.put(row)
    return row


def of(order: "Order") -> Sequence[OrderEvent]:
    """All steps of an order, the first one first."""
    wanted = db.select(OrderEvent).where(OrderEvent.order_id == order.id)
    return db.session.scalars(wanted.order_by(OrderEvent.at, OrderEvent.id)).all()


def told(order: "Order") -> list[OrderEvent]:
    """The steps that the buyer sees."""
    return [event for event in of(order) if not event.internal]


def last(order: "Order", *kinds: str) -> OrderEvent | None:
    """The latest step of these kinds that was not taken back."""
    wanted = db.select(OrderEvent).where(
        OrderEvent.order_id == order.id, OrderEvent.kind.in_(kinds), OrderEvent.undone_at.is_(None)
    )
    return db.session.scalars(wanted.order_by(OrderEvent.at.desc(), OrderEvent.id.desc()).limit(1)).first()
