"""Enrolments: who comes into an automation, which letter they get next, and why they get no more.

A step moves on by one conditional update and writes its recipient in the same transaction: of any number of workers
one does it, and one that dies has done nothing; the sender then sends the recipient as any other.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, false, select, true, update

from campaigns import audience, automations, conditions, rendering
from campaigns.automations import Automation, AutomationStep, Enrolment
from campaigns.mailings import Mailing
from campaigns.recipients import Recipient
from crm import consent, segments
from crm.contacts import Contact
from kernel import clock, i18n, jobs, signing, suppression, tenancy
from kernel.db import db, upsert
from kernel.refusal import Refusal

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
    if rest and not _overtaken(row, rest) and not _written(row, rest[0]):
        _write(row, rest[0]) if conditions.holds(row, rest[0]) else _leave_out(row, rest[0])
    _go_on(row, rest[1:])


def _taken(enrolment_id: int, position: int) -> bool:
    """Take the step, if it is this one's turn and due: of two workers only one can."""
    mine = Enrolment.id == enrolment_id, Enrolment.step == position, Enrolment.state == "waiting"
    moved = update(Enrolment).where(*mine, Enrolment.due_at <= clock.now()).values(step=position + 1)
    return bool(db.session.execute(moved, execution_options=QUIET).rowcount)  # type: ignore[attr-defined]


def _overtaken(row: Enrolment, rest: list[AutomationStep]) -> bool:
    """Whether the next letter is due already: who was away gets one, not two at once."""
    return len(rest) > 1 and row.since + rest[1].delay <= clock.now()


def _written(row: Enrolment, step: AutomationStep) -> bool:
    """Whether they have that letter already: letters may have changed places while it was off."""
    mine = select(Recipient.id).where(Recipient.mailing_id == step.mailing_id, Recipient.occasion == row.token)
    return db.session.scalar(mine.limit(1)) is not None


_versions: dict[int, int] = {}  # of letters whose links this process has seen numbered


def _write(row: Enrolment, step: AutomationStep) -> None:
    mailing = step.mailing
    if _versions.get(mailing.id) != mailing.version:
        rendering.prepare(mailing)
        _versions[mailing.id] = mailing.version
    db.session.add(_letter(row, mailing))


def _leave_out(row: Enrolment, step: AutomationStep) -> None:
    """The letter is not for them; the report tells that."""
    letter = _letter(row, step.mailing)
    letter.state, letter.reason = "skipped", conditions.UNMET
    db.session.add(letter)


def _letter(row: Enrolment, mailing: Mailing) -> Recipient:
    contact, spoken = db.session.get_one(Contact, row.contact_id), i18n.languages_of(tenancy.tenant())
    letter = Recipient(mailing_id=mailing.id, contact_id=contact.id, occasion=row.token, email=contact.email or "")
    letter.address_hmac = suppression.fingerprint(contact.email) if contact.email else ""
    letter.language = contact.language if contact.language in spoken else spoken[0]
    return letter


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
    if automation.ends_bought and conditions.bought([row]):
        return "bought"
    end = _ends.get(automation.trigger)
    return end.over([row]).get(row.id, "") if end else ""


@dataclass(frozen=True)
class End:
    """Of whom a trigger's automations are over and why, how late a letter may be, and other words for its reasons."""

    over: Over
    late: timedelta
    said: Mapping[str, str]


_ends: dict[str, End] = {}


def until(trigger: str, over: Over, late: timedelta, said: Mapping[str, str] | None = None) -> None:
    """Have `over` say of whom automations of that trigger are over, at each step and right before a letter leaves.

    A letter that would come `late` after its time goes to nobody. `said`: what recipients are told for its reasons.
    """
    _ends[trigger] = End(over, late, said or {})
    audience.also(check)


def waiting(automation: Automation, contact_id: int) -> list[Enrolment]:
    """Where somebody still waits for a letter of an automation."""
    mine = Enrolment.automation_id == automation.id, Enrolment.contact_id == contact_id, Enrolment.state == "waiting"
    return list(db.session.scalars(select(Enrolment).where(*mine)))


def check(recipients: Sequence[Recipient]) -> dict[int, audience.Answer]:
    """Asked right before letters leave, by recipient: why no more of an automation is right, or "late" for who would
    get its letter so long after its time."""
    known, found = _by_trigger(recipients), dict[int, audience.Answer]()
    delays, now = _delays(recipients) if known else {}, clock.now()
    for trigger, inside in known.items():
        end = _ends[trigger]
        ends = end.over(list(inside.values()))
        for row in recipients:
            mine = inside.get(row.occasion)
            if mine is not None and mine.id in ends:
                found[row.id] = end.said.get(ends[mine.id], ends[mine.id])
            elif mine is not None and mine.since + delays.get(row.mailing_id, end.late) + end.late < now:
                found[row.id] = "late"
    return found


def _by_trigger(recipients: Sequence[Recipient]) -> dict[str, dict[str, Enrolment]]:
    """The enrolments whose letters these are, by token, of each trigger that ends by something."""
    tokens = [row.occasion for row in recipients if row.occasion]
    mine = select(Automation.trigger, Enrolment).join(Automation, Automation.id == Enrolment.automation_id)
    mine = mine.where(Enrolment.token.in_(tokens), Automation.trigger.in_(_ends))
    found: dict[str, dict[str, Enrolment]] = {}
    for trigger, row in db.session.execute(mine) if tokens else ():
        found.setdefault(trigger, {})[row.token] = row
    return found


def _delays(recipients: Sequence[Recipient]) -> dict[int, timedelta]:
    """How long after it happened each of these letters goes, by letter."""
    mine = AutomationStep.mailing_id.in_({row.mailing_id for row in recipients})
    steps = db.session.execute(select(AutomationStep.mailing_id, AutomationStep.delay_hours).where(mine))
    return {mailing_id: timedelta(hours=hours) for mailing_id, hours in steps}
