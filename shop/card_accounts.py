"""Card accounts: a tenant's own keys for taking cards, test and live apart, sealed; which of them is used."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import CheckConstraint, String, Text, UniqueConstraint, select

from kernel import clock, jobs, journal, sealing, tenancy
from kernel.db import Base, Mapped, db, mapped_column, pk
from kernel.i18n import _l
from kernel.refusal import Refusal
from kernel.tenancy import TenantOwned
from shop import card_amounts, card_sessions, payment_methods
from shop.payment_methods import PaymentMethod

if TYPE_CHECKING:
    from kernel.accounts import Account

MODES = {"live": _l("Live"), "test": _l("Test")}
PRACTICE = "practice"
CODE = "card"
LABEL = {"es": "Tarjeta", "en": "Card"}
SEEN_EVERY = 60  # seconds between two notes that a webhook came


class NotAKey(Refusal):
    """What was typed cannot be a secret key of that mode."""

    message = _l("A secret key of this mode begins with %(start)s. Copy it from Stripe: Developers, API keys.")


class PublishableKey(Refusal):
    """The other key of the pair."""

    message = _l("This is the publishable key. Copy the secret one, which begins with %(start)s.")


class OtherMode(Refusal):
    """A key of the other mode."""

    message = _l("This key is of the other mode: here goes one that begins with %(start)s.")


class NotASigningSecret(Refusal):
    """What was typed cannot sign webhooks."""

    message = _l("The signing secret begins with whsec_. Stripe shows it on the page of the webhook.")


class NotCharging(Refusal):
    """The account may not charge."""

    message = _l("Stripe does not let this account charge yet: finish its activation in Stripe, then come back.")


class CardAccount(TenantOwned, Base):
    """The keys of one mode; only the last signs of them may be shown."""

    __tablename__ = "card_account"
    __extra__ = (
        UniqueConstraint("tenant_id", "mode"),
        CheckConstraint("mode IN ('live', 'test')", name="mode"),
    )
    id: Mapped[int] = pk()
    mode: Mapped[str] = mapped_column(String(8))
    sealed_key: Mapped[str] = mapped_column(Text)
    sealed_hook: Mapped[str] = mapped_column(Text, default="")
    key_end: Mapped[str] = mapped_column(String(4))
    hook_end: Mapped[str] = mapped_column(String(4), default="")
    stripe_id: Mapped[str] = mapped_column(String(80))
    title: Mapped[str] = mapped_column(String(160), default="")  # as the account is called in Stripe
    country: Mapped[str] = mapped_column(String(2), default="")
    charges: Mapped[bool] = mapped_column(default=True)
    used: Mapped[bool] = mapped_column(default=False)
    checked_at: Mapped[datetime] = mapped_column(default=clock.now)
    hook_seen_at: Mapped[datetime | None]
    events_at: Mapped[datetime] = mapped_column(default=clock.now)  # how far the list of events was read

    @property
    def secret(self) -> str:
        """The secret key; it goes to Stripe and nowhere else."""
        return sealing.unseal(_purpose("key", self.mode), self.sealed_key)

    @property
    def hook_secret(self) -> str:
        """What signs its webhooks, or ''."""
        return sealing.unseal(_purpose("hook", self.mode), self.sealed_hook) if self.sealed_hook else ""


def _purpose(what: str, mode: str) -> str:
    return f"card|{what}|{tenancy.current()}|{mode}"


def every() -> Sequence[CardAccount]:
    """The accounts that were entered, the live one first."""
    return db.session.scalars(select(CardAccount).order_by(CardAccount.mode)).all()


def of(mode: str) -> CardAccount | None:
    """The account of a mode."""
    return db.session.scalars(select(CardAccount).where(CardAccount.mode == mode)).one_or_none()


def used() -> CardAccount | None:
    """The account that charges now."""
    return db.session.scalars(select(CardAccount).where(CardAccount.used)).one_or_none()


def offered(*, practice: bool) -> bool:
    """Whether a buyer can pay by card: rehearsals need no account."""
    if practice:
        return True
    row = used()
    return row is not None and (row.mode == "test" or row.charges)


def check_key(mode: str, key: str) -> str:
    """The key as it was typed, when it can be one of that mode; raises the sentence that helps."""
    key, start = key.strip(), f"sk_{mode}_"
    if key.startswith("pk_"):
        raise PublishableKey(start=start)
    other = "test" if mode == "live" else "live"
    if key.startswith((f"sk_{other}_", f"rk_{other}_")):
        raise OtherMode(start=start)
    if not key.startswith((start, f"rk_{mode}_")) or not key.isascii() or not 16 <= len(key) <= 255 or " " in key:
        raise NotAKey(start=start)
    return key


def check_hook(secret: str) -> str:
    """The signing secret as it was typed."""
    secret = secret.strip()
    if secret and (not secret.startswith("whsec_") or not secret.isascii() or not 12 <= len(secret) <= 255):
        raise NotASigningSecret()
    return secret


def keep(mode: str, key: str, hook: str, told: dict[str, Any], *, by: "Account") -> CardAccount:
    """Keep keys whose account Stripe has told; an empty one stays what it was. Refused when it cannot sell."""
    currency = tenancy.tenant().currency
    if currency not in card_amounts.CURRENCIES:
        raise card_amounts.NotInStripe(currency=currency)
    if mode == "live" and not told.get("charges_enabled"):
        raise NotCharging()
    row = of(mode) or CardAccount(mode=mode, used=used() is None)
    if key:
        row.sealed_key, row.key_end = sealing.seal(_purpose("key", mode), key), key[-4:]
    if hook:
        row.sealed_hook, row.hook_end, row.hook_seen_at = sealing.seal(_purpose("hook", mode), hook), hook[-4:], None
    _describe(row, told)
    db.session.add(row)
    db.session.flush()
    method()
    journal.write("cards.kept", by=by, data={"mode": mode})
    tenancy.touch()
    return row


def _describe(row: CardAccount, told: dict[str, Any]) -> None:
    stripe_id = str(told.get("id", ""))[:80]
    if row.stripe_id != stripe_id:
        row.events_at = clock.now()  # another account: its past is none of ours
    row.stripe_id, row.charges = stripe_id, bool(told.get("charges_enabled"))
    row.country = str(told.get("country") or "")[:2].upper()
    shown = ((told.get("settings") or {}).get("dashboard") or {}).get("display_name")
    row.title = str(shown or (told.get("business_profile") or {}).get("name") or "")[:160]
    row.checked_at = clock.now()


def method() -> PaymentMethod:
    """The way to pay by card, made when it is not there yet; offered as soon as an account is used."""
    known = db.session.scalars(select(PaymentMethod).where(PaymentMethod.kind == "card").limit(1)).first()
    if known is not None:
        return known
    spoken = {
        code: text for code, text in LABEL.items() if code in {tenancy.tenant().language, *tenancy.tenant().languages}
    }
    row = payment_methods.blank("card", spoken or dict(LABEL))
    row.code, row.position = CODE if payment_methods.named(CODE) is None else "stripe", 5
    db.session.add(row)
    db.session.flush()
    return row


def use(mode: str, *, by: "Account") -> None:
    """Charge with the account of that mode from now on."""
    wanted = of(mode)
    if wanted is None:
        raise Refusal(_l("Enter the keys of this mode first."))
    for row in every():
        row.used = row is wanted
    for order_id in card_sessions.open_but(mode):  # nobody pays in earnest on a page for trying out, nor the other way
        jobs.later("cards.close", order_id, key=f"close:{order_id}")
    journal.write("cards.used", by=by, data={"mode": mode})
    tenancy.touch()


def remove(mode: str, *, by: "Account") -> None:
    """Forget the keys of a mode; what they charged stays written."""
    row = of(mode)
    if row is not None:
        db.session.delete(row)
        db.session.flush()
        journal.write("cards.removed", by=by, data={"mode": mode})
        tenancy.touch()


def heard(mode: str) -> None:
    """Note that a signed webhook came."""
    row, now = of(mode), clock.now()
    if row and (row.hook_seen_at is None or (now - row.hook_seen_at).total_seconds() > SEEN_EVERY):
        row.hook_seen_at = now


def init_app(_app: object) -> None:
    """Offer cards where they work; say how the journal tells it."""
    payment_methods.ready("card", lambda practice: offered(practice=practice))
    journal.kind("cards.kept", _l("Entered the keys for cards (%(mode)s)"), {"mode": MODES})
    journal.kind("cards.used", _l("Chose the keys for cards (%(mode)s)"), {"mode": MODES})
    journal.kind("cards.removed", _l("Removed the keys for cards (%(mode)s)"), {"mode": MODES})
