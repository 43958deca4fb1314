"""Times: who may come into an automation of one's own for what happened, and which time of theirs that is.

Once for each person, or each time again, when they are through with the time before. The occasion is the number of the
time: of two workers who see the same moment, both write the same one, and the database keeps one of them.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, func, or_, select, true

from campaigns import automations, enrolments
from campaigns.automations import Automation, Enrolment
from crm import consent
from crm.contacts import Contact
from kernel.db import db


def reachable(automation: Automation) -> tuple[ColumnElement[bool], ...]:
    """In SQL: the contacts who allowed letters and whom it is for."""
    allowed = consent.given(Contact.id, "marketing"), Contact.email.is_not(None)
    return *allowed, enrolments.whom(automation)


def free(automation: Automation, at: Any) -> ColumnElement[bool]:
    """In SQL: whether it is their time, for what happened at that moment; what was undone is no time."""
    undone = and_(Enrolment.state == "stopped", Enrolment.reason == "undone")
    counts = or_(Enrolment.state == "waiting", Enrolment.ended_at >= at) if automation.again else true()
    mine = select(Enrolment.id).where(Enrolment.automation_id == automation.id, Enrolment.contact_id == Contact.id)
    return ~exists(mine.where(~undone, counts).correlate(Contact, *_tables(at)))


def _tables(at: Any) -> tuple[Any, ...]:
    return (at.class_,) if hasattr(at, "class_") else ()


def untold(automation: Automation, about: Any) -> ColumnElement[bool]:
    """In SQL: whether nobody came in for that row yet."""
    told = select(Enrolment.id).where(Enrolment.automation_id == automation.id, Enrolment.contact_id == Contact.id)
    return ~exists(told.where(Enrolment.about_id == about).correlate(Contact, about.class_))


def before(automation: Automation) -> ColumnElement[int]:
    """In SQL: how often they came in so far."""
    mine = select(func.count(Enrolment.id)).where(Enrolment.automation_id == automation.id)
    return mine.where(Enrolment.contact_id == Contact.id).correlate(Contact).scalar_subquery().label("before")


def take(automation: Automation, contact: Contact, before: int, *, since: datetime, about: Any) -> bool:
    """Let them in, the next time; whether they are new in it."""
    return enrolments.enrol(automation, contact, f"time:{before + 1}", since=since, about=about)


def begins(automation: Automation, now: datetime) -> datetime:
    """From when on what happens counts."""
    return max(automation.on_since or now, now - automations.LATE)


def leaving(rows: Sequence[Enrolment]) -> list[Enrolment]:
    """Those of whom it is over as soon as they lost the tag, or left the segment."""
    mine = select(Automation.id).where(Automation.id.in_({row.automation_id for row in rows}), Automation.ends_out)
    ids = set(db.session.scalars(mine)) if rows else set()
    return [row for row in rows if row.automation_id in ids]
