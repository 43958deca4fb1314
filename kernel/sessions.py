"""Who is logged in: a session is a row; the cookie holds a random id and the row only its hash."""

from datetime import datetime, timedelta

from sqlalchemy import ForeignKey, Index, String, delete, select
from sqlalchemy.orm import Mapped, mapped_column

from kernel import clock, signing
from kernel.db import Base, db, pk

LIFE = {"staff": timedelta(days=30), "shopper": timedelta(days=180)}


class Subject:
    """Somebody who may have sessions: what Flask-Login asks of the one who is here."""

    is_authenticated = True
    is_active = True
    is_anonymous = False


class Session(Base):
    """A log-in of somebody on one device; `kind` says whose id `subject_id` is."""

    __tablename__ = "session"
    __table_args__ = (Index("ix_session_subject", "kind", "subject_id"),)
    id: Mapped[int] = pk()
    kind: Mapped[str] = mapped_column(String(8))  # staff | shopper
    subject_id: Mapped[int]  # an account's id, or a contact's
    tenant_id: Mapped[int | None] = mapped_column(ForeignKey("tenant.id"), index=True)  # None: staff, of any shop
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    epoch: Mapped[int] = mapped_column(default=1)  # the subject's at the time; another one now ends the session
    device: Mapped[str] = mapped_column(String(160), default="")  # what the browser said it is
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    proved_at: Mapped[datetime | None]  # since when more than a password says whose it is: a code, a passkey
    expires_at: Mapped[datetime] = mapped_column(index=True)


def start(
    kind: str, subject_id: int, tenant_id: int | None = None, *, epoch: int = 1, device: str = "", proved: bool = False
) -> str:
    """Write a session and give the cookie's value, which nobody can read again; `proved`: not by a password alone."""
    cookie = signing.token() + signing.token()
    row = Session(kind=kind, subject_id=subject_id, tenant_id=tenant_id, epoch=epoch, device=device[:160])
    row.token_hash, row.expires_at = signing.digest(cookie), clock.now() + LIFE[kind]
    row.proved_at = clock.now() if proved else None
    db.session.add(row)
    return cookie


def find(kind: str, cookie: str, tenant_id: int | None = None) -> Session | None:
    """The running session of that kind (and shop) behind a cookie; the caller compares the epoch."""
    if not cookie or len(cookie) > 100:
        return None
    row = db.session.scalar(select(Session).where(Session.token_hash == signing.digest(cookie)))
    fits = row is not None and (row.kind, row.tenant_id) == (kind, tenant_id) and row.expires_at > clock.now()
    return row if fits else None


def of(kind: str, subject_id: int) -> list[Session]:
    """The running sessions of somebody, the newest first."""
    rows = select(Session).where(Session.kind == kind, Session.subject_id == subject_id)
    return list(db.session.scalars(rows.where(Session.expires_at > clock.now()).order_by(Session.id.desc())))


def end(kind: str, cookie: str) -> None:
    """End the session behind a cookie."""
    db.session.execute(delete(Session).where(Session.kind == kind, Session.token_hash == signing.digest(cookie)))


def end_all(kind: str, subject_id: int, *, keep: Session | None = None) -> None:
    """End every session of somebody, but `keep`."""
    ending = delete(Session).where(Session.kind == kind, Session.subject_id == subject_id)
    db.session.execute(ending.where(Session.id != keep.id) if keep is not None else ending)


def sweep() -> None:
    """Forget what has expired."""
    db.session.execute(delete(Session).where(Session.expires_at < clock.now()))
