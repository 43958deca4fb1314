"""People who wait for a time: what they asked for as a copy, as nobody's, and as one person's who was kept twice."""

from typing import Any

from sqlalchemy import delete, select, update

from crm import facts, merging, people
from crm.contacts import Contact
from kernel.db import db
from kernel.i18n import _l
from shop import time_wait_words
from shop.time_wait_rows import TimeWait

QUIET = {"synchronize_session": False}
STATES = {"": "waiting", "told": "sent", "had": "booked", "left": "stopped", "stopped": "stopped", "past": "expired"}


def copy(contact: Contact) -> list[dict[str, Any]]:
    """What they asked for, and when they were written to."""
    rows = db.session.scalars(select(TimeWait).where(TimeWait.contact_id == contact.id).order_by(TimeWait.id))
    return [
        {
            "product": time_wait_words.name(row, row.language), "places": row.places,
            "starts_at": row.starts_at.isoformat(), "ends_at": row.ends_at.isoformat(),
            "language": row.language, "at": row.asked_at.isoformat(), "state": STATES[row.how],
            "sent_at": row.ended_at.isoformat() if row.ended_at and row.how == "told" else None,
        }
        for row in rows
    ]  # fmt: skip


def forget(contact: Contact) -> None:
    """Nobody waits any more."""
    db.session.execute(delete(TimeWait).where(TimeWait.contact_id == contact.id), execution_options=QUIET)


def join(goes: Contact, stays: Contact) -> None:
    """What both wait for is waited for once."""
    theirs = {_wish(row) for row in _open(stays)}
    same = [row.id for row in _open(goes) if _wish(row) in theirs]
    db.session.execute(delete(TimeWait).where(TimeWait.id.in_(same)), execution_options=QUIET)
    moved = update(TimeWait).where(TimeWait.contact_id == goes.id).values(contact_id=stays.id)
    db.session.execute(moved, execution_options=QUIET)


def _open(contact: Contact) -> list[TimeWait]:
    mine = TimeWait.contact_id == contact.id, TimeWait.ended_at.is_(None)
    return list(db.session.scalars(select(TimeWait).where(*mine)))


def _wish(row: TimeWait) -> tuple[Any, ...]:
    return row.service_id, row.starts_at, row.ends_at


def init_app(_app: object) -> None:
    """Speak for those who wait; say how their timeline tells it."""
    people.exporter("time_waits", ["time_wait"], copy)
    people.eraser("time_waits", ["time_wait"], forget)
    merging.moves("time_wait", join)
    facts.kind("asked_time", _l("Asked to be told when a time is free"), "clock")
