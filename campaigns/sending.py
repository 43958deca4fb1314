"""Sending: the letters of mailings as the one sender of the house asks for them: claimed, drawn, and noted."""

import json

import structlog
from sqlalchemy import select

from campaigns import claims, outcomes, prints, rendering, standstill
from campaigns.recipients import Recipient
from kernel import bulk, mail, transactions
from kernel.db import db
from kernel.mail import Envelope, Mark

log = structlog.get_logger()


def bodies(ids: list[int]) -> dict[int, Envelope]:
    """The letters of claimed recipients; one that cannot be made fails and keeps no other from leaving."""
    made: dict[int, Envelope] = {}
    wrong: dict[int, str] = {}
    with transactions.reading():
        rows = db.session.execute(select(*rendering.ADDRESSED).where(bulk.among(Recipient.id, ids))).all()
        desk = rendering.desk(rows)
        for row in rows:
            try:
                made[row.id] = rendering.envelope(row, desk)
            except Exception as error:
                log.warning("a letter could not be made", mailing=row.mailing_id, error=repr(error))
                wrong[row.id] = f"{type(error).__name__}: {error}"
        kept = prints.known(desk.prints.values())
    _remember(desk, kept)
    if wrong:
        outcomes.mark([Mark(row_id, "failed", why) for row_id, why in wrong.items()])
    return made


def _remember(desk: rendering.Desk, kept: dict[prints.Key, int]) -> None:
    """What each letter was made of: it is written down with the mark of its leaving."""
    new = [one for one in desk.prints.values() if one.key not in kept]
    if new:
        kept |= prints.keep(new)
    for row_id, (made, said) in desk.drawn.items():
        outcomes.drawn[row_id] = str(kept[made.key]), json.dumps(said) if said else None


mail.source(
    "mailings", 10, claim=claims.claim, bodies=bodies, mark=outcomes.mark, shops=claims.shops, away=standstill.away
)
