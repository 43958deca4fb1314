"""Letters of the house: one row each, written in the transaction of what they tell; letter_sending.py sends them.

States: pending → claimed (lease) → sending → sent | captured | failed | skipped; deferred ones wait and try again;
`held` ones wait for a person, because the database was restored and they may have been sent before.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime, timedelta
from typing import Any

from flask import render_template
from sqlalchemy import Index, String, Text, and_, delete, or_, select, update
from sqlalchemy.orm import Mapped, mapped_column

from kernel import beside, clock, i18n, phones, signing, tenancy, web
from kernel.db import Base, db, pk
from kernel.i18n import _l
from kernel.refusal import Missing, Refusal
from kernel.tenancy import TenantOwned

INVITATION = "account.invitation"  # that kind goes to whoever an owner names
AGE = timedelta(days=5)  # what could not leave for so long does not leave any more: its reader knows by now, or asked
OUT = ("pending", "claimed", "sending", "deferred", "sent", "captured")  # is read, or may be, if nothing was done
LATE = "late"  # the answer of one that ended so
KEPT = ("attached", "not_before", "not_after", "act")  # of its data, once it is drawn
REST = timedelta(minutes=2)  # before a letter of what can be taken back leaves: longer than a toast stays


class NotFailed(Refusal):
    """Only what could not be sent is sent again."""

    message = _l("This letter is not waiting for you: only one that could not be sent is sent again.")
    status = 409


class Over(Refusal):
    """What a letter says no longer holds."""

    message = _l("What this letter says no longer holds, so it is not sent again.")
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
    data: Mapped[dict[str, Any]] = mapped_column(default=dict)  # what the template is told; of KEPT once it is drawn
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
    def over(self) -> bool:
        """Whether what it says no longer holds: its key has expired, the booking has begun."""
        end = self.data.get("not_after")
        return end is not None and datetime.fromisoformat(end) <= clock.now()

    @property
    def late(self) -> bool:
        """Whether it may not leave any more: it is over, or could not leave for too long."""
        begin = self.data.get("not_before")
        return self.over or clock.now() - (datetime.fromisoformat(begin) if begin else self.created_at) > AGE

    @property
    def html(self) -> str:
        """The letter as a page."""
        return self.drawn_html or (drawn(self)[1] if self.template else "")

    @property
    def text(self) -> str:
        """The letter as plain text."""
        return self.drawn_text or (drawn(self)[0] if self.template else "")


_silent: ContextVar[bool] = ContextVar("silent", default=False)
_act: ContextVar[str] = ContextVar("act", default="")


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
    `told`: to_name, reply_to, private, about (a row), run_at (not before), not_after (it does not leave from then on).
    Only the subject is drawn now: the rest waits for the worker.
    """
    if not to or silent():
        return None
    act = _act.get()
    if act:
        told["run_at"] = max(told.get("run_at") or clock.now(), clock.now() + REST)
    about, ends = told.pop("about", None), {"not_before": told.get("run_at"), "not_after": told.pop("not_after", None)}
    row = Letter(token=signing.token(), to=to.strip(), kind=kind, language=language, template=template, **told)
    row.about_kind, row.about_id = (about.__tablename__, about.id) if about is not None else ("", None)
    row.data = json.loads(json.dumps(data or {}, default=str))  # lazy sentences are said now, in their language
    row.data |= {name: moment.isoformat() for name, moment in ends.items() if moment is not None}
    row.data |= {"act": act} if act else {}
    row.subject = _subject(row)
    return beside.put(row)  # type: ignore[no-any-return]


@contextmanager
def resting(act: str) -> Iterator[None]:
    """What is written meanwhile rests a little first: so long whoever did `act` may `withdraw` it unread."""
    before = _act.set(act)
    try:
        yield
    finally:
        _act.reset(before)


def rest() -> timedelta:
    """How long a letter that is written now rests."""
    return REST if _act.get() else timedelta(0)


def withdraw(act: str, since: datetime) -> tuple[int, list[Letter]]:
    """Forget the letters of an act that nobody has begun to send: (how many, those that have left or are leaving).

    `since`: when it was done. The sender claims by a condition too: of the two exactly one has each letter.
    """
    mine = Letter.run_at >= since, Letter.data["act"].as_string() == act
    untouched = or_(Letter.state == "pending", and_(Letter.state == "deferred", Letter.attempts == 0))
    gone = delete(Letter).where(*mine, untouched).returning(Letter.id)
    count = len(db.session.scalars(gone, execution_options={"synchronize_session": False}).all())
    left = select(Letter).where(*mine, Letter.state.in_(OUT)).order_by(Letter.id)
    return count, list(db.session.scalars(left.execution_options(populate_existing=True)))


def of_act(act: str, since: datetime) -> tuple[bool, list[Letter]]:
    """(whether a letter of an act can still be withdrawn, those that have left or are leaving)."""
    mine = Letter.run_at >= since, Letter.data["act"].as_string() == act, Letter.state.in_(OUT)
    rows = db.session.scalars(select(Letter).where(*mine).order_by(Letter.id)).all()
    still = [one for one in rows if one.state == "pending" or (one.state == "deferred" and not one.attempts)]
    return bool(still), [one for one in rows if one not in still]


def rests(row: Any) -> bool:
    """Whether a letter about that row rests."""
    return db.session.scalar(select(Letter.id).where(*_resting(row)).limit(1)) is not None


def hurry(row: Any) -> None:
    """What rests about that row leaves now: something else is told of it, and first things come first."""
    now = update(Letter).where(*_resting(row)).values(run_at=clock.now())
    db.session.execute(now, execution_options={"synchronize_session": False})


def _resting(row: Any) -> tuple[Any, ...]:
    mine = Letter.about_kind == row.__tablename__, Letter.about_id == row.id
    return *mine, Letter.state == "pending", Letter.run_at > clock.now(), Letter.data["act"].as_string().is_not(None)


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


def named(token: str) -> Letter:
    """The letter that an address names; raises Missing."""
    found = db.session.scalar(select(Letter).where(Letter.token == token)) if token else None
    if found is None:
        raise Missing()
    return found


def to_another(row: Letter, to: str) -> Letter:
    """The same letter to another address, because the first one was wrong; raises Over when it no longer holds."""
    if row.over:
        raise Over()
    same = ("kind", "to_name", "reply_to", "language", "subject", "template", "drawn_html", "drawn_text", "private")
    told = {name: getattr(row, name) for name in (*same, "about_kind", "about_id")}
    copy = Letter(token=signing.token(), to=to.strip(), data=dict(row.data), **told)
    copy.data |= {"not_before": clock.now().isoformat()}
    copy.data.pop("act", None)  # what it tells is not taken back any more
    db.session.add(copy)
    db.session.flush()
    return copy


def again(row: Letter) -> None:
    """Send a letter once more that could not be sent, because a person asked."""
    if row.state not in {"failed", "skipped", "held"}:
        raise NotFailed()
    if row.over:
        raise Over()
    row.data = {**row.data, "not_before": clock.now().isoformat()}
    row.state, row.attempts, row.run_at, row.answer = "pending", 0, clock.now(), ""
