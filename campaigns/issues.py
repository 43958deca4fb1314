"""Issues: on each day of a series an ordinary mailing with the words of its letter is made, once, however many ask.

One conditional update takes the day; the mailing is written in the same transaction, so a worker that dies leaves
either both or nothing. A day that was missed is made up for within hours, else it is left out; none is made while the
one before is still going. Who gets it, how often and when anybody is left in peace is asked as of any mailing.
"""

from datetime import date, datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import ColumnElement, exists, func, or_, select, update

from campaigns import drafts, fields, habits, mailings, readiness, scheduling, series, subject_tests
from campaigns.mailings import Mailing
from campaigns.recipients import Recipient
from campaigns.series import LetterIssue, LetterSeries
from campaigns.subject_tests import Plan
from kernel import clock, i18n, jobs, journal, tenancy, transactions
from kernel.db import db
from kernel.i18n import _, _l
from kernel.tenancy import Tenant
from shop import receipts, shelf
from shop.catalog import Product

log = structlog.get_logger()
LATE = timedelta(hours=12)  # an issue that was missed is still worth sending for so long
WINDOW = timedelta(hours=24)  # in which a person says yes, where each issue asks; the next one ends it too
SECONDS = 600  # between two looks whether a job was lost
MOST = 60  # days at one look
HERE = ("pending", "claimed", "sending")
OPEN = ("scheduled", "paused", "held")
QUIET = {"synchronize_session": False}
WHY = {  # why no mailing was made on a day
    "hand": _l("left out by hand"),
    "late": _l("nothing was working here for hours"),
    "busy": _l("the one before was still going out"),
    "nothing": _l("there was nothing new to tell"),
    "nobody": _l("there was nobody to receive it"),
    "faults": _l("something stood in the way"),
}


@jobs.job("campaigns.issue")
def due(series_id: int) -> None:
    """Deal with every day of a series that has come."""
    for _day in range(MOST):
        if not step(series_id):
            return


def step(series_id: int) -> bool:
    """Deal with its next day if it has come; whether it had."""
    mine = select(LetterSeries).where(LetterSeries.id == series_id)
    row = db.session.scalars(mine.execution_options(populate_existing=True)).first()
    if row is None or row.state != "on" or row.next_day is None:
        return False
    day, at = row.next_day, row.moment(row.next_day)
    if at > clock.now():
        if at != row.next_at:  # the shop has another zone since
            series.awaits(row, day)
        return False
    if not _taken(row, day):
        return False
    _deal(row, day, at)
    return True


def _taken(row: LetterSeries, day: date) -> bool:
    """Take that day: only one who asks does."""
    follows = next(series.days(row, day), None)
    mine = LetterSeries.id == row.id, LetterSeries.state == "on", LetterSeries.next_day == day
    told = {"next_day": follows, "next_at": row.moment(follows) if follows else None}
    done = db.session.execute(update(LetterSeries).where(*mine).values(**told), execution_options=QUIET)
    if not done.rowcount:  # type: ignore[attr-defined]
        return False
    db.session.refresh(row)
    return True


def _deal(row: LetterSeries, day: date, at: datetime) -> None:
    """A mailing, or why there is none; then the day that follows, or the end."""
    mailing = series.letter(row)
    begins, why = _when(at), ""
    if begins is None:
        why = "late"
    elif _going(row):
        why = "busy"
    elif row.fresh and not news(row, mailing):
        why = "nothing"
    else:
        why = _hindrance(row, mailing)
    if begins is None or why:
        db.session.add(LetterIssue(series_id=row.id, day=day, why=why))
        journal.write("issue.left_out", about=mailing, data={"name": mailing.called, "why": str(WHY[why])})
    else:
        row.made += 1
        _make(row, mailing, day, begins)
    db.session.flush()
    _aftermath(row)


def _aftermath(row: LetterSeries) -> None:
    if row.state != "on":
        return
    over = row.next_day is None or (row.most is not None and row.made >= row.most)
    if over:
        series.end(row)
    else:
        series.awaits(row, row.next_day)


def _when(at: datetime) -> datetime | None:
    """When an issue of that hour goes: now; one that was missed not in the quiet hours, nor half a day late."""
    now = clock.now()
    begins = (habits.of().quiet(now) or now) if now - at > scheduling.LATE else now
    return begins if begins - at <= LATE else None


def _going(row: LetterSeries) -> bool:
    """Whether the issue before is still going out; one that nobody said yes to lapses now. Who is only put off by
    their mailbox keeps nobody waiting."""
    before = select(LetterIssue.mailing_id).where(LetterIssue.series_id == row.id)
    waits = exists(select(Recipient.id).where(Recipient.mailing_id == Mailing.id, Recipient.state.in_(HERE)))
    sending = (Mailing.state == "sending") & or_(Mailing.gathered_at.is_(None), waits.correlate(Mailing))
    goes = select(Mailing).where(Mailing.id.in_(before), or_(Mailing.state.in_(OPEN), sending))
    return any(not _lapsed(one) for one in db.session.scalars(goes).all())


