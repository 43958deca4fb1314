"""Gift cards: a code with a balance, for whom and until when; issued once per unit sold or by hand, voided, expired."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import Date, ForeignKey, Index, String, Text, UniqueConstraint, column, select

from kernel import clock, jobs, journal, signing, tenancy
from kernel.db import Base, Mapped, belongs, db, mapped_column, pk, ref
from kernel.folding import fold
from kernel.i18n import _l
from kernel.money import Money
from kernel.refusal import Missing, Refusal
from kernel.tenancy import TenantOwned
from shop import gift_codes, stored_value
from shop.orders import Order
from shop.stored_value import StoredValue

if TYPE_CHECKING:
    from kernel.accounts import Account

STATES = ("live", "spent", "expired", "void")
UNDO_WITHIN = timedelta(minutes=10)
GRACE = timedelta(days=30)  # for what comes back onto a card that ended meanwhile


class NotUsable(Refusal):
    """The card is known, but nothing can be paid with it."""


class Spent(Refusal):
    """A card that was bought was used already: its price cannot go back."""

    message = _l(
        "A gift card of this order was already used (ends in %(last4)s), so its price cannot be returned. "
        "Return at most what the order has beyond its cards."
    )
    status = 409


class GiftCard(TenantOwned, Base):
    """One card; what is left of it is its StoredValue."""

    __tablename__ = "gift_card"
    __extra__ = (
        UniqueConstraint("tenant_id", "code_hash"),
        UniqueConstraint("tenant_id", "token"),
        Index(
            "uq_gift_card_unit", "tenant_id", "line_id", "unit", unique=True,
            sqlite_where=column("voided_at").is_(None), postgresql_where=column("voided_at").is_(None),
        ),
        Index("ix_gift_card_issued", "tenant_id", "issued_at"),
    )  # fmt: skip
    id: Mapped[int] = pk()
    token: Mapped[str] = mapped_column(String(32), default=signing.token)  # names it in the back office, opens nothing
    value_id: Mapped[int] = ref("stored_value")
    code_hash: Mapped[str] = mapped_column(String(64))
    code_sealed: Mapped[str] = mapped_column(Text)
    last4: Mapped[str] = mapped_column(String(4))
    face_minor: Mapped[int]  # what it was issued with
    expires_on: Mapped[date | None] = mapped_column(Date)  # its last good day
    recipient: Mapped[str] = mapped_column(String(120), default="")
    email: Mapped[str] = mapped_column(String(320), default="")
    message: Mapped[str] = mapped_column(String(300), default="")
    giver: Mapped[str] = mapped_column(String(160), default="")
    language: Mapped[str] = mapped_column(String(8), default="es")
    send_on: Mapped[date | None] = mapped_column(Date)
    sent_at: Mapped[datetime | None]
    order_id: Mapped[int | None] = ref("order")
    line_id: Mapped[int | None] = ref("order_line")
    unit: Mapped[int | None]
    product_id: Mapped[int | None] = ref("product")  # whose picture it wears
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))  # who issued it by hand
    reason: Mapped[str] = mapped_column(String(300), default="")
    haystack: Mapped[str] = mapped_column(Text, default="")
    issued_at: Mapped[datetime] = mapped_column(default=clock.now)
    voided_at: Mapped[datetime | None]

    value: Mapped[StoredValue] = belongs("GiftCard.value_id", "StoredValue")
    order: Mapped[Order | None] = belongs("GiftCard.order_id", "Order")

    @property
    def balance(self) -> Money:
        """What is left on it."""
        return self.value.balance

    @property
    def face(self) -> Money:
        """What it was issued with."""
        return Money(self.face_minor, self.value.currency)

    @property
    def expired(self) -> bool:
        """Whether its last good day is over, where the shop is."""
        return self.expires_on is not None and self.expires_on < clock.today(tenancy.tenant().timezone)

    @property
    def state(self) -> str:
        """Where it stands: one of STATES."""
        if self.voided_at is not None:
            return "void"
        if self.expired:
            return "expired"
        return "live" if self.value.balance_minor else "spent"


def by_code(code: str) -> GiftCard | None:
    """The card with that code, however it is typed; None for anything else. Who asks counts the tries (limits)."""
    typed = gift_codes.plain(code)
    return _hashed(gift_codes.hashed(typed)) if typed else None


def by_handle(kept: str) -> GiftCard | None:
    """The card that a cart keeps so; see gift_codes.handle. What somebody typed never comes here."""
    known = gift_codes.handled(kept)
    return _hashed(known) if known else None


def _hashed(known: str) -> GiftCard | None:
    wanted = select(GiftCard).join(StoredValue, StoredValue.id == GiftCard.value_id)
    wanted = wanted.where(GiftCard.code_hash == known)
    return db.session.scalars(wanted.where(StoredValue.practice == tenancy.tenant().practice)).one_or_none()


def usable(card: GiftCard) -> GiftCard:
    """The card, when something can be paid with it; raises NotUsable with the reason."""
    if card.value.currency != tenancy.tenant().currency:
        raise NotUsable(_l("This gift card is in another currency."))
    if card.state != "live":
        raise NotUsable(WHY[card.state], last4=card.last4)
    return card


WHY = {
    "void": _l("The gift card that ends in %(last4)s was cancelled. Write to the shop if you do not know why."),
    "expired": _l("The gift card that ends in %(last4)s has expired."),
    "spent": _l("Nothing is left on the gift card that ends in %(last4)s."),
}


def make(face: Money, *, key: str, practice: bool = False, **told: Any) -> GiftCard:
    """Issue a card with that value; `told`: its columns (recipient, email, message, expires_on, order, by …)."""
    order, by = told.pop("order", None), told.pop("by", None)
    value = stored_value.begin("gift_card", face.currency, practice=practice)
    code = gift_codes.fresh()
    card = GiftCard(value_id=value.id, face_minor=face.minor, last4=code[-4:], **told)
    card.code_hash, card.code_sealed = gift_codes.hashed(code), gift_codes.sealed(code)
    card.order_id, card.account_id = order.id if order else None, by.id if by else None
    card.haystack = haystack(card, order)
    db.session.add(card)
    db.session.flush()
    last_day(card, card.expires_on)
    stored_value.move(value, "issue", face, key=key, order=order, reason=card.reason, by=by)
    db.session.flush()
    return card


def haystack(card: GiftCard, order: Order | None) -> str:
    """What the back office's search looks through."""
    number, buyer = (order.number, f"{order.name} {order.email}") if order else ("", "")
    return fold(f"{card.last4} {card.recipient} {card.email} {card.giver} {number} {buyer}")


