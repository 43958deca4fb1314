"""The numbers of an automation: who is in it, how many letters left, and what was ordered because of them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from campaigns import automations, conditions
from campaigns.attributed import Attributed
from campaigns.automations import Automation, Enrolment
from campaigns.recipients import Recipient
from crm.contacts import Contact
from kernel.db import db

SENT = ("sent", "captured")
LEAVING = ("pending", "claimed", "sending", "deferred")  # their turn has come; it may wait for a decent hour


@dataclass(frozen=True)
class Numbers:
    """Of one automation."""

    waiting: int
    done: int
    stopped: dict[str, int]  # by reason
    sent: dict[int, int]  # by letter
    leaving: dict[int, int]
    orders: dict[int, int]
    unmet: dict[int, int]  # for whom a letter was not, by its condition

    @property
    def whole(self) -> int:
        """How many ever came in."""
        return self.waiting + self.done + sum(self.stopped.values())


def of(automation: Automation) -> Numbers:
    """Counted by the database."""
    mine = select(Enrolment.state, Enrolment.reason, func.count()).where(Enrolment.automation_id == automation.id)
    rows = db.session.execute(mine.group_by(Enrolment.state, Enrolment.reason)).all()
    states = {state: sum(count for one, _why, count in rows if one == state) for state, _why, _count in rows}
    stopped = {why: count for state, why, count in rows if state == "stopped"}
    letters = [step.mailing_id for step in automations.steps(automation)]
    told = _in_state(letters, SENT), _in_state(letters, LEAVING), _orders(letters), _unmet(letters)
    return Numbers(states.get("waiting", 0), states.get("done", 0), stopped, *told)


def _in_state(letters: Iterable[int], states: Iterable[str]) -> dict[int, int]:
    mine = select(Recipient.mailing_id, func.count()).where(
        Recipient.mailing_id.in_(letters), Recipient.state.in_(states)
    )
    return {letter: int(count) for letter, count in db.session.execute(mine.group_by(Recipient.mailing_id))}


def _unmet(letters: Iterable[int]) -> dict[int, int]:
    out = Recipient.state == "skipped", Recipient.reason == conditions.UNMET
    mine = select(Recipient.mailing_id, func.count()).where(Recipient.mailing_id.in_(letters), *out)
    return {letter: int(count) for letter, count in db.session.execute(mine.group_by(Recipient.mailing_id))}


def _orders(letters: Iterable[int]) -> dict[int, int]:
    mine = select(Attributed.mailing_id, func.count()).where(Attributed.mailing_id.in_(letters))
    return {letter: int(count) for letter, count in db.session.execute(mine.group_by(Attributed.mailing_id))}


def left_out(automation: Automation, position: int) -> Any:
    """For whom the letter at that place was not, by its condition, the newest first: when that was, and who."""
    letters = [step.mailing_id for step in automations.steps(automation) if step.position == position]
    out = Recipient.state == "skipped", Recipient.reason == conditions.UNMET
    mine = select(Recipient, Contact).outerjoin(Contact, Contact.id == Recipient.contact_id)
    return mine.where(Recipient.mailing_id.in_(letters), *out).order_by(Recipient.id.desc())


def people(automation: Automation, state: str) -> Any:
    """Who waits in it, has had all of it, or received no more, the newest first."""
    mine = select(Enrolment, Contact).join(Contact, Contact.id == Enrolment.contact_id)
    mine = mine.where(Enrolment.automation_id == automation.id, Enrolment.state == state)
    return mine.order_by(Enrolment.since.desc(), Enrolment.id.desc())


def leaving(automation: Automation, people: Iterable[int]) -> dict[int, datetime]:
    """When the letter of those contacts leaves whose turn has come but which has not left: at night it waits."""
    letters = [step.mailing_id for step in automations.steps(automation)]
    mine = select(Recipient.contact_id, func.max(Recipient.run_at)).where(
        Recipient.mailing_id.in_(letters), Recipient.contact_id.in_(people), Recipient.state.in_(LEAVING)
    )
    return {contact: at for contact, at in db.session.execute(mine.group_by(Recipient.contact_id)) if contact and at}
