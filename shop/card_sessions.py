"""Card sessions: each hosted page on which an order can be paid, its key kept before anybody is asked for it."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import CheckConstraint, Index, String, Text, UniqueConstraint, column, select

from kernel import clock, signing
from kernel.db import Base, Mapped, belongs, db, mapped_column, pk, ref
from kernel.i18n import _l
from kernel.money import Money
from kernel.refusal import Refusal
from kernel.tenancy import TenantOwned
from shop import holds, orders, payment_methods

if TYPE_CHECKING:
    from shop.orders import Order
    from shop.payments import Payment
    from shop.saved_cards import SavedCard

OPEN = ("asked", "open", "processing")  # at most one of an order
_OPEN = column("state").in_(OPEN)
LIFE = timedelta(minutes=payment_methods.CARD_MINUTES)  # Stripe wants half an hour at least
MARGIN = timedelta(minutes=1)  # a page that ends sooner is not worth opening
LONGEST = timedelta(hours=3)  # so long new attempts keep the goods
SLOW = timedelta(days=10)  # a bank may take so long


class NotPayable(Refusal):
    """The order does not ask for money by card now."""

    message = _l("This order cannot be paid by card now: look at it again.")
    status = 409


class OnItsWay(Refusal):
    """A payment of this order is already on its way."""

    message = _l("Your payment is on its way: the bank has not answered yet.")
    status = 409


class CardSession(TenantOwned, Base):
    """One hosted page: asked → open → processing | paid | failed | expired; or one charge of a saved card, without."""

    __tablename__ = "card_session"
    __extra__ = (
        UniqueConstraint("tenant_id", "key"),
        UniqueConstraint("tenant_id", "stripe_id"),
        CheckConstraint("amount_minor > 0", name="amount"),
        Index("uq_card_session_open", "tenant_id", "order_id", unique=True, sqlite_where=_OPEN, postgresql_where=_OPEN),
        Index("ix_card_session_intent", "tenant_id", "intent"),
    )
    id: Mapped[int] = pk()
    order_id: Mapped[int] = ref("order")
    payment_id: Mapped[int] = ref("payment")
    mode: Mapped[str] = mapped_column(String(8))  # live | test | practice
    key: Mapped[str] = mapped_column(String(64), default=signing.token)
    stripe_id: Mapped[str | None] = mapped_column(String(160))
    intent: Mapped[str | None] = mapped_column(String(80))
    state: Mapped[str] = mapped_column(String(12), default="asked")
    amount_minor: Mapped[int]
    currency: Mapped[str] = mapped_column(String(3))
    units: Mapped[int]  # the amount as Stripe counts it
    url: Mapped[str] = mapped_column(Text, default="")
    declined: Mapped[str] = mapped_column(String(40), default="")  # why the last attempt failed
    keeps: Mapped[bool] = mapped_column(default=False)  # the card that pays here is saved for what comes again
    saved_id: Mapped[int | None] = ref("saved_card")  # what was charged by itself: no page then
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    asked_at: Mapped[datetime] = mapped_column(default=clock.now)  # when Stripe last told how it stands
    expires_at: Mapped[datetime]

    order: Mapped["Order"] = belongs("CardSession.order_id", "Order")
    payment: Mapped["Payment"] = belongs("CardSession.payment_id", "Payment")
    saved: Mapped["SavedCard | None"] = belongs("CardSession.saved_id", "SavedCard")

    @property
    def amount(self) -> Money:
        """What it asks for."""
        return Money(self.amount_minor, self.currency)

    @property
    def fresh(self) -> bool:
        """Whether its page can be opened now."""
        return self.state == "open" and bool(self.url) and self.expires_at - clock.now() > MARGIN

    @property
    def test(self) -> bool:
        """Whether nobody is charged in earnest."""
        return self.mode != "live"


def payable(order: "Order") -> "Payment | None":
    """The payment that asks for money by card now."""
    payment = order.payments[-1] if order.payments else None
    kinds = {"card", "practice"} if order.practice else {"card"}
    fits = payment is not None and payment.kind in kinds and order.state not in orders.ENDED
    return payment if fits and payment is not None and payment.asked.minor > 0 else None


def begin(order: "Order", mode: str, units: int, **more: Any) -> CardSession:
    """Write down that a page or a charge will be asked for, and keep the goods as long; `more`: keeps, saved_id."""
    payment = payable(orders.lock(order))
    if payment is None:
        raise NotPayable()
    until = clock.now() + LIFE
    if order.held and (order.hold_until or until) < until:
        if until > order.placed_at + LONGEST:
            raise NotPayable()
        holds.begin(order, until)
    row = CardSession(order_id=order.id, payment_id=payment.id, mode=mode, units=units, expires_at=until, **more)
    row.amount_minor, row.currency = payment.asked.minor, payment.currency
    db.session.add(row)
    db.session.flush()
    return row


def opened(row: CardSession, told: dict[str, Any]) -> None:
    """Stripe made the page."""
    if row.state == "asked":
        row.state, row.stripe_id, row.url = "open", str(told["id"]), str(told.get("url") or "")
        row.intent = told.get("payment_intent") or row.intent
        row.expires_at = min(row.expires_at, _moment(told.get("expires_at")) or row.expires_at)
        row.asked_at = clock.now()


def _moment(stamp: Any) -> datetime | None:
    return datetime.fromtimestamp(int(stamp), UTC) if stamp else None


def of(order: "Order") -> Sequence[CardSession]:
    """The order's pages, the newest first."""
    wanted = select(CardSession).where(CardSession.order_id == order.id)
    return db.session.scalars(wanted.order_by(CardSession.id.desc())).all()


def open_one(order: "Order") -> CardSession | None:
    """The page of the order that is not over."""
    wanted = select(CardSession).where(CardSession.order_id == order.id, CardSession.state.in_(OPEN))
    return db.session.scalars(wanted).one_or_none()


def open_but(mode: str) -> Sequence[int]:
    """The orders with a page that is not over, of another mode than that one and than practice."""
    wanted = select(CardSession.order_id).where(
        CardSession.state.in_(OPEN), CardSession.mode.not_in((mode, "practice"))
    )
    return db.session.scalars(wanted).all()


def keyed(key: str) -> CardSession | None:
    """The page that was asked for under that key."""
    return db.session.scalars(select(CardSession).where(CardSession.key == key)).one_or_none() if key else None


def known_as(stripe_id: str) -> CardSession | None:
    """The page that Stripe calls so."""
    return db.session.scalars(select(CardSession).where(CardSession.stripe_id == stripe_id)).one_or_none()


def of_intent(intent: str) -> CardSession | None:
    """The page whose payment Stripe calls so."""
    wanted = select(CardSession).where(CardSession.intent == intent).order_by(CardSession.id)
    return db.session.scalars(wanted.limit(1)).first() if intent else None


def paid_of(payment: "Payment") -> Sequence[CardSession]:
    """The pages that brought the money of a payment, the latest first."""
    wanted = select(CardSession).where(CardSession.payment_id == payment.id, CardSession.state == "paid")
    return db.session.scalars(wanted.order_by(CardSession.id.desc())).all()


def unsure(mode: str, limit: int) -> Sequence[CardSession]:
    """Pages of which nobody has told for a while: asked without an answer, open for long, over by the clock."""
    now = clock.now()
    silent = (CardSession.asked_at < now - timedelta(minutes=5)) | (CardSession.expires_at < now)
    wanted = select(CardSession).where(CardSession.mode == mode, CardSession.state.in_(OPEN), silent)
    return db.session.scalars(wanted.order_by(CardSession.asked_at).limit(limit)).all()
