"""Consent: who allowed what, when, by which words; the newest row of a purpose counts."""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Index, String, false, func, or_, select, true, update
from sqlalchemy.orm import Mapped, mapped_column

from crm import visitors
from crm.contacts import Contact
from crm.visitors import Visitor
from kernel import clock
from kernel.db import Base, db, pk, ref
from kernel.tenancy import TenantOwned

PURPOSES = ("marketing", "behaviour")
TEXT_VERSION = "2026-11"  # moves when the words of banner or form change


class Consent(TenantOwned, Base):
    """One answer of a person: kept for ever as the proof of who, when, how."""

    __tablename__ = "consent"
    __extra__ = (Index("ix_consent_contact", "tenant_id", "contact_id", "purpose", "id"),)
    id: Mapped[int] = pk()
    contact_id: Mapped[int | None] = ref("contact")
    visitor_id: Mapped[int | None] = ref("visitor")
    purpose: Mapped[str] = mapped_column(String(20))
    given: Mapped[bool]
    at: Mapped[datetime] = mapped_column(default=clock.now)
    text_version: Mapped[str] = mapped_column(String(40), default=TEXT_VERSION)
    form: Mapped[str] = mapped_column(String(80), default="")  # where it was asked: checkout, banner, import…
    ip: Mapped[str] = mapped_column(String(45), default="")


def record(
    who: Contact | Visitor, purpose: str, given: bool, *, form: str, ip: str = "", version: str = TEXT_VERSION,
    contact: Contact | None = None,
) -> Consent:  # fmt: skip
    """Keep an answer; `version` is that of the words they read, `contact` who is logged in at that browser."""
    if purpose not in PURPOSES:
        raise ValueError(f"{purpose} is no purpose")
    row = Consent(purpose=purpose, given=given, form=form[:80], ip=ip[:45], text_version=version[:40])
    if isinstance(who, Contact):
        row.contact_id = who.id
    else:
        row.visitor_id = who.id
        row.contact_id = contact.id if contact is not None else None
    db.session.add(row)
    db.session.flush()
    return row


def newest(who: Contact | Visitor | None, purpose: str) -> Consent | None:
    """The answer that counts, or None when it was never asked."""
    if who is None:
        return None
    mine = Consent.contact_id == who.id if isinstance(who, Contact) else Consent.visitor_id == who.id
    return db.session.scalar(
        select(Consent).where(mine, Consent.purpose == purpose).order_by(Consent.id.desc()).limit(1)
    )


def given(contact_id: Any, purpose: str) -> ColumnElement[bool]:
    """In SQL: whether the newest answer of the contact of that column is a yes; silence is no."""
    return _yes(Consent.contact_id == contact_id, purpose)


def given_by_browser(visitor_id: Any, purpose: str) -> ColumnElement[bool]:
    """The same of the browser of that column."""
    return _yes(Consent.visitor_id == visitor_id, purpose)


def remembered(who: Contact | Visitor) -> bool:
    """Whether we may learn from what they do: their own newest answer, else that of a browser that is theirs."""
    own = newest(who, "behaviour")
    if own is not None or isinstance(who, Visitor):
        return own is not None and own.given
    theirs = select(Visitor.id).where(Visitor.contact_id == who.id, given_by_browser(Visitor.id, "behaviour"))
    return db.session.scalar(theirs.limit(1)) is not None


def remembers(contact_id: Any) -> ColumnElement[bool]:
    """In SQL: the same of the contact of that column."""
    theirs = select(Visitor.id).where(Visitor.contact_id == contact_id, given_by_browser(Visitor.id, "behaviour"))
    return func.coalesce(_last(Consent.contact_id == contact_id, "behaviour"), theirs.exists()).is_(true())


def taken_back() -> ColumnElement[bool]:
    """In SQL: whether the browser of that row may be remembered no more: its contact said so, perhaps elsewhere."""
    theirs = or_(Consent.contact_id == Visitor.contact_id, Consent.visitor_id == Visitor.id)
    return _last(theirs, "behaviour").is_(false())


def _yes(mine: ColumnElement[bool], purpose: str) -> ColumnElement[bool]:
    return func.coalesce(_last(mine, purpose), false()).is_(true())


def _last(mine: ColumnElement[bool], purpose: str) -> ColumnElement[bool]:
    """The newest answer of those, NULL when there is none."""
    wanted = select(Consent.given).where(mine, Consent.purpose == purpose)
    return wanted.order_by(Consent.id.desc()).limit(1).scalar_subquery()


def allows(who: Contact | Visitor | None, purpose: str) -> bool:
    """Whether they allowed it; silence is no."""
    row = newest(who, purpose)
    return row is not None and row.given


def adopt(visitor: Visitor, contact: Contact) -> None:
    """What a browser answered before anybody knew whose it is was answered by the contact it belongs to."""
    orphans = update(Consent).where(Consent.visitor_id == visitor.id, Consent.contact_id.is_(None))
    db.session.execute(orphans.values(contact_id=contact.id))


visitors.on_adopting(adopt)
