"""Links in letters: reset, confirm, invitation, change of address and its way back, a shopper's way in, a sign-up; and
between the two steps of a log-in; what passkeys are asked.

Hashed, and used once.
"""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ForeignKey, String, delete, select, update
from sqlalchemy.orm import Mapped, mapped_column

from kernel import clock, signing
from kernel.db import Base, db, pk
from kernel.i18n import _l
from kernel.refusal import Gone

LIFE = {
    "reset": timedelta(hours=1),
    "confirm": timedelta(days=7),
    "email": timedelta(hours=24),
    "back": timedelta(days=7),
    "second": timedelta(minutes=10),
    "passkey": timedelta(minutes=5),
    "new_passkey": timedelta(minutes=5),
    "invitation": timedelta(days=7),
    "shopper": timedelta(minutes=30),
    "subscribe": timedelta(days=7),
}


class Expired(Gone):
    """The link was used, replaced or is too old."""

    message = _l("This link has been used or has expired. Ask for a new one.")


class WayBackOver(Expired):
    """The way back to an address is closed, and nobody can ask for another one."""

    message = _l("This link worked once, for seven days, and that is over. If it was not you who changed the address, "
                 "write to whoever runs this site.")  # fmt: skip


OVER = {"back": WayBackOver}  # what is said instead


class Token(Base):
    """A right to do one thing once, for whoever holds the link."""

    __tablename__ = "token"
    id: Mapped[int] = pk()
    purpose: Mapped[str] = mapped_column(String(16))
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"), index=True)
    tenant_id: Mapped[int | None] = mapped_column(ForeignKey("tenant.id"), index=True)
    email: Mapped[str] = mapped_column(String(320), default="")
    data: Mapped[dict[str, Any]] = mapped_column(default=dict)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    expires_at: Mapped[datetime] = mapped_column(index=True)
    used_at: Mapped[datetime | None]


def end(purpose: str) -> datetime:
    """Until when a token of that purpose is good that is made now."""
    return clock.now() + LIFE[purpose]


def fresh() -> str:
    """A random name for a row in addresses."""
    return signing.token()


def make(
    purpose: str,
    *,
    email: str,
    account_id: int | None = None,
    tenant_id: int | None = None,
    data: dict[str, Any] | None = None,
    beside: bool = False,
) -> str:
    """Write a token and give what goes into the letter; older ones of that purpose and person end, unless `beside`."""
    if not beside:
        forget(purpose, account_id=account_id, tenant_id=tenant_id, email=email)
    secret = signing.token()
    row = Token(purpose=purpose, email=email, account_id=account_id, tenant_id=tenant_id, data=data or {})
    row.token_hash, row.expires_at = signing.digest(secret), end(purpose)
    db.session.add(row)
    return secret


def known(purpose: str, secret: str) -> Token | None:
    """The token behind a link, open or over."""
    return db.session.scalar(select(Token).where(Token.token_hash == signing.digest(secret), Token.purpose == purpose))


def read(purpose: str, secret: str) -> Token:
    """The open token behind a link; raises Expired (410) for any other."""
    row = known(purpose, secret)
    if row is None or row.used_at is not None or row.expires_at <= clock.now():
        raise OVER.get(purpose, Expired)()
    return row


def use(purpose: str, secret: str) -> Token:
    """Use a token up; of two at once only one gets it."""
    row = read(purpose, secret)
    taken = db.session.execute(
        update(Token)
        .where(Token.id == row.id, Token.used_at.is_(None))
        .values(used_at=clock.now())
        .execution_options(synchronize_session=False)
    )
    if taken.rowcount != 1:  # type: ignore[attr-defined]
        raise OVER.get(purpose, Expired)()
    return row


def spend(secret: str) -> None:
    """End what is behind a secret, whatever it is for."""
    db.session.execute(delete(Token).where(Token.token_hash == signing.digest(secret)))


def forget(
    purpose: str, *, account_id: int | None = None, tenant_id: int | None = None, email: str | None = None
) -> None:
    """End what is open of that purpose for that person (and shop)."""
    ending = delete(Token).where(Token.purpose == purpose)
    if account_id is not None:
        ending = ending.where(Token.account_id == account_id)
    elif email is not None:
        ending = ending.where(Token.email == email, Token.account_id.is_(None))
    if tenant_id is not None:
        ending = ending.where(Token.tenant_id == tenant_id)
    db.session.execute(ending)


def forget_after(row: Token) -> None:
    """End what was made later of the same purpose for the same person."""
    same = Token.purpose == row.purpose, Token.account_id == row.account_id
    db.session.execute(delete(Token).where(*same, Token.id > row.id))


def open_of(purpose: str, tenant_id: int) -> list[Token]:
    """The open tokens of one purpose in one shop, the newest first."""
    rows = select(Token).where(Token.purpose == purpose, Token.tenant_id == tenant_id, Token.used_at.is_(None))
    return list(db.session.scalars(rows.where(Token.expires_at > clock.now()).order_by(Token.id.desc())))


def sweep() -> None:
    """Forget what has expired."""
    db.session.execute(delete(Token).where(Token.expires_at < clock.now()))
