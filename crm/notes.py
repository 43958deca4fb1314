"""Notes: what staff write down about a person, each with its day and who wrote it; the newest is read first."""

from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, select
from sqlalchemy.orm import Mapped, mapped_column

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


class ContactNote(TenantOwned, Binnable, Base):
    """What somebody of the staff wrote about a person; never shown in the shop."""

    __tablename__ = "contact_note"
    __extra__ = (
        UniqueConstraint("tenant_id", "token"),
        Index("ix_contact_note_at", "tenant_id", "contact_id", "at"),
    )
    id: Mapped[int] = pk()
    token: Mapped[str] = mapped_column(String(32), default=signing.token)
    contact_id: Mapped[int] = ref("contact", index=False)
    text: Mapped[str] = mapped_column(String(LONGEST))
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"), index=True)
    who: Mapped[str] = mapped_column(String(120), default="")  # their name then
    at: Mapped[datetime] = mapped_column(default=clock.now)
    changed_at: Mapped[datetime | None]


def of(contact: Contact, most: int = MOST) -> list[ContactNote]:
    """The notes about a person, the newest first."""
    mine = select(ContactNote).where(ContactNote.contact_id == contact.id)
    return list(db.session.scalars(mine.order_by(ContactNote.at.desc(), ContactNote.id.desc()).limit(most)))


def named(contact: Contact, token: str, *, binned: bool = False) -> ContactNote:
    """The note of that person that an address names; raises Missing."""
    mine = select(ContactNote).where(ContactNote.token == token, ContactNote.contact_id == contact.id)
    found = db.session.scalar(mine.execution_options(binned=binned))
    if found is None or (found.binned_at is not None) != binned:
        raise Missing()
    return found


def _words(text: str) -> str:
    """The note as it is kept: its lines stay, what is around them goes. Raises Empty."""
    told = "\n".join(line.rstrip() for line in text.strip().splitlines())[:LONGEST]
    if not told:
        raise Empty()
    return told


def write(contact: Contact, text: str, *, by: "Account") -> ContactNote:
    """Keep a note about a person. Raises Empty."""
    note = ContactNote(contact_id=contact.id, text=_words(text), account_id=by.id, who=by.known_as)
    db.session.add(note)
    db.session.flush()
    journal.write("note.written", about=contact, by=by, data={"name": contact.called})
    return note


def change(contact: Contact, note: ContactNote, text: str, *, by: "Account") -> None:
    """Correct a note; its day stays, and that it was changed is said. Raises Empty."""
    told = _words(text)
    if told == note.text:
        return
    note.text, note.changed_at = told, clock.now()
    journal.write("note.changed", about=contact, by=by, data={"name": contact.called})


def put_away(contact: Contact, note: ContactNote, *, by: "Account") -> None:
    """Into the bin; it can be taken back."""
    note.binned_at = clock.now()
    journal.write("note.binned", about=contact, by=by, data={"name": contact.called})


def take_back(contact: Contact, note: ContactNote, *, by: "Account") -> None:
    """Out of the bin, where and as it was."""
    note.binned_at = None
    journal.write("note.restored", about=contact, by=by, data={"name": contact.called})


def init_app(_app: object) -> None:
    """Say how the journal tells it."""
    journal.kind("note.written", _l("Wrote a note about %(name)s"))
    journal.kind("note.changed", _l("Changed a note about %(name)s"))
    journal.kind("note.binned", _l("Put a note about %(name)s into the bin"))
    journal.kind("note.restored", _l("Took a note about %(name)s out of the bin"))
