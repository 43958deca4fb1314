"""Counters of what is taken of a day or a slot: moved by one conditional statement, never read-then-write."""

from typing import Any

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.orm import Mapped, mapped_column

from kernel import tenancy
from kernel.db import db, upsert


class Counter:
    """A row that counts how many are taken under its key."""

    taken: Mapped[int] = mapped_column(default=0)


def ensure(cls: type[Counter], **key: Any) -> None:
    """Make the counter of `key` unless it is there; two at once make one."""
    row = {"tenant_id": tenancy.current(), "taken": 0, **key}
    db.session.execute(upsert(cls).values(**row).on_conflict_do_nothing())


def take(cls: type[Counter], units: int, limit: int | None, **key: Any) -> bool:
    """Count `units` more when that stays within `limit`; False when it would not."""
    ensure(cls, **key)
    room = () if limit is None else (cls.taken + units <= limit,)
    return _move(cls, units, *room, **key)


def give(cls: type[Counter], units: int, **key: Any) -> None:
    """Count `units` fewer."""
    _move(cls, -units, **key)


def taken(cls: type[Counter], **key: Any) -> int:
    """How many are taken under that key now."""
    return db.session.scalar(select(cls.taken).filter_by(**key)) or 0


def _move(cls: type[Counter], units: int, *conditions: ColumnElement[bool], **key: Any) -> bool:
    statement = update(cls).filter_by(**key).where(*conditions).values(taken=cls.taken + units)
    done = db.session.execute(statement, execution_options={"synchronize_session": False})
    return bool(done.rowcount)  # type: ignore[attr-defined]
