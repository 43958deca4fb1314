"""Card disputes: a buyer asked the bank for the money back; until when the shop may answer, and how it ended."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import Select, String, UniqueConstraint, select

from kernel import clock
from kernel.db import Base, Mapped, belongs, db, mapped_column, pk, ref
from kernel.i18n import _l
from kernel.money import Money
from kernel.tenancy import TenantOwned
from shop import card_amounts, chargebacks, order_events, refunds

if TYPE_CHECKING:
    from shop.card_sessions import CardSession
    from shop.orders import Order
    from shop.refund_rows import Refund

OVER = ("won", "lost", "warning_closed", "prevented")
WAITS = ("needs_response", "warning_needs_response")
STATES = {
    "needs_response": _l("The bank waits for your answer"), "warning_needs_response": _l("The bank asks"),
    "under_review": _l("The bank is looking at it"), "warning_under_review": _l("The bank is looking at it"),
    "won": _l("Decided for you"), "lost": _l("Lost: the money went back to the buyer"),
    "warning_closed": _l("Closed"), "prevented": _l("Closed"),
}  # fmt: skip
REASONS = {
    "fraudulent": _l("The card's owner says that they did not buy it"),
    "product_not_received": _l("They say that nothing arrived"),
    "product_unacceptable": _l("They say that it is not as described"),
    "duplicate": _l("They say that they were charged twice"),
    "credit_not_processed": _l("They say that a refund is missing"),
}


class CardDispute(TenantOwned, Base):
    """One dispute, as Stripe last told it."""

    __tablename__ = "card_dispute"
    __extra__ = (UniqueConstraint("tenant_id", "stripe_id"),)
    id: Mapped[int] = pk()
    order_id: Mapped[int] = ref("order")
    session_id: Mapped[int] = ref("card_session")
    stripe_id: Mapped[str] = mapped_column(String(80))
    state: Mapped[str] = mapped_column(String(32))
    reason: Mapped[str] = mapped_column(String(40), default="")
    amount_minor: Mapped[int]
    currency: Mapped[str] = mapped_column(String(3))
    due_at: Mapped[datetime | None]
    opened_at: Mapped[datetime] = mapped_column(default=clock.now)

    order: Mapped["Order"] = belongs("CardDispute.order_id", "Order")
    session: Mapped["CardSession"] = belongs("CardDispute.session_id", "CardSession")

    @property
    def amount(self) -> Money:
        """What the bank took back for the time being."""
        return Money(self.amount_minor, self.currency)

    @property
    def withheld(self) -> bool:
        """Whether the bank keeps the money until it is decided."""
        return self.state in {"needs_response", "under_review"}

    @property
    def over(self) -> bool:
        """Whether it is decided."""
        return self.state in OVER

    @property
    def sentence(self) -> str:
        """Where it stands."""
        return str(STATES.get(self.state, STATES["under_review"]))

    @property
    def why(self) -> str:
        """What the buyer's bank says."""
        return str(REASONS.get(self.reason, _l("The buyer's bank did not say why")))


def told(session: "CardSession", dispute: dict[str, Any]) -> CardDispute:
    """Write down what Stripe tells of a dispute; what is decided stays decided, in whatever order it is told."""
    wanted = select(CardDispute).where(CardDispute.stripe_id == str(dispute["id"]))
    row = db.session.scalars(wanted).one_or_none()
    if row is None:
        amount = card_amounts.money(int(dispute["amount"]), str(dispute["currency"]))
        row = CardDispute(order_id=session.order_id, session_id=session.id, stripe_id=str(dispute["id"]), state="")
        row.amount_minor, row.currency = amount.minor, amount.currency
        db.session.add(row)
        order_events.record(session.order, "disputed", minor=amount.minor)
    due = dispute.get("due_by")
    row.due_at = datetime.fromtimestamp(int(due), UTC) if due else row.due_at
    _step(row, dispute)
    db.session.flush()
    return row


def _step(row: CardDispute, dispute: dict[str, Any]) -> None:
    """Where it stands now, and what that does to the money."""
    status = str(dispute.get("status") or "needs_response")[:32]
    thought_again = (row.state, status) == ("lost", "won")  # rare, and never the other way round
    if row.state == status or (row.over and not thought_again):
        return
    amount = card_amounts.money(int(dispute["amount"]), str(dispute["currency"]))
    row.amount_minor, row.currency = amount.minor, amount.currency  # a bank may change it until the end
    row.state, row.reason = status, str(dispute.get("reason") or "")[:40]
    db.session.flush()
    if row.over:
        order_events.record(row.order, "dispute_closed", reason=row.sentence)
    if thought_again:
        chargebacks.regained(row)
    elif status == "lost":  # what is only withheld until then is not booked: most of it comes again by itself
        chargebacks.lost(row)


def of(order: "Order") -> Sequence[CardDispute]:
    """The order's disputes, the first one first."""
    return db.session.scalars(
        select(CardDispute).where(CardDispute.order_id == order.id).order_by(CardDispute.id)
    ).all()


def _came_back(refund: "Refund") -> None:
    for row in of(refund.order):
        if row.state == "lost" and row.session.payment_id == refund.payment_id:
            chargebacks.more(row, refund)


def init_app(_app: object) -> None:
    """Have a refund that came back fill what a bank had taken without it."""
    refunds.around("back", _came_back)


def waiting() -> Select[CardDispute]:
    """The disputes that are not decided, the one to be answered soonest first."""
    return select(CardDispute).where(CardDispute.state.not_in(OVER)).order_by(CardDispute.due_at, CardDispute.id)
