"""Readiness: what still stands in the way of sending a mailing, each with where it is put right."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from campaigns import audience, faults, rendering, subject_tests
from campaigns.audience import Estimate
from campaigns.mailings import Mailing
from kernel import memberships, tenancy
from kernel.i18n import _, _l
from kernel.refusal import Refusal

MANY = 25  # people from which on the number is typed before it goes


@dataclass(frozen=True)
class Problem:
    """Something to put right first: in the letter, its second subject, the audience, the habits, or one's account."""

    sentence: Any
    where: str  # letter | subjects | audience | habits | account
    place: str = ""  # where in the letter


class NotReady(Refusal):
    """Something stands in the way."""

    message = _l("It cannot go out yet: %(why)s")


class NotCounted(Refusal):
    """The number of people was not confirmed."""

    message = _l("Type the number of people who will receive it: %(will)s.")


def problems(mailing: Mailing) -> tuple[list[Problem], Estimate | None]:
    """What stands in the way, and the estimate of who would receive it where one can be made."""
    found, told = [], None
    try:
        told = audience.estimate(mailing)
    except Refusal as why:  # its segment is gone, or names what is gone
        found.append(Problem(str(why), "audience"))
    if told is not None and not told.will:
        found.append(Problem(_nobody(told), "audience"))
    found += [Problem(one.sentence, _where(one), one.place or f"b-{one.block}") for one in rendering.problems(mailing)]
    found += [Problem(one, "subjects") for one in _second(mailing, told)]
    if not memberships.owner_confirmed(tenancy.current()):
        found.append(Problem(_l("Confirm your e-mail first: before that, no letter leaves the shop."), "account"))
    return found, told


def _second(mailing: Mailing, told: Estimate | None) -> Iterator[str]:
    """What is wrong with the second subject, or that too few people would read either."""
    test = subject_tests.of(mailing)
    if test is None:
        return
    if told is not None and told.will < subject_tests.NEEDED:
        yield str(subject_tests.TooFew(needed=subject_tests.NEEDED, will=told.will))
    for one in faults.heads(test.subject, test.preheader, faults.languages(mailing)):
        yield _("The second subject: %(told)s", told=one.sentence)


def _where(one: rendering.Problem) -> str:
    return "habits" if one.place == "footer" else "letter"


def _nobody(told: Estimate) -> Any:
    if told.total:
        return _l("Nobody would receive it: look at the reasons below.")
    return _l("There is nobody in this audience: choose another one.")


def refuse(mailing: Mailing, typed: str = "") -> Estimate:
    """Refuse to send what is not ready, or to many people whose number was not typed; the estimate otherwise."""
    found, told = problems(mailing)
    if found or told is None:
        raise NotReady(why=str(found[0].sentence))
    if told.will >= MANY and "".join(filter(str.isdigit, typed)) != str(told.will):
        raise NotCounted(will=told.will)
    return told
