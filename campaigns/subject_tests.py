"""Subject tests: a part of the people reads one of two subjects each; the better one goes to the rest by itself.

Who reads which is told by a hash of the letter and the person, so that whoever asks twice hears the same. The rest is
written down too and waits; one conditional update decides, and in the same transaction the rest may go.
"""

import hashlib
import math
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, String, UniqueConstraint, func, select, update
from sqlalchemy.orm import Mapped, mapped_column

from campaigns import habits, mailings
from campaigns.mailings import Mailing
from campaigns.recipients import Recipient
from kernel import clock, journal
from kernel.db import Base, db, pk, ref, words
from kernel.i18n import _l
from kernel.refusal import Refusal
from kernel.tenancy import TenantOwned

ARMS = ("a", "b")
SHARE, HOURS = 20, 4  # percent of the people who are asked, and for how long
LEAST = 100  # people who are asked, whatever the share: of fewer nothing can be said
NEEDED = 2 * LEAST  # people altogether: at least as many profit as are asked
NEVER = datetime(9999, 1, 1, tzinfo=UTC)  # until when the rest waits: for the decision, not for an hour
QUIET = {"synchronize_session": False}


class TooFew(Refusal):
    """The audience is too small to learn anything."""

    message = _l(
        "To compare two subjects, %(needed)s people are needed: this mailing goes to %(will)s. Take the second subject"
        " out, or choose a larger audience."
    )


class SubjectTest(TenantOwned, Base):
    """The second subject of a mailing, who is asked and for how long, and which subject won."""

    __tablename__ = "subject_test"
    __extra__ = (UniqueConstraint("tenant_id", "mailing_id"),)
    id: Mapped[int] = pk()
    mailing_id: Mapped[int] = ref("mailing", index=False)
    subject: Mapped[dict[str, str]] = words()  # Liquid
    preheader: Mapped[dict[str, str]] = words()  # Liquid; empty: as the first one's
    share: Mapped[int] = mapped_column(default=SHARE)
    hours: Mapped[int] = mapped_column(default=HOURS)
    winner: Mapped[str] = mapped_column(String(1), default="")  # of ARMS
    how: Mapped[str] = mapped_column(String(8), default="")  # clicks | opens | even | hand
    decided_at: Mapped[datetime | None]
    by: Mapped[str] = mapped_column(String(160), default="")  # the name of who chose by hand


@dataclass(frozen=True)
class Plan:
    """What a draft is told of its second subject."""

    subject: dict[str, str]
    preheader: dict[str, str]
    share: int = SHARE
    hours: int = HOURS


def of(mailing: Mailing) -> SubjectTest | None:
    """The test of a mailing, None when it has but one subject."""
    return db.session.scalar(select(SubjectTest).where(SubjectTest.mailing_id == mailing.id))


def among(ids: set[int]) -> dict[int, SubjectTest]:
    """The tests of these mailings, by mailing."""
    rows = db.session.scalars(select(SubjectTest).where(SubjectTest.mailing_id.in_(ids)))
    return {row.mailing_id: row for row in rows}


def write(mailing: Mailing, plan: Plan, *, by: Any = None) -> SubjectTest | None:
    """Keep the second subject of a draft; an empty one takes the test out. Raises NotNow when it is no draft."""
    if mailings.locked(mailing).state not in {"draft", "repeats"}:
        raise mailings.NotNow(state=mailing.state)
    row = of(mailing)
    journal.write("mailing.changed", about=mailing, by=by, data={"name": mailing.called})
    if not any(plan.subject.values()):
        if row is not None:
            db.session.delete(row)
        return None
    if row is None:
        row = SubjectTest(mailing_id=mailing.id)
        db.session.add(row)
    row.subject, row.preheader, row.share, row.hours = plan.subject, plan.preheader, plan.share, plan.hours
    mailing.version += 1
    db.session.flush()
    return row


def heads(mailing: Mailing, row: SubjectTest | None, arm: str) -> tuple[dict[str, str], dict[str, str]] | None:
    """The second subject and the line beside it for who reads those; the rest ("") reads the better one. None: the
    mailing's own."""
    if row is None or (arm or row.winner) != "b":
        return None
    return {**mailing.subject, **row.subject}, {**mailing.preheader, **row.preheader}


def ask_enough(row: SubjectTest, will: int) -> None:
    """Ask more of a hundred where so many people would be too few to learn anything."""
    row.share = max(row.share, math.ceil(LEAST * 100 / will) if will else 0)


def arm(mailing: Mailing, contact_id: int, share: int) -> str:
    """Which subject somebody reads: a, b, or "" for the rest."""
    told = hashlib.sha256(f"{mailing.token}:{contact_id}".encode()).digest()
    place = int.from_bytes(told[:8], "big") / 2**64 * 100
    return "a" if place < share / 2 else "b" if place < share else ""


def waiting(mailing: Mailing) -> int:
    """How many wait for the decision."""
    rest = Recipient.mailing_id == mailing.id, Recipient.state == "pending", Recipient.run_at == NEVER
    return int(db.session.scalar(select(func.count()).select_from(Recipient).where(*rest)) or 0)


def undecided(row: SubjectTest) -> ColumnElement[bool]:
    """In SQL: that test, while nobody has decided it."""
    return (SubjectTest.id == row.id) & SubjectTest.decided_at.is_(None)


def settle(row: SubjectTest, winner: str, how: str, *, by: Any = None) -> bool:
    """Decide, once: whoever comes second changes nothing. In the same transaction the rest may go."""
    mine = update(SubjectTest).where(undecided(row))
    told = {"winner": winner, "how": how, "decided_at": clock.now(), "by": by.known_as if by else ""}
    done = db.session.execute(mine.values(**told), execution_options=QUIET)
    if not done.rowcount:  # type: ignore[attr-defined]
        return False
    let_go(row.mailing_id, None if by else habits.of().quiet(clock.now()))
    db.session.refresh(row)
    return True


def let_go(mailing_id: int, at: datetime | None = None) -> None:
    """The rest waits no more, or until the quiet hours are over where no person said now."""
    rest = Recipient.mailing_id == mailing_id, Recipient.state == "pending", Recipient.run_at == NEVER
    db.session.execute(update(Recipient).where(*rest).values(run_at=at or clock.now()), execution_options=QUIET)


def due(mailing: Mailing, row: SubjectTest) -> datetime | None:
    """When it is decided: so many hours after the last of those who are asked has it; None while some wait for it."""
    asked = Recipient.mailing_id == mailing.id, Recipient.arm.in_(ARMS)
    under_way = select(Recipient.id).where(*asked, Recipient.state.in_(("pending", "claimed", "sending"))).limit(1)
    if mailing.gathered_at is None or db.session.scalar(under_way) is not None:
        return None
    last = db.session.scalar(select(func.max(Recipient.sent_at)).where(*asked))
    put_off = select(Recipient.id).where(*asked, Recipient.state == "deferred").limit(1)
    if last is None and db.session.scalar(put_off) is not None:  # nobody has read either
        return None
    return (last or clock.now() - timedelta(hours=row.hours)) + timedelta(hours=row.hours)
