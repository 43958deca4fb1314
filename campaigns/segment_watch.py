"""Watching a segment: an automation of one's own begins when somebody comes into it who was outside before.

Who is in it is written down at each look, so that the next one sees who is new. Whoever is in it when the automation
is turned on, when the segment's rule is changed, or after a week without a look, is no news. Who has not allowed
letters comes in when they do.
"""

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Index, UniqueConstraint, exists, func, or_, select, update
from sqlalchemy.orm import Mapped, mapped_column

from campaigns import automations, autopilot, enrolments, foreseen, times
from campaigns.automations import Automation, Enrolment
from crm import people, rules, segments
from crm.contacts import Contact
from crm.segments import Segment
from kernel import bulk, clock, jobs, tenancy, transactions
from kernel.db import Base, db, pk, ref, upsert
from kernel.refusal import Refusal
from kernel.tenancy import Tenant, TenantOwned

TRIGGER = "segment"
SECONDS = 600  # between two looks
RARELY = timedelta(hours=6)  # between two looks at one that is off, for the count of who would have come in
MOST = 500  # people who come in at one look
CHUNK = 1_000  # people written down in one statement
QUIET = {"synchronize_session": False}


class SegmentPresence(TenantOwned, Base):
    """That somebody is in the segment that an automation watches, or was until they left."""

    __tablename__ = "segment_presence"
    __extra__ = (
        UniqueConstraint("tenant_id", "automation_id", "contact_id"),
        Index("ix_segment_presence_at", "tenant_id", "automation_id", "at"),
    )
    id: Mapped[int] = pk()
    automation_id: Mapped[int] = ref("automation", index=False)
    contact_id: Mapped[int] = ref("contact")
    at: Mapped[datetime] = mapped_column(default=clock.now)  # when they were first seen in it, this time
    came: Mapped[bool]  # whether they came in; not of who was there when the watch began
    left_at: Mapped[datetime | None]


def watched(automation: Automation) -> Segment | None:
    """The segment that it watches; None when it was put away."""
    return db.session.scalar(select(Segment).where(Segment.id == automation.watched_id))


def look() -> None:
    """Take in who came in since the last look, of each that is on; of the others only write them down, now and then."""
    rested = or_(Automation.on, Automation.watched_at.is_(None), Automation.watched_at < clock.now() - RARELY)
    wanted = select(Automation).where(Automation.trigger == TRIGGER, rested).order_by(Automation.id)
    for automation in db.session.scalars(wanted.with_for_update().execution_options(populate_existing=True)).all():
        kept = watched(automation)
        try:
            mark = _mark(kept) if kept else ""
        except Refusal:  # its rule names what is gone
            mark = ""
        if kept and mark:
            _look(automation, kept, mark)


def _look(automation: Automation, kept: Segment, mark: str) -> None:
    now = clock.now()
    fresh = automation.watched_at and automation.watched_at > now - automations.LATE
    if not fresh or mark != automation.watched_rule:
        begin(automation, again=True)
        return
    _part(automation, kept)
    _meet(automation, kept)
    automation.watched_at = now


def begin(automation: Automation, *, again: bool = False) -> None:
    """Everybody who is in it now is no news; `again`: nor is what was counted so far."""
    kept, now = watched(automation), clock.now()
    if kept is None:
        return
    mark = _mark(kept)
    if again or automation.watched_rule != mark or automation.watched_since is None:
        automation.watched_since = now
    automation.watched_rule, automation.watched_at = mark, now
    _part(automation, kept)
    ids = list(db.session.scalars(segments.who(kept.rule).with_only_columns(Contact.id).where(~_inside(automation))))
    for start in range(0, len(ids), CHUNK):
        _note(automation, ids[start : start + CHUNK], came=False)


def _mark(kept: Segment) -> str:
    """A word that changes with the rule, also where that names another segment whose rule changed."""
    return hashlib.sha256(_told(rules.read(kept.rule)).encode()).hexdigest()


def _told(node: rules.Node) -> str:
    return f"({node.kind} {node.value!r} {' '.join(map(_told, node.parts))})"


def _inside(automation: Automation) -> Any:
    mine = SegmentPresence.automation_id == automation.id, SegmentPresence.contact_id == Contact.id
    return exists(select(SegmentPresence.id).where(*mine, SegmentPresence.left_at.is_(None)).correlate(Contact))


