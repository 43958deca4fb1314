"""Scheduling: the life of a campaign from its hour to its last recipient, each step by a person or by a job.

"Now" is in a minute, in which it can be stopped; what should have gone while nobody worked waits for a person.
"""

from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, func, select, update

from campaigns import gathering, mailings, readiness, rendering, subject_choice, subject_tests, versions
from campaigns.mailings import Mailing
from campaigns.recipients import OPEN, Recipient
from kernel import clock, held, instants, jobs, journal, tenancy
from kernel.db import db
from kernel.i18n import _l
from kernel.refusal import Refusal
from shop import local_times

MINUTE = timedelta(seconds=60)  # between "Send" and the first letter
LATE = timedelta(minutes=30)  # nobody worked at its hour: a person decides
FARTHEST = timedelta(days=366)
LOOK = timedelta(seconds=5)  # between two looks whether the last letter is gone
WAITING = ("pending", "claimed", "deferred")  # not yet on the wire
QUIET = {"synchronize_session": False}
NOTES = {  # why one is held, or never went, by what its note says
    "asks": _l(
        "This issue waits for your yes. Have a look, then let it go; without a yes within a day it does not go out."
    ),
    "lapsed": _l("Nobody said yes in time."),
    "late": _l("Its hour passed while nothing was working here. Have a look, then let it go or stop it."),
    "away": _l(
        "The mail server was away for days. Look whether its words still hold, then let it go on or stop it: nobody"
        " receives it twice."
    ),
    "stale": _l(
        "The mail server was away, and something that it tells of has ended meanwhile. Let it go on all the same, or"
        " stop it and duplicate it with other words."
    ),
    "restored": _l(
        "A backup was restored, and some people may have it already. Have a look, then let it go or stop it."
    ),
}


class BadHour(Refusal):
    """No hour at which it could go."""


class BadDay(BadHour):
    """A day that a letter cannot go out on."""


def hour(day: date, text: str) -> datetime:
    """The moment that a clock of the shop shows that day and hour; raises BadHour."""
    zone = tenancy.tenant().timezone
    at = local_times.moment(day, text, zone)
    if local_times.local(at, zone).time() != local_times.clock_time(text):
        raise BadHour(_l("There is no such hour on that day: the clocks go forward over it."))
    if day < clock.today(zone):
        raise BadDay(_l("That day is past: choose a later one."))
    if at <= clock.now():
        raise BadHour(_l("That hour is past: choose a later one."))
    if at > clock.now() + FARTHEST:
        raise BadDay(_l("That is more than a year away: choose an earlier day."))
    return at


def send(mailing: Mailing, *, by: Any, typed: str = "", at: datetime | None = None) -> None:
    """Let it go out at that hour, else in a minute; `typed` is the number of people where there are many."""
    told, test = readiness.refuse(mailing, typed), subject_tests.of(mailing)
    if test is not None:
        subject_tests.ask_enough(test, told.will)
    await_hour(mailing, at or clock.now() + MINUTE, by=by)


def await_hour(mailing: Mailing, at: datetime, *, by: Any = None) -> None:
    """Have what nothing stands in the way of go out at that hour."""
    rendering.prepare(mailing)
    mailings.move(mailing, "schedule")
    versions.keep(mailing)
    mailing.scheduled_at, mailing.note = at, ""
    _await(mailing)
    data = {"name": mailing.called, "at": instants.told(mailing.scheduled_at)}
    journal.write("mailing.scheduled", about=mailing, by=by, data=data)


def ask(mailing: Mailing) -> None:
    """Have it wait for a person's yes, ready to go."""
    rendering.prepare(mailing)
    mailings.move(mailing, "ask")
    versions.keep(mailing)
    mailing.scheduled_at, mailing.note = clock.now(), "asks"
    journal.write("mailing.held", about=mailing, data={"name": mailing.called})


def _await(mailing: Mailing) -> None:
    at = mailing.scheduled_at
    if at is not None:
        jobs.later("campaigns.start", mailing.id, at=at, key=f"{mailing.id}:{at.timestamp()}", priority=4)


def recall(mailing: Mailing, *, by: Any) -> None:
    """Make a draft of it again, before the first letter has left."""
    if mailings.locked(mailing).started_at is not None:
        raise mailings.NotNow(state=mailing.state)
    mailings.move(mailing, "recall")
    if mailing.scheduled_at is not None:
        jobs.forget("campaigns.start", f"{mailing.id}:{mailing.scheduled_at.timestamp()}")
    mailing.scheduled_at, mailing.note = None, ""
    journal.write("mailing.recalled", about=mailing, by=by, data={"name": mailing.called})


@jobs.job("campaigns.start")
def start(mailing_id: int) -> None:
    """Begin what is due, once, however many ask; what should have gone long ago waits for a person."""
    mailing, now = mailings.numbered(mailing_id), clock.now()
    if mailing is None or mailing.state != "scheduled" or mailing.scheduled_at is None or mailing.scheduled_at > now:
        return
    if now - mailing.scheduled_at > LATE:
        _hold(mailing, "late")
        return
    mailings.move(mailing, "start")
    mailing.started_at = now
    _go(mailing)
    journal.write("mailing.started", about=mailing, data={"name": mailing.called})


