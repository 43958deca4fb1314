"""Standstill: mailings of which nothing leaves for hours though it is due: a person decides whether the rest goes."""

from datetime import datetime, timedelta

from sqlalchemy import func, select

from campaigns import mailings
from campaigns.mailings import Mailing
from campaigns.recipients import Recipient
from kernel.db import db

OUTAGE = timedelta(hours=2)  # nobody worked for so long
_seen: dict[int, datetime] = {}  # when this process last looked at a mailing that goes


def asleep(now: datetime) -> list[int]:
    """Mailings of which nothing left for hours though it was due: everything stood still meanwhile."""
    found = []
    for row in db.session.scalars(select(Mailing).where(Mailing.state == "sending")):
        seen, _seen[row.id] = _seen.get(row.id), now
        if seen is not None and now - seen < OUTAGE:
            continue
        waits = Recipient.mailing_id == row.id, Recipient.state.in_(("pending", "deferred", "claimed"))
        due = db.session.scalar(select(func.min(Recipient.run_at)).where(*waits)) or now
        last = db.session.scalar(select(func.max(Recipient.sent_at)).where(Recipient.mailing_id == row.id)) or due
        if now - max(due, last, row.updated_at) > OUTAGE:
            found.append(row.id)
    return found


def hold(mailing_id: int) -> None:
    """Let it wait for a person."""
    row = db.session.get_one(Mailing, mailing_id)
    mailings.move(row, "hold")
    row.note = "late"
