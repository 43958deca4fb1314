"""Letters of the house on their way: claimed in batches for the one sender, drawn, and what became of each noted.

A `sending` one whose worker died goes out once more with the same Message-ID: better twice than not at all.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

import structlog
from sqlalchemy import ColumnElement, Connection, or_, select, update

from kernel import clock, held, leases, mail, memberships, settings, suppression, tenancy, transactions
from kernel.db import db
from kernel.letters import INVITATION, KEPT, LATE, Letter

log = structlog.get_logger()
LEASE = timedelta(minutes=5)
ATTEMPTS = 8

_leases = leases.Leases()


def claim(limit: int) -> list[int]:
    """Claim letters under a lease; an expired `sending` one is sent again, with the same Message-ID."""
    now = clock.now()
    with transactions.reading():  # an empty house takes no writer's turn
        wanted = _due(now, memberships.owner_confirmed(tenancy.current()))
        if db.session.scalar(select(Letter.id).where(wanted).limit(1)) is None:
            return []
    rows = select(Letter).where(wanted).order_by(Letter.run_at, Letter.id).limit(limit)
    taken = list(db.session.scalars(rows.with_for_update(skip_locked=True)))
    for row in taken:
        row.state, row.lease_until = "claimed", now + LEASE
    _leases.take([row.id for row in taken], now, LEASE)
    return [row.id for row in taken]


def _due(now: datetime, confirmed: bool) -> ColumnElement[bool]:
    """What may go out now; before an owner has confirmed an address, only keys to accounts, and nobody is invited."""
    due = (Letter.state.in_(("pending", "deferred"))) & (Letter.run_at <= now)
    lost = Letter.state.in_(("claimed", "sending")) & (Letter.lease_until < now)
    free = confirmed or not settings.current().smtp_url
    return or_(due, lost) if free else or_(due, lost) & Letter.private & (Letter.kind != INVITATION)


def bodies(ids: list[int]) -> dict[int, mail.Envelope]:
    """What goes on the wire for claimed letters; not those whose address may not be written to (skipped), those that
    come too late (failed), nor those that another worker has taken over."""
    with transactions.reading():  # drawn while no buyer waits for the writer's turn
        told = {row.id: _drawing(row) for row in db.session.scalars(select(Letter).where(Letter.id.in_(ids)))}
    return {row.id: _envelope(row, *told[row.id]) for row in _rows(ids) if _ours(row) and _may_go(row, told[row.id])}


Drawn = tuple[str, str, str]  # text, HTML, and why it could not be drawn


def _drawing(row: Letter) -> Drawn:
    try:
        return row.text, row.html, ""
    except Exception as error:  # one that cannot be drawn keeps no other from leaving
        log.exception("a letter could not be drawn", kind=row.kind)
        return "", "", f"{type(error).__name__}: {error}"


def _may_go(row: Letter, told: Drawn) -> bool:
    if told[2]:
        row.state, row.answer = "failed", told[2][:500]
    elif suppression.blocks(row.to):
        row.state, row.answer = "skipped", "suppressed"
    elif row.late:
        row.state, row.answer = "failed", LATE
    return row.state == "claimed"


def _envelope(row: Letter, text: str, html: str, _why: str) -> mail.Envelope:
    row.drawn_text, row.drawn_html = text, html
    row.data = {name: value for name, value in row.data.items() if name in KEPT and value}
    sender = mail.sender(tenancy.tenant())
    headers = {"Message-ID": f"<{row.token}@{mail.host()}>", "Auto-Submitted": "auto-generated"}
    files = [mail.Attachment(**one) for one in row.data.get("attached", [])]
    return mail.Envelope(sender, (row.to_name, row.to), row.reply_to, row.subject, text, html, headers, files)


def _rows(ids: Iterable[int]) -> list[Letter]:
    """Those letters as they are now, nobody else changing them until the transaction ends."""
    wanted = select(Letter).where(Letter.id.in_(ids)).order_by(Letter.id).with_for_update()
    return list(db.session.scalars(wanted.execution_options(populate_existing=True)))


def _ours(row: Letter) -> bool:
    return row.state in {"claimed", "sending"} and _leases.holds(row.id, row.lease_until)


def mark(marks: Sequence[mail.Mark]) -> set[int]:
    """Keep what became of letters; which of them this process still holds. One that a late worker has sent is sent."""
    rows = {row.id: row for row in _rows([told.id for told in marks])}
    mine = {row.id for row in rows.values() if _ours(row)}
    for told in marks:
        if told.id in mine or (told.state == "sent" and told.id in rows):
            _keep(rows[told.id], told)
    return mine


def _keep(row: Letter, told: mail.Mark) -> None:
    state = "deferred" if told.state == "unknown" else told.state  # better twice than not at all
    row.answer, row.lease_until = told.answer[:500], None
    if state == "sending":
        row.attempts += row.state != "sending"  # else it was kept already, and only the answer was lost
        row.lease_until = clock.now() + LEASE
        _leases.renew(row.id, row.lease_until)
    elif state == "pending" or told.at:  # given back, or the relay's fault: no try of its own
        row.attempts -= row.state == "sending"
        row.run_at = told.at or row.run_at
    elif state == "deferred":
        row.run_at = clock.now() + timedelta(minutes=min(2**row.attempts, 240))
        state = "failed" if row.attempts >= ATTEMPTS else state
    elif state in {"sent", "captured"}:
        row.sent_at = clock.now()
    row.state = state


def hold(connection: Connection) -> int:
    """After a restore nothing that waited goes out by itself: it may have been sent before."""
    waits = Letter.state.in_(("pending", "claimed", "sending", "deferred"))
    return int(connection.execute(update(Letter).where(waits).values(state="held", lease_until=None)).rowcount)


held.after_restore("letters", hold)
mail.source("letters", 0, claim=claim, bodies=bodies, mark=mark, shops=mail.waiting(Letter))
