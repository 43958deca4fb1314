"""Follow-ups: a letter to those of an earlier one who did not open it, or followed no link, as it is when it goes."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, String, UniqueConstraint, select
from sqlalchemy.orm import Mapped, mapped_column

from campaigns import audience, reports
from campaigns.mailings import Mailing
from campaigns.recipients import Recipient
from crm.contacts import Contact
from kernel import bulk
from kernel.db import Base, db, pk, ref
from kernel.i18n import _, _l
from kernel.tenancy import TenantOwned

WHO = {  # figures of the earlier letter: how its people are called, and why somebody is no longer one of them
    "unopened": (_l("Who did not open “%(name)s”"), "opened"),
    "unclicked": (_l("Who followed no link of “%(name)s”"), "followed"),
}


class FollowUp(TenantOwned, Base):
    """Which letter it follows, and whom of its people it is for."""

    __tablename__ = "follow_up"
    __extra__ = (UniqueConstraint("tenant_id", "mailing_id"),)
    id: Mapped[int] = pk()
    mailing_id: Mapped[int] = ref("mailing", index=False)
    first_id: Mapped[int] = ref("mailing", index=False)
    who: Mapped[str] = mapped_column(String(12))  # of WHO


def of(mailing: Mailing) -> FollowUp | None:
    """What a letter follows; None when it follows none."""
    return db.session.scalar(select(FollowUp).where(FollowUp.mailing_id == mailing.id))


def write(mailing: Mailing, first_id: int, who: str) -> None:
    """Let a letter be for those people of another."""
    drop(mailing)
    db.session.add(FollowUp(mailing_id=mailing.id, first_id=first_id, who=who))
    db.session.flush()


def drop(mailing: Mailing) -> None:
    """It is for others from now on."""
    row = of(mailing)
    if row is not None:
        db.session.delete(row)
        db.session.flush()


def called(row: FollowUp) -> str:
    """How its audience is named."""
    mine = select(Mailing).where(Mailing.id == row.first_id).execution_options(binned=True)
    first = db.session.scalars(mine).one()
    return str(WHO[row.who][0]) % {"name": first.called} if row.who in WHO else _("Nobody")


def _still(row: FollowUp) -> ColumnElement[bool]:
    """In SQL: the recipients of the earlier letter whom it is for, now."""
    return (Recipient.mailing_id == row.first_id) & reports.FIGURES[row.who][1]()


def meant(mailing: Mailing) -> Select[Contact] | None:
    """The people of a follow-up; None of any other letter."""
    row = of(mailing)
    if row is None:
        return None
    ids = select(Recipient.contact_id).where(_still(row), Recipient.contact_id.is_not(None))
    return select(Contact).where(Contact.id.in_(ids)).order_by(Contact.id)


def check(recipients: Sequence[Recipient]) -> dict[int, audience.Answer]:
    """Asked right before a letter leaves: who has opened the earlier one meanwhile, or followed a link, gets none."""
    letters = {row.mailing_id for row in recipients}
    follows = db.session.scalars(select(FollowUp).where(FollowUp.mailing_id.in_(letters))).all()
    found: dict[int, Any] = {}
    for follow in follows:
        mine = [row for row in recipients if row.mailing_id == follow.mailing_id]
        among = bulk.among(Recipient.contact_id, [row.contact_id for row in mine if row.contact_id])
        still = set(db.session.scalars(select(Recipient.contact_id).where(_still(follow), among)))
        found |= {row.id: WHO[follow.who][1] for row in mine if row.contact_id not in still}
    return found


def init_app(_app: object) -> None:
    """Say whom such a letter is for, and ask again before it leaves."""
    audience.means(meant)
    audience.also(check)
