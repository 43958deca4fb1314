"""Rows: an entity out of columns that were read beside the session, as if the session itself had loaded it.

A question to the session costs several times what the database needs for one row; a page that asks the same one each
time asks for columns, names its tenant itself, and gets the same entity that everybody else would get.
"""

from collections.abc import Mapping, Sequence
from functools import cache, lru_cache
from typing import Any, cast

from sqlalchemy import inspect
from sqlalchemy.orm import make_transient_to_detached
from sqlalchemy.orm.attributes import instance_state

from kernel.db import db


@lru_cache
def columns(cls: type) -> tuple[Any, ...]:
    """All columns of an entity, in the order in which `loaded` wants their values."""
    return tuple(getattr(cls, name) for name in _names(cls))


def loaded(cls: type, values: Sequence[Any], names: Sequence[str] = ()) -> Any:
    """The entity with these values of its columns; the one that the session has already stays as it is there,
    but for what of it is to be read anew.

    With `names`, the values are of those alone, the key among them; what else it has is asked when it is wanted.
    """
    return held(cls, dict(zip(names or _names(cls), values, strict=True)))


def apart(row: Sequence[Any], *classes: type) -> list[Any]:
    """The entities of a row of all columns of each of these classes; None for one that a join found none of."""
    found, first = [], 0
    for cls in classes:
        last = first + len(_names(cls))
        found.append(None if row[first] is None else loaded(cls, row[first:last]))
        first = last
    return found


def held(cls: type, told: Mapping[str, Any], session: Any = None) -> Any:
    """The same of values by the names of their columns; whoever has many has the session at hand."""
    session = session or db.session()
    known = session.identity_map.get(_mapper(cls).identity_key_from_primary_key((told["id"],)))
    return made(cls, told, session) if known is None else _again(known, told)


def _again(entity: Any, told: Mapping[str, Any]) -> Any:
    """What of it was to be read anew is read now."""
    state = cast(Any, instance_state(entity))
    if gone := told.keys() & state.expired_attributes:
        state.dict.update({name: told[name] for name in gone})
        state._commit(state.dict, gone)
    return entity


def made(cls: type, told: Mapping[str, Any], session: Any = None) -> Any:
    """The entity of a row that the session does not know yet."""
    mapper = _mapper(cls)
    entity = mapper.class_manager.new_instance()
    entity.__dict__.update(told)
    if len(told) < len(_names(cls)):
        make_transient_to_detached(entity)  # what is missing is asked when it is wanted
    else:
        instance_state(entity).key = mapper.identity_key_from_primary_key((told["id"],))
    return joined(entity, session)


def joined(entity: Any, session: Any = None) -> Any:
    """Have a row that the database has in the session, as if this had loaded it."""
    session, state = session or db.session(), cast(Any, instance_state(entity))
    before = session.identity_map.get(state.key)
    if before is not None:  # its row was taken back, and a new one has got its key
        session.expunge(before)
    state.session_id = session.hash_key
    session.identity_map.add(state)
    return entity


def told(entity: Any) -> dict[str, Any]:
    """The values of an entity's columns by their names, of which `held` makes it again."""
    cls: Any = type(entity)
    return {name: getattr(entity, name) for name in _names(cls)}


@cache
def _mapper(cls: type) -> Any:
    return inspect(cls)


@cache
def _names(cls: type) -> tuple[str, ...]:
    return tuple(one.key for one in _mapper(cls).column_attrs)