def _part(automation: Automation, kept: Segment) -> None:
    """Note who is in it no more."""
    inner = segments.who(kept.rule).order_by(None).with_only_columns(Contact.id).subquery()
    mine = SegmentPresence.automation_id == automation.id, SegmentPresence.left_at.is_(None)
    gone = select(SegmentPresence.id).where(*mine, SegmentPresence.contact_id.not_in(select(inner.c.id)))
    ids = list(db.session.scalars(gone))
    for start in range(0, len(ids), CHUNK):
        few = SegmentPresence.id.in_(ids[start : start + CHUNK])
        db.session.execute(update(SegmentPresence).where(few).values(left_at=clock.now()), execution_options=QUIET)


def _meet(automation: Automation, kept: Segment) -> None:
    """Note who is new in it, and take them in where it is on."""
    now = clock.now()
    wanted = segments.who(kept.rule).add_columns(times.before(automation), times.free(automation, now).label("free"))
    wanted = wanted.where(~_inside(automation), *times.reachable(automation)).limit(MOST)
    rows = {contact.id: (contact, before, free) for contact, before, free in db.session.execute(wanted).all()}
    for presence in _note(automation, list(rows), came=True) if rows else ():
        contact, before, free = rows[presence.contact_id]
        if automation.on and free:
            times.take(automation, contact, before, since=now, about=presence)


def _note(automation: Automation, ids: Sequence[int], *, came: bool) -> Sequence[Any]:
    """Write down that they are in it; those who were not."""
    if not ids:
        return ()
    now, told = clock.now(), upsert(SegmentPresence)
    back = {"at": now, "came": came, "left_at": None}
    rows = [{"automation_id": automation.id, "contact_id": one, **back} for one in ids]
    key, gone = ["tenant_id", "automation_id", "contact_id"], SegmentPresence.left_at.is_not(None)
    told = told.on_conflict_do_update(index_elements=key, set_=back, where=gone)
    return db.session.execute(told.returning(SegmentPresence.id, SegmentPresence.contact_id), rows).all()


def count(automation: Automation, since: datetime) -> int:
    """How many people came in since then, as far as they were seen."""
    came = SegmentPresence.automation_id == automation.id, SegmentPresence.came, SegmentPresence.at >= since
    wanted = select(func.count(Contact.id)).join(SegmentPresence, SegmentPresence.contact_id == Contact.id)
    return int(db.session.scalar(wanted.where(*came, *times.reachable(automation))) or 0)


def over(rows: Sequence[Enrolment]) -> dict[int, str]:
    """Of whom it is over, because they are in the segment no more."""
    found: dict[int, str] = {}
    asked = times.leaving(rows)
    for automation_id in {row.automation_id for row in asked}:
        mine = [row for row in asked if row.automation_id == automation_id]
        kept = watched(db.session.get_one(Automation, automation_id))
        ids = bulk.among(Contact.id, [row.contact_id for row in mine])
        try:
            inside = segments.who(kept.rule).with_only_columns(Contact.id).where(ids) if kept else None
            there = set(db.session.scalars(inside)) if inside is not None else set()
        except Refusal:
            there = set()
        found |= {row.id: "out" for row in mine if row.contact_id not in there}
    return found


@jobs.job("automations.segments")
def look_everywhere() -> None:
    """The same in every shop that has such an automation, on or off."""
    with transactions.reading():
        every = list(db.session.scalars(select(Tenant.id).order_by(Tenant.id)))
    for tenant_id in every:
        with tenancy.use(tenant_id):
            with transactions.reading():
                some = db.session.scalar(select(Automation.id).where(Automation.trigger == TRIGGER).limit(1))
            if some is not None:
                transactions.retry_free(look)


def _copy(contact: Contact) -> list[dict[str, Any]]:
    mine = select(SegmentPresence).where(SegmentPresence.contact_id == contact.id).order_by(SegmentPresence.id)
    return [{"automation": row.automation_id, "at": row.at.isoformat()} for row in db.session.scalars(mine)]


def _forget(contact: Contact) -> None:
    for row in db.session.scalars(select(SegmentPresence).where(SegmentPresence.contact_id == contact.id)):
        db.session.delete(row)


def init_app(_app: object) -> None:
    """Look from now on, count what would have been, ask again before a letter leaves; speak for who is written down."""
    jobs.every("automations.segments", seconds=SECONDS)
    enrolments.until(TRIGGER, over, automations.LATE)
    autopilot.at_start(TRIGGER, begin)
    foreseen.by(TRIGGER, count)
    people.exporter("segments", ["segment_presence"], _copy)
    people.eraser("segments", ["segment_presence"], _forget)
