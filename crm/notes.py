"""Notes: what staff write down about a person or a company, with its day and who wrote it; the newest is read first."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, select
from sqlalchemy.orm import Mapped, mapped_column

from crm.companies import Company
from crm.contacts import Contact
from kernel import clock, journal, signing
from kernel.db import Base, db, pk, ref
from kernel.i18n import _l
from kernel.refusal import Missing, Refusal
from kernel.tenancy import Binnable, TenantOwned

if TYPE_CHECKING:
    from kernel.accounts import Account

LONGEST = 2_000
MOST = 200  # of one person at once


class Empty(Refusal):
    """A note has words."""

    message = _l("Write the note first.")


class Note:
    """What somebody of the staff wrote; never shown in the shop."""

    id: Mapped[int] = pk()
    token: Mapped[str] = mapped_column(String(32), default=signing.token)
    text: Mapped[str] = mapped_column(String(LONGEST))
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"), index=True)
    who: Mapped[str] = mapped_column(String(120), default="")  # their name then
    at: Mapped[datetime] = mapped_column(default=clock.now)
    changed_at: Mapped[datetime | None]


class ContactNote(TenantOwned, Binnable, Note, Base):
    """A note about a person."""

    __tablename__ = "contact_note"
    __extra__ = (
        UniqueConstraint("tenant_id", "token"),
        Index("ix_contact_note_at", "tenant_id", "contact_id", "at"),
    )
    contact_id: Mapped[int] = ref("contact", index=False)


class CompanyNote(TenantOwned, Binnable, Note, Base):
    """A note about a company."""

    __tablename__ = "company_note"
    __extra__ = (
        UniqueConstraint("tenant_id", "token"),
        Index("ix_company_note_at", "tenant_id", "company_id", "at"),
    )
    company_id: Mapped[int] = ref("company", index=False)


About = Contact | Company
Written = ContactNote | CompanyNote


def _kept(about: About) -> tuple[Any, Any]:
    """(the table of notes about such a one, its column that says about which)."""
    if isinstance(about, Company):
        return CompanyNote, CompanyNote.company_id
    return ContactNote, ContactNote.contact_id


def of(about: About, most: int = MOST) -> list[Written]:
    """The notes about a person or a company, the newest first."""
    kind, whose = _kept(about)
    mine = select(kind).where(whose == about.id)
    return list(db.session.scalars(mine.order_by(kind.at.desc(), kind.id.desc()).limit(most)))


def named(about: About, token: str, *, binned: bool = False) -> Written:
    """The note about them that an address names; raises Missing."""
    kind, whose = _kept(about)
    mine = select(kind).where(kind.token == token, whose == about.id)
    found: Written | None = db.session.scalar(mine.execution_options(binned=binned))
    if found is None or (found.binned_at is not None) != binned:
        raise Missing()
    return found


def _words(text: str) -> str:
    """The note as it is kept: its lines stay, what is around them goes. Raises Empty."""
    told = "\n".join(line.rstrip() for line in text.strip().splitlines())[:LONGEST]
    if not told:
        raise Empty()
    return told


def write(about: About, text: str, *, by: "Account") -> Written:
    """Keep a note about them. Raises Empty."""
    kind, whose = _kept(about)
    note: Written = kind(**{whose.key: about.id}, text=_words(text), account_id=by.id, who=by.known_as)
    db.session.add(note)
    db.session.flush()
    journal.write("note.written", about=about, by=by, data={"name": about.called})
    return note


def change(about: About, note: Written, text: str, *, by: "Account") -> None:
    """Correct a note; its day stays, and that it was changed is said. Raises Empty."""
    told = _words(text)
    if told == note.text:
        return
    note.text, note.changed_at = told, clock.now()
    journal.write("note.changed", about=about, by=by, data={"name": about.called})


def put_away(about: About, note: Written, *, by: "Account") -> None:
    """Into the bin; it can be taken back."""
    note.binned_at = clock.now()
    journal.write("note.binned", about=about, by=by, data={"name": about.called})


def take_back(about: About, note: Written, *, by: "Account") -> None:
    """Out of the bin, where and as it was."""
    note.binned_at = None
    journal.write("note.restored", about=about, by=by, data={"name": about.called})


def init_app(_app: object) -> None:
    """Say how the journal tells it."""
    journal.kind("note.written", _l("Wrote a note about %(name)s"))
    journal.kind("note.changed", _l("Changed a note about %(name)s"))
    journal.kind("note.binned", _l("Put a note about %(name)s into the bin"))
    journal.kind("note.restored", _l("Took a note about %(name)s out of the bin"))
