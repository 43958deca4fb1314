"""Recipients: one row for each letter to one person, and what became of it.

pending → claimed (lease) → sending → sent | captured | deferred | failed; skipped says why nothing was sent.
A `claimed` one whose worker died is pending again; a `sending` one becomes `unknown`, and waits for a person:
a second letter to somebody is worse than none.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import Index, String, UniqueConstraint, func, select
from sqlalchemy.orm import Mapped, mapped_column

from campaigns.mailings import Mailing
from kernel import clock, signing
from kernel.db import Base, db, pk, ref
from kernel.i18n import _l
from kernel.tenancy import TenantOwned

STATES = ("pending", "claimed", "sending", "sent", "captured", "deferred", "failed", "skipped", "unknown")
OPEN = ("pending", "claimed", "sending", "deferred")
REASONS = {  # why somebody of the segment receives nothing
    "left_out": _l("is in the segment that the letter leaves out"),
    "consent": _l("has not allowed letters"),
    "unsubscribed": _l("unsubscribed"),
    "bounced": _l("letters to that address come back"),
    "no_address": _l("has no e-mail"),
    "same_address": _l("shares an address with somebody who receives it"),
    "cap": _l("had a letter a short time ago"),
    "bought": _l("bought in the meantime"),
    "emptied": _l("emptied the cart in the meantime"),
    "returned": _l("came back to the cart in the meantime"),
    "undone": _l("the order was called off or paid back"),
    "out": _l("is no longer in the segment, or has lost the tag"),
    "unmet": _l("the letter was not for them, by its condition"),
    "late": _l("would have received it days too late"),
    "moved": _l("the birthday is another day, or none"),
    "opened": _l("opened the first letter in the meantime"),
    "followed": _l("followed a link of the first letter in the meantime"),
    "stopped": _l("the letter was stopped"),
    "erased": _l("asked to be forgotten"),
    "gone": _l("is no longer among the people"),
}


class Recipient(TenantOwned, Base):
    """One letter to one person; the token survives them, so that the way out works for ever."""

    __tablename__ = "recipient"
    __extra__ = (
        UniqueConstraint("tenant_id", "mailing_id", "contact_id", "occasion"),
        UniqueConstraint("tenant_id", "token"),
        Index("ix_recipient_next", "state", "run_at"),
        Index("ix_recipient_contact", "tenant_id", "contact_id", "sent_at"),
        Index("ix_recipient_address", "tenant_id", "mailing_id", "address_hmac"),
    )
    id: Mapped[int] = pk()
    token: Mapped[str] = mapped_column(String(32), default=signing.token)  # Message-ID, /u/, /l/, the return path
    mailing_id: Mapped[int] = ref("mailing")
    contact_id: Mapped[int | None] = ref("contact", index=False)
    occasion: Mapped[str] = mapped_column(String(40), default="")  # tells two letters of an automation apart
    email: Mapped[str] = mapped_column(String(320), default="")  # as it was written to; "" once erased
    address_hmac: Mapped[str] = mapped_column(String(64), default="")  # suppression.fingerprint: survives erasure
    language: Mapped[str] = mapped_column(String(8), default="es")
    state: Mapped[str] = mapped_column(String(10), default="pending")
    reason: Mapped[str] = mapped_column(String(20), default="")  # of REASONS, when skipped
    attempts: Mapped[int] = mapped_column(default=0)
    run_at: Mapped[datetime] = mapped_column(default=clock.now)
    lease_until: Mapped[datetime | None]
    sent_at: Mapped[datetime | None]
    answer: Mapped[str] = mapped_column(String(500), default="")  # what the relay said
    print_id: Mapped[int | None] = ref("letter_print", index=False)  # the letter as it left: see prints.py
    arm: Mapped[str] = mapped_column(String(1), default="", server_default="")  # of two subjects: subject_tests.py
    said: Mapped[dict[str, Any] | None]  # what its fields said to them alone

    @property
    def done(self) -> bool:
        """Whether nothing more happens to it by itself."""
        return self.state not in OPEN


def by_token(token: str) -> Recipient | None:
    """The recipient whose letter carries that token."""
    return db.session.scalar(select(Recipient).where(Recipient.token == token)) if token else None


def tally(mailing: Mailing) -> dict[str, int]:
    """How many recipients of a mailing are in which state."""
    mine = select(Recipient.state, func.count()).where(Recipient.mailing_id == mailing.id).group_by(Recipient.state)
    return {state: int(count) for state, count in db.session.execute(mine)}
