"""Rows of subscriptions: what somebody wants again and again, and what happened to each."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, String, UniqueConstraint, select
from sqlalchemy.orm import selectinload

from crm.contacts import Contact
from kernel import clock, signing
from kernel.db import Base, Mapped, belongs, db, mapped_column, pk, ref
from kernel.money import Money
from kernel.refusal import Missing
from kernel.tenancy import TenantOwned

if TYPE_CHECKING:
    from shop.catalog import Product
    from shop.orders import Order
    from shop.saved_cards import SavedCard
    from shop.variants import Variant

STATES = ("active", "paused", "ended")


class Subscription(TenantOwned, Base):
    """What one person gets again and again; each time is an ordinary order. Each step is a SubscriptionEvent."""

    __tablename__ = "subscription"
    __extra__ = (
        UniqueConstraint("tenant_id", "token"),
        CheckConstraint("quantity >= 1", name="quantity"),
        CheckConstraint("turn >= 1", name="turn"),
        Index("ix_subscription_next", "tenant_id", "state", "next_on"),
    )
    id: Mapped[int] = pk()
    token: Mapped[str] = mapped_column(String(32), default=signing.token)  # in letters: who holds it may change it
    contact_id: Mapped[int] = ref("contact")
    product_id: Mapped[int] = ref("product")
    variant_id: Mapped[int] = ref("variant")
    first_id: Mapped[int] = ref("order")  # the order by which it began
    quantity: Mapped[int]
    texts: Mapped[dict[str, str]] = mapped_column(default=dict)  # what the buyer wrote for it, by code
    every: Mapped[str] = mapped_column(String(4))  # see intervals
    state: Mapped[str] = mapped_column(String(8), default="active")
    anchor: Mapped[date] = mapped_column(Date)  # the day from which its turns are counted …
    turn: Mapped[int] = mapped_column(default=1)  # … the number of the next one …
    step: Mapped[int] = mapped_column(default=1)  # … how many intervals after the anchor that is …
    next_on: Mapped[date] = mapped_column(Date)  # … and its day
    name: Mapped[str] = mapped_column(String(160), default="")
    email: Mapped[str] = mapped_column(String(320), default="")
    phone: Mapped[str] = mapped_column(String(20), default="")
    language: Mapped[str] = mapped_column(String(8))
    address: Mapped[dict[str, str]] = mapped_column(default=dict)
    tax_id: Mapped[dict[str, str]] = mapped_column(default=dict)
    fiscal: Mapped[dict[str, str]] = mapped_column(default=dict)
    delivery_code: Mapped[str] = mapped_column(String(40), default="")
    delivery_slot: Mapped[str] = mapped_column(String(20), default="")
    payment_code: Mapped[str] = mapped_column(String(40), default="")
    terms_version: Mapped[str] = mapped_column(String(40), default="")
    currency: Mapped[str] = mapped_column(String(3))
    unit_minor: Mapped[int]  # what one cost the last time
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    ended_at: Mapped[datetime | None]
    agreed_at: Mapped[datetime | None]  # when its buyer said that their card pays each turn by itself …
    card_id: Mapped[int | None] = ref("saved_card")  # … which one does …
    next_card_id: Mapped[int | None] = ref("saved_card")  # … and which one is being typed

    contact: Mapped["Contact"] = belongs("Subscription.contact_id", "Contact")
    product: Mapped["Product"] = belongs("Subscription.product_id", "Product")
    variant: Mapped["Variant"] = belongs("Subscription.variant_id", "Variant")
    first: Mapped["Order"] = belongs("Subscription.first_id", "Order")
    card: Mapped["SavedCard | None"] = belongs("Subscription.card_id", "SavedCard")
    next_card: Mapped["SavedCard | None"] = belongs("Subscription.next_card_id", "SavedCard")

    @property
    def live(self) -> bool:
        """Whether it was not ended."""
        return self.state != "ended"

    @property
    def waiting(self) -> bool:
        """Whether nothing comes yet: its first order is kept until it is paid."""
        return self.state == "active" and self.first.held

    @property
    def unit(self) -> Money:
        """What one cost the last time."""
        return Money(self.unit_minor, self.currency)

    @property
    def who(self) -> str:
        """How a list names whose it is."""
        return self.name or self.email or self.phone


class SubscriptionEvent(TenantOwned, Base):
    """One step: began, ordered, missed, put_off, skipped, unskipped, paused, resumed, changed, noticed, ended; of its
    card: agreed (to which words), card, card_off, declined."""

    __tablename__ = "subscription_event"
    __extra__ = (Index("ix_subscription_event_kind", "tenant_id", "kind", "at"),)
    id: Mapped[int] = pk()
    subscription_id: Mapped[int] = ref("subscription")
    kind: Mapped[str] = mapped_column(String(12))
    at: Mapped[datetime] = mapped_column(default=clock.now)
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))  # None: the buyer, or nobody
    order_id: Mapped[int | None] = ref("order")
    day: Mapped[date | None] = mapped_column(Date)  # of the turn that it is about
    reason: Mapped[str] = mapped_column(String(300), default="")
    order: Mapped["Order | None"] = belongs("SubscriptionEvent.order_id", "Order")


def whole() -> list[Any]:
    """What a list shows of each, read together."""
    return [selectinload(one) for one in (Subscription.product, Subscription.variant, Subscription.first)]


def by_token(token: str) -> Subscription:
    """The one behind a link; raises Missing."""
    found = db.session.scalar(select(Subscription).where(Subscription.token == token)) if token else None
    if found is None:
        raise Missing()
    return found


def of_contact(contact: Contact) -> Sequence[Subscription]:
    """What somebody subscribed to, what goes on first."""
    mine = select(Subscription).where(Subscription.contact_id == contact.id)
    found = mine.order_by(Subscription.state, Subscription.next_on, Subscription.id).options(*whole())
    return db.session.scalars(found).all()


def of_order(order: "Order") -> Sequence[Subscription]:
    """Those that an order began, or of which it is a turn; asks only where a line says that it comes again."""
    if not any(line.every for line in order.lines):
        return ()
    ids = select(SubscriptionEvent.subscription_id).where(SubscriptionEvent.order_id == order.id)
    return db.session.scalars(select(Subscription).where(Subscription.id.in_(ids)).order_by(Subscription.id)).all()


def events(row: Subscription) -> Sequence[SubscriptionEvent]:
    """What happened to it, the newest first."""
    mine = select(SubscriptionEvent).where(SubscriptionEvent.subscription_id == row.id)
    newest = mine.order_by(SubscriptionEvent.id.desc()).options(selectinload(SubscriptionEvent.order))
    return db.session.scalars(newest).all()


def lock(row: Subscription) -> Subscription:
    """Hold its row and read it anew: two steps follow each other."""
    db.session.refresh(row, with_for_update=True)
    return row
