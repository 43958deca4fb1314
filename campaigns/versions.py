"""Versions: what stood in a letter earlier, kept so that its makers can look at it and go back.

A version is kept of what was left alone for a while or by somebody else before it is written over, of what was kept
with the button, and of what is about to be sent; who is typing does not fill the list.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import String, UniqueConstraint, delete, select
from sqlalchemy.orm import Mapped, mapped_column

from campaigns.mailings import Mailing
from kernel import clock
from kernel.db import Base, db, pk, ref, words
from kernel.refusal import Missing
from kernel.tenancy import TenantOwned

PAUSE = timedelta(minutes=10)  # what stood for so long is worth keeping
MOST = 40  # of one letter; the oldest go
WRITTEN = ("subject", "preheader", "blocks")


class LetterVersion(TenantOwned, Base):
    """What a letter said, who had written it, and when last."""

    __tablename__ = "letter_version"
    __extra__ = (UniqueConstraint("tenant_id", "mailing_id", "number"),)
    id: Mapped[int] = pk()
    mailing_id: Mapped[int] = ref("mailing", index=False)
    number: Mapped[int]
    subject: Mapped[dict[str, str]] = words()
    preheader: Mapped[dict[str, str]] = words()
    blocks: Mapped[list[dict[str, Any]]] = mapped_column(default=list)
    by: Mapped[str] = mapped_column(String(160), default="")  # the name of who wrote it
    at: Mapped[datetime]


def of(mailing: Mailing) -> Sequence[LetterVersion]:
    """The kept versions of a letter, the newest first."""
    mine = select(LetterVersion).where(LetterVersion.mailing_id == mailing.id)
    return db.session.scalars(mine.order_by(LetterVersion.number.desc())).all()


def named(mailing: Mailing, number: int) -> LetterVersion:
    """The version with that number; raises Missing."""
    mine = LetterVersion.mailing_id == mailing.id, LetterVersion.number == number
    found = db.session.scalar(select(LetterVersion).where(*mine))
    if found is None:
        raise Missing()
    return found


def rested(mailing: Mailing, by: str) -> bool:
    """Whether what stands was left alone for a while, or is somebody else's than who writes now."""
    return mailing.written_by != by or clock.now() - (mailing.written_at or mailing.created_at) >= PAUSE


def keep(mailing: Mailing) -> None:
    """Keep what stands in a letter that nobody else changes now, unless nothing does or the newest says the same."""
    if not (mailing.blocks or mailing.subject or mailing.preheader):
        return
    there = of(mailing)
    if there and same(there[0], mailing):
        return
    number = there[0].number + 1 if there else 1
    told = {name: getattr(mailing, name) for name in WRITTEN}
    by, at = mailing.written_by or mailing.made_by, mailing.written_at or mailing.created_at
    db.session.add(LetterVersion(mailing_id=mailing.id, number=number, by=by, at=at, **told))
    old = LetterVersion.mailing_id == mailing.id, LetterVersion.number <= number - MOST
    db.session.execute(delete(LetterVersion).where(*old))


def same(version: LetterVersion, mailing: Mailing) -> bool:
    """Whether a letter says what that version does."""
    return all(getattr(version, name) == getattr(mailing, name) for name in WRITTEN)


def seen(version: LetterVersion, mailing: Mailing) -> Mailing:
    """The letter with the words of a version, to be looked at: it is not kept."""
    told = {name: getattr(version, name) for name in WRITTEN}
    return Mailing(token="", code="", utm=False, version=1, sender_name=mailing.sender_name, **told)