def _go(mailing: Mailing) -> None:
    gathering.begin(mailing)
    subject_choice.begin(mailing)
    _look_again(mailing, clock.now() + LOOK)


def _look_again(mailing: Mailing, at: datetime) -> None:
    jobs.later("campaigns.conclude", mailing.id, at=at, key=f"{mailing.id}:{at.timestamp()}", priority=6)


def _hold(mailing: Mailing, why: str) -> None:
    mailings.move(mailing, "hold")
    mailing.note = why
    journal.write("mailing.held", about=mailing, data={"name": mailing.called})


@jobs.job("campaigns.conclude")
def conclude(mailing_id: int) -> None:
    """Say that a mailing is sent once nobody is left who waits for it."""
    mailing = mailings.numbered(mailing_id)
    if mailing is None or mailing.state != "sending":
        return
    mine = (Recipient.mailing_id == mailing.id) & Recipient.state.in_(OPEN)
    left = db.session.execute(select(func.count(), func.min(Recipient.run_at)).where(mine)).one()
    if mailing.gathered_at is not None and not left[0]:
        mailings.move(mailing, "finish")
        mailing.finished_at = clock.now()
        journal.write("mailing.sent", about=mailing, data={"name": mailing.called})
    else:
        _look_again(mailing, max(clock.now() + LOOK, min(left[1] or clock.now(), clock.now() + LATE)))


def pause(mailing: Mailing, *, by: Any) -> None:
    """No further letter leaves until somebody says so."""
    mailings.move(mailing, "pause")
    journal.write("mailing.paused", about=mailing, by=by, data={"name": mailing.called})


def resume(mailing: Mailing, *, by: Any) -> None:
    """Let a paused or held one go on."""
    mailings.move(mailing, "resume")
    mailing.started_at, mailing.note, mailing.away_since = mailing.started_at or clock.now(), "", None
    _go(mailing)
    journal.write("mailing.resumed", about=mailing, by=by, data={"name": mailing.called})


def stop(mailing: Mailing, *, by: Any) -> int:
    """End it: who has not had it yet will not; how many were spared."""
    mailings.move(mailing, "stop")
    mailing.finished_at = clock.now()
    mine = (Recipient.mailing_id == mailing.id) & Recipient.state.in_(WAITING)
    gone = {"state": "skipped", "reason": "stopped", "lease_until": None}
    spared = db.session.execute(update(Recipient).where(mine).values(**gone), execution_options=QUIET)
    gathering.begin(mailing)  # so that who was never written down is in the report
    journal.write("mailing.stopped", about=mailing, by=by, data={"name": mailing.called})
    return int(spared.rowcount)  # type: ignore[attr-defined]


def again(mailing: Mailing, states: tuple[str, ...] = ("failed",), *, by: Any) -> int:
    """Try once more what failed, or what nobody knows to have arrived, because a person asked; how many."""
    mine = (Recipient.mailing_id == mailing.id) & Recipient.state.in_(set(states) & {"failed", "unknown"})
    fresh = {"state": "pending", "attempts": 0, "run_at": clock.now(), "lease_until": None, "answer": ""}
    if mailings.locked(mailing).state == "sent":
        mailings.move(mailing, "again")
    elif mailing.state not in {"sending", "paused"}:
        raise mailings.NotNow(state=mailing.state)
    tried = db.session.execute(update(Recipient).where(mine).values(**fresh), execution_options=QUIET)
    count = int(tried.rowcount)  # type: ignore[attr-defined]
    _look_again(mailing, clock.now() + LOOK)
    journal.write("mailing.again", about=mailing, by=by, data={"name": mailing.called, "count": count})
    return count


def after_restore(connection: Connection) -> int:
    """What was on its way when a backup was made may have arrived since: it waits for a person."""
    going = Mailing.state.in_(("scheduled", "sending"))
    return int(connection.execute(update(Mailing).where(going).values(state="held", note="restored")).rowcount)


def init_app(_app: object) -> None:
    """How the journal tells of it, and what a restore holds back."""
    held.after_restore("mailings", after_restore)
    for verb, sentence in SENTENCES.items():
        journal.kind(f"mailing.{verb}", sentence)


SENTENCES = {
    "scheduled": _l("“%(name)s” goes out on %(at)s"),
    "recalled": _l("“%(name)s” was stopped before it went out"),
    "started": _l("“%(name)s” began to go out"),
    "sent": _l("“%(name)s” has gone out to everybody"),
    "held": _l("“%(name)s” is held back and waits for somebody"),
    "paused": _l("Paused “%(name)s”"),
    "resumed": _l("Let “%(name)s” go on"),
    "stopped": _l("Stopped “%(name)s” for good"),
    "again": _l("Had %(count)s letters of “%(name)s” sent again"),
}
