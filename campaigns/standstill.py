"""Standstill: mailings of which nothing leaves though it is due, and since when.

A mail server that is away for a while costs nothing: they go on by themselves when it is back. A person decides when
it was away for days, when their words stopped holding meanwhile, or when nobody worked here for hours.
"""

from datetime import datetime, timedelta

from sqlalchemy import exists, func, select

from campaigns import mailings, rendering
from campaigns.mailings import Mailing
from campaigns.recipients import Recipient
from kernel import clock
from kernel.db import db

OUTAGE = timedelta(hours=2)  # nobody worked for so long
A_WHILE = timedelta(hours=1)  # the mail server was away for so long: the words are looked at once more
WAITED = timedelta(days=3)  # over a weekend it may wait; after that what is called new no longer is
WAITS = ("pending", "deferred", "claimed")
_seen: dict[int, datetime] = {}  # when this process last looked at a mailing that goes


def stopped(now: datetime) -> dict[int, str]:
    """Mailings that wait for a person from now on, each with its note."""
    rows = db.session.scalars(select(Mailing).where(Mailing.state == "sending")).all()
    found = {row.id: "late" for row in rows if _asleep(row, now)}
    return found | {row.id: "stale" for row in rows if row.away_since is not None and _stale(row, now)}


def _asleep(row: Mailing, now: datetime) -> bool:
    """Whether nothing left for hours though it was due: everything stood still meanwhile."""
    seen, _seen[row.id] = _seen.get(row.id), now
    if seen is not None and now - seen < OUTAGE:
        return False
    due = _due(row) or now
    last = db.session.scalar(select(func.max(Recipient.sent_at)).where(Recipient.mailing_id == row.id)) or due
    return now - max(due, last, row.updated_at) > OUTAGE


def _due(row: Mailing) -> datetime | None:
    """When the first of those who wait should have had it."""
    waits = Recipient.mailing_id == row.id, Recipient.state.in_(WAITS)
    return db.session.scalar(select(func.min(Recipient.run_at)).where(*waits))


def _stale(row: Mailing, now: datetime) -> bool:
    begun = since(row)
    return begun is not None and now - begun > A_WHILE and bool(rendering.problems(row))


def since(row: Mailing) -> datetime | None:
    """Since when nothing of it leaves because the mail server is away; None while it is not, or is back."""
    if row.state != "sending" or row.away_since is None:
        return None
    left = select(Recipient.id).where(Recipient.mailing_id == row.id, Recipient.sent_at > row.away_since)
    return None if db.session.scalar(select(exists(left))) else row.away_since


def away() -> None:
    """The mail server was found away: whoever waits for it since then is told so, and after days not sent by itself."""
    now = clock.now()
    for row in db.session.scalars(select(Mailing).where(Mailing.state == "sending")).all():
        due = _due(row)
        if due is None or due > now + OUTAGE:
            continue
        row.away_since = since(row) or now
        row.updated_at = now  # somebody worked
        if now - row.away_since > WAITED:
            hold(row.id, "away")


def hold(mailing_id: int, why: str) -> None:
    """Let it wait for a person."""
    row = db.session.get_one(Mailing, mailing_id)
    mailings.move(row, "hold")
    row.note = why
