"""Outcomes: what becomes of letters of mailings, kept many at once; which of them may begin.

One is marked `sending` only while its mailing still goes, before its first byte leaves.
"""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, case, or_, select

from campaigns import claims, ledger
from campaigns.mailings import Mailing
from campaigns.recipients import Recipient
from kernel import bulk, clock
from kernel.db import db
from kernel.mail import Mark

ATTEMPTS = 8
NOTHING = (None, None)
STANDS = (*ledger.GOING, "paused", "held")  # states of a mailing of which something may still go
LEAVES = ("sending", "captured")  # marks of a letter that goes now
drawn: dict[int, tuple[str | None, str | None]] = {}  # of what is claimed: the print, and what it says to one alone

Told = Callable[[list[Recipient]], None]
_refused: list[Told] = []


def on_refusal(verb: Told) -> None:
    """Have `verb(recipients)` know what the relay refused for good; their `answer` says how."""
    _refused.append(verb)


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
            drawn.pop(told.id, None)
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
    _undo(begun)
    held_until, until = _taken(begun), now + claims.LEASE
    for row_id in begun & claims.leases.keys():
        claims.begun.setdefault(row_id, (claims.leases[row_id], set()))[1].add(until)
    rows = [_row(told) for told in marks]
    found = bulk.gained(ledger.TURN, rows, lease=max(held_until, default=now), until=until, now=now)
    mine = {row_id for row_id, state in found if state == "sending"}
    for told in marks:
        claims.leases.pop(told.id, None)
        if told.state != "sending":
            drawn.pop(told.id, None)
            claims.begun.pop(told.id, None)
    claims.leases.update(dict.fromkeys(mine, until))
    if begun - mine:
        bulk.run(ledger.OURS, sorted(begun - mine), leases=list(held_until))
    return mine


def _undo(ids: set[int]) -> None:
    """Told once more what is to begin: the commit before failed, or only its answer was lost, and nothing has left
    yet. What may stand as begun by us is as it was claimed; what another has taken or settled meanwhile is theirs."""
    again = {row_id: claims.begun[row_id] for row_id in ids if row_id in claims.begun}
    for row_id, (claim, moments) in again.items():
        claims.leases[row_id] = claim
        ours = (Recipient.id == row_id) & (Recipient.state == "sending") & Recipient.lease_until.in_(moments)
        claims.change(ours, state="claimed", attempts=Recipient.attempts - 1, lease_until=claim)


def _row(told: Mark) -> dict[str, Any]:
    leaves = told.state in LEAVES
    made, said = drawn.get(told.id, NOTHING) if leaves else NOTHING
    return {"id": told.id, "state": told.state, "answer": told.answer[:500], "print": made, "said": said}


def _taken(ids: set[int]) -> set[datetime]:
    return {claims.leases[row_id] for row_id in ids if row_id in claims.leases}


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
        claims.change(_mine(told), state="deferred", lease_until=None, **values)
    _spare(ids)
    mark(over)


def _back(_state: str, marks: list[Mark]) -> None:
    """Given back untried."""
    for told in marks:
        untried = case((Recipient.state == "claimed", Recipient.attempts), else_=Recipient.attempts - 1)
        values = {"run_at": told.at} if told.at else {}
        claims.change(_mine(told), state="pending", attempts=untried, lease_until=None, **values)
    _spare([told.id for told in marks])


def _spare(ids: list[int]) -> None:
    """What came back of a letter that was stopped while it was on the wire is not tried again."""
    stands = Recipient.mailing_id.in_(select(Mailing.id).where(Mailing.state.in_(STANDS)))
    waits = Recipient.id.in_(ids) & Recipient.state.in_(("pending", "deferred"))
    claims.change(waits & ~stands, state="skipped", reason="stopped")


def _mine(told: Mark) -> ColumnElement[bool]:
    """Still ours, or unknown to all but us."""
    held = Recipient.state.in_(("claimed", "sending")) & Recipient.lease_until.in_(_taken({told.id}))
    return (Recipient.id == told.id) & or_(held, Recipient.state == "unknown")


_VERBS = {"deferred": _later, "pending": _back}
