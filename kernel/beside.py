"""Beside the session: statements that are made once, over the session's own connection and in its transaction.

What the session makes of a statement costs several times what the statement does. Who asks so often names the tenant
in the statement itself, as `:tenant`, and leaves out what lies in the bin; PostgreSQL's own wall stands as ever.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Select, inspect
from sqlalchemy.orm import make_transient_to_detached

from kernel import rows, tenancy
from kernel.db import db
from kernel.tenancy import ForeignTenant


def ask(statement: Select[Any], **values: Any) -> Sequence[Any]:
    """The rows of the current tenant that a statement finds, what the session has not written yet among them."""
    db.session.flush()
    return db.session.connection().execute(statement, {"tenant": tenancy.current(), **values}).all()


def entities(cls: type[Any], found: Iterable[Sequence[Any]]) -> list[Any]:
    """Each row of all columns of an entity as the session itself would have loaded it."""
    return [rows.loaded(cls, row) for row in found]


def put(entity: Any) -> Any:
    """Write one new row of the current tenant, which then is the session's as any that it wrote; gives it back."""
    mapper: Any = inspect(type(entity))
    names = {one.key: one.columns[0].name for one in mapper.column_attrs}
    told = {names[key]: value for key, value in entity.__dict__.items() if key in names}
    if told.setdefault("tenant_id", tenancy.current()) != tenancy.current():
        raise ForeignTenant(f"{type(entity).__name__} of another tenant")
    cls: Any = type(entity)
    done: Any = db.session.connection().execute(rows.new(cls), told)
    [key] = done.inserted_primary_key
    written = {**done.last_inserted_params(), "id": key}
    entity.__dict__.update({name: written[column] for name, column in names.items() if column in written})
    make_transient_to_detached(entity)
    before = db.session().identity_map.get(mapper.identity_key_from_primary_key((key,)))
    if before is not None:  # its row was taken back, and a new one has got its key
        db.session.expunge(before)
    db.session.add(entity)
    return entity


@contextmanager
def attempt() -> Iterator[None]:
    """Take back what was written inside when it raises; whoever goes on then reads anew (`expire_all`)."""
    db.session.flush()
    with db.session.connection().begin_nested():
        yield
