"""Changes of many rows by statements that are made once: they carry their tenant in their own SQL.

What the session puts into every statement costs several times what such a statement does; letters are marked so.
"""

import json
from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    FromClause,
    String,
    Table,
    Update,
    bindparam,
    column,
    func,
    select,
    update,
)
from sqlalchemy.engine import CursorResult
from sqlalchemy.sql.dml import ReturningUpdate

from kernel import tenancy, transactions
from kernel.db import db

IDS: Any = bindparam("ids", expanding=True)


def change(rows: type[Any], *conditions: ColumnElement[bool], **values: Any) -> Update:
    """The statement that gives those of the rows `ids` that meet the conditions new values; run it with `run`."""
    table: Table = rows.__table__
    return _mine(table).where(table.c.id.in_(IDS), *conditions).values(**values)


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


def run(statement: Update, ids: list[int], **values: Any) -> int:
    """Change rows of the current tenant; how many."""
    bound = {"of_tenant": tenancy.current(), "ids": ids, **values}
    done: CursorResult[Any] = db.session.connection().execute(statement, bound)
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
