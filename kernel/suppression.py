"""Who may not be written to: keyed hashes of addresses that survive the person's deletion."""

from datetime import datetime

from sqlalchemy import String, UniqueConstraint, delete, select
from sqlalchemy.orm import Mapped, mapped_column

from kernel import clock, signing
from kernel.db import Base, db, pk
from kernel.tenancy import TenantOwned

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


def add(address: str, scope: str, reason: str) -> None:
    """Stop writing to an address; the first reason stays."""
    if scope not in SCOPES:
        raise ValueError(f"{scope} is no scope")
    if not _rows(address, (scope,)):
        db.session.add(Suppression(address_hmac=fingerprint(address), scope=scope, reason=reason[:80]))
        db.session.flush()


def blocks(address: str, scope: str = "all") -> bool:
    """Whether a letter of that scope may not go there; what stops all stops marketing too."""
    return bool(_rows(address, ("all",) if scope == "all" else SCOPES))


def lift(address: str, scope: str) -> None:
    """Allow writing again, because the person asked for it."""
    db.session.execute(
        delete(Suppression).where(Suppression.address_hmac == fingerprint(address), Suppression.scope == scope)
    )


def _rows(address: str, scopes: tuple[str, ...]) -> list[int]:
    mine = Suppression.address_hmac == fingerprint(address)
    return list(db.session.scalars(select(Suppression.id).where(mine, Suppression.scope.in_(scopes))))
