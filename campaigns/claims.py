"""Claims: which letters of mailings are next, taken under a lease by any number of workers at once.

In batches of mailings that are going, whoever may no longer be written to left out in the same transaction. A claim
whose worker died is pending again; of a letter that was on the wire then nobody knows: it is `unknown`, and a person
decides.
"""

from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import ColumnElement, Connection, Select, case, exists, select, update
from sqlalchemy.engine import CursorResult

from campaigns import audience, ledger, standstill
from campaigns.mailings import Mailing
from campaigns.recipients import Recipient
from kernel import bulk, clock, held, transactions
from kernel.db import db
from kernel.leases import Leases

LEASE = timedelta(minutes=5)
TRIES = 20  # batches of people who may not be written to, passed over at a time
ASKED = Recipient.id, Recipient.mailing_id, Recipient.contact_id, Recipient.email, Recipient.occasion
QUIET = {"synchronize_session": False}
leases = Leases()  # of what this process has in hand
begun: dict[int, tuple[datetime, set[datetime]]] = {}  # of what is to begin: its claim, and until when since then


def claim(limit: int) -> list[int]:
    """Claim recipients under a lease; who may not be written to is skipped, or waits for the moment that is told."""
    now = clock.now()
    with transactions.reading():  # a shop with nothing due takes no writer's turn
        going, stopped, lost = _going(), standstill.stopped(now), _lost(now)
        if not lost and not _waits(going, now):
            return []
    for mailing_id, why in stopped.items():
        standstill.hold(mailing_id, why)
        going.remove(mailing_id)
    if lost:
        _expire(now)
    for _ in range(TRIES):
        rows = _next(going, "pending", now, limit)
        rows += _next(going, "deferred", now, limit - len(rows))
        mine = _claimed(rows, now)
        if mine or not rows:
            return mine
    return []


def shops(now: datetime) -> set[int]:
    """The shops with somebody due in a mailing that goes, or left behind; thousands who wait in a paused one are not
    gone through again and again."""
    going = select(Mailing.id).where(Mailing.state.in_(ledger.GOING))
    due = Recipient.state.in_(("pending", "deferred")) & (Recipient.run_at <= now)
    lost = Recipient.state.in_(("claimed", "sending")) & (Recipient.lease_until < now)
    wanted = [lost, due & (Recipient.mailing_id + 0).in_(going)] if db.session.scalar(going.limit(1)) else [lost]
    rows = (db.session.scalars(select(Recipient.tenant_id).where(one).distinct()) for one in wanted)
    return {tenant_id for found in rows for tenant_id in found}


def _going() -> list[int]:
    return list(db.session.scalars(select(Mailing.id).where(Mailing.state.in_(ledger.GOING))))


def _due(going: list[int], state: str, now: datetime) -> Select[Recipient]:
    """The next ones in the order of the index on (state, run_at): `+ 0` keeps the database from choosing another."""
    due = (Recipient.state == state) & (Recipient.run_at <= now) & (Recipient.mailing_id + 0).in_(going)
    return select(Recipient).where(due).order_by(Recipient.run_at)


def _next(going: list[int], state: str, now: datetime, limit: int) -> list[Recipient]:
    """As rows of what is asked of recipients below: letters are claimed by the hundred."""
    rows = _due(going, state, now).with_only_columns(*ASKED).limit(limit).with_for_update(skip_locked=True)
    return cast(list[Recipient], db.session.execute(rows).all()) if going and limit > 0 else []


def _waits(going: list[int], now: datetime) -> bool:
    return bool(going) and any(
        db.session.scalar(_due(going, state, now).with_only_columns(Recipient.id).limit(1)) is not None
        for state in ("pending", "deferred")
    )


def _lost(now: datetime) -> bool:
    late = Recipient.state.in_(("claimed", "sending")) & (Recipient.lease_until < now)
    return bool(db.session.scalar(select(exists(select(Recipient.id).where(late)))))


def _expire(now: datetime) -> None:
    """What a worker left behind that died: not begun, so again; begun, so unknown."""
    for state, after in (("claimed", "pending"), ("sending", "unknown")):
        late = (Recipient.state == state) & (Recipient.lease_until < now)
        change(late, state=after, lease_until=None)


def change(which: ColumnElement[bool], **values: Any) -> int:
    """Give the recipients that this means new values; how many they are."""
    done: CursorResult[Any] = db.session.execute(update(Recipient).where(which).values(values), execution_options=QUIET)  # type: ignore[assignment]
    return int(done.rowcount)


def _claimed(rows: list[Recipient], now: datetime) -> list[int]:
    no = audience.refusals(rows)
    for row_id, why in no.items():
        told = {"run_at": why} if isinstance(why, datetime) else {"state": "skipped", "reason": why}
        change(Recipient.id == row_id, lease_until=None, **told)
    mine = [row.id for row in rows if row.id not in no]
    if mine:
        bulk.run(ledger.CLAIMED, mine, until=now + LEASE)
        leases.take(mine, now, LEASE)
        for row_id in mine:
            begun.pop(row_id, None)
    return mine


def hold(connection: Connection) -> int:
    """After a restore: what was on the wire then may have arrived. Nothing is taken up before a person says so."""
    was = Recipient.state.in_(("claimed", "sending"))
    after = case((Recipient.state == "sending", "unknown"), else_="pending")
    return int(connection.execute(update(Recipient).where(was).values(state=after, lease_until=None)).rowcount)


held.after_restore("recipients", hold)
