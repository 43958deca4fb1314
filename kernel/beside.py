"""Beside the session: statements that are made once, over the session's own connection and in its transaction.

What the session makes of a statement costs several times what the statement does. Who asks so often names the tenant
in the statement itself, as `:tenant`, and leaves out what lies in the bin; PostgreSQL's own wall stands as ever.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Select, inspect
from sqlalchemy.orm import Session, make_transient_to_detached
from sqlalchemy.orm.attributes import instance_state

from kernel import prepared, rows, tenancy
from kernel.db import db
from kernel.tenancy import ForeignTenant, TenantOwned


def ask(statement: Select[Any], **values: Any) -> Sequence[Any]:
    """The rows of the current tenant that a statement finds, what the session has not written yet among them."""
    db.session.flush()
    return db.session.connection().execute(statement, {"tenant": tenancy.current(), **values}).all()


def plain(statement: Select[Any], **values: Any) -> list[tuple[Any, ...]]:
    """The same as plain tuples and several times quicker; no list (`in_`) chooses them."""
    session = db.session()
    session.flush()
    connection = session.connection()
    return prepared.of(statement, connection.dialect).rows(connection, {"tenant": tenancy.current(), **values})


def column(statement: Select[Any], **values: Any) -> list[Any]:
    """The same of one column."""
    return [row[0] for row in plain(statement, **values)]


def entities(cls: type[Any], found: Iterable[Sequence[Any]]) -> list[Any]:
    """Each row of all columns of an entity as the session itself would have loaded it."""
    return [rows.loaded(cls, row) for row in found]


def put(entity: Any) -> Any:
    """Write one new row of the current tenant, which then is the session's as any that it wrote; gives it back."""
    session = db.session()
    entity.__dict__.update(_written(session, type(entity), entity.__dict__))
    make_transient_to_detached(entity)
    return _joined(session, entity)


def new(cls: type[Any], **told: Any) -> Any:
    """The same of what is told of its columns."""
    session = db.session()
    return _made(session, inspect(cls), _written(session, cls, told))


def add(cls: type[Any], *, unless: tuple[str, ...] = (), **told: Any) -> int | None:
    """Write one new row of which the session need know nothing; its key.

    `unless`: columns in which no other row has the same; None when one has, and nothing is written.
    """
    key: int | None = _written(db.session(), cls, told, unless)["id"]
    return key


def _written(session: Session, cls: Any, told: Mapping[str, Any], unless: tuple[str, ...] = ()) -> dict[str, Any]:
    if issubclass(cls, TenantOwned):
        mine = tenancy.current()
        told = {"tenant_id": mine, **told}
        if told["tenant_id"] != mine:
            raise ForeignTenant(f"{cls.__name__} of another tenant")
    connection = session.connection()
    how = prepared.inserting(cls, connection.dialect, unless)
    row = how.whole(told)
    return {**row, "id": how.write(connection, row)}


def held(kept: Mapping[type[Any], Iterable[Mapping[str, Any]]]) -> dict[type[Any], list[Any]]:
    """Entities with these values of all their columns, by their names; what the session has stays as it is there."""
    session = db.session()
    return {cls: [_held(session, inspect(cls), told) for told in every] for cls, every in kept.items()}


def _held(session: Session, mapper: Any, told: Mapping[str, Any]) -> Any:
    known = session.identity_map.get(mapper.identity_key_from_primary_key((told["id"],)))
    return known if known is not None else _made(session, mapper, told)


def _made(session: Session, mapper: Any, told: Mapping[str, Any]) -> Any:
    entity = mapper.class_manager.new_instance()
    entity.__dict__.update(told)
    instance_state(entity).key = mapper.identity_key_from_primary_key((told["id"],))
    return _joined(session, entity)


def _joined(session: Session, entity: Any) -> Any:
    """Have a row that the database has in the session, as if this had loaded it."""
    state: Any = instance_state(entity)
    before = session.identity_map.get(state.key)
    if before is not None:  # its row was taken back, and a new one has got its key
        session.expunge(before)
    state.session_id = session.hash_key
    session.identity_map.add(state)
    return entity


@contextmanager
def attempt() -> Iterator[None]:
    """Take back what was written inside when it raises; whoever goes on then reads anew (`expire_all`)."""
    db.session.flush()
    with db.session.connection().begin_nested():
        yield
