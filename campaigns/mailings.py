"""Mailings: one letter to many, from its draft to its last recipient.

A campaign: draft → scheduled → sending ⇄ paused → sent | stopped; a letter of an automation: draft ⇄ live; one that
goes out again and again: draft ⇄ repeats, and each of its issues is a campaign (series.py).
`held` waits for a person: the database was restored, or the hour of sending passed while nobody worked.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import Index, String, UniqueConstraint, select
from sqlalchemy.orm import Mapped, mapped_column

from kernel import clock, signing
from kernel.db import Base, db, pk, ref, words
from kernel.i18n import _l, pick
from kernel.refusal import Missing, Refusal
from kernel.tenancy import Binnable, TenantOwned

KINDS = ("campaign", "automation")
MOVES = {
    ("draft", "schedule"): "scheduled",
    ("scheduled", "recall"): "draft",
    ("scheduled", "start"): "sending",
    ("scheduled", "hold"): "held",
    ("sending", "hold"): "held",
    ("sending", "pause"): "paused",
    ("paused", "resume"): "sending",
    ("held", "resume"): "sending",
    ("held", "recall"): "draft",
    ("sending", "finish"): "sent",
    ("sending", "stop"): "stopped",
    ("paused", "stop"): "stopped",
    ("sent", "again"): "sending",  # a person has what failed tried once more
    ("held", "stop"): "stopped",
    ("draft", "open"): "live",
    ("live", "close"): "draft",
    ("draft", "repeat"): "repeats",
    ("repeats", "end"): "draft",
    ("draft", "ask"): "held",  # an issue that waits for a person's yes
}


class NotNow(Refusal):
    """The letter is past that."""

    message = _l("This letter has moved on meanwhile: look at it again.")
    status = 409


class Mailing(TenantOwned, Binnable, Base):
    """A letter made of blocks, whom it is for, and how far it has come."""

    __tablename__ = "mailing"
    __extra__ = (
        UniqueConstraint("tenant_id", "token"),
        Index("ix_mailing_state", "tenant_id", "state", "scheduled_at"),
    )
    id: Mapped[int] = pk()
    token: Mapped[str] = mapped_column(String(32), default=signing.token)  # in addresses instead of the id
    code: Mapped[str] = mapped_column(String(60), default="")  # utm_campaign, and how an automation finds its letter
    kind: Mapped[str] = mapped_column(String(12), default="campaign")
    state: Mapped[str] = mapped_column(String(10), default="draft")
    name: Mapped[str] = mapped_column(String(160), default="")  # for staff
    subject: Mapped[dict[str, str]] = words()  # Liquid
    preheader: Mapped[dict[str, str]] = words()  # Liquid
    sender_name: Mapped[str] = mapped_column(String(160), default="")  # "": the shop's name
    blocks: Mapped[list[dict[str, Any]]] = mapped_column(default=list)
    segment_id: Mapped[int | None] = ref("segment")  # None: everybody who allowed letters
    without_id: Mapped[int | None] = ref("segment")  # whose people get none, whoever else it is for
    utm: Mapped[bool] = mapped_column(default=True)  # whether links say that they come from this letter
    version: Mapped[int] = mapped_column(default=1)  # moves with every edit: what was drawn by an older one is stale
    scheduled_at: Mapped[datetime | None]  # a campaign sent "now" waits a minute, in which it can be stopped
    started_at: Mapped[datetime | None]
    gathered_at: Mapped[datetime | None]  # when the last of its recipients was written down
    finished_at: Mapped[datetime | None]
    away_since: Mapped[datetime | None]  # when the mail server was first found away; over once a letter left after it
    note: Mapped[str] = mapped_column(String(300), default="")  # why it is held, or what an automation still needs
    made_by: Mapped[str] = mapped_column(String(160), default="")  # the name of who began it
    written_by: Mapped[str] = mapped_column(String(160), default="")  # the name of who changed its words last
    written_at: Mapped[datetime | None]  # and when
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    updated_at: Mapped[datetime] = mapped_column(default=clock.now, onupdate=clock.now)

    @property
    def called(self) -> str:
        """How a list names it."""
        return self.name or pick(self.subject) or str(_l("Letter without a name"))

    @property
    def editable(self) -> bool:
        """Whether its words may still be changed: what is on its way stays as it was looked at."""
        return self.state in {"draft", "live", "repeats"}


def named(token: str) -> Mailing:
    """The mailing that an address names; raises Missing."""
    found = db.session.scalar(select(Mailing).where(Mailing.token == token)) if token else None
    if found is None:
        raise Missing()
    return found


def coded(code: str) -> Mailing | None:
    """The mailing with that code."""
    return db.session.scalars(select(Mailing).where(Mailing.code == code).order_by(Mailing.id)).first()


def numbered(mailing_id: int) -> Mailing | None:
    """The mailing of a job, nobody else moving it until the transaction ends; None when it was put away meanwhile."""
    found = db.session.scalar(select(Mailing).where(Mailing.id == mailing_id))
    return locked(found) if found is not None else None


def locked(mailing: Mailing) -> Mailing:
    """The mailing as it is now, nobody else moving it until the transaction ends."""
    fresh = select(Mailing).where(Mailing.id == mailing.id).with_for_update()
    return db.session.scalars(fresh.execution_options(populate_existing=True)).one()


def move(mailing: Mailing, verb: str) -> str:
    """Take a step of MOVES under the row's lock; the new state. Raises NotNow where no such step leads on."""
    row = locked(mailing)
    state = MOVES.get((row.state, verb))
    if state is None:
        raise NotNow(state=row.state)
    row.state = state
    return state
