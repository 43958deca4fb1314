"""Series: a letter that is written once and goes out again and again, each time filled anew, as an issue of its own.

on ⇄ paused; `held` waits for a person: a backup was restored, or something stood in the way of an issue; ended. The
letter itself is never sent: on each of its days an ordinary mailing with its words is made (issues.py).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice
from typing import Any

from sqlalchemy import CheckConstraint, Connection, Date, Index, String, UniqueConstraint, inspect, select, update
from sqlalchemy.orm import Mapped, mapped_column

from campaigns import mailings, readiness, versions
from campaigns.mailings import Mailing
from campaigns.rhythms import DAY, MOST_GAP, Rhythm
from kernel import clock, held, jobs, journal, tenancy
from kernel.db import Base, db, pk, ref
from kernel.i18n import _l
from kernel.refusal import Refusal
from kernel.tenancy import TenantOwned
from shop import local_times

LIVES = frozenset({"on", "paused", "held"})
SHOWN = 3  # of the days that come


class NoDay(Refusal):
    """The rhythm falls on no day that is still to come."""

    message = _l("No day is left on which it could go out: choose a later end, or other days.")


class EnoughOnes(Refusal):
    """It has gone out as often as it should."""

    message = _l("It has gone out %(made)s times already: choose a higher number.")


class LetterSeries(TenantOwned, Base):
    """When a letter goes out again and again, until when, and what is asked before each time."""

    __tablename__ = "letter_series"
    __extra__ = (
        UniqueConstraint("tenant_id", "mailing_id"),
        CheckConstraint(f"gap BETWEEN 1 AND {MOST_GAP}", name="gap"),
        Index("ix_letter_series_next", "tenant_id", "state", "next_at"),
    )
    id: Mapped[int] = pk()
    mailing_id: Mapped[int] = ref("mailing", index=False)
    state: Mapped[str] = mapped_column(String(8), default="on")
    unit: Mapped[str] = mapped_column(String(5))  # of rhythms.UNITS
    gap: Mapped[int] = mapped_column(default=1)
    days: Mapped[str] = mapped_column(String(7), default="")  # of a week, Monday is "0"
    day: Mapped[int] = mapped_column(default=1)  # of a month
    hour: Mapped[str] = mapped_column(String(5))  # by the shop's clock
    begins: Mapped[date] = mapped_column(Date)
    until: Mapped[date | None] = mapped_column(Date)
    most: Mapped[int | None]  # so many issues altogether
    asks: Mapped[bool] = mapped_column(default=False)  # each issue waits for a person's yes
    fresh: Mapped[bool] = mapped_column(default=False)  # no issue while there is nothing new
    made: Mapped[int] = mapped_column(default=0)  # issues that were made
    next_day: Mapped[date | None] = mapped_column(Date)
    next_at: Mapped[datetime | None]

    @property
    def rhythm(self) -> Rhythm:
        """On which days it falls."""
        return Rhythm(self.unit, self.gap, self.days, self.day, self.begins, self.until)

    def moment(self, day: date) -> datetime:
        """When its hour is on that day, in the shop's zone as it is now."""
        return local_times.moment(day, self.hour, tenancy.tenant().timezone)


class LetterIssue(TenantOwned, Base):
    """One day of a series: the mailing that was made then, or why none was. No day has two."""

    __tablename__ = "letter_issue"
    __extra__ = (UniqueConstraint("tenant_id", "series_id", "day"), UniqueConstraint("tenant_id", "mailing_id"))
    id: Mapped[int] = pk()
    series_id: Mapped[int] = ref("letter_series", index=False)
    day: Mapped[date] = mapped_column(Date)
    number: Mapped[int] = mapped_column(default=0)  # of those that were made; 0: none was
    mailing_id: Mapped[int | None] = ref("mailing", index=False)
    why: Mapped[str] = mapped_column(String(10), default="")  # of issues.WHY, when none was made
    at: Mapped[datetime] = mapped_column(default=clock.now)


@dataclass(frozen=True)
class Plan:
    """What a person says of a series."""

    rhythm: Rhythm
    hour: str
    most: int | None = None
    asks: bool = False
    fresh: bool = False


