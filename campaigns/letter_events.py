"""Letter events: what became of a letter after it left, one row for each thing that happened to it."""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Index, String, UniqueConstraint, and_, select
from sqlalchemy.orm import Mapped, mapped_column

from campaigns.recipients import Recipient
from kernel import clock, tenancy
from kernel.db import Base, db, pk, ref, upsert
from kernel.tenancy import TenantOwned

KINDS = ("opened", "clicked", "unsubscribed", "allowed", "bounced", "answered")
VERDICTS = ("human", "machine", "unknown")
SOMEBODY = ("human", "unknown")  # verdicts of what was perhaps a person


class LetterEvent(TenantOwned, Base):
    """Something that happened to one letter; of who asked only the family of their program is kept, for good."""

    __tablename__ = "letter_event"
    __extra__ = (
        UniqueConstraint("tenant_id", "dedupe"),
        Index("ix_letter_event_mailing", "tenant_id", "mailing_id", "kind", "verdict"),
        Index("ix_letter_event_recipient", "tenant_id", "recipient_id", "kind", "at"),
        Index("ix_letter_event_open", "tenant_id", "settled", "at"),
    )
    id: Mapped[int] = pk()
    mailing_id: Mapped[int] = ref("mailing", index=False)
    recipient_id: Mapped[int] = ref("recipient", index=False)
    kind: Mapped[str] = mapped_column(String(12))
    at: Mapped[datetime] = mapped_column(default=clock.now)
    link: Mapped[int] = mapped_column(default=0)  # which link of the letter, when one was followed
    verdict: Mapped[str] = mapped_column(String(8), default="")  # who did it, of VERDICTS
    reason: Mapped[str] = mapped_column(String(16), default="")  # why we think so; of a bounce: its kind
    family: Mapped[str] = mapped_column(String(24), default="")  # of which program: chrome, gmail, barracuda…
    network: Mapped[str] = mapped_column(String(43), default="")  # shortened, and only until the verdict is settled
    settled: Mapped[bool] = mapped_column(default=True)  # the verdict has seen what came with it
    said: Mapped[str] = mapped_column(String(300), default="")  # what the other side answered, of a bounce
    dedupe: Mapped[str] = mapped_column(String(120))  # the same thing told twice has the same key


def add(recipient: Recipient, kind: str, *, dedupe: str, **told: Any) -> bool:
    """Write an event once; False when it was already told."""
    row: dict[str, Any] = {
        "tenant_id": tenancy.current(),
        "recipient_id": recipient.id,
        "mailing_id": recipient.mailing_id,
    }
    row |= {"kind": kind, "dedupe": f"{kind}:{recipient.id}:{dedupe}"[:120], **told}
    written = upsert(LetterEvent).values(**row).on_conflict_do_nothing().returning(LetterEvent.id)
    return db.session.execute(written).scalar() is not None


def of(recipient: Recipient, *kinds: str) -> list[LetterEvent]:
    """What happened to a letter, the first thing first."""
    mine = LetterEvent.recipient_id == recipient.id
    rows = select(LetterEvent).where(mine, LetterEvent.kind.in_(kinds or KINDS))
    return list(db.session.scalars(rows.order_by(LetterEvent.at, LetterEvent.id)))


def people(kind: str, *more: ColumnElement[bool]) -> Any:
    """The recipients to whom that happened, as a subquery of their ids."""
    return select(LetterEvent.recipient_id).where(LetterEvent.kind == kind, *more)


def opening(*, hidden: bool = False) -> ColumnElement[bool]:
    """In SQL: events by which a letter was opened; `hidden`: nobody can tell, their mailbox loads every picture."""
    if hidden:
        return and_(LetterEvent.kind == "opened", LetterEvent.reason == "privacy")
    return and_(LetterEvent.kind == "opened", LetterEvent.verdict.in_(SOMEBODY), LetterEvent.reason != "privacy")


def following(*verdicts: str) -> ColumnElement[bool]:
    """In SQL: events by which a link was followed, of those verdicts."""
    return and_(LetterEvent.kind == "clicked", LetterEvent.verdict.in_(verdicts))


def returning() -> ColumnElement[bool]:
    """In SQL: events by which a letter came back: it was sent and did not arrive."""
    return and_(LetterEvent.kind == "bounced", LetterEvent.reason.in_(("hard", "soft", "blocked")))
