"""Changes of many rows by statements that are made once: they carry their tenant in their own SQL.

What the session puts into every statement costs several times what such a statement does; letters are marked so.
"""

import json
from collections.abc import Iterable
from typing import Any, cast

from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    FromClause,
    String,
    Table,
    Update,
    any_,
    bindparam,
    column,
    func,
    literal,
    select,
    update,
)
from sqlalchemy.engine import CursorResult
from sqlalchemy.sql.dml import ReturningUpdate

from kernel import tenancy, transactions
from kernel.db import db

DIALECTS = ("sqlite", "postgresql")
Changes = dict[str, Update]  # of each database


def change(rows: type[Any], *conditions: ColumnElement[bool], **values: Any) -> Changes:
    """The statement that gives those of the rows `ids` that meet the conditions new values; run it with `run`."""
    table: Table = rows.__table__
    ids = {"sqlite": bindparam("ids", type_=String), "postgresql": bindparam("ids", type_=ARRAY(BigInteger))}
    made = {dialect: _mine(table).where(_within(table.c.id, ids[dialect], dialect)) for dialect in DIALECTS}
    return {dialect: one.where(*conditions).values(**values) for dialect, one in made.items()}


def among(column: Any, values: Iterable[Any]) -> ColumnElement[bool]:
    """What `in_` says, for hundreds of values: they are one bound thing, so that the statement is always the same."""
    dialect, found = db.engine.dialect.name, list(values)
    bound = literal(found, ARRAY(column.type)) if dialect == "postgresql" else literal(json.dumps(found), String)
    return _within(column, bound, dialect)


def _within(column: Any, bound: Any, dialect: str) -> ColumnElement[bool]:
    if dialect == "postgresql":
        return cast(ColumnElement[bool], column == any_(bound))
    return cast(ColumnElement[bool], column.in_(select(func.json_each(bound).table_valued("value").c.value)))


def change_told(
    rows: type[Any], told: FromClause, condition: ColumnElement[bool], **values: Any
) -> ReturningUpdate[Any]:
    """The statement that changes the rows that are told and gives back (id, state) of each; see `gained`."""
    table: Table = rows.__table__
    return _mine(table).where(table.c.id == told.c.id, condition).values(**values).returning(table.c.id, table.c.state)


def _mine(table: Table) -> Update:
    """`+ 0` keeps the database from going through all rows of the tenant, or of a mailing, instead of by the ids."""
    return update(table).where(table.c.tenant_id + 0 == bindparam("of_tenant"))


def told(*names: str) -> dict[str, FromClause]:
    """In each database's SQL: what `gained` is told of rows, their `id` and these texts, as a table."""
    each = func.json_each(bindparam("told", type_=String)).table_valued("value")
    parts = [func.json_extract(each.c.value, f"$.{name}").label(name) for name in ("id", *names)]
    columns: Any = column("id", BigInteger), *(column(name, String) for name in names)
    lists = [bindparam(f"all_{one.name}", type_=ARRAY(one.type)) for one in columns]  # JSON's length it would guess
    whole = func.unnest(*lists).table_valued(*columns)
    return {"sqlite": select(*parts).subquery("told"), "postgresql": whole.render_derived("told")}


def run(changes: Changes, ids: list[int], **values: Any) -> int:
    """Change rows of the current tenant; how many."""
    dialect = db.engine.dialect.name
    bound = {"of_tenant": tenancy.current(), "ids": json.dumps(ids) if dialect == "sqlite" else ids, **values}
    done: CursorResult[Any] = db.session.connection().execute(changes[dialect], bound)
    return int(done.rowcount)


def gained(statements: dict[str, ReturningUpdate[Any]], rows: list[dict[str, Any]], **values: Any) -> list[Any]:
    """Change rows of the current tenant as they are told; what the statement of this database gives back of them.

    Kept at once, there and back one time, unless a transaction is under way: then with that.
    """
    dialect = db.engine.dialect.name
    if dialect == "sqlite":
        values["told"] = json.dumps(rows)
    else:
        values |= {f"all_{name}": [row[name] for row in rows] for name in rows[0]}
    bound = {"of_tenant": tenancy.current(), **values}
    if db.session().in_transaction():
        return list(db.session.connection().execute(statements[dialect], bound))
    return transactions.at_once(statements[dialect], bound)
