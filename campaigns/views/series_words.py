"""How a series is told: its state, its line in the list, its days, what became of each issue."""

from typing import Any

from campaigns import rhythms, scheduling
from campaigns.mailings import Mailing
from campaigns.series import LetterSeries
from kernel import instants
from kernel.i18n import _, _l

STATES = {
    "on": (_l("Repeats"), "good"), "paused": (_l("Paused"), "care"), "held": (_l("Waiting for you"), "care"),
    "ended": (_l("Repeats no more"), "off"),
}  # fmt: skip


def state(row: LetterSeries) -> tuple[Any, str]:
    """Whether it goes on."""
    return STATES[row.state]


def line(mailing: Mailing, row: LetterSeries) -> str:
    """Its line in the list: how often, and when next."""
    often = rhythm(row)
    if row.state == "on" and row.next_day:
        return str(_("%(often)s · next: %(day)s", often=often, day=instants.day(row.next_day)))
    return f"{often} · {held(mailing)}" if row.state == "held" else often


def held(mailing: Mailing) -> str:
    """Why it waits for a person."""
    return str(REASONS.get(mailing.note, mailing.note))


REASONS = scheduling.NOTES | {
    "restored": _l("A backup was restored, and some issues may have gone out since. Have a look, then let it go on."),
}


def rhythm(row: LetterSeries) -> str:
    """How often, with a capital."""
    said = rhythms.told(row.rhythm, row.hour)
    return said[:1].upper() + said[1:]
