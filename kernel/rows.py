"""Rows: an entity out of columns that were read beside the session, as if the session itself had loaded it.

A question to the session costs several times what the database needs for one row; a page that asks the same one each
time asks for columns, names its tenant itself, and gets the same entity that everybody else would get.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import inspect
from sqlalchemy.orm import make_transient_to_detached

from kernel.db import db


@lru_cache
def columns(cls: type) -> tuple[Any, ...]:
    """All columns of an entity, in the order in which `loaded` wants their values."""
    return tuple(getattr(cls, name) for name in _names(cls))


def loaded(cls: type, values: Sequence[Any], names: Sequence[str] = ()) -> Any:
    """The entity with these values of its columns; the one that the session has already stays as it is there.

    With `names`, the values are of those alone, the key among them; what else it has is asked when it is wanted.
    """
    told, session = dict(zip(names or _names(cls), values, strict=True)), db.session()
    mapper: Any = inspect(cls)
    known = session.identity_map.get(mapper.identity_key_from_primary_key((told["id"],)))
    if known is not None:
        return known
    made = mapper.class_manager.new_instance()
    made.__dict__.update(told)
    make_transient_to_detached(made)
    session.add(made)
    return made


def values(entity: Any) -> tuple[Any, ...]:
    """The values of an entity's columns, of which `loaded` makes it again."""
    cls: Any = type(entity)
    return tuple(getattr(entity, name) for name in _names(cls))


@lru_cache
def _names(cls: type) -> tuple[str, ...]:
    mapper: Any = inspect(cls)
    return tuple(one.key for one in mapper.column_attrs)
