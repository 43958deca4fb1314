"""Changes of an automation: whom it is for, one letter more, one less, in another order; letters only while it is
off."""

from typing import Any

from sqlalchemy import select

from campaigns import automation_letters, automations, conditions
from campaigns.automations import Automation, AutomationStep
from campaigns.mailings import Mailing
from campaigns.starters import Begun
from crm.segments import Segment
from kernel import clock, journal, signing
from kernel.db import db
from kernel.i18n import _, _l, pick
from kernel.refusal import Missing, Refusal

MOST = 12  # letters of one automation
APART = 72  # hours between the last letter and one that is added
PURPOSE, MINUTES = "automation-letter", 60  # of the ticket that puts a letter back, and for how long it holds


class Running(Refusal):
    """People are on their way through it."""

    message = _l("Turn it off first: people are on their way through it.")
    status = 409


class TooLate(Refusal):
    """The ticket is old, or was used."""

    message = _l("That can no longer be taken back.")
    status = 409


def only_for(automation: Automation, segment: Segment | None, *, by: Any) -> None:
    """From now on only who is in that segment comes in; None: everybody."""
    automation.segment_id = segment.id if segment else None
    _told(automation, by)


def add(automation: Automation, *, by: Any) -> Mailing:
    """One more letter at the end, still empty."""
    steps = automations.steps(automation)
    _off(automation)
    if len(steps) >= MOST:
        raise Refusal(_l("It has %(most)s letters: that is as many as one can have."), most=MOST)
    name = _("%(automation)s, letter %(number)s", automation=pick(automation.name), number=len(steps) + 1)
    made = automation_letters.letter(name, Begun({}, {}, []), by=by.known_as if by else "")
    automations.write_step(automation, made, steps[-1].delay_hours + APART if steps else 0)
    _told(automation, by)
    return made


def take_out(automation: Automation, position: int, *, by: Any) -> tuple[Mailing, str]:
    """One letter less; the letter, and the ticket that puts it back. What it has sent keeps its report."""
    _off(automation)
    steps = automations.steps(automation)
    if position >= len(steps):
        raise Missing()
    step = steps.pop(position)
    letter = step.mailing
    told = {"code": automation.code, "mailing": letter.token, "at": position, "hours": step.delay_hours}
    told["only"] = step.only
    letter.binned_at = clock.now()
    db.session.delete(step)
    _number(steps)
    _told(automation, by)
    return letter, signing.make(PURPOSE, told)


def put_back(automation: Automation, ticket: str, *, by: Any) -> None:
    """The letter is where it was. Raises TooLate when the ticket is old, or was used."""
    _off(automation)
    told = signing.read(PURPOSE, ticket, minutes=MINUTES)
    mine = select(Mailing).where(Mailing.token == (told or {}).get("mailing", ""), Mailing.binned_at.is_not(None))
    letter = db.session.scalar(mine.execution_options(binned=True))
    if not told or told["code"] != automation.code or letter is None:
        raise TooLate()
    letter.binned_at = None
    steps = automations.steps(automation)
    step = automations.write_step(automation, letter, told["hours"])
    step.only = told.get("only", "")
    _number([*steps[: told["at"]], step, *steps[told["at"] :]])
    _told(automation, by)


def move(automation: Automation, position: int, *, up: bool, by: Any) -> None:
    """A letter changes places with the one before or after it; the times stay where they are."""
    _off(automation)
    steps, other = automations.steps(automation), position - 1 if up else position + 1
    if not (0 <= position < len(steps) and 0 <= other < len(steps)):
        raise Missing()
    one, two = steps[position], steps[other]
    one.mailing_id, two.mailing_id = two.mailing_id, one.mailing_id
    one.only, two.only = two.only, one.only
    for step in (one, two):
        if step.only not in conditions.offered(automation, step.position):
            step.only = ""
    db.session.flush()
    db.session.expire_all()
    _told(automation, by)


def _number(steps: list[AutomationStep]) -> None:
    """Give letters their places: by a detour, because no two may ever have the same."""
    for start in (len(steps) + MOST, 0):
        for place, step in enumerate(steps, start):
            step.position = place
        db.session.flush()


def _off(automation: Automation) -> None:
    if automation.on:
        raise Running()


def _told(automation: Automation, by: Any) -> None:
    journal.write("automation.changed", about=automation, by=by, data={"name": pick(automation.name)})


def init_app(_app: object) -> None:
    """How the journal tells of it."""
    journal.kind("automation.changed", _l("Changed the automation “%(name)s”"))