def of(mailing: Mailing) -> LetterSeries | None:
    """The series of a letter that repeats, or did."""
    return db.session.scalar(select(LetterSeries).where(LetterSeries.mailing_id == mailing.id))


def among(ids: Sequence[int]) -> dict[int, LetterSeries]:
    """The series of these letters, by letter."""
    rows = db.session.scalars(select(LetterSeries).where(LetterSeries.mailing_id.in_(ids)))
    return {row.mailing_id: row for row in rows}


def issue_of(mailing: Mailing) -> LetterIssue | None:
    """Which issue a mailing is; None when it is none."""
    return db.session.scalar(select(LetterIssue).where(LetterIssue.mailing_id == mailing.id))


def letter(row: LetterSeries) -> Mailing:
    """The letter that repeats."""
    mine = select(Mailing).where(Mailing.id == row.mailing_id).execution_options(binned=True)
    return db.session.scalars(mine).one()


def numbered(series_id: int) -> LetterSeries | None:
    """The series of a job, nobody else changing it until the transaction ends."""
    mine = select(LetterSeries).where(LetterSeries.id == series_id).with_for_update()
    return db.session.scalars(mine.execution_options(populate_existing=True)).first()


def locked(row: LetterSeries) -> LetterSeries:
    """The series as it is now, nobody else changing it; always before its letter is."""
    return numbered(row.id) or row


def days(row: LetterSeries, after: date) -> Iterator[date]:
    """Its days after that one of which nothing was decided yet."""
    mine = select(LetterIssue.day).where(LetterIssue.series_id == row.id, LetterIssue.day > after) if row.id else None
    taken = set(db.session.scalars(mine)) if mine is not None else set()
    return (day for day in row.rhythm.after(after) if day not in taken)


def upcoming(row: LetterSeries, most: int = SHOWN) -> list[date]:
    """Its next days from now on, no more than it still goes out."""
    left = most if row.most is None else min(most, row.most - (row.made or 0))
    yesterday, now = clock.today(tenancy.tenant().timezone) - DAY, clock.now()
    return list(islice((day for day in days(row, yesterday) if row.moment(day) > now), max(0, left)))


def seen(plan: Plan, row: LetterSeries | None = None) -> list[date]:
    """The next days of what a person is about to choose."""
    made = LetterSeries(id=row.id if row else None, made=row.made if row else 0)
    with db.session.no_autoflush:
        return upcoming(_planned(made, plan))


def _planned(row: LetterSeries, plan: Plan) -> LetterSeries:
    rhythm = plan.rhythm
    row.unit, row.gap, row.days, row.day = rhythm.unit, rhythm.gap, rhythm.days, rhythm.day
    row.begins, row.until = rhythm.begins, rhythm.until
    row.hour, row.most, row.asks, row.fresh = plan.hour, plan.most, plan.asks, plan.fresh
    return row


def aim(row: LetterSeries) -> None:
    """Have it go out on its next day from now on: what is past is past. Raises NoDay, EnoughOnes."""
    if row.most is not None and row.made >= row.most:
        raise EnoughOnes(made=row.made)
    found = upcoming(row, 1)
    if not found:
        raise NoDay()
    awaits(row, found[0])


def awaits(row: LetterSeries, day: date | None) -> None:
    """Let that be its next day."""
    row.next_day, row.next_at = day, row.moment(day) if day else None
    if row.next_at is not None:
        jobs.later("campaigns.issue", row.id, at=row.next_at, key=f"{row.id}:{row.next_at.timestamp():.0f}", priority=4)


def begin(mailing: Mailing, plan: Plan, *, by: Any, typed: str = "") -> LetterSeries:
    """Let a draft repeat from its next day on; `typed` is the number of people where they are many."""
    readiness.refuse(mailing, typed)
    row = of(mailing)
    row = locked(row) if row is not None else LetterSeries(mailing_id=mailing.id, made=0)
    mailings.move(mailing, "repeat")
    versions.keep(mailing)
    _planned(row, plan).state, mailing.note = "on", ""
    db.session.add(row)
    db.session.flush()
    aim(row)
    _wrote("begun", mailing, by)
    return row


