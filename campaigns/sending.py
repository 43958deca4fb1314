"""Sending: the letters of mailings on their way, for the one sender of the house, by any number of workers at once.

Claimed in batches of mailings that are going, whoever may no longer be written to left out in the same transaction;
marked `sending` only while the mailing still goes. A claim whose worker died is pending again; of a letter that was
on the wire then nobody knows: it is `unknown`, and a person decides.
"""

import json
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any, cast

import structlog
from sqlalchemy import ColumnElement, Connection, Select, case, exists, func, or_, select, update
from sqlalchemy.engine import CursorResult

from campaigns import audience, ledger, mailings, prints, rendering
from campaigns.mailings import Mailing
from campaigns.recipients import Recipient
from kernel import bulk, clock, held, leases, mail, transactions
from kernel.db import db
from kernel.mail import Envelope, Mark

log = structlog.get_logger()
LEASE = timedelta(minutes=5)
ATTEMPTS = 8
TRIES = 20  # batches of people who may not be written to, passed over at a time
OUTAGE = timedelta(hours=2)  # nobody worked for so long: a person decides whether the rest still goes
ASKED = Recipient.id, Recipient.mailing_id, Recipient.contact_id, Recipient.email, Recipient.occasion
QUIET = {"synchronize_session": False}

Told = Callable[[list[Recipient]], None]
_refused: list[Told] = []


def on_refusal(verb: Told) -> None:
    """Have `verb(recipients)` know what the relay refused for good; their `answer` says how."""
    _refused.append(verb)


_leases = leases.Leases()
_drawn: dict[int, tuple[str | None, str | None]] = {}  # of what it claimed: the print, and what it says to one alone
NOTHING = (None, None)
STANDS = (*ledger.GOING, "paused", "held")  # states of a mailing of which something may still go
LEAVES = ("sending", "captured")  # marks of a letter that goes now


def claim(limit: int) -> list[int]:
    """Claim recipients under a lease; who may not be written to is skipped, or waits for the moment that is told."""
    now = clock.now()
    with transactions.reading():  # a shop with nothing due takes no writer's turn
        going, asleep, lost = _going(), _asleep(now), _lost(now)
        if not lost and not _waits(going, now):
            return []
    for mailing_id in asleep:
        _hold_late(mailing_id)
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


_seen: dict[int, datetime] = {}  # when this process last looked at a mailing that goes


def _asleep(now: datetime) -> list[int]:
    """Mailings of which nothing left for hours though it was due: everything stood still meanwhile."""
    found = []
    for row in db.session.scalars(select(Mailing).where(Mailing.state == "sending")):
        seen, _seen[row.id] = _seen.get(row.id), now
        if seen is not None and now - seen < OUTAGE:
            continue
        waits = Recipient.mailing_id == row.id, Recipient.state.in_(("pending", "deferred", "claimed"))
        due = db.session.scalar(select(func.min(Recipient.run_at)).where(*waits)) or now
        last = db.session.scalar(select(func.max(Recipient.sent_at)).where(Recipient.mailing_id == row.id)) or due
        if now - max(due, last, row.updated_at) > OUTAGE:
            found.append(row.id)
    return found


def _hold_late(mailing_id: int) -> None:
    row = db.session.get_one(Mailing, mailing_id)
    mailings.move(row, "hold")
    row.note = "late"


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
        _set(late, state=after, lease_until=None)


def _set(which: ColumnElement[bool], **values: Any) -> int:
    done: CursorResult[Any] = db.session.execute(update(Recipient).where(which).values(values), execution_options=QUIET)  # type: ignore[assignment]
    return int(done.rowcount)


def _claimed(rows: list[Recipient], now: datetime) -> list[int]:
    no = audience.refusals(rows)
    for row_id, why in no.items():
        told = {"run_at": why} if isinstance(why, datetime) else {"state": "skipped", "reason": why}
        _set(Recipient.id == row_id, lease_until=None, **told)
    mine = [row.id for row in rows if row.id not in no]
    if mine:
        bulk.run(ledger.CLAIMED, mine, until=now + LEASE)
        _leases.take(mine, now, LEASE)
    return mine


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
        mark([Mark(row_id, "failed", why) for row_id, why in wrong.items()])
    return made


def _remember(desk: rendering.Desk, kept: dict[prints.Key, int]) -> None:
    """What each letter was made of: it is written down with the mark of its leaving."""
    new = [one for one in desk.prints.values() if one.key not in kept]
    if new:
        kept |= prints.keep(new)
    for row_id, (made, said) in desk.drawn.items():
        _drawn[row_id] = str(kept[made.key]), json.dumps(said) if said else None


