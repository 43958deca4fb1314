"""Visitors: browsers that allowed to be recognised; without consent there is no row and no cookie."""

import hashlib
from collections.abc import Callable
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import String, UniqueConstraint, bindparam, select
from sqlalchemy.orm import Mapped, mapped_column

from crm import facts, tastes
from crm.contacts import Contact
from kernel import clock, signing
from kernel.db import Base, db, pk, ref
from kernel.tenancy import TenantOwned

_adopting: list[Callable[["Visitor", Contact], None]] = []

HOLD_OUT = 10  # percent of visitors who always see the page without suggestions


class Visitor(TenantOwned, Base):
    """A browser of one shop; adopted by a contact when they order, book, write or log in."""

    __tablename__ = "visitor"
    __extra__ = (UniqueConstraint("tenant_id", "token_hash"),)
    id: Mapped[int] = pk()
    token_hash: Mapped[str] = mapped_column(String(64))
    contact_id: Mapped[int | None] = ref("contact")
    arm: Mapped[str] = mapped_column(String(12), default="shown")  # shown | held_out, fixed for ever
    country: Mapped[str] = mapped_column(String(2), default="")
    language: Mapped[str] = mapped_column(String(8), default="")
    referrer: Mapped[str] = mapped_column(String(253), default="")  # host that sent them first
    first_seen: Mapped[datetime] = mapped_column(default=clock.now)
    last_seen: Mapped[datetime] = mapped_column(default=clock.now)


def begin(**told: str) -> tuple[Visitor, str]:
    """A new visitor and the secret token for their cookie; only after they allowed it."""
    token = signing.token()
    row = Visitor(token_hash=signing.digest(token), arm=arm_of(token), **told)
    db.session.add(row)
    db.session.flush()
    return row, token


def arm_of(token: str) -> str:
    """Which arm of the permanent hold-out a visitor belongs to, by hash: the same for ever."""
    number = int.from_bytes(hashlib.sha256(f"arm|{token}".encode()).digest()[:4])
    return "held_out" if number % 100 < HOLD_OUT else "shown"


def arm(visitor: Visitor | None, contact: Contact | None) -> str:
    """Which arm somebody sees: their browser's, else that of the first browser that was theirs."""
    if visitor is not None:
        return visitor.arm
    if contact is None:
        return "shown"
    first = select(Visitor.arm).where(Visitor.contact_id == contact.id).order_by(Visitor.first_seen, Visitor.id)
    return db.session.scalar(first.limit(1)) or "shown"


def by_token(token: str) -> Visitor | None:
    """The visitor whose cookie this is; whose they are is read with them."""
    if not token:
        return None
    row = db.session.execute(_by_token(), {"hash": signing.digest(token)}).first()
    if row is None:
        return None
    found: Visitor = row[0]
    db.session().info["owner"] = row[1]  # held: a session lets go of rows that nobody holds
    return found


@lru_cache
def _by_token() -> Any:
    """Built once: every page of a recognised browser asks it."""
    whole = select(Visitor, Contact).outerjoin(Contact, Contact.id == Visitor.contact_id)
    return whole.where(Visitor.token_hash == bindparam("hash"))


def adopt(visitor: Visitor | None, contact: Contact) -> None:
    """Say that this browser is that contact's, with what it did before."""
    if visitor is None or visitor.contact_id == contact.id:
        return
    visitor.contact_id = contact.id
    facts.adopt(visitor, contact)
    tastes.adopt(visitor, contact)
    for verb in _adopting:
        verb(visitor, contact)


def on_adopting(verb: Callable[[Visitor, Contact], None]) -> None:
    """Have `verb(visitor, contact)` run when a browser is found to be somebody's."""
    if verb not in _adopting:
        _adopting.append(verb)


def forget(visitor: Visitor) -> None:
    """Forget a browser that took its consent back: what it did and liked goes, and nobody can be it again."""
    tastes.drop(visitor)
    visitor.token_hash = signing.digest(signing.token())
