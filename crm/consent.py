"""Consent: who allowed what, when, by which words; the newest row of a purpose counts."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Index, Select, String, false, func, or_, select, true, update
from sqlalchemy.orm import Mapped, aliased, mapped_column

from crm import visitors
from crm.contacts import Contact
from crm.visitors import Visitor
from kernel import clock
from kernel.db import Base, db, pk, ref
from kernel.tenancy import TenantOwned

PURPOSES = ("marketing", "whatsapp", "behaviour")  # news by e-mail, news by WhatsApp, remembering what they do
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
    return next(iter(answers(who, purpose, 1)), None) if who is not None else None


def answers(who: Contact | Visitor, purpose: str, most: int) -> Sequence[Consent]:
    """Their last answers, the newest first."""
    mine = Consent.contact_id == who.id if isinstance(who, Contact) else Consent.visitor_id == who.id
    return db.session.scalars(_newest_first(Consent, mine, purpose).limit(most)).all()


def newest_of(contact_ids: Iterable[int], purpose: str) -> dict[int, Consent]:
    """The answers that count of these contacts, by contact; who never was asked is not there."""
    mine = select(Consent).where(Consent.contact_id.in_(set(contact_ids)), *_counting(purpose))
    return {row.contact_id or 0: row for row in db.session.scalars(mine)}


def allowing(purpose: str) -> Select[Any]:
    """The ids of the contacts whose newest answer is a yes."""
    return select(Consent.contact_id).where(Consent.contact_id.is_not(None), Consent.given, *_counting(purpose))


def _counting(purpose: str) -> tuple[ColumnElement[bool], ...]:
    """The conditions of an answer that counts: its contact gave no newer one."""
    later = aliased(Consent)
    same = later.contact_id == Consent.contact_id, later.purpose == Consent.purpose
    newer = select(later.id).where(*same, later.id > Consent.id)
    return Consent.purpose == purpose, ~newer.exists()


def last(contact_id: Any, purpose: str) -> ColumnElement[bool]:
    """In SQL: the newest answer of the contact of that column, NULL when they were never asked."""
    return _last(Consent.contact_id == contact_id, purpose)


def given(contact_id: Any, purpose: str) -> ColumnElement[bool]:
    """In SQL: whether the newest answer of the contact of that column is a yes; silence is no."""
    return _yes(Consent.contact_id == contact_id, purpose)


def given_by_browser(visitor_id: Any, purpose: str) -> ColumnElement[bool]:
    """The same of the browser of that column."""
    return _yes(Consent.visitor_id == visitor_id, purpose)


def remembered(who: Contact | Visitor) -> bool:
    """Whether we may learn from what they do: their own newest answer, else that of a browser that is theirs."""
    return allows(who, "behaviour") if isinstance(who, Visitor) else bool(db.session.scalar(select(remembers(who.id))))


def all_remembered(whom: Sequence[Contact | Visitor]) -> list[Contact | Visitor]:
    """Those of them of whom `remembered` says so, in one look at each kind."""
    ids: dict[type[Contact | Visitor], set[int]] = {Contact: set(), Visitor: set()}
    for who in whom:
        ids[type(who)].add(who.id)
    own = {Contact: remembers(Contact.id), Visitor: given_by_browser(Visitor.id, "behaviour")}
    asked = {cls: select(cls.id).where(cls.id.in_(some), own[cls]) for cls, some in ids.items() if some}
    said = {cls: set(db.session.scalars(question)) for cls, question in asked.items()}
    return [who for who in whom if who.id in said[type(who)]]


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
    return _newest_first(Consent.given, mine, purpose).limit(1).scalar_subquery()


def _newest_first(what: Any, mine: ColumnElement[bool], purpose: str) -> Select[Any]:
    return select(what).where(mine, Consent.purpose == purpose).order_by(Consent.id.desc())


def allows(who: Contact | Visitor | None, purpose: str) -> bool:
    """Whether they allowed it; silence is no."""
    row = newest(who, purpose)
    return row is not None and row.given


def adopt(visitor: Visitor, contact: Contact) -> None:
    """What a browser answered before anybody knew whose it is was answered by the contact it belongs to."""
    orphans = update(Consent).where(Consent.visitor_id == visitor.id, Consent.contact_id.is_(None))
    db.session.execute(orphans.values(contact_id=contact.id))


visitors.on_adopting(adopt)
