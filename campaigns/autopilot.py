"""The autopilot: an automation is turned on when nothing is missing, and off at any time; what is missing, in words."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select, update

from campaigns import automations, enrolments, mailings, rendering, versions
from campaigns.automations import Automation, Enrolment
from campaigns.mailings import Mailing
from campaigns.recipients import Recipient
from kernel import clock, held, journal, memberships, signing, tenancy
from kernel.db import db
from kernel.i18n import _l, pick
from kernel.refusal import Refusal

PURPOSE = "automation-off"  # of the ticket that takes turning off back
MINUTES = 60  # for which it holds
WAITING = ("pending", "claimed", "deferred")  # letters that are not on the wire
QUIET = {"synchronize_session": False}


@dataclass(frozen=True)
class Need:
    """Something that is missing, and the letter in which it is put right."""

    sentence: Any
    mailing: Mailing | None = None


class NotReady(Refusal):
    """Something is missing before it can go by itself."""

    message = _l("It cannot be turned on yet: %(needs)s")
    status = 409


def needs(automation: Automation) -> list[Need]:
    """What is missing before it can go by itself."""
    found = [Need(pick(automation.needs))] if pick(automation.needs) else []
    if automations.kind(automation) is None:
        return found or [Need(_l("Plaza does not know yet when that happens."))]
    for ask in _asked:
        found += ask(automation)
    if automations.lost(automation):
        found.append(Need(_l("The segment it is for is no longer there: choose whom it is for.")))
    steps = automations.steps(automation)
    if not steps:
        found.append(Need(_l("It has no letter yet.")))
    for step in steps:
        found += [Need(one.sentence, step.mailing) for one in rendering.problems(step.mailing)]
    if not memberships.owner_confirmed(tenancy.current()):
        found.append(Need(_l("Confirm your e-mail first: before that, no letter leaves the shop.")))
    return found


_asked: list[Callable[[Automation], list[Need]]] = []
_starts: dict[str, Callable[[Automation], None]] = {}


def asks(verb: Callable[[Automation], list[Need]]) -> None:
    """Have `verb(automation)` say what else is missing."""
    if verb not in _asked:
        _asked.append(verb)


def at_start(trigger: str, verb: Callable[[Automation], None]) -> None:
    """Have `verb(automation)` done when one of that trigger is turned on anew."""
    _starts[trigger] = verb


def turn_on(automation: Automation, *, by: Any, ticket: str = "") -> None:
    """Let it go by itself from now on; its letters are live. Raises NotReady with what is missing.

    With the ticket of turn_off it is as if it had never been off.
    """
    if automation.on:
        return
    missing = needs(automation)
    if missing:
        raise NotReady(needs=str(missing[0].sentence))
    automation.on, automation.on_since = True, clock.now()
    for step in automations.steps(automation):
        rendering.prepare(step.mailing)
    _move_letters(automation, "draft", "open")
    told = signing.read(PURPOSE, ticket, minutes=MINUTES) if ticket else None
    if told and told["code"] == automation.code:
        automation.on_since = datetime.fromisoformat(told["since"])
        _take_back(automation, datetime.fromisoformat(told["at"]))
    elif automation.trigger in _starts:
        _starts[automation.trigger](automation)
    journal.write("automation.on", about=automation, by=by, data={"name": pick(automation.name)})


def turn_off(automation: Automation, *, by: Any) -> str:
    """Nobody new comes in, and who is in it receives nothing more; the ticket that takes it back."""
    if not automation.on:
        return ""
    now, since = clock.now(), automation.on_since or clock.now()
    automation.on = False
    _move_letters(automation, "live", "close")
    _stop_all(automation, now)
    journal.write("automation.off", about=automation, by=by, data={"name": pick(automation.name)})
    return signing.make(PURPOSE, {"code": automation.code, "since": since.isoformat(), "at": now.isoformat()})


def _stop_all(automation: Automation, now: datetime) -> None:
    """First who is in it: a step that is being taken this moment writes its letter before, and that is stopped too.

    `ended_at` and `run_at` keep the moment, by which the ticket finds them again.
    """
    inside = Enrolment.automation_id == automation.id, Enrolment.state == "waiting"
    ended = {"state": "stopped", "reason": "off", "ended_at": now}
    db.session.execute(update(Enrolment).where(*inside).values(**ended), execution_options=QUIET)
    waits = Recipient.mailing_id.in_(_letters(automation)), Recipient.state.in_(WAITING)
    gone = {"state": "skipped", "reason": "stopped", "lease_until": None, "run_at": now}
    db.session.execute(update(Recipient).where(*waits).values(**gone), execution_options=QUIET)


def _take_back(automation: Automation, at: datetime) -> None:
    """Who was in it when it was turned off at that moment goes on, and so do the letters that waited then."""
    ended = Enrolment.state == "stopped", Enrolment.reason == "off", Enrolment.ended_at == at
    back = update(Enrolment).where(Enrolment.automation_id == automation.id, *ended)
    back = back.values(state="waiting", reason="", ended_at=None)
    back = back.returning(Enrolment.id, Enrolment.step, Enrolment.due_at)
    for row in db.session.execute(back, execution_options=QUIET).all():
        enrolments.wait(row.id, row.step, row.due_at)
    gone = Recipient.state == "skipped", Recipient.reason == "stopped", Recipient.run_at == at
    letters = update(Recipient).where(Recipient.mailing_id.in_(_letters(automation)), *gone)
    db.session.execute(letters.values(state="pending", reason=""), execution_options=QUIET)


def _letters(automation: Automation) -> list[int]:
    return [step.mailing_id for step in automations.steps(automation)]


def _move_letters(automation: Automation, state: str, verb: str) -> None:
    for step in automations.steps(automation):
        if step.mailing.state == state:
            mailings.move(step.mailing, verb)
            versions.keep(step.mailing)


def after_restore(connection: Connection) -> int:
    """After a restore letters that went by themselves are off: somebody turns them on again, for what happens then.

    Who was in them may have had theirs since the backup, and is in them no more.
    """
    own = Recipient.mailing_id.in_(select(Mailing.id).where(Mailing.kind == "automation"))
    waits = own & Recipient.state.in_(WAITING)
    connection.execute(update(Recipient).where(waits).values(state="skipped", reason="stopped", lease_until=None))
    ended = {"state": "stopped", "reason": "off", "ended_at": clock.now()}
    connection.execute(update(Enrolment).where(Enrolment.state == "waiting").values(ended))
    live = update(Mailing).where(Mailing.state == "live").values(state="draft", note="restored")
    connection.execute(live)
    return int(connection.execute(update(Automation).where(Automation.on).values(on=False)).rowcount)


def init_app(_app: object) -> None:
    """How the journal tells of it, and what a restore turns off."""
    held.after_restore("automations", after_restore)
    journal.kind("automation.on", _l("Turned “%(name)s” on"))
    journal.kind("automation.off", _l("Turned “%(name)s” off"))
