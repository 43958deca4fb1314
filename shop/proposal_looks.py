"""That whom a quote is for has looked at it: remembered by the buffer, since looking writes nothing itself."""

from typing import Any

from sqlalchemy import update

from kernel import buffer, clock
from kernel.db import db
from shop.proposal_rows import Proposal


def see(row: Proposal) -> None:
    """They look at it now."""
    if row.state == "sent" and row.seen_at is None:
        buffer.put("quote", (row.id, row.version, clock.now()))


def write(items: list[Any]) -> None:
    """Keep the first look at each as it stands."""
    for key, version, at in items:
        mine = Proposal.id == key, Proposal.version == version, Proposal.seen_at.is_(None)
        db.session.execute(
            update(Proposal).where(*mine).values(seen_at=at), execution_options={"synchronize_session": False}
        )


def init_app(_app: object) -> None:
    """Write what waits."""
    buffer.writer("quote", write)
