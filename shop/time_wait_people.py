"""People who wait for a time: what they asked for as a copy, as nobody's, and as one person's who was kept twice."""

from functools import partial
from typing import Any

from sqlalchemy import select

from crm import facts, merging, people
from crm.contacts import Contact
from kernel.db import db
from kernel.i18n import _l
from shop import time_wait_words, waits
from shop.time_wait_rows import TimeWait

STATES = {"": "waiting", "told": "sent", "had": "booked", "left": "stopped", "stopped": "stopped", "past": "expired"}


def copy(contact: Contact) -> list[dict[str, Any]]:
    """What they asked for, and when they were written to."""
    rows = db.session.scalars(select(TimeWait).where(TimeWait.contact_id == contact.id).order_by(TimeWait.id))
    return [
        {
            "product": time_wait_words.name(row, row.language), "places": row.places,
            "starts_at": row.starts_at.isoformat(), "ends_at": row.ends_at.isoformat(),
            "language": row.language, "at": row.asked_at.isoformat(), "state": STATES[row.how],
            "sent_at": waits.sent(row),
        }
        for row in rows
    ]  # fmt: skip


def init_app(_app: object) -> None:
    """Speak for those who wait; say how their timeline tells it."""
    people.exporter("time_waits", ["time_wait"], copy)
    people.eraser("time_waits", ["time_wait"], partial(waits.forget, TimeWait))
    merging.moves("time_wait", partial(waits.join, TimeWait))
    facts.kind("asked_time", _l("Asked to be told when a time is free"), "clock")
