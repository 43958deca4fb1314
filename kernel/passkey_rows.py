"""Passkeys that are kept: whose, what their owner calls them, the public half, and when they were used last."""

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import ForeignKey, String, Text, delete, select
from sqlalchemy.orm import Mapped, mapped_column

from kernel import clock, signing
from kernel.db import Base, db, pk

UNDO = timedelta(minutes=30)  # how long a removal can be taken back


class Passkey(Base):
    """A key that a phone, a computer or a stick keeps for somebody; only its public half is here."""

    __tablename__ = "passkey"
    id: Mapped[int] = pk()
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    token: Mapped[str] = mapped_column(String(32), unique=True, default=signing.token)  # names it in addresses
    name: Mapped[str] = mapped_column(String(60))
    credential: Mapped[str] = mapped_column(String(1400), unique=True)  # its id, base64url: at most 1023 bytes
    public_key: Mapped[str] = mapped_column(Text)  # COSE, base64url
    handle: Mapped[str] = mapped_column(
        String(64)
    )  # what the authenticator calls the account; random, the same for all
    sign_count: Mapped[int] = mapped_column(default=0)  # of its last answer; 0: it does not count
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    used_at: Mapped[datetime | None]
    copied_at: Mapped[datetime | None]  # since when it opens nothing: two devices answered with it
    removed_at: Mapped[datetime | None]


def of(account_id: int) -> list[Passkey]:
    """The passkeys of an account, the oldest first."""
    rows = select(Passkey).where(Passkey.account_id == account_id, Passkey.removed_at.is_(None))
    return list(db.session.scalars(rows.order_by(Passkey.id)))


def names(account_id: int) -> str:
    """What the passkeys that open an account are called, for a sentence; '' without any."""
    return ", ".join(row.name for row in of(account_id) if row.copied_at is None)


def holders(account_ids: Collection[int]) -> set[int]:
    """Which of those accounts a passkey opens."""
    rows = select(Passkey.account_id).where(Passkey.account_id.in_(account_ids))
    return set(db.session.scalars(rows.where(Passkey.removed_at.is_(None), Passkey.copied_at.is_(None))))


def forget(account_id: int, *, since: datetime, token: str) -> None:
    """End what was added from a moment on, and the one of that token."""
    late = (Passkey.created_at >= since) | (Passkey.token == token)
    db.session.execute(delete(Passkey).where(Passkey.account_id == account_id, late))


def sweep() -> None:
    """Forget what was removed and can be taken back no longer."""
    db.session.execute(delete(Passkey).where(Passkey.removed_at < clock.now() - UNDO))
