"""The ledger: statements, made once, that say of many recipients what becomes of their letters."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, FromClause, Table, bindparam, case, or_, select, update
from sqlalchemy.sql.dml import ReturningUpdate

from campaigns.mailings import Mailing
from campaigns.recipients import Recipient
from kernel import bulk

GOING = ("sending", "live")  # states of a mailing whose letters leave
_TABLE: Table = Recipient.__table__  # type: ignore[assignment]

CLAIMED = bulk.change(Recipient, state="claimed", lease_until=bindparam("until"))
OURS = bulk.change(
    Recipient, Recipient.state == "claimed", Recipient.lease_until.in_(bindparam("leases", expanding=True)),
    state="pending", lease_until=None,
)  # fmt: skip


def _turn(told: FromClause) -> ReturningUpdate[tuple[int, str]]:
    """What is over and what begins, in one statement: from claimed to sending where the claim still stands and the
    mailing still goes; the end unless a person asks for more, and what a late worker sent is sent.

    `case` keeps SQLite from going through all rows of a state instead of by the ids.
    """
    row, begins, over = _TABLE.c, told.c.state == "sending", _either(told.c.state, ("sent", "captured"))
    going = row.mailing_id.in_(select(Mailing.id).where(_either(Mailing.state, GOING)))
    free = (row.state == "claimed") & (row.lease_until == bindparam("lease")) & going
    open_ = _either(row.state, ("claimed", "sending", "unknown"))
    until, now = bindparam("until", type_=row.lease_until.type), bindparam("now", type_=row.sent_at.type)
    return (
        update(_TABLE).where(bulk.mine(Recipient), row.id == told.c.id, case((begins, free), else_=open_))
        .values(
            state=told.c.state, attempts=row.attempts + case((begins, 1), else_=0), lease_until=case((begins, until)),
            answer=case((begins, row.answer), else_=told.c.answer), sent_at=case((begins, row.sent_at), (over, now)),
        ).returning(row.id, row.state)
    )  # fmt: skip


def _either(column: Any, values: Sequence[str]) -> ColumnElement[bool]:
    return or_(*(column == one for one in values))


TURN = {dialect: _turn(told) for dialect, told in bulk.told("state", "answer").items()}
