"""Readers: what campaigns hold about a person, as their copy and as nobody's."""

from typing import Any

from sqlalchemy import exists, null, select, update
from sqlalchemy.orm import aliased

from campaigns import letter_events
from campaigns.letter_events import LetterEvent
from campaigns.mailings import Mailing
from campaigns.recipients import Recipient
from crm import merging, people
from crm.contacts import Contact
from kernel.db import db
from kernel.i18n import pick

WAITING = ("pending", "claimed", "deferred")  # what is being handed over right now has left
QUIET = {"synchronize_session": False}


def copy(contact: Contact) -> list[dict[str, Any]]:
    """The letters to many that they were sent, and what became of each."""
    rows = select(Recipient, Mailing).join(Mailing, Mailing.id == Recipient.mailing_id)
    mine = rows.where(Recipient.contact_id == contact.id).order_by(Recipient.id)
    return [
        {
            "subject": pick(mailing.subject), "email": row.email, "language": row.language, "state": row.state,
            "reason": row.reason, "sent_at": row.sent_at.isoformat() if row.sent_at else None, "said": row.said or {},
            "events": [_event(event) for event in letter_events.of(row)],
        }
        for row, mailing in db.session.execute(mine)
    ]  # fmt: skip


def _event(event: LetterEvent) -> dict[str, Any]:
    told = {"kind": event.kind, "at": event.at.isoformat(), "verdict": event.verdict, "program": event.family}
    return {name: value for name, value in told.items() if value}


def forget(contact: Contact) -> None:
    """Take the address off their letters, and stop those on their way; the token stays: it is the way out for ever."""
    mine = Recipient.contact_id == contact.id
    gone = {"state": "skipped", "reason": "erased", "lease_until": None}
    db.session.execute(
        update(Recipient).where(mine, Recipient.state.in_(WAITING)).values(**gone), execution_options=QUIET
    )
    db.session.execute(update(Recipient).where(mine).values(email="", answer="", said=null()), execution_options=QUIET)
    theirs = select(Recipient.id).where(mine).scalar_subquery()
    blank = {"network": "", "family": "", "said": ""}
    wiped = update(LetterEvent).where(LetterEvent.recipient_id.in_(theirs)).values(**blank)
    db.session.execute(wiped, execution_options=QUIET)


def move(goes: Contact, stays: Contact) -> None:
    """Give the letters of one to another; the one that both had stays twice, as it was sent twice."""
    theirs = aliased(Recipient)
    alike = exists().where(
        theirs.contact_id == stays.id, theirs.mailing_id == Recipient.mailing_id, theirs.occasion == Recipient.occasion
    )
    for row in db.session.scalars(select(Recipient).where(Recipient.contact_id == goes.id, alike)):
        row.occasion = f"merged:{row.id}"
    db.session.flush()
    moved = update(Recipient).where(Recipient.contact_id == goes.id).values(contact_id=stays.id)
    db.session.execute(moved, execution_options=QUIET)


def init_app(_app: object) -> None:
    """Speak for the tables of campaigns."""
    merging.moves("recipient", move)
    people.exporter("mailings", ["recipient", "letter_event"], copy)
    people.eraser("mailings", ["recipient", "letter_event"], forget)