def change(row: LetterSeries, plan: Plan, *, by: Any) -> None:
    """Let it have another rhythm from now on."""
    if locked(row).state not in LIVES:
        raise mailings.NotNow(state=row.state)
    aim(_planned(row, plan))
    _wrote("changed", letter(row), by)


def pause(row: LetterSeries, *, by: Any) -> None:
    """No issue is made until somebody says so; days that pass meanwhile are not made up for."""
    _from(row, "on", "paused")
    _wrote("paused", letter(row), by)


def go_on(row: LetterSeries, *, by: Any) -> None:
    """Let it go out again from its next day on, after a pause, after it was held, or after it ended."""
    mailing = letter(row)
    if locked(row).state == "ended":
        mailings.move(mailing, "repeat")
    elif row.state == "on":
        raise mailings.NotNow(state=row.state)
    row.state, mailing.note = "on", ""
    aim(row)
    _wrote("resumed", mailing, by)


def end(row: LetterSeries, *, by: Any = None) -> None:
    """No further issue: the letter is a draft again."""
    if locked(row).state not in LIVES:
        raise mailings.NotNow(state=row.state)
    mailing, row.state = letter(row), "ended"
    awaits(row, None)
    mailings.move(mailing, "end")
    mailing.note = ""
    _wrote("ended", mailing, by)


def hold(row: LetterSeries, why: str) -> None:
    """Something stands in the way: a person looks."""
    mailing, row.state = letter(row), "held"
    mailing.note = why[:300]
    _wrote("held", mailing, None)


def skip(row: LetterSeries, day: date, *, by: Any) -> None:
    """Leave out its next day, if it is still that one."""
    if locked(row).state != "on" or row.next_day != day:
        raise mailings.NotNow(state=row.state)
    db.session.add(LetterIssue(series_id=row.id, day=day, why="hand"))
    db.session.flush()
    aim(row)
    _wrote("skipped", letter(row), by)


def unskip(row: LetterSeries, day: date, *, by: Any) -> None:
    """Take a day back that was left out and is still to come."""
    mine = select(LetterIssue).where(LetterIssue.series_id == row.id, LetterIssue.day == day, LetterIssue.why == "hand")
    found = db.session.scalar(mine) if locked(row).state in LIVES and row.moment(day) > clock.now() else None
    if found is None:
        raise mailings.NotNow(state=row.state)
    db.session.delete(found)
    db.session.flush()
    aim(row)
    _wrote("resumed", letter(row), by)


def _from(row: LetterSeries, before: str, after: str) -> None:
    if locked(row).state != before:
        raise mailings.NotNow(state=row.state)
    row.state = after


def _wrote(verb: str, mailing: Mailing, by: Any) -> None:
    journal.write(f"series.{verb}", about=mailing, by=by, data={"name": mailing.called})


def after_restore(connection: Connection) -> int:
    """Issues may have gone out since the backup: none is made before a person has looked."""
    if not inspect(connection).has_table(LetterSeries.__tablename__):  # a backup of an earlier version had none
        return 0
    mine = LetterSeries.state == "on"
    letters = Mailing.id.in_(select(LetterSeries.mailing_id).where(mine))
    connection.execute(update(Mailing).where(letters).values(note="restored"))
    asked = (Mailing.state == "held") & (Mailing.note == "asks")
    connection.execute(update(Mailing).where(asked).values(note="restored"))
    return int(connection.execute(update(LetterSeries).where(mine).values(state="held")).rowcount)


def init_app(_app: object) -> None:
    """How the journal tells of it, and what a restore holds back."""
    held.after_restore("series", after_restore)
    for verb, sentence in SENTENCES.items():
        journal.kind(f"series.{verb}", sentence)


SENTENCES = {
    "begun": _l("“%(name)s” repeats from now on"),
    "changed": _l("Changed when “%(name)s” repeats"),
    "paused": _l("Paused the repeating of “%(name)s”"),
    "resumed": _l("“%(name)s” repeats again"),
    "ended": _l("“%(name)s” repeats no more"),
    "held": _l("“%(name)s” does not repeat before somebody has looked"),
    "skipped": _l("Left out the next issue of “%(name)s”"),
}