def mark(marks: Sequence[Mark]) -> set[int]:
    """Keep what became of recipients; which of them may be sent now. Letters that only went, and others that go now,
    are kept at once; the rest with the transaction that is under way."""
    turn, rest = [], dict[str, list[Mark]]()
    for told in marks:
        if told.state in _VERBS:
            rest.setdefault(told.state, []).append(told)
        else:
            turn.append(told)
    for state, same in rest.items():
        _VERBS[state](state, same)
        for told in same:
            _drawn.pop(told.id, None)
    failed = [told.id for told in turn if told.state == "failed"]
    if failed:
        db.session.connection()  # whoever wants to know of them writes in the same transaction
    mine = _turned(turn) if turn else set()
    if failed:
        _tell(failed)
    return mine


def _turned(marks: list[Mark]) -> set[int]:
    """Keep what is over and what begins; which of these are ours. Those whose mailing no longer goes are given back."""
    now, begun = clock.now(), {told.id for told in marks if told.state == "sending"}
    held_until, until = _taken(begun), now + LEASE
    rows = [_row(told) for told in marks]
    found = bulk.gained(ledger.TURN, rows, lease=max(held_until, default=now), until=until, now=now)
    mine = {row_id for row_id, state in found if state == "sending"}
    for told in marks:
        _leases.pop(told.id, None)
        _drawn.pop(told.id, None)
    _leases.update(dict.fromkeys(mine, until))
    if begun - mine:
        bulk.run(ledger.OURS, sorted(begun - mine), leases=list(held_until))
    return mine


def _row(told: Mark) -> dict[str, Any]:
    leaves = told.state in LEAVES
    made, said = _drawn.get(told.id, NOTHING) if leaves else NOTHING
    return {"id": told.id, "state": told.state, "answer": told.answer[:500], "print": made, "said": said}


def _taken(ids: set[int]) -> set[datetime]:
    return {_leases[row_id] for row_id in ids if row_id in _leases}


def _tell(ids: list[int]) -> None:
    rows = list(db.session.scalars(select(Recipient).where(Recipient.id.in_(ids), Recipient.state == "failed")))
    for verb in _refused:
        verb(rows)


def _later(_state: str, marks: list[Mark]) -> None:
    """Put off by the relay: again a while later, longer each time, at last given up. One that was away costs no try."""
    ids = [told.id for told in marks]
    rows = db.session.execute(select(Recipient.id, Recipient.attempts).where(Recipient.id.in_(ids)))
    counts, over = {row.id: row.attempts for row in rows}, []
    for told in marks:
        count = counts.get(told.id, 0)
        if count >= ATTEMPTS and not told.at:
            over.append(told._replace(state="failed"))
            continue
        at = told.at or clock.now() + timedelta(minutes=min(2**count, 240))
        values = {"run_at": at, "attempts": count - bool(told.at), "answer": told.answer[:500]}
        _set(_mine(told), state="deferred", lease_until=None, **values)
    _spare(ids)
    mark(over)


def _back(_state: str, marks: list[Mark]) -> None:
    """Given back untried."""
    for told in marks:
        untried = case((Recipient.state == "claimed", Recipient.attempts), else_=Recipient.attempts - 1)
        values = {"run_at": told.at} if told.at else {}
        _set(_mine(told), state="pending", attempts=untried, lease_until=None, **values)
    _spare([told.id for told in marks])


def _spare(ids: list[int]) -> None:
    """What came back of a letter that was stopped while it was on the wire is not tried again."""
    stands = Recipient.mailing_id.in_(select(Mailing.id).where(Mailing.state.in_(STANDS)))
    waits = Recipient.id.in_(ids) & Recipient.state.in_(("pending", "deferred"))
    _set(waits & ~stands, state="skipped", reason="stopped")


def _mine(told: Mark) -> ColumnElement[bool]:
    """Still ours, or unknown to all but us."""
    held = Recipient.state.in_(("claimed", "sending")) & Recipient.lease_until.in_(_taken({told.id}))
    return (Recipient.id == told.id) & or_(held, Recipient.state == "unknown")


_VERBS = {"deferred": _later, "pending": _back}


def hold(connection: Connection) -> int:
    """After a restore: what was on the wire then may have arrived. Nothing is taken up before a person says so."""
    was = Recipient.state.in_(("claimed", "sending"))
    after = case((Recipient.state == "sending", "unknown"), else_="pending")
    return int(connection.execute(update(Recipient).where(was).values(state=after, lease_until=None)).rowcount)


held.after_restore("recipients", hold)
mail.source("mailings", 10, claim=claim, bodies=bodies, mark=mark, shops=shops)
