"""Being told once: what waiting for stock and waiting for a time have in common, whatever is waited for."""

from collections.abc import Hashable, Sequence
from datetime import datetime, timedelta
from typing import Any, Self, TypeVar

from sqlalchemy import Select, String, delete, func, select, update

from crm.contacts import Contact
from kernel import clock, suppression
from kernel.db import Mapped, db, mapped_column, pk, ref
from kernel.i18n import _l
from kernel.refusal import Gone

BACK_WITHIN = timedelta(hours=1)  # a person who took themselves off can come back
QUIET = {"synchronize_session": False}


class Away(Gone):
    """The link of a letter is so old that nothing is known of it any more."""

    message = _l("This link is too old. Nobody writes to you because of it.")


class Wait:
    """The columns of an asking to be told: it stands until it is answered, withdrawn or over, and is kept a while."""

    id: Mapped[int] = pk()
    token: Mapped[str] = mapped_column(String(32), index=True)  # in the letter: who holds it takes the person off
    contact_id: Mapped[int] = ref("contact")
    language: Mapped[str] = mapped_column(String(8), default="es")  # of the page on which they asked
    asked_at: Mapped[datetime] = mapped_column(default=clock.now)
    ended_at: Mapped[datetime | None]
    how: Mapped[str] = mapped_column(String(8), default="")  # told | left | stopped, and what the noun adds; '': waits

    @property
    def what(self) -> Hashable:
        """What is waited for: a person waits for it once."""
        raise NotImplementedError

    @classmethod
    def standing(cls) -> Select[Self]:
        """Those that wait still, in the order in which their person reads them."""
        raise NotImplementedError


W = TypeVar("W", bound=Wait)


def open_of(kind: type[W], contact_id: int) -> Sequence[W]:
    """What somebody still waits for, of that kind."""
    return db.session.scalars(kind.standing().where(kind.contact_id == contact_id)).all()


def named(kind: type[W], token: str) -> W:
    """The asking that a letter's link names; raises Away."""
    row = db.session.scalar(select(kind).where(kind.token == token))
    if row is None:
        raise Away()
    return row


def leave(row: Wait, *, all_of_them: bool = False) -> None:
    """Not that one any more, or nothing at all of what its person waits for."""
    kind = type(row)
    which = kind.contact_id == row.contact_id if all_of_them else kind.id == row.id
    ended = update(kind).where(which, kind.ended_at.is_(None)).values(ended_at=clock.now(), how="left")
    db.session.execute(ended, execution_options=QUIET)
    db.session.expire_all()


def come_back(row: Wait) -> None:
    """Wait again for what was left just now; what its person asked for anew meanwhile is waited for once."""
    kind = type(row)
    held = {one.what for one in open_of(kind, row.contact_id)}
    lately = kind.contact_id == row.contact_id, kind.ended_at > clock.now() - BACK_WITHIN, kind.how == "left"
    for one in db.session.scalars(select(kind).where(*lately).order_by(kind.id)):
        if one.what not in held:
            held.add(one.what)
            one.ended_at, one.how = None, ""
    db.session.flush()


def claim(row: Any, *, open_to_them: bool) -> bool:
    """Whether its person is to be written to, and by us: each is told once, whoever else looks at the same moment.

    Who is in the bin, takes no letters or may not have it (`open_to_them`) waits no more. `row`: a Wait with `contact`.
    """
    address = row.contact.email if row.contact else ""
    fine = bool(address) and open_to_them and not suppression.blocks(address)
    kind = type(row)
    mine = update(kind).where(kind.id == row.id, kind.ended_at.is_(None)).returning(kind.id)
    told = mine.values(ended_at=clock.now(), how="told" if fine else "stopped")
    return db.session.execute(told, execution_options=QUIET).scalar() is not None and fine


def size(wanted: Select[Any]) -> int:
    """How many of these there are."""
    return int(db.session.scalar(select(func.count()).select_from(wanted.order_by(None).subquery())) or 0)


def sent(row: Wait) -> str | None:
    """When its letter was written, for the copy of somebody's data."""
    return row.ended_at.isoformat() if row.ended_at and row.how == "told" else None


def forget(kind: type[Wait], contact: Contact) -> None:
    """Nobody waits any more."""
    db.session.execute(delete(kind).where(kind.contact_id == contact.id), execution_options=QUIET)


def join(kind: type[Wait], goes: Contact, stays: Contact) -> None:
    """Of two who are one person: what both wait for is waited for once."""
    open_ones = select(kind).where(kind.ended_at.is_(None))
    theirs = {row.what for row in db.session.scalars(open_ones.where(kind.contact_id == stays.id))}
    ours = db.session.scalars(open_ones.where(kind.contact_id == goes.id))
    same = [row.id for row in ours if row.what in theirs]
    db.session.execute(delete(kind).where(kind.id.in_(same)), execution_options=QUIET)
    moved = update(kind).where(kind.contact_id == goes.id).values(contact_id=stays.id)
    db.session.execute(moved, execution_options=QUIET)