def news(row: LetterSeries, mailing: Mailing) -> bool:
    """Whether there is anything that the issue before did not tell: a product came, or somebody wrote other words."""
    mine = LetterIssue.series_id == row.id, LetterIssue.number > 0
    last = db.session.scalar(select(func.max(LetterIssue.at)).where(*mine))
    if last is None or (mailing.written_at is not None and mailing.written_at > last):
        return True
    came: ColumnElement[bool] = Product.published_at > last
    return db.session.scalar(select(Product.id).where(shelf.public(), came).limit(1)) is not None


def _hindrance(row: LetterSeries, mailing: Mailing) -> str:
    """Why it cannot go: nobody is there; or something is wrong with it, and a person looks."""
    found, told = readiness.problems(mailing)
    wrong = [one for one in found if one.where != "subjects" and not (told and one.where == "audience")]
    if wrong:
        series.hold(row, str(wrong[0].sentence))
        return "faults"
    return "" if told is not None and told.will else "nobody"


def _make(row: LetterSeries, mailing: Mailing, day: date, at: datetime) -> None:
    tenant = tenancy.tenant()
    with i18n.speak(tenant.language, tenant.country):
        name = _("%(name)s, no. %(num)s", name=mailing.called[:140], num=row.made)
    made = drafts.twin(mailing, by=None, name=name)
    made.written_by, made.written_at = mailing.written_by, mailing.written_at
    db.session.add(LetterIssue(series_id=row.id, day=day, number=row.made, mailing_id=made.id))
    _two_subjects(mailing, made)
    if row.asks:
        scheduling.ask(made)
        jobs.later("campaigns.lapse", made.id, at=at + WINDOW, key=str(made.id), priority=6)
    else:
        scheduling.await_hour(made, at)


def _two_subjects(mailing: Mailing, made: Mailing) -> None:
    """Both subjects are compared again, unless that would say nothing."""
    test = subject_tests.of(mailing)
    if test is None:
        return
    found, told = readiness.problems(mailing)
    if told is not None and not any(one.where == "subjects" for one in found):
        kept = subject_tests.write(made, Plan(test.subject, test.preheader, test.share, test.hours))
        if kept is not None:
            subject_tests.ask_enough(kept, told.will)


@jobs.job("campaigns.lapse")
def lapse(mailing_id: int) -> None:
    """Nobody said yes in time: it does not go."""
    mailing = mailings.numbered(mailing_id)
    if mailing is not None:
        _lapsed(mailing)


def _lapsed(mailing: Mailing) -> bool:
    fresh = mailings.locked(mailing)
    if fresh.state != "held" or fresh.note != "asks":
        return False
    mailings.move(fresh, "stop")
    fresh.finished_at, fresh.note = clock.now(), "lapsed"
    journal.write("issue.lapsed", about=fresh, data={"name": fresh.called})
    return True


@jobs.job("campaigns.series")
def look_everywhere() -> None:
    """Whatever became of its job, a day that has come is dealt with."""
    with transactions.reading():
        every = list(db.session.scalars(select(Tenant.id).order_by(Tenant.id)))
    for tenant_id in every:
        with tenancy.use(tenant_id):
            for series_id in _waiting():
                _look(series_id)


def _waiting() -> list[int]:
    """Series whose day has come, or would have in another zone."""
    near = LetterSeries.state == "on", LetterSeries.next_at <= clock.now() + timedelta(days=1)
    with transactions.reading():
        rows = db.session.scalars(select(LetterSeries).where(*near)).all()
        moments = {row.id: row.moment(row.next_day) for row in rows if row.next_day}
        return [row.id for row in rows if moments.get(row.id) != row.next_at or moments[row.id] <= clock.now()]


def _look(series_id: int) -> None:
    try:
        transactions.retry_free(lambda: due(series_id))
    except Exception as error:  # that of one shop keeps no other from theirs
        log.warning("an issue could not be made", series=series_id, error=repr(error))


def _told(about: fields.About) -> dict[str, str]:
    """Number and day of an issue; of the letter that repeats those of its next one."""

    def make() -> dict[str, str]:
        mine = LetterIssue.mailing_id == about.mailing_id
        row: Any = db.session.scalar(select(LetterIssue).where(mine)) if about.mailing_id else None
        own = select(LetterSeries).where(LetterSeries.mailing_id == about.mailing_id)
        of = db.session.scalar(own) if about.mailing_id and row is None else None
        number = row.number if row else of.made + 1 if of else 1
        day = row.day if row else (of and of.next_day) or clock.today(tenancy.tenant().timezone)
        with i18n.speak(about.language, tenancy.tenant().country):
            return {"number": str(number), "date": receipts.day(day)}

    found: dict[str, str] = about.shared.get("issue") or make()
    about.shared["issue"] = found
    return found


def init_app(_app: object) -> None:
    """Look from now on; what its words may say; how the journal tells of it."""
    jobs.every("campaigns.series", seconds=SECONDS)
    parts = {"number": _l("This issue: number"), "date": _l("This issue: day")}
    fields.define("issue", _l("This issue"), {}, _told, parts=parts)
    journal.kind("issue.left_out", _l("No issue of “%(name)s” this time: %(why)s"))
    journal.kind("issue.lapsed", _l("Nobody said yes to “%(name)s” in time: it did not go out"))
