"""How a table stands in a backup: a line of JSON for each row, the same whichever database it came from."""

import base64
import hashlib
import json
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from typing import IO, Any

import sqlalchemy as sa
from sqlalchemy import Connection, Engine, Table, create_engine, event

from kernel.db import JSON, Base, UTCDateTime

BATCH = 1000
TYPES: dict[str, Any] = {
    "int": sa.BigInteger(), "text": sa.Text(), "bool": sa.Boolean(), "moment": UTCDateTime(), "day": sa.Date(),
    "json": JSON, "bytes": sa.LargeBinary(), "number": sa.Numeric(),
}  # fmt: skip


class Digest:
    """Counts and hashes the lines of one table."""

    def __init__(self) -> None:
        self.rows, self._sum = 0, hashlib.sha256()

    def add(self, line: bytes) -> None:
        """One more line."""
        self.rows += 1
        self._sum.update(line)

    @property
    def hexdigest(self) -> str:
        """The hash of all lines so far."""
        return self._sum.hexdigest()


def tables() -> list[Table]:
    """Every table of the house that is loaded now, those first to which others refer."""
    return list(Base.metadata.sorted_tables)


def copied() -> list[Table]:
    """Those of them that a copy needs: what the database makes of their rows it makes again."""
    return [table for table in tables() if not table.info.get("derived")]


def kinds(table: Table) -> dict[str, str]:
    """The columns of a table and what is in them."""
    return {column.name: _kind(column.type) for column in table.columns}


def _kind(found: Any) -> str:
    plain = found.impl if isinstance(found, UTCDateTime) else found
    order = ((sa.JSON, "json"), (sa.Boolean, "bool"), (sa.DateTime, "moment"), (sa.Date, "day"), (sa.Integer, "int"),
             (sa.LargeBinary, "bytes"), (sa.Numeric, "number"), (sa.String, "text"))  # fmt: skip
    return next(name for known, name in order if isinstance(plain, known))


def shape(name: str, columns: dict[str, str]) -> Any:
    """A table as a backup describes it: also one of an older schema."""
    return sa.table(name, *(sa.column(column, TYPES[kind]) for column, kind in columns.items()))


def lines(
    connection: Connection, name: str, columns: dict[str, str], keys: list[str], *, span: tuple[int, int] | None = None
) -> Iterator[bytes]:
    """The rows of a table in the order of its keys; of those ids only (from, to before) with a `span`."""
    table = shape(name, columns)
    wanted = sa.select(*table.c).order_by(*(table.c[key] for key in keys))
    if span is not None:
        wanted = wanted.where(table.c.id >= span[0], table.c.id < span[1])
    for row in connection.execute(wanted, execution_options={"stream_results": True, "yield_per": BATCH}):
        yield (
            json.dumps(list(row), default=_told, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()
            + b"\n"
        )


def _told(value: Any) -> str:
    if isinstance(value, datetime | date):
        return value.isoformat()
    return base64.b64encode(value).decode() if isinstance(value, bytes) else str(value)


def load(connection: Connection, name: str, columns: dict[str, str], stream: IO[bytes]) -> None:
    """Write the rows of a dump into an empty table."""
    table, readers = shape(name, columns), [(column, _READ.get(kind)) for column, kind in columns.items()]
    for batch in _batches(stream):
        rows = [
            {column: read(value) if read and value is not None else value
             for (column, read), value in zip(readers, json.loads(line), strict=True)}
            for line in batch
        ]  # fmt: skip
        connection.execute(sa.insert(table), rows)


_READ: dict[str, Any] = {
    "moment": datetime.fromisoformat, "day": date.fromisoformat, "bytes": base64.b64decode,
}  # fmt: skip


def _batches(stream: Iterable[bytes]) -> Iterator[list[bytes]]:
    batch = []
    for line in stream:
        batch.append(line)
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def engine(url: str) -> Engine:
    """An engine of the dump's own: transactions begin when we say so, and see every tenant."""
    made = create_engine(url)
    if made.dialect.name == "sqlite":
        event.listen(made, "connect", _bare)
        event.listen(made, "begin", lambda connection: connection.exec_driver_sql("BEGIN"))
    else:
        event.listen(made, "begin", _everybody)
    return made


def _bare(raw: Any, _record: Any) -> None:
    raw.isolation_level = None
    raw.execute("PRAGMA busy_timeout=10000")


def _everybody(connection: Connection) -> None:
    connection.exec_driver_sql("SELECT set_config('app.scope', 'system', true)")
