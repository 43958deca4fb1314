"""Beside the session: statements that are made once, over the session's own connection and in its transaction.

What the session makes of a statement costs several times what the statement does. Who asks so often names the tenant
in the statement itself, as `:tenant`, and leaves out what lies in the bin; PostgreSQL's own wall stands as ever.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

from sqlalchemy import Executable, Select, bindparam, func, literal_column, select
from sqlalchemy.orm import make_transient_to_detached

from kernel import aside, prepared, rows, tenancy, transactions
from kernel.db import db
from kernel.tenancy import Binnable, ForeignTenant, TenantOwned


def ask(statement: Select[Any], **values: Any) -> Sequence[Any]:
    """The rows of the current tenant that a statement finds, what the session has not written yet among them."""
    db.session.flush()
    return db.session.connection().execute(statement, {"tenant": tenancy.current(), **values}).all()


def plain(statement: Executable, **values: Any) -> list[tuple[Any, ...]]:
    """The same as plain tuples and several times quicker; of what writes, the rows that it gives back."""
    session = db.session()
    session.flush()
    connection = transactions.connection(session)
    return prepared.of(statement, connection.dialect).rows(connection, {"tenant": tenancy.current(), **values})


def glance(statement: Select[Any], **values: Any) -> list[tuple[Any, ...]]:
    """The same for what need not be of one moment with whatever else a page asks.

    Where nothing has begun it is a transaction of its own, in one flight.
    """
    if db.session.registry.has() or not transactions.reads():
        return plain(statement, **values)
    asked = prepared.of(statement, db.engine.dialect)
    return aside.rows(asked, {"tenant": tenancy.current(), **values}, transactions.walled())


def column(statement: Select[Any], **values: Any) -> list[Any]:
    """The same of one column."""
    return [row[0] for row in plain(statement, **values)]


def entities(cls: type[Any], found: Iterable[Sequence[Any]]) -> list[Any]:
    """Each row of all columns of an entity as the session itself would have loaded it."""
    return [rows.loaded(cls, row) for row in found]


def mine(cls: Any, *conditions: Any) -> Select[Any]:
    """The question for the current tenant's rows of an entity, for `found`; what lies in the bin is left out."""
    there = [cls.binned_at.is_(None)] if issubclass(cls, Binnable) else []
    return select(*rows.columns(cls)).where(cls.tenant_id == bindparam("tenant"), *there, *conditions)


def found(cls: type[Any], question: Select[Any], **values: Any) -> list[Any]:
    """The entities that such a question finds."""
    return entities(cls, plain(question, **values))


def send(statement: Executable, **values: Any) -> None:
    """Write for the current tenant, of which nothing need be known: PostgreSQL hears of it with what is asked next."""
    session = db.session()
    session.flush()
    connection = transactions.connection(session)
    prepared.of(statement, connection.dialect).send(connection, {"tenant": tenancy.current(), **values})


def soon(statement: Select[Any], **values: Any) -> prepared.Answer:
    """Ask what need not be known yet: PostgreSQL hears of it with what is asked next; the rows, as `plain` gives them,
    when they are wanted.
    """
    session = db.session()
    session.flush()
    connection = transactions.connection(session)
    asked = prepared.of(statement, connection.dialect)
    answer = asked.send(connection, {"tenant": tenancy.current(), **values})
    return lambda: asked.given(answer())


def expect(*classes: type[Any]) -> None:
    """One new row of each of these will be written in this transaction: ask for its key with what is asked next.

    `new` then need not wait to hear it. Where the driver tells a new row's key nothing is asked.
    """
    connection = transactions.connection(db.session())
    if connection.dialect.name == "postgresql":
        answer = prepared.of(_keys(classes), connection.dialect).send(connection, {})
        db.session().info["expected"] = {cls: (answer, place) for place, cls in enumerate(classes)}


@lru_cache
def _keys(classes: tuple[Any, ...]) -> Select[Any]:
    return select(*[func.nextval(literal_column(f"'{cls.__tablename__}_id_seq'")) for cls in classes])


def put(entity: Any, *, unless: tuple[str, ...] = ()) -> Any:
    """Write one new row of the current tenant, which then is the session's as any that it wrote; gives it back.

    `unless`: as in `add`; None when another one is there.
    """
    written = _written(type(entity), entity.__dict__, unless)
    if written["id"] is None:
        return None
    entity.__dict__.update(written)
    make_transient_to_detached(entity)
    return rows.joined(entity)


def new(cls: type[Any], **told: Any) -> Any:
    """The same of what is told of its columns."""
    if (expected := db.session().info.get("expected", {}).pop(cls, None)) is None:
        return rows.made(cls, _written(cls, told))
    answer, place = expected
    connection = transactions.connection(db.session())
    how: prepared.Insert = prepared.inserting(cls, connection.dialect, keyed=True)  # type: ignore[arg-type]
    row = how.whole({**_own(cls, told), "id": answer()[0][place]})
    how.send(connection, row)
    return rows.made(cls, row)


def add(cls: type[Any], *, unless: tuple[str, ...] = (), **told: Any) -> int | None:
    """Write one new row of which the session need know nothing; its key.

    `unless`: columns in which no other row has the same (or prepared.ANY); None when one has, and nothing is written.
    """
    key: int | None = _written(cls, told, unless)["id"]
    return key


def post(cls: type[Any], *, unless: tuple[str, ...] = (), **told: Any) -> None:
    """The same of which nobody need know anything at once: PostgreSQL hears of it with what is asked next.

    What is refused of it is raised then, at the latest by the commit. The one that is there instead is held as it is
    until this transaction ends.
    """
    connection = transactions.connection(db.session())
    how: prepared.Insert = prepared.inserting(cls, connection.dialect, unless, holds=True)  # type: ignore[arg-type]
    how.send(connection, how.whole(_own(cls, told)))


def _written(cls: Any, told: Mapping[str, Any], unless: tuple[str, ...] = ()) -> dict[str, Any]:
    connection = transactions.connection(db.session())
    how = prepared.inserting(cls, connection.dialect, unless)
    row = how.whole(_own(cls, told))
    return {**row, "id": how.write(connection, row)}


def _own(cls: Any, told: Mapping[str, Any]) -> Mapping[str, Any]:
    """What is told of a row, with the current tenant; nobody writes for another."""
    if not issubclass(cls, TenantOwned):
        return told
    mine = tenancy.current()
    if told.get("tenant_id", mine) != mine:
        raise ForeignTenant(f"{cls.__name__} of another tenant")
    return {**told, "tenant_id": mine}


@contextmanager
def attempt() -> Iterator[None]:
    """Take back what was written inside when it raises; whoever goes on then reads anew (`expire_all`)."""
    db.session.flush()
    with db.session.connection().begin_nested():
        yield
