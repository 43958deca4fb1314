"""Changes of many people at once, each kept with exactly whom it changed: so it can be taken back to the last row."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, String, UniqueConstraint, select, update
from sqlalchemy.orm import Mapped, aliased, mapped_column

from crm import tags, tasks
from crm.contacts import Contact
from crm.tasks import Task, Told
from kernel import clock, journal, sessions, signing
from kernel.db import Base, db, pk
from kernel.i18n import _l
from kernel.refusal import Gone, Refusal
from kernel.tenancy import TenantOwned

MOST_TASKS = 200  # follow-ups at once
DAYS = 30  # so long can a change be taken back, as what lies in the bin


class NoTag(Refusal):
    """A tag has no letters."""

    message = _l("Write the tag first.")


class TooMany(Refusal):
    """Somebody is to do all that."""

    message = _l("At most %(most)s people at once: choose fewer.")


class PeopleChange(TenantOwned, Base):
    """What was done to many people at once; `ids` are those whom it changed, not those who were so already."""

    __tablename__ = "people_change"
    __extra__ = (UniqueConstraint("tenant_id", "token"),)
    id: Mapped[int] = pk()
    token: Mapped[str] = mapped_column(String(32), default=signing.token)
    verb: Mapped[str] = mapped_column(String(8))  # tag | untag | retag | bin | task: then `ids` are those of the tasks
    tag: Mapped[str] = mapped_column(String(tags.LONGEST), default="")
    ids: Mapped[list[Any]] = mapped_column(default=list)
    told: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default="{}")  # what else its verb must know
    at: Mapped[datetime] = mapped_column(default=clock.now)
    undone_at: Mapped[datetime | None]

    @property
    def count(self) -> int:
        """How many people it changed."""
        return len(self.ids)


def undoes(verb: str, take: Callable[[PeopleChange], list[int]]) -> None:
    """Have `take(change)` take back what another file does to many; whom it changed back comes out."""
    _takers[verb] = take


def chosen(wanted: Select[Any]) -> list[int]:
    """The ids of everybody in a filter."""
    options = wanted.get_execution_options()
    return list(db.session.scalars(wanted.order_by(None).with_only_columns(Contact.id), execution_options=options))


def tag(ids: Sequence[int], told: str, *, by: Any) -> PeopleChange:
    """Give people a tag; who had it is not part of the change."""
    return _kept("tag", tags.add(ids, word(told)), word(told), by=by)


def untag(ids: Sequence[int], told: str, *, by: Any) -> PeopleChange:
    """Take a tag from people."""
    return _kept("untag", tags.remove(ids, word(told)), word(told), by=by)


def follow_up(ids: Sequence[int], told: Told, *, by: Any) -> PeopleChange:
    """Note the same thing to do about each of these people. Raises Empty, TooMany."""
    if len(ids) > MOST_TASKS:
        raise TooMany(most=MOST_TASKS)
    found = db.session.scalars(select(Contact).where(Contact.id.in_(ids)).order_by(Contact.id))
    return _kept("task", [tasks.add(replace(told, contact=contact), by=by).id for contact in found], by=by)


def put_away(ids: Sequence[int], *, by: Any) -> PeopleChange:
    """Put people into the bin; their sessions end."""
    now = clock.now()
    gone: list[int] = []
    for few in _few(ids):
        here = update(Contact).where(Contact.id.in_(few), Contact.binned_at.is_(None)).values(binned_at=now)
        gone += db.session.scalars(_plain(here.returning(Contact.id)))
    for one in gone:
        sessions.end_all("shopper", one)
    db.session.expire_all()
    return _kept("bin", gone, by=by, at=now)


def take_back(token: str, *, by: Any) -> tuple[PeopleChange, int]:
    """Undo a change once, for exactly those whom it changed; also how many could not come back: their e-mail is taken.

    Raises Gone when it is too old or was undone.
    """
    row = db.session.scalar(select(PeopleChange).where(PeopleChange.token == token).with_for_update())
    if row is None or row.undone_at is not None or row.at < clock.now() - timedelta(days=DAYS):
        raise Gone(_l("That can no longer be taken back."))
    row.undone_at = clock.now()
    back = _takers[row.verb](row)
    journal.write("people.taken_back", about=row, by=by, data={"count": len(back)})
    return row, row.count - len(back)


def _tag_again(row: PeopleChange) -> list[int]:
    """Who is still there has it again."""
    here = select(Contact.id).where(Contact.id.in_(row.ids))
    return tags.add(list(db.session.scalars(_plain(here))), row.tag, anew=False)


def _unbin(row: PeopleChange) -> list[int]:
    """Only whom that change put away, and nobody whose e-mail belongs to somebody else by now."""
    here = aliased(Contact)
    back: list[int] = []
    taken = select(here.id).where(here.email_norm == Contact.email_norm, here.binned_at.is_(None)).exists()
    for few in _few(row.ids):
        mine = select(Contact.id).where(Contact.id.in_(few), Contact.binned_at == row.at, ~taken)
        ids = list(db.session.scalars(mine.execution_options(binned=True)))
        back += db.session.scalars(
            _plain(update(Contact).where(Contact.id.in_(ids)).values(binned_at=None).returning(Contact.id))
        )
    db.session.expire_all()
    return back


def _untask(row: PeopleChange) -> list[int]:
    """What was noted goes into the bin; what was done meanwhile stays done."""
    mine = update(Task).where(Task.id.in_(row.ids), Task.done_at.is_(None), Task.binned_at.is_(None))
    gone = list(db.session.scalars(_plain(mine.values(binned_at=clock.now()).returning(Task.id))))
    db.session.expire_all()
    return gone


def _kept(verb: str, ids: list[int], tag: str = "", *, by: Any, at: datetime | None = None) -> PeopleChange:
    row = PeopleChange(verb=verb, tag=tag, ids=ids, at=at or clock.now())
    db.session.add(row)
    journal.write(f"people.{verb}", about=row, by=by, data={"tag": tag, "count": len(ids)})
    return row


def word(text: str) -> str:
    """The tag that was meant; raises NoTag."""
    words = tags.clean([text])
    if not words:
        raise NoTag()
    return words[0]


def _plain(statement: Any) -> Any:
    return statement.execution_options(synchronize_session=False, binned=True)


def _few(ids: Sequence[int]) -> list[Sequence[int]]:
    return [ids[start : start + tags.AT_ONCE] for start in range(0, len(ids), tags.AT_ONCE)]


_takers: dict[str, Callable[[PeopleChange], list[int]]] = {
    "tag": lambda row: tags.remove(row.ids, row.tag), "untag": _tag_again, "bin": _unbin, "task": _untask,
}  # fmt: skip


def init_app(_app: object) -> None:
    """Say how the journal tells it."""
    journal.kind("people.tag", _l("Gave %(count)s people the tag “%(tag)s”"))
    journal.kind("people.untag", _l("Took the tag “%(tag)s” from %(count)s people"))
    journal.kind("people.task", _l("Noted the same to do about %(count)s people"))
    journal.kind("people.bin", _l("Put %(count)s people into the bin"))
    journal.kind("people.taken_back", _l("Took back a change of %(count)s people"))
