"""Letters of the house: one row each, written in the transaction of what they tell; mail.py sends them before others.

States: pending → claimed (lease) → sending → sent | captured | failed | skipped; deferred ones wait and try again;
`held` ones wait for a person, because the database was restored and they may have been sent before.
A `sending` one whose worker died goes out once more with the same Message-ID: better twice than not at all.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime, timedelta
from typing import Any

import structlog
from flask import render_template
from sqlalchemy import ColumnElement, Connection, Index, String, Text, delete, or_, select, update
from sqlalchemy.orm import Mapped, mapped_column

from kernel import (
    beside,
    clock,
    held,
    i18n,
    leases,
    mail,
    memberships,
    phones,
    settings,
    signing,
    suppression,
    tenancy,
    transactions,
    web,
)
from kernel.db import Base, db, pk
from kernel.i18n import _l
from kernel.refusal import Missing, Refusal
from kernel.tenancy import TenantOwned

log = structlog.get_logger()
LEASE, INVITATION = timedelta(minutes=5), "account.invitation"  # that kind goes to whoever an owner names
ATTEMPTS = 8


class NotFailed(Refusal):
    """Only what could not be sent is sent again."""

    message = _l("This letter is not waiting for you: only one that could not be sent is sent again.")
    status = 409


class Letter(TenantOwned, Base):
    """One letter to one address: its words stand when it is written, it is drawn when somebody looks or it leaves."""

    __tablename__ = "letter"
    __extra__ = (
        Index("ix_letter_next", "state", "run_at"),
        Index("ix_letter_about", "tenant_id", "about_kind", "about_id"),
    )
    id: Mapped[int] = pk()
    token: Mapped[str] = mapped_column(String(32), index=True)
    kind: Mapped[str] = mapped_column(String(60))
    to: Mapped[str] = mapped_column("to_address", String(320))
    to_name: Mapped[str] = mapped_column(String(160), default="")
    reply_to: Mapped[str] = mapped_column(String(320), default="")
    language: Mapped[str] = mapped_column(String(8), default="es")
    subject: Mapped[str] = mapped_column(String(300))
    template: Mapped[str] = mapped_column(String(80), default="")
    data: Mapped[dict[str, Any]] = mapped_column(default=dict)  # what the template is told; {} once the letter is drawn
    drawn_html: Mapped[str] = mapped_column("html", Text, default="")
    drawn_text: Mapped[str] = mapped_column("text", Text, default="")
    private: Mapped[bool] = mapped_column(default=False)  # carries a key to an account: shown to nobody else
    about_kind: Mapped[str] = mapped_column(String(32), default="")
    about_id: Mapped[int | None]
    state: Mapped[str] = mapped_column(String(10), default="pending")
    attempts: Mapped[int] = mapped_column(default=0)
    run_at: Mapped[datetime] = mapped_column(default=clock.now)
    lease_until: Mapped[datetime | None]
    sent_at: Mapped[datetime | None]
    answer: Mapped[str] = mapped_column(String(500), default="")  # what the relay said
    created_at: Mapped[datetime] = mapped_column(default=clock.now)

    @property
    def waiting(self) -> bool:
        """Whether it has still to go out."""
        return self.state in {"pending", "claimed", "sending", "deferred"}

    @property
    def html(self) -> str:
        """The letter as a page."""
        return self.drawn_html or (drawn(self)[1] if self.template else "")

    @property
    def text(self) -> str:
        """The letter as plain text."""
        return self.drawn_text or (drawn(self)[0] if self.template else "")


_silent: ContextVar[bool] = ContextVar("silent", default=False)


@contextmanager
def silence() -> Iterator[None]:
    """Nobody is written to meanwhile: for what is noted down long after it happened."""
    before = _silent.set(True)
    try:
        yield
    finally:
        _silent.reset(before)


def silent() -> bool:
    """Whether nobody is written to now."""
    return _silent.get()


def write(
    template: str, *, to: str, kind: str, language: str, data: dict[str, Any] | None = None, **told: Any
) -> Letter | None:
    """Write a letter into this transaction; None when there is no address.

    `template` names `<template>.subject.txt`, `.txt` and `.html`; `data` is plain words, numbers, lists and dicts
    (`attached`: what `mail.Attachment` is made of);
    `told`: to_name, reply_to, private, about (a row), run_at (not before). Only the subject is drawn now: the rest
    waits for the worker.
    """
    if not to or silent():
        return None
    about = told.pop("about", None)
    row = Letter(token=signing.token(), to=to.strip(), kind=kind, language=language, template=template, **told)
    row.about_kind, row.about_id = (about.__tablename__, about.id) if about is not None else ("", None)
    row.data = json.loads(json.dumps(data or {}, default=str))  # lazy sentences are said now, in their language
    row.subject = _subject(row)
    return beside.put(row)  # type: ignore[no-any-return]


def waiting(row: Any, kind: str, **told: Any) -> Letter | None:
    """The letter of that kind about a row which waits for its moment and was told this."""
    mine = Letter.about_kind == row.__tablename__, Letter.about_id == row.id, Letter.kind == kind
    found = db.session.scalars(select(Letter).where(*mine, Letter.state == "pending", Letter.run_at > clock.now()))
    return next((one for one in found if told.items() <= one.data.items()), None)


def take_back(row: Letter) -> bool:
    """Forget a letter that waits; False when it is leaving just now."""
    gone = delete(Letter).where(Letter.id == row.id, Letter.state == "pending").returning(Letter.id)
    return db.session.scalar(gone) is not None


def drawn(row: Letter) -> tuple[str, str]:
    """(text, HTML) of a letter, in its language."""
    with i18n.speak(row.language, tenancy.tenant().country):
        told = _told(row)
        text = render_template(f"{row.template}.txt", **told).strip() + "\n"
        return text, render_template(f"{row.template}.html", **told)


def _subject(row: Letter) -> str:
    with i18n.speak(row.language, tenancy.tenant().country):
        return " ".join(render_template(f"{row.template}.subject.txt", **_told(row)).split())[:300]


def _told(row: Letter) -> dict[str, Any]:
    known = tenancy.tenant()
    return {
        "shop": known, "shop_phone": phones.show(known.phone, known.country), "shop_base": web.shop_base(known),
        "letter_language": row.language, **row.data,
    }  # fmt: skip


def about(row: Any) -> list[Letter]:
    """The letters about that row, the newest first; never one that carries a key to an account."""
    wanted = select(Letter).where(Letter.about_kind == row.__tablename__, Letter.about_id == row.id, ~Letter.private)
    return list(db.session.scalars(wanted.order_by(Letter.id.desc())))


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
    """What goes on the wire for claimed letters; not those whose address may not be written to (skipped), nor those
    that another worker has taken over."""
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
    return row.state == "claimed"


def _envelope(row: Letter, text: str, html: str, _why: str) -> mail.Envelope:
    attached = row.data.get("attached", [])
    row.drawn_text, row.drawn_html, row.data = text, html, {"attached": attached} if attached else {}
    sender = mail.sender(tenancy.tenant())
    headers = {"Message-ID": f"<{row.token}@{mail.host()}>", "Auto-Submitted": "auto-generated"}
    files = [mail.Attachment(**one) for one in attached]
    return mail.Envelope(sender, (row.to_name, row.to), row.reply_to, row.subject, text, html, headers, files)


def _rows(ids: Iterable[int]) -> list[Letter]:
    """Those letters as they are now, nobody else changing them until the transaction ends."""
    wanted = select(Letter).where(Letter.id.in_(ids)).order_by(Letter.id).with_for_update()
    return list(db.session.scalars(wanted.execution_options(populate_existing=True)))


def _ours(row: Letter) -> bool:
    return row.state in {"claimed", "sending"} and row.lease_until == _leases.get(row.id)


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
        row.attempts, row.lease_until = row.attempts + 1, clock.now() + LEASE
        _leases[row.id] = row.lease_until
    elif state == "pending" or told.at:  # given back, or the relay's fault: no try of its own
        row.attempts -= row.state == "sending"
        row.run_at = told.at or row.run_at
    elif state == "deferred":
        row.run_at = clock.now() + timedelta(minutes=min(2**row.attempts, 240))
        state = "failed" if row.attempts >= ATTEMPTS else state
    elif state in {"sent", "captured"}:
        row.sent_at = clock.now()
    row.state = state


def named(token: str) -> Letter:
    """The letter that an address names; raises Missing."""
    found = db.session.scalar(select(Letter).where(Letter.token == token)) if token else None
    if found is None:
        raise Missing()
    return found


def again(row: Letter) -> None:
    """Send a letter once more that could not be sent, because a person asked."""
    if row.state not in {"failed", "skipped", "held"}:
        raise NotFailed()
    row.state, row.attempts, row.run_at, row.answer = "pending", 0, clock.now(), ""


def hold(connection: Connection) -> int:
    """After a restore nothing that waited goes out by itself: it may have been sent before."""
    waits = Letter.state.in_(("pending", "claimed", "sending", "deferred"))
    return int(connection.execute(update(Letter).where(waits).values(state="held", lease_until=None)).rowcount)


held.after_restore("letters", hold)
mail.source("letters", 0, claim=claim, bodies=bodies, mark=mark, shops=mail.waiting(Letter))
