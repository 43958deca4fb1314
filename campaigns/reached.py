"""Whom letters reached: what campaigns know of people when crm asks by its registries."""

from collections.abc import Sequence

from sqlalchemy import delete, select, update

from campaigns import recipients
from campaigns.automations import Enrolment
from campaigns.recipients import Recipient
from campaigns.segment_watch import SegmentPresence
from crm import import_undo, merging, preferences
from crm.contacts import Contact
from kernel.db import db

QUIET = {"synchronize_session": False}


def written_to(ids: Sequence[int]) -> set[int]:
    """Who of these people was written to: the proof that they allowed it stays."""
    rows = select(Recipient.contact_id).where(Recipient.contact_id.in_(ids), Recipient.sent_at.is_not(None))
    return {found for found in db.session.scalars(rows) if found is not None}


def reader(token: str) -> Contact | None:
    """Whose letter carries that token: it opens their preferences."""
    row = recipients.by_token(token)
    return db.session.scalar(select(Contact).where(Contact.id == row.contact_id)) if row and row.contact_id else None


def automations(goes: Contact, stays: Contact) -> None:
    """Move where they are in automations; who is in one twice is in it once."""
    had = select(Enrolment.automation_id, Enrolment.occasion).where(Enrolment.contact_id == stays.id)
    known = {(row.automation_id, row.occasion) for row in db.session.execute(had)}
    for row in db.session.scalars(select(Enrolment).where(Enrolment.contact_id == goes.id)).all():
        mine = Enrolment.id == row.id
        twice = (row.automation_id, row.occasion) in known
        moved = delete(Enrolment).where(mine) if twice else update(Enrolment).where(mine).values(contact_id=stays.id)
        db.session.execute(moved, execution_options=QUIET)
    db.session.expire_all()


def presences(goes: Contact, stays: Contact) -> None:
    """Move in which segments they were seen; who was seen twice was seen once."""
    known = select(SegmentPresence.automation_id).where(SegmentPresence.contact_id == stays.id)
    mine = SegmentPresence.contact_id == goes.id
    twice = delete(SegmentPresence).where(mine, SegmentPresence.automation_id.in_(list(db.session.scalars(known))))
    for change in (twice, update(SegmentPresence).where(mine).values(contact_id=stays.id)):
        db.session.execute(change, execution_options=QUIET)
    db.session.expire_all()


def init_app(_app: object) -> None:
    """Fill crm's registries."""
    import_undo.holds(written_to)
    preferences.reader(reader)
    merging.moves("enrolment", automations)
    merging.moves("segment_presence", presences)
