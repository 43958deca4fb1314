"""Saved cards: what a buyer lets the shop charge again: its names at Stripe, brand, last four, expiry; never more."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Select, String, Text, UniqueConstraint, inspect, select, update

from crm.contacts import Contact
from kernel import clock, held, jobs, journal, signing
from kernel.db import Base, Mapped, db, mapped_column, pk, ref
from kernel.i18n import _l
from kernel.tenancy import TenantOwned
from shop import card_sessions

BRANDS = {
    "amex": "American Express", "diners": "Diners", "discover": "Discover", "jcb": "JCB", "mastercard": "Mastercard",
    "unionpay": "UnionPay", "visa": "Visa",
}  # fmt: skip
OPEN = ("asked", "open")


class SavedCard(TenantOwned, Base):
    """One card: asked → open (the page on which it is typed) → kept → gone; over, when nobody typed one.

    `held`: the database was restored, and another one may be charging it.
    """

    __tablename__ = "saved_card"
    __extra__ = (UniqueConstraint("tenant_id", "key"), UniqueConstraint("tenant_id", "method"))
    id: Mapped[int] = pk()
    contact_id: Mapped[int | None] = ref("contact")
    mode: Mapped[str] = mapped_column(String(8))  # live | test | practice
    key: Mapped[str] = mapped_column(String(64), default=signing.token)
    state: Mapped[str] = mapped_column(String(8), default="asked")
    stripe_id: Mapped[str | None] = mapped_column(String(160))  # of the page on which it is typed
    url: Mapped[str] = mapped_column(Text, default="")
    customer: Mapped[str] = mapped_column(String(80), default="")  # of this card alone
    method: Mapped[str | None] = mapped_column(String(80))
    brand: Mapped[str] = mapped_column(String(20), default="")
    last4: Mapped[str] = mapped_column(String(4), default="")
    exp_month: Mapped[int | None]
    exp_year: Mapped[int | None]
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    expires_at: Mapped[datetime | None]  # its page

    @property
    def kept(self) -> bool:
        """Whether it can be charged."""
        return self.state == "kept"

    @property
    def fresh(self) -> bool:
        """Whether the page on which it is typed can be opened now."""
        return self.state == "open" and self.expires_at is not None and self.expires_at > clock.now()

    @property
    def label(self) -> str:
        """How people know it: `Visa •••• 4242`."""
        return f"{BRANDS.get(self.brand, self.brand.capitalize())} •••• {self.last4}".strip()

    @property
    def until(self) -> str:
        """Its last month: `11/2030`."""
        return f"{self.exp_month:02}/{self.exp_year}" if self.exp_month and self.exp_year else ""

    def runs_out(self, day: date) -> bool:
        """Whether it has expired by that day."""
        return bool(self.exp_month and self.exp_year) and (self.exp_year, self.exp_month) < (day.year, day.month)


def ask(contact: Contact | None, mode: str) -> SavedCard:
    """Write down that a page will be asked for, on which a card is typed."""
    row = SavedCard(contact_id=contact.id if contact else None, mode=mode, expires_at=clock.now() + card_sessions.LIFE)
    db.session.add(row)
    db.session.flush()
    return row


def opened(row: SavedCard, told: Mapping[str, Any]) -> None:
    """Stripe made the page."""
    if row.state == "asked":
        row.state, row.stripe_id, row.url = "open", str(told["id"]), str(told.get("url") or "")


def keep(row: SavedCard, customer: str, method: Mapping[str, Any]) -> SavedCard:
    """A card was typed: of what Stripe tells of it this is kept."""
    card = method.get("card") or {}
    row.state, row.url, row.customer, row.method = "kept", "", customer[:80], str(method["id"])[:80]
    row.brand, row.last4 = str(card.get("brand") or "")[:20], str(card.get("last4") or "")[-4:]
    row.exp_month, row.exp_year = card.get("exp_month"), card.get("exp_year")
    db.session.flush()
    return row


def of_method(method: str) -> SavedCard | None:
    """The one that Stripe calls so."""
    return db.session.scalars(select(SavedCard).where(SavedCard.method == method)).one_or_none()


def heard(key: str) -> None:
    """Stripe told something of the page with that key: it is asked how it stands."""
    row = db.session.scalars(select(SavedCard).where(SavedCard.key == key)).one_or_none()
    if row is not None and row.state in OPEN:
        jobs.later("saved_cards.check", row.id, key=f"card:{row.id}")


def over(row: SavedCard) -> None:
    """Nobody typed a card there."""
    if row.state in OPEN:
        row.state, row.url = "over", ""


def drop(row: SavedCard) -> None:
    """Nobody may charge it any more: Stripe is told, and nothing of it stays here."""
    page = row.stripe_id if row.state in OPEN else ""
    if row.customer or row.method or page:
        jobs.later("saved_cards.forget", row.mode, row.customer, row.method or "", page or "")
    row.state, row.url, row.customer, row.method, row.brand, row.last4 = "gone", "", "", None, "", ""
    row.exp_month = row.exp_year = row.contact_id = None
    db.session.flush()


def waiting() -> Select[SavedCard]:
    """Those that are not charged since a restore."""
    return select(SavedCard).where(SavedCard.state == "held").order_by(SavedCard.id)


def release(*, by: Any) -> None:
    """An owner says that no other place charges them: they pay again."""
    for row in db.session.scalars(waiting()).all():
        row.state = "kept"
    journal.write("cards.released", by=by)


def hold(connection: Connection) -> int:
    """After a restore no card is charged by itself: where the backup was taken it may be charged too."""
    if not inspect(connection).has_table(SavedCard.__tablename__):  # a backup from before there were any
        return 0
    mine = SavedCard.state == "kept", SavedCard.mode != "practice"
    return int(connection.execute(update(SavedCard).where(*mine).values(state="held")).rowcount)


held.after_restore("saved cards", hold)


def init_app(_app: object) -> None:
    """Say how the journal tells it."""
    journal.kind("cards.released", _l("Let saved cards be charged again after a restore"))
