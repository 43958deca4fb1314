"""Who may not be written to: keyed hashes of addresses that survive the person's deletion."""

from collections.abc import Collection, Iterable
from datetime import datetime

from sqlalchemy import String, UniqueConstraint, delete, select, update
from sqlalchemy.orm import Mapped, mapped_column

from kernel import clock, signing, tenancy
from kernel.db import Base, db, pk, upsert
from kernel.tenancy import TenantOwned

IMPORT = "import:"  # how the reason begins of what a file stopped
SCOPES = ("all", "marketing")  # `all`: the mailbox does not exist or complained; `marketing`: unsubscribed


class Suppression(TenantOwned, Base):
    """An address that may not be written to, within a scope, and why."""

    __tablename__ = "suppression"
    __extra__ = (UniqueConstraint("tenant_id", "address_hmac", "scope"),)
    id: Mapped[int] = pk()
    address_hmac: Mapped[str] = mapped_column(String(64))
    scope: Mapped[str] = mapped_column(String(12))
    reason: Mapped[str] = mapped_column(String(80), default="")
    at: Mapped[datetime] = mapped_column(default=clock.now)


def fingerprint(address: str) -> str:
    """What is kept of an address."""
    return signing.fingerprint("suppression", address.strip().lower())


def fingerprints(addresses: Iterable[str]) -> list[str]:
    """The same of many at once."""
    return signing.fingerprints("suppression", (address.strip().lower() for address in addresses))


def add(address: str, scope: str, reason: str) -> None:
    """Stop writing to an address; the first reason stays, but that of a file, which can be taken back."""
    stop(fingerprint(address), scope, reason)


def stop(mark: str, scope: str, reason: str) -> bool:
    """The same for an address of which only the fingerprint is left; False when it was stopped before."""
    if scope not in SCOPES:
        raise ValueError(f"{scope} is no scope")
    row = {"tenant_id": tenancy.current(), "address_hmac": mark, "scope": scope, "reason": reason[:80]}
    written = upsert(Suppression).values(**row).on_conflict_do_nothing().returning(Suppression.id)
    new = db.session.execute(written).scalar() is not None
    if not new and not reason.startswith(IMPORT):
        mine = Suppression.address_hmac == mark, Suppression.scope == scope, Suppression.reason.startswith(IMPORT)
        db.session.execute(update(Suppression).where(*mine).values(reason=reason[:80]))
    return new


def blocks(address: str, scope: str = "all") -> bool:
    """Whether a letter of that scope may not go there; what stops all stops marketing too."""
    return stopped(fingerprint(address), scope)


def stopped(mark: str, scope: str = "all") -> bool:
    """The same for a fingerprint."""
    scopes = ("all",) if scope == "all" else SCOPES
    mine = Suppression.address_hmac == mark, Suppression.scope.in_(scopes)
    return db.session.scalar(select(Suppression.id).where(*mine).limit(1)) is not None


def lift(address: str, scope: str) -> None:
    """Allow writing again, because the person asked for it."""
    release(fingerprint(address), scope)


def release(mark: str, scope: str, *, reasons: Collection[str] = ()) -> None:
    """The same for a fingerprint; with `reasons` only when it is stopped for one of them."""
    mine = [Suppression.address_hmac == mark, Suppression.scope == scope]
    if reasons:
        mine.append(Suppression.reason.in_(reasons))
    db.session.execute(delete(Suppression).where(*mine))
