"""Card notices: what the owner should look at about cards: amounts that do not fit, payments that came too late."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import Select, String, UniqueConstraint, delete, select

from kernel import clock, signing
from kernel.db import Base, Mapped, belongs, db, mapped_column, pk, ref
from kernel.i18n import _l
from kernel.refusal import Missing
from kernel.tenancy import TenantOwned

if TYPE_CHECKING:
    from shop.orders import Order

KINDS: dict[str, tuple[Any, Any]] = {
    "differs": (
        _l("A payment that does not fit"),
        _l("Stripe tells of a payment that is not as we asked for it, so nothing was booked. Look at it in Stripe."),
    ),
    "orphan": (
        _l("A payment without an order"),
        _l("Stripe tells of a payment of this shop whose order is not here. Look at it in Stripe and return it."),
    ),
    "late": (
        _l("Paid too late, returned"),
        _l("The card paid after the order had ended and its goods were gone: the money goes back by itself."),
    ),
    "twice": (
        _l("Paid twice, returned"),
        _l("It was paid another way while the card was charged by itself: what was too much goes back to the card."),
    ),
    "beyond": (
        _l("A dispute took more than was here"),
        _l("The bank took another amount than this payment still held; what it held was booked. Look at it in Stripe."),
    ),
    "regained": (
        _l("The bank gave the money back"),
        _l("A dispute that had been lost was decided for you: its money stands in the order as paid too much."),
    ),
    "refused": (
        _l("An event that does not go through"),
        _l("Stripe tells of something that cannot be booked now; it is tried again every few minutes. Look at it."),
    ),
    "refund_failed": (
        _l("A part of a refund came back"),
        _l("The buyer's bank did not take a part of a refund. Look at it in Stripe and return that part another way."),
    ),
}
WORDS = {
    "amount": _l("another amount"), "currency": _l("another currency"), "shop": _l("another shop"),
    "order": _l("another order"), "session": _l("another page"), "mode": _l("another mode"),
    "intent": _l("another payment"),
}  # fmt: skip


class CardNotice(TenantOwned, Base):
    """Something to look at, until somebody says that they did."""

    __tablename__ = "card_notice"
    __extra__ = (UniqueConstraint("tenant_id", "key"),)
    id: Mapped[int] = pk()
    token: Mapped[str] = mapped_column(String(32), default=signing.token)
    key: Mapped[str] = mapped_column(String(200))  # the same thing is noticed once
    kind: Mapped[str] = mapped_column(String(16))
    about: Mapped[str] = mapped_column(String(160), default="")  # as Stripe calls it
    words: Mapped[list[str]] = mapped_column(default=list)  # what differs
    order_id: Mapped[int | None] = ref("order")
    at: Mapped[datetime] = mapped_column(default=clock.now)
    seen_at: Mapped[datetime | None]

    order: Mapped["Order | None"] = belongs("CardNotice.order_id", "Order")

    @property
    def title(self) -> str:
        """What it is, in a few words."""
        return str(KINDS[self.kind][0])

    @property
    def sentence(self) -> str:
        """What happened and what to do."""
        told = ", ".join(str(WORDS[word]) for word in self.words if word in WORDS)
        return f"{KINDS[self.kind][1]} ({told})" if told else str(KINDS[self.kind][1])


def write(kind: str, about: str, *, order: "Order | None" = None, words: Sequence[str] = ()) -> None:
    """Notice something, once."""
    key = f"{kind}:{about}:{','.join(words)}"[:200]
    if db.session.scalar(select(CardNotice.id).where(CardNotice.key == key)) is None:
        row = CardNotice(key=key, kind=kind, about=about[:160], words=list(words), order_id=order.id if order else None)
        db.session.add(row)
        db.session.flush()


def withdraw(kind: str, about: str) -> None:
    """It turned out otherwise: there is nothing to look at."""
    db.session.execute(delete(CardNotice).where(CardNotice.kind == kind, CardNotice.about == about))


def waiting() -> Select[CardNotice]:
    """What nobody has looked at yet, the newest first."""
    return select(CardNotice).where(CardNotice.seen_at.is_(None)).order_by(CardNotice.at.desc(), CardNotice.id.desc())


def of(order: "Order") -> Sequence[CardNotice]:
    """What waits about one order."""
    return db.session.scalars(waiting().where(CardNotice.order_id == order.id)).all()


def seen(token: str) -> CardNotice:
    """Somebody looked at it; raises Missing."""
    found = db.session.scalars(select(CardNotice).where(CardNotice.token == token)).one_or_none() if token else None
    if found is None:
        raise Missing()
    found.seen_at = found.seen_at or clock.now()
    return found
