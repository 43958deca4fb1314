"""Enrolments: who comes into an automation, which letter they get next, and why they get no more.

A step moves on by one conditional update and writes its recipient in the same transaction: of any number of workers
one does it, and one that dies has done nothing; the sender then sends the recipient as any other.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, false, select, true, update

from campaigns import audience, automations, rendering
from campaigns.automations import Automation, AutomationStep, Enrolment
from campaigns.recipients import Recipient
from crm import consent, segments
from crm.contacts import Contact
from kernel import clock, i18n, jobs, signing, suppression, tenancy
from kernel.db import db, upsert
from kernel.refusal import Refusal
from shop.orders import Order

QUIET = {"synchronize_session": False}
Over = Callable[[Sequence[Enrolment]], Mapping[int, str]]  # of whom it is over, and why


def enrol(automation: Automation, contact: Contact, occasion: str, *, since: datetime, about: Any = None) -> bool:
    """Take somebody in, once for an occasion; whether they are new in it."""
    steps = automations.steps(automation)
    if not steps or not _meant(automation, contact):
        return False
    row = {
        "tenant_id": tenancy.current(), "token": signing.token(), "automation_id": automation.id, "step": 0,
        "contact_id": contact.id, "occasion": occasion[:60], "about_id": about.id if about else None, "since": since,
        "due_at": since + steps[0].delay, "state": "waiting", "reason": "",
    }  # fmt: skip
    written = upsert(Enrolment).values(**row).on_conflict_do_nothing().returning(Enrolment.id)
    new = db.session.execute(written).scalar()
    if new is not None:
        wait(int(new), 0, since + steps[0].delay)
    return new is not None


def _meant(automation: Automation, contact: Contact) -> bool:
    if automation.segment_id is None:
        return True
    kept = automations.segment(automation)
    try:
        return kept is not None and segments.means(kept.rule, contact)
    except Refusal:  # its rule names what is gone: nobody, until it is put right
        return False


def whom(automation: Automation) -> ColumnElement[bool]:
    """In SQL: the contacts that it is for; nobody while its segment is gone or names what is."""
    if automation.segment_id is None:
        return true()
    kept = automations.segment(automation)
    try:
        inner = segments.who(kept.rule).order_by(None).with_only_columns(Contact.id).subquery() if kept else None
    except Refusal:
        inner = None
    return Contact.id.in_(select(inner.c.id)) if inner is not None else false()


def wait(enrolment_id: int, position: int, at: datetime) -> None:
    """Have a step done at its moment."""
    jobs.later("automations.step", enrolment_id, position, at=at, key=f"{enrolment_id}:{position}", priority=4)


@jobs.job("automations.step")
def step(enrolment_id: int, position: int) -> None:
    """Write the letter of a step and go on to the next; harmless twice, late, too early, or after the end."""
    if not _taken(enrolment_id, position):
        return
    row = db.session.get_one(Enrolment, enrolment_id, populate_existing=True)
    automation = db.session.get_one(Automation, row.automation_id)
    why = "off" if not automation.on else ended(row, automation)
    if why:
        stop(row, why)
        return
    steps = automations.steps(automation)
    rest = steps[position:]
    if rest and not _overtaken(row, rest):
        _write(row, rest[0])
    _go_on(row, rest[1:])


def _taken(enrolment_id: int, position: int) -> bool:
    """Take the step, if it is this one's turn and due: of two workers only one can."""
    mine = Enrolment.id == enrolment_id, Enrolment.step == position, Enrolment.state == "waiting"
    moved = update(Enrolment).where(*mine, Enrolment.due_at <= clock.now()).values(step=position + 1)
    return bool(db.session.execute(moved, execution_options=QUIET).rowcount)  # type: ignore[attr-defined]


def _overtaken(row: Enrolment, rest: list[AutomationStep]) -> bool:
    """Whether the next letter is due already: who was away gets one, not two at once."""
    return len(rest) > 1 and row.since + rest[1].delay <= clock.now()


_versions: dict[int, int] = {}  # of letters whose links this process has seen numbered


