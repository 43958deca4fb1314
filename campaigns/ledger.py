"""The ledger: statements, made once, that say of many recipients what becomes of their letters."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, FromClause, bindparam, case, cast, func, or_, select, type_coerce
from sqlalchemy.sql.dml import ReturningUpdate

from campaigns.mailings import Mailing
from campaigns.recipients import Recipient
from kernel import bulk
from kernel.db import UTCDateTime

GOING = ("sending", "live")  # states of a mailing whose letters leave

CLAIMED = bulk.change(Recipient, state="claimed", lease_until=bindparam("until"))
OURS = bulk.change(
    Recipient, Recipient.state == "claimed", Recipient.lease_until.in_(bindparam("leases", expanding=True)),
    state="pending", lease_until=None,
)  # fmt: skip


def _turn(told: FromClause, dialect: str) -> ReturningUpdate[tuple[int, str]]:
    """What is over and what begins, in one statement: from claimed to sending where the claim still stands and the
    mailing still goes; the end unless a person asks for more, and what a late worker sent is sent. Of a letter that
    leaves it is told what it was made of, as `print` and `said`.

    `case` keeps SQLite from going through all rows of a state instead of by the ids.
    """
    begins, over = told.c.state == "sending", _either(told.c.state, ("sent", "captured"))
    going = Recipient.mailing_id.in_(select(Mailing.id).where(_either(Mailing.state, GOING)))
    free = (Recipient.state == "claimed") & (Recipient.lease_until == bindparam("lease")) & going
    unsaid = _either(Recipient.state, ("claimed", "sending", "unknown"))
    typed, leaves = cast if dialect == "postgresql" else type_coerce, told.c.print.is_not(None)
    until, now = (bindparam(name, type_=UTCDateTime) for name in ("until", "now"))
    return bulk.change_told(
        Recipient, told, case((begins, free), else_=unsaid),
        state=told.c.state, attempts=Recipient.attempts + case((begins, 1), else_=0),
        lease_until=case((begins, until)), answer=case((begins, Recipient.answer), else_=told.c.answer),
        sent_at=case((begins, Recipient.sent_at), (over, now)),
        print_id=func.coalesce(cast(told.c.print, BigInteger), Recipient.print_id),
        said=case((leaves, typed(told.c.said, Recipient.said.type)), else_=Recipient.said),
    )  # fmt: skip


def _either(column: Any, values: Sequence[str]) -> ColumnElement[bool]:
    return or_(*(column == one for one in values))


TOLD = ("state", "answer", "print", "said")
TURN = {dialect: _turn(told, dialect) for dialect, told in bulk.told(*TOLD).items()}
