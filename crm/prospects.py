"""Prospects: what notes, tasks and deals hold about a person, as their copy and as nobody's.

Merging needs no line here: rows that point to a person just move.
"""

from typing import Any

from sqlalchemy import delete, select, update

from crm import people
from crm.contacts import Contact
from crm.deal_stages import OPEN, REASONS, Deal, DealMove
from crm.notes import ContactNote
from crm.tasks import Task
from kernel.db import db
from kernel.journal import Entry

QUIET = {"synchronize_session": False, "binned": True}  # what lies in the bin is theirs too


def _all(table: Any, contact: Contact) -> Any:
    mine = select(table).where(table.contact_id == contact.id).order_by(table.id)
    return db.session.scalars(mine.execution_options(binned=True))


def _notes(contact: Contact) -> list[dict[str, Any]]:
    return [{"at": row.at.isoformat(), "note": row.text} for row in _all(ContactNote, contact)]


def _tasks(contact: Contact) -> list[dict[str, Any]]:
    return [
        {"at": row.created_at.isoformat(), "to_do": row.text, "due_on": row.due.isoformat(), "number": row.order_number,
         "state": "done" if row.done_at else "waiting"}
        for row in _all(Task, contact)
    ]  # fmt: skip


def _deals(contact: Contact) -> list[dict[str, Any]]:
    return [
        {"subject": row.title, "at": row.created_at.isoformat(), "amount_minor": row.amount_minor,
         "currency": row.currency, "state": row.stage,
         "until": row.closes_on.isoformat() if row.closes_on else "",
         "events": [{"at": move.at.isoformat(), "state": move.stage, "note": move.words,
                     "reason": str(REASONS[move.reason]) if move.reason else ""} for move in row.moves]}
        for row in _all(Deal, contact)
    ]  # fmt: skip


def _forget_notes(contact: Contact) -> None:
    _drop(ContactNote, contact)


def _forget_tasks(contact: Contact) -> None:
    _quiet(Task, contact)
    _drop(Task, contact)


def _forget_deals(contact: Contact) -> None:
    """What is open goes; what was won or lost stays as an amount, so that the figures of a month do not change."""
    _quiet(Deal, contact)
    mine = select(Deal.id).where(Deal.contact_id == contact.id).execution_options(binned=True)
    ids = list(db.session.scalars(mine))
    gone = list(db.session.scalars(mine.where(Deal.stage.in_(OPEN) | Deal.binned_at.is_not(None))))
    db.session.execute(update(Task).where(Task.deal_id.in_(gone)).values(deal_id=None), execution_options=QUIET)
    db.session.execute(update(DealMove).where(DealMove.deal_id.in_(ids)).values(words=""), execution_options=QUIET)
    db.session.execute(delete(DealMove).where(DealMove.deal_id.in_(gone)), execution_options=QUIET)
    db.session.execute(delete(Deal).where(Deal.id.in_(gone)), execution_options=QUIET)
    db.session.execute(update(Deal).where(Deal.id.in_(ids)).values(title=""), execution_options=QUIET)


def _quiet(table: Any, contact: Contact) -> None:
    """What staff did stays in the journal, without the words: they may name somebody."""
    mine = select(table.id).where(table.contact_id == contact.id).execution_options(binned=True)
    ids = list(db.session.scalars(mine))
    told = Entry.about_kind == table.__tablename__, Entry.about_id.in_(ids)
    db.session.execute(update(Entry).where(*told).values(data={}), execution_options={"synchronize_session": False})


def _drop(table: Any, contact: Contact) -> None:
    db.session.execute(delete(table).where(table.contact_id == contact.id), execution_options=QUIET)


def init_app(_app: object) -> None:
    """Speak for these tables."""
    people.exporter("notes", ["contact_note"], _notes)
    people.exporter("tasks", ["task"], _tasks)
    people.exporter("deals", ["deal", "deal_move"], _deals)
    people.eraser("deals", ["deal", "deal_move"], _forget_deals)
    people.eraser("notes", ["contact_note"], _forget_notes)
    people.eraser("tasks", ["task"], _forget_tasks)