def _write(row: Enrolment, step: AutomationStep) -> None:
    contact = db.session.get_one(Contact, row.contact_id)
    spoken, mailing = i18n.languages_of(tenancy.tenant()), step.mailing
    if _versions.get(mailing.id) != mailing.version:
        rendering.prepare(mailing)
        _versions[mailing.id] = mailing.version
    letter = Recipient(mailing_id=mailing.id, contact_id=contact.id, occasion=row.token, email=contact.email or "")
    letter.address_hmac = suppression.fingerprint(contact.email) if contact.email else ""
    letter.language = contact.language if contact.language in spoken else spoken[0]
    db.session.add(letter)


def _go_on(row: Enrolment, rest: list[AutomationStep]) -> None:
    if not rest:
        row.state, row.ended_at = "done", clock.now()
        return
    row.due_at = row.since + rest[0].delay
    wait(row.id, row.step, row.due_at)


def stop(row: Enrolment, why: str) -> None:
    """End it: nothing more goes out for this occasion."""
    row.state, row.reason, row.ended_at = "stopped", why, clock.now()


def ended(row: Enrolment, automation: Automation) -> str:
    """Why somebody gets no more of it; "" while they do."""
    contact = db.session.get(Contact, row.contact_id)
    if contact is None or not consent.allows(contact, "marketing"):
        return "consent"
    verb = _ends.get(automation.trigger)
    return verb(row, contact) if verb else ""


_ends: dict[str, Any] = {}


def ends(trigger: str, verb: Any) -> None:
    """Have `verb(enrolment, contact)` say why one of that trigger is over, "" while it is not."""
    _ends[trigger] = verb


def waiting(automation: Automation, contact_id: int) -> list[Enrolment]:
    """Where somebody still waits for a letter of an automation."""
    mine = Enrolment.automation_id == automation.id, Enrolment.contact_id == contact_id, Enrolment.state == "waiting"
    return list(db.session.scalars(select(Enrolment).where(*mine)))


def refusals(trigger: str, recipients: Sequence[Recipient], over: Over, late: timedelta) -> dict[int, audience.Answer]:
    """Asked right before letters of automations of that trigger leave, by recipient: why no more of it is right, or
    "late" for who would get it so long after its time."""
    known = _of_trigger(trigger, recipients)
    if not known:
        return {}
    ends, delays, now = over(list(known.values())), _delays(recipients), clock.now()
    found: dict[int, audience.Answer] = {}
    for row in recipients:
        inside = known.get(row.occasion)
        if inside is not None and inside.id in ends:
            found[row.id] = ends[inside.id]
        elif inside is not None and inside.since + delays.get(row.mailing_id, late) + late < now:
            found[row.id] = "late"
    return found


def _of_trigger(trigger: str, recipients: Sequence[Recipient]) -> dict[str, Enrolment]:
    """The enrolments of automations of that trigger whose letters these are, by token."""
    tokens = [row.occasion for row in recipients if row.occasion]
    mine = select(Enrolment).join(Automation, Automation.id == Enrolment.automation_id)
    rows = db.session.scalars(mine.where(Enrolment.token.in_(tokens), Automation.trigger == trigger)) if tokens else ()
    return {row.token: row for row in rows}


def _delays(recipients: Sequence[Recipient]) -> dict[int, timedelta]:
    """How long after it happened each of these letters goes, by letter."""
    mine = AutomationStep.mailing_id.in_({row.mailing_id for row in recipients})
    steps = db.session.execute(select(AutomationStep.mailing_id, AutomationStep.delay_hours).where(mine))
    return {mailing_id: timedelta(hours=hours) for mailing_id, hours in steps}


def bought(rows: Sequence[Enrolment]) -> set[int]:
    """Which of these have ordered after it happened: the order that it counts from is none."""
    if not rows:
        return set()
    ids, first = {row.contact_id for row in rows}, min(row.since for row in rows)
    since = select(Order.contact_id, Order.placed_at).where(Order.contact_id.in_(ids), Order.placed_at > first)
    orders = db.session.execute(since).all()
    return {row.id for row in rows if any(who == row.contact_id and at > row.since for who, at in orders)}
