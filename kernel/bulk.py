"""Changes of many rows by statements that are made once: they carry their tenant in their own SQL.

What the session puts into every statement costs several times what such a statement does; letters are marked so.
"""

from typing import Any

from sqlalchemy import JSON, ColumnElement, String, Table, Update, bindparam, cast, func, update
from sqlalchemy.engine import CursorResult

from kernel import tenancy
from kernel.db import db

IDS: Any = bindparam("ids", expanding=True)


def change(rows: type[Any], *conditions: ColumnElement[bool], **values: Any) -> Update:
    """The statement that gives those of the rows `ids` that meet the conditions new values; run it with `run`.

    `+ 0` keeps the database from going through all rows of the tenant, or of a mailing, instead of by the ids.
    """
    table: Table = rows.__table__
    mine = table.c.tenant_id + 0 == bindparam("of_tenant"), table.c.id.in_(IDS)
    return update(table).where(*mine, *conditions).values(**values)


def by_row(rows: type[Any], name: str) -> dict[str, ColumnElement[str]]:
    """In each database's SQL: what a bound text of JSON, {row's id: text}, says of the row."""
    told, row_id = bindparam(name, type_=String), cast(rows.__table__.c.id, String)
    return {
        "sqlite": func.json_extract(told, '$."' + row_id + '"'),
        "postgresql": func.json_extract_path_text(cast(told, JSON), row_id),
    }


def run(statement: Update, ids: list[int], **told: Any) -> int:
    """Change rows of the current tenant; how many."""
    done: CursorResult[Any] = db.session.connection().execute(
        statement, {"of_tenant": tenancy.current(), "ids": ids, **told}
    )
    return int(done.rowcount)