def of_order(order: Order) -> Sequence[GiftCard]:
    """The cards that an order bought, in the order of its lines."""
    mine = select(GiftCard).where(GiftCard.order_id == order.id)
    return db.session.scalars(mine.order_by(GiftCard.line_id, GiftCard.unit)).all()


def of_value(value: StoredValue) -> GiftCard | None:
    """The card whose balance that is; None when it is somebody's credit."""
    return db.session.scalars(select(GiftCard).where(GiftCard.value_id == value.id)).one_or_none()


def by_token(token: str) -> GiftCard:
    """The card of a back office address; raises Missing."""
    found = db.session.scalars(select(GiftCard).where(GiftCard.token == token)).one_or_none() if token else None
    if found is None:
        raise Missing()
    return found


def code(card: GiftCard) -> str:
    """Its whole code, in groups: only for who bought or was given it."""
    return gift_codes.opened(card.code_sealed)


def void(card: GiftCard, *, reason: str, by: "Account | None" = None, order: Order | None = None) -> None:
    """Nothing can be paid with it any more; what was left is no longer owed. `order`: that takes its price back."""
    db.session.refresh(card, with_for_update=True)
    if card.voided_at is not None:
        return
    card.voided_at = clock.now()
    _empty(card, "void", reason, by, order=order)
    if by is not None:
        journal.write("gift_cards.voided", about=card, by=by, data={"last4": card.last4, "reason": reason})


def unvoid(card: GiftCard, *, by: "Account") -> None:
    """Take back that staff cancelled it, for ten minutes: what was left is on it again."""
    db.session.refresh(card, with_for_update=True)
    ended = card.voided_at
    if ended is None or clock.now() - ended > UNDO_WITHIN:
        raise NotUsable(WHY["void"], last4=card.last4)
    card.voided_at = None
    last = stored_value.entries(card.value)[-1]
    if last.kind == "void" and last.at >= ended:
        stored_value.move(card.value, "void", -last.amount, key=f"unvoid:{last.id}", by=by)
    journal.write("gift_cards.unvoided", about=card, by=by, data={"last4": card.last4})


def adjust(card: GiftCard, amount: Money, *, reason: str, key: str, by: "Account") -> bool:
    """Put on or take off by hand, with a reason; False when this was done already."""
    if card.voided_at is not None:
        raise NotUsable(WHY["void"], last4=card.last4)
    if not stored_value.move(card.value, "adjust", amount, key=key, reason=reason, by=by):
        return False
    told = {"last4": card.last4, "minor": amount.minor, "reason": reason}
    journal.write("gift_cards.adjusted", about=card, by=by, data=told)
    return True


@jobs.job("gift_cards.expire")
def expire(card_id: int) -> None:
    """What is left on a card whose time is over is no longer owed; harmless when it comes twice or too early."""
    card = db.session.get(GiftCard, card_id)
    if card is not None and card.expired and card.voided_at is None:
        _empty(card, "expire", "", None)


def returned(card: GiftCard) -> None:
    """Something came back onto it: a voided card stays empty, one that ended meanwhile is good for some days more."""
    if card.voided_at is not None:
        _empty(card, "void", card.last4, None)
    elif card.expired:
        last_day(card, clock.today(tenancy.tenant().timezone) + GRACE)


def last_day(card: GiftCard, day: date | None) -> None:
    """Its last good day; a job of the day after takes what is left."""
    card.expires_on = day
    if day is not None:
        _first, end = clock.span(day, day, tenancy.tenant().timezone)
        jobs.later("gift_cards.expire", card.id, at=end, key=f"{card.id}:{day}")


def _empty(card: GiftCard, kind: str, reason: str, by: "Account | None", *, order: Order | None = None) -> None:
    db.session.refresh(card.value, with_for_update=True)
    if card.value.balance_minor:
        count = len(stored_value.entries(card.value))
        told: dict[str, Any] = {"key": f"{kind}:{count}", "reason": reason, "by": by, "order": order}
        stored_value.move(card.value, kind, -card.value.balance, **told)


def init_app(_app: object) -> None:
    """Say how the journal tells what staff did with cards."""
    journal.kind("gift_cards.issued", _l("Issued the gift card …%(last4)s: %(reason)s"))
    journal.kind("gift_cards.voided", _l("Cancelled the gift card …%(last4)s: %(reason)s"))
    journal.kind("gift_cards.unvoided", _l("Took the end of the gift card …%(last4)s back"))
    journal.kind("gift_cards.adjusted", _l("Changed the balance of the gift card …%(last4)s: %(reason)s"))
