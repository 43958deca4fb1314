"""Verdicts: whether a person or a machine followed a link or opened a letter, and why we think so.

Never surer than the signs: what a person's program did too soon, or without being seen to be one, is `unknown`.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from campaigns import programs
from campaigns.programs import Program
from kernel.i18n import _l

AT_ONCE = timedelta(seconds=2)  # nobody reads a letter and follows its link so soon after it left
SOON = timedelta(seconds=10)
TOGETHER = timedelta(seconds=1)
MANY = 3  # different links of one letter within a second
TRAP = 0  # the number of the link that nobody sees
REASONS = {
    "person": _l("a person's program, as a person uses it"),
    "proxy": _l("a mailbox showed the pictures through a machine of its own, as it does when somebody opens a letter"),
    "privacy": _l("a mailbox loads the pictures of every letter, read or not, to protect its people"),
    "prefetch": _l("loaded ahead, before anybody asked for it"),
    "hidden": _l("followed a link that no person sees"),
    "scanner": _l("a filter that looks behind every link for danger"),
    "preview": _l("an app that draws a preview of a link"),
    "robot": _l("a program, not a browser"),
    "nameless": _l("said nothing of itself"),
    "early": _l("sooner than a person can read"),
    "soon": _l("within seconds of the letter's leaving"),
    "burst": _l("several links of one letter within a second"),
    "headless": _l("a browser without a window"),
    "unlike": _l("calls itself a browser and does not behave like one"),
    "unfamiliar": _l("a program that we do not know"),
}


class Verdict(NamedTuple):
    """Who it was (human, machine, unknown), why, and the family of the program."""

    who: str
    reason: str
    family: str


@dataclass(frozen=True)
class Look:
    """One request for a link or for the picture of a letter, as it came."""

    at: datetime
    agent: str = ""
    ip: str = ""
    purpose: str = ""  # what the program says it asks for: prefetch, preview
    mode: str = ""  # Sec-Fetch-Mode, which browsers send over https
    secure: bool = False
    link: int | None = None  # None: the picture
    sent: datetime | None = None  # when the letter left; None when that is not known


def of(look: Look) -> Verdict:
    """The verdict on one request, by its own signs."""
    program = programs.known(look.agent, look.ip)
    who, reason = _by_machine(look, program) or (_opened if look.link is None else _clicked)(look, program)
    return Verdict(who, reason, program.family)


def _by_machine(look: Look, program: Program) -> tuple[str, str] | None:
    if program.kind == "prefetch" or any(word in look.purpose.lower() for word in ("prefetch", "prerender", "preview")):
        return "machine", "prefetch"
    if look.link == TRAP:
        return "machine", "hidden"
    if program.kind in {"scanner", "preview"}:
        return "machine", program.kind
    if program.kind == "robot" and not (look.link is None and program.family == "okhttp"):  # mail apps draw with it
        return "machine", "robot"
    return None


def _opened(look: Look, program: Program) -> tuple[str, str]:
    if program.kind == "privacy":
        return "unknown", "privacy"
    if _since(look) is not None and _since(look) < AT_ONCE:  # type: ignore[operator]
        return "machine", "early"
    if not look.agent.strip():
        return "unknown", "nameless"
    if program.kind == "proxy":
        return "human", "proxy"
    if program.kind == "headless":
        return "unknown", "headless"
    return ("human", "person") if program.kind in programs.PEOPLE else ("unknown", "unfamiliar")


def _clicked(look: Look, program: Program) -> tuple[str, str]:
    if not look.agent.strip():
        return "machine", "nameless"
    if program.kind in {"proxy", "privacy"}:  # a machine that fetches pictures follows no links for people
        return "machine", "robot"
    since = _since(look)
    if since is not None and since < AT_ONCE:
        return "machine", "early"
    if since is not None and since < SOON:
        return "unknown", "soon"
    if program.kind == "headless":
        return "unknown", "headless"
    if not program.kind:
        return "unknown", "unfamiliar"
    return ("unknown", "unlike") if look.secure and look.mode != "navigate" else ("human", "person")


def _since(look: Look) -> timedelta | None:
    return None if look.sent is None else look.at - look.sent


class Click(NamedTuple):
    """A click beside the others on the same letter."""

    id: int
    at: datetime
    link: int
    family: str
    network: str


def together(clicks: list[Click]) -> dict[int, tuple[str, str]]:
    """What the clicks on one letter say of each other: {id: (who, reason)} where that changes the verdict."""
    found: dict[int, tuple[str, str]] = {}
    for one in clicks:
        same = [other for other in clicks if (other.family, other.network) == (one.family, one.network)]
        links = {other.link for other in same if abs(other.at - one.at) <= TOGETHER}
        if any(other.link == TRAP and abs(other.at - one.at) <= timedelta(minutes=1) for other in same):
            found[one.id] = ("machine", "hidden")
        elif len(links) >= MANY:
            found[one.id] = ("machine", "burst")
        elif len(links) == MANY - 1:
            found[one.id] = ("unknown", "burst")
    return found
