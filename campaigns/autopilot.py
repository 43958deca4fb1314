"""The autopilot: an automation is turned on when nothing is missing, and off at any time; what is missing, in words."""

from dataclasses import dataclass
from typing import Any

from campaigns import automations, mailings, rendering, versions
from campaigns.automations import TRIGGERS, Automation
from campaigns.mailings import Mailing
from kernel import clock, journal, memberships, tenancy
from kernel.i18n import _l, pick
from kernel.refusal import Refusal


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
    if automation.trigger not in TRIGGERS:
        return found or [Need(_l("Plaza does not know yet when that happens."))]
    steps = automations.steps(automation)
    if not steps:
        found.append(Need(_l("It has no letter yet.")))
    for step in steps:
        found += [Need(one.sentence, step.mailing) for one in rendering.problems(step.mailing)]
    if not memberships.owner_confirmed(tenancy.current()):
        found.append(Need(_l("Confirm your e-mail first: before that, no letter leaves the shop.")))
    return found


def turn_on(automation: Automation, *, by: Any) -> None:
    """Let it go by itself from now on; its letters are live. Raises NotReady with what is missing."""
    if automation.on:
        return
    missing = needs(automation)
    if missing:
        raise NotReady(needs=str(missing[0].sentence))
    automation.on, automation.on_since = True, clock.now()
    for step in automations.steps(automation):
        rendering.prepare(step.mailing)
    _move_letters(automation, "draft", "open")
    journal.write("automation.on", about=automation, by=by, data={"name": pick(automation.name)})


def turn_off(automation: Automation, *, by: Any) -> None:
    """Nobody new comes in, and who is in it receives nothing more."""
    if not automation.on:
        return
    automation.on = False
    _move_letters(automation, "live", "close")
    journal.write("automation.off", about=automation, by=by, data={"name": pick(automation.name)})


def _move_letters(automation: Automation, state: str, verb: str) -> None:
    for step in automations.steps(automation):
        if step.mailing.state == state:
            mailings.move(step.mailing, verb)
            versions.keep(step.mailing)


def init_app(_app: object) -> None:
    """How the journal tells of it."""
    journal.kind("automation.on", _l("Turned “%(name)s” on"))
    journal.kind("automation.off", _l("Turned “%(name)s” off"))
