"""Progress: how far a mailing has come, how fast it goes and how long it still takes."""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import Select, func, select

from campaigns.mailings import Mailing
from campaigns.recipients import OPEN, Recipient
from crm.contacts import Contact
from kernel import clock
from kernel.db import db

ENDED = ("sent", "captured", "failed", "unknown")
WINDOW = timedelta(minutes=1)  # the pace is that of the last minute


@dataclass(frozen=True)
class Progress:
    """How many letters of how many have been tried, and what became of them."""

    total: int
    done: int
    arrived: int
    failed: int
    unknown: int
    again: int  # put off by the relay: they go later
    rate: int  # letters a minute
    gathering: bool  # people are still being written down

    @property
    def percent(self) -> int:
        """Of a hundred; a hundred only when nothing is left."""
        return self.done * 100 // self.total if self.total else 0

    @property
    def left(self) -> timedelta | None:
        """How long the rest takes at this pace; None when nobody can say."""
        rest = self.total - self.done - self.again
        return timedelta(minutes=rest / self.rate) if self.rate and rest > 0 and not self.gathering else None


def of(mailing: Mailing) -> Progress:
    """Where a mailing stands now."""
    mine = select(Recipient.state, func.count(), func.max(Recipient.sent_at)).where(Recipient.mailing_id == mailing.id)
    rows = {state: int(count) for state, count, _at in db.session.execute(mine.group_by(Recipient.state))}
    done = sum(rows.get(state, 0) for state in ENDED)
    return Progress(
        total=done + sum(rows.get(state, 0) for state in OPEN), done=done,
        arrived=rows.get("sent", 0) + rows.get("captured", 0), failed=rows.get("failed", 0),
        unknown=rows.get("unknown", 0), again=rows.get("deferred", 0), rate=_rate(mailing),
        gathering=mailing.state == "sending" and mailing.gathered_at is None,
    )  # fmt: skip


def _rate(mailing: Mailing) -> int:
    """Letters a minute: what left in the last one, or what has left since it began a shorter while ago."""
    now = clock.now()
    since = max(now - WINDOW, mailing.started_at or now)
    lately = (Recipient.mailing_id == mailing.id) & (Recipient.sent_at > since)
    count = int(db.session.scalar(select(func.count()).select_from(Recipient).where(lately)) or 0)
    return round(count * 60 / max(1.0, (now - since).total_seconds()))


def skipped(mailing: Mailing) -> dict[str, int]:
    """How many people were left out, by reason; the most frequent first."""
    mine = (Recipient.mailing_id == mailing.id) & (Recipient.state == "skipped")
    rows = select(Recipient.reason, func.count()).where(mine).group_by(Recipient.reason)
    found = {reason: int(count) for reason, count in db.session.execute(rows)}
    return dict(sorted(found.items(), key=lambda pair: (-pair[1], pair[0])))


def rows(mailing: Mailing, *, state: str = "", reason: str = "") -> Select[Recipient, Contact]:
    """Recipients of a state or left out for a reason, each with who it is as far as they are still known."""
    wanted = select(Recipient, Contact).outerjoin(Contact, Contact.id == Recipient.contact_id)
    wanted = wanted.where(Recipient.mailing_id == mailing.id).order_by(Recipient.id)
    if state:
        states = ("sent", "captured") if state == "sent" else OPEN if state == "open" else (state,)
        wanted = wanted.where(Recipient.state.in_(states))
    return wanted.where(Recipient.state == "skipped", Recipient.reason == reason) if reason else wanted
