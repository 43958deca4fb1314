"""Visitors: browsers that allowed to be recognised; without consent there is no row and no cookie."""

import hashlib
from collections.abc import Callable
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import String, UniqueConstraint, and_, bindparam, or_, select
from sqlalchemy.orm import Mapped, mapped_column

from crm import facts, picks, tastes
from crm.contacts import Contact
from crm.picks import Pick
from kernel import beside, clock, rows, signing
from kernel.db import Base, db, pk, ref
from kernel.tenancy import TenantOwned

_adopting: list[Callable[["Visitor", Contact], None]] = []

OURS = ("id", "contact_id", "arm", "country")  # what pages ask of a browser
THEIRS = ("id", "country")  # and of the contact whose it is
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


class Met(NamedTuple):
    """A browser that came back, whose it is, and what is kept for them while it is good."""

    visitor: Visitor
    contact: Contact | None
    kept: picks.Told | None


def met(token: str) -> Met | None:
    """The visitor whose cookie this is, with all that a page asks of them in one question."""
    if not token:
        return None
    found = beside.plain(_met(), hash=signing.digest(token))
    if not found:
        return None
    row = found[0]
    ours, theirs = len(OURS), len(OURS) + len(THEIRS)
    visitor, rest = rows.loaded(Visitor, row[:ours], OURS), row[theirs:]
    contact = rows.loaded(Contact, row[ours:theirs], THEIRS) if row[ours] is not None else None
    return Met(visitor, contact, picks.fresh(*rest))


@lru_cache
def _met() -> Any:
    """Asked beside the guard between tenants, so it names the tenant itself, and leaves out who lies in the bin."""
    mine: Any = bindparam("tenant")
    ours, theirs = ([getattr(cls, name) for name in names] for cls, names in ((Visitor, OURS), (Contact, THEIRS)))
    there = and_(Contact.id == Visitor.contact_id, Contact.tenant_id == mine, Contact.binned_at.is_(None))
    whose = or_(
        and_(Pick.contact_id == Visitor.contact_id), and_(Pick.visitor_id == Visitor.id, Visitor.contact_id.is_(None))
    )
    return (
        select(*ours, *theirs, Pick.made_at, Pick.told).select_from(Visitor).outerjoin(Contact, there)
        .outerjoin(Pick, and_(Pick.tenant_id == mine, whose))
        .where(Visitor.token_hash == bindparam("hash"), Visitor.tenant_id == mine)
    )  # fmt: skip


def adopt(visitor: Visitor | None, contact: Contact) -> None:
    """Say that this browser is that contact's, who proved it, with what it did, likes and answered before."""
    if visitor is None:
        return
    attribute(visitor, contact)
    tastes.adopt(visitor, contact)
    picks.clear_all([contact.id], [visitor.id])
    for verb in _adopting:
        verb(visitor, contact)


def attribute(visitor: Visitor | None, contact: Contact) -> None:
    """Count what this browser did as that contact's who did not log in there: likes and answers stay its own."""
    if visitor is None or visitor.contact_id == contact.id:
        return
    visitor.contact_id = contact.id
    facts.adopt(visitor, contact)
    picks.clear_all([contact.id], [visitor.id])


def on_adopting(verb: Callable[[Visitor, Contact], None]) -> None:
    """Have `verb(visitor, contact)` run when a browser is found to be somebody's."""
    if verb not in _adopting:
        _adopting.append(verb)


def forget(visitor: Visitor) -> None:
    """Forget a browser that took its consent back: what it did and liked goes, and nobody can be it again."""
    tastes.drop(visitor)
    visitor.token_hash = signing.digest(signing.token())
