"""Subject choice: which of two subjects did better, measured by who followed a link, and the job that goes by it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import case, func, select

from campaigns import mailings, reports, standstill, subject_tests
from campaigns.mailings import Mailing
from campaigns.recipients import Recipient
from campaigns.subject_tests import ARMS, SubjectTest
from kernel import clock, jobs, journal
from kernel.db import db
from kernel.i18n import _l, pick
from kernel.refusal import Refusal

LOOK = timedelta(minutes=1)  # between two looks while some of those who are asked wait for theirs
COUNTED = ("delivered", "opened", "clicked")


class Decided(Refusal):
    """Somebody, or the clock, was quicker."""

    message = _l("The choice is made already.")
    status = 409


@dataclass(frozen=True)
class Half:
    """Those who read one of the subjects: whom it reached, who opened it, who followed a link."""

    delivered: int = 0
    opened: int = 0
    clicked: int = 0


def halves(mailing: Mailing) -> dict[str, Half]:
    """Both of them, by arm; machines and mailboxes that open everything are not counted as people."""
    sums = [func.coalesce(func.sum(case((reports.FIGURES[name][1](), 1), else_=0)), 0) for name in COUNTED]
    mine = select(Recipient.arm, *sums).where(Recipient.mailing_id == mailing.id, Recipient.arm.in_(ARMS))
    found = {arm: Half(*map(int, told)) for arm, *told in db.session.execute(mine.group_by(Recipient.arm))}
    return {arm: found.get(arm, Half()) for arm in ARMS}


def better(first: Half, second: Half) -> tuple[str, str]:
    """(the arm that did better, by what): clicks, of each hundred whom it reached; then opens; else the first one."""
    for how, one, other in (("clicks", first.clicked, second.clicked), ("opens", first.opened, second.opened)):
        ahead = one * max(1, second.delivered) - other * max(1, first.delivered)
        if ahead:
            return "a" if ahead > 0 else "b", how
    return "a", "even"


def begin(mailing: Mailing) -> None:
    """Have it decided when it is time, where there are two subjects."""
    row = subject_tests.of(mailing)
    if row is not None and row.decided_at is None:
        _look_at(mailing, clock.now() + LOOK)


def _look_at(mailing: Mailing, at: datetime) -> None:
    jobs.later("campaigns.decide", mailing.id, at=at, key=f"{mailing.id}:{at.timestamp()}", priority=6)


@jobs.job("campaigns.decide")
def decide(mailing_id: int) -> None:
    """Let the better subject go to the rest; harmless twice, too early, and after somebody chose."""
    mailing = mailings.numbered(mailing_id)
    row = subject_tests.of(mailing) if mailing is not None and mailing.state == "sending" else None
    if mailing is None or row is None or row.decided_at is not None:
        return
    at = subject_tests.due(mailing, row) if standstill.since(mailing) is None else None  # who asks waits for the post
    if at is None or at > clock.now():
        _look_at(mailing, at or clock.now() + LOOK)
        return
    found = halves(mailing)
    if subject_tests.settle(row, *better(found["a"], found["b"])):
        _told(mailing, row)


def choose(mailing: Mailing, arm: str, *, by: Any) -> None:
    """A person decides before the time is over. Raises Decided, or NotNow where nothing goes."""
    locked = mailings.locked(mailing)
    row = subject_tests.of(locked)
    if locked.state not in {"sending", "paused"} or row is None or arm not in ARMS:
        raise mailings.NotNow(state=locked.state)
    if not subject_tests.settle(row, arm, "hand", by=by):
        raise Decided()
    _told(locked, row, by)


def _told(mailing: Mailing, row: SubjectTest, by: Any = None) -> None:
    chosen = pick((subject_tests.heads(mailing, row, row.winner) or (mailing.subject,))[0])
    journal.write("mailing.chosen", about=mailing, by=by, data={"name": mailing.called, "subject": chosen})


def init_app(_app: object) -> None:
    """How the journal tells of it."""
    journal.kind("mailing.chosen", _l("The rest of “%(name)s” goes out with the subject “%(subject)s”"))
