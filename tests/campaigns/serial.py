"""A letter that repeats, for tests: ready to go, each Monday at nine, in a shop of Costa Rica."""

from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import select

from campaigns import series
from campaigns.mailings import Mailing
from campaigns.rhythms import Rhythm
from campaigns.series import LetterIssue, LetterSeries, Plan
from kernel.db import db
from tests.campaigns.letters import addressed, mailing, person

FIRST = date(2026, 11, 30)  # a Monday
BEFORE = datetime(2026, 11, 28, 15, 0, tzinfo=UTC)
NINE = datetime(2026, 11, 30, 15, 0, tzinfo=UTC)  # of that Monday, in Costa Rica


def plan(days: str = "0", *, hour: str = "09:00", until: date | None = None, **more: Any) -> Plan:
    """Every week on these days."""
    return Plan(Rhythm("week", 1, days, 1, FIRST, until), hour, **more)


class Repeated:
    """A series that outlives the session that made it: whatever is asked of it is asked anew."""

    def __init__(self, series_id: int) -> None:
        self.id = series_id

    @property
    def row(self) -> LetterSeries:
        """As it is now."""
        return db.session.get_one(LetterSeries, self.id)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.row, name)


def repeating(shop: Any, wanted: Plan | None = None, **told: Any) -> Repeated:
    """A letter that two people receive, and that repeats."""
    addressed()
    person("ana")
    person("beto")
    made = mailing(**told)
    row = series.begin(made, wanted or plan(), by=shop.owner)
    db.session.commit()
    return Repeated(row.id)


def told(row: Repeated) -> list[tuple[str, str]]:
    """Each of its days that came, and what became of it: "1" is the first issue."""
    db.session.expire_all()
    mine = select(LetterIssue).where(LetterIssue.series_id == row.id).order_by(LetterIssue.day)
    return [(one.day.isoformat()[5:], one.why or str(one.number)) for one in db.session.scalars(mine)]


def letters(row: Repeated) -> list[Mailing]:
    """The mailings that were made of it, the first one first."""
    mine = select(Mailing).join(LetterIssue, LetterIssue.mailing_id == Mailing.id)
    return list(db.session.scalars(mine.where(LetterIssue.series_id == row.id).order_by(LetterIssue.day)))
