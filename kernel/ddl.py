"""DDL that models cannot say: triggers, row-level security, partitions, partial indexes; declared beside the noun.

Statements are re-run after every upgrade (SQLite's batch migrations drop triggers), so each must bear repetition.
"""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy import Connection, inspect, text


@dataclass(frozen=True)
class Declaration:
    """Statements of one subject, for each database."""

    sqlite: tuple[str, ...] = ()
    postgresql: tuple[str, ...] = ()
    table: str = ""  # without which it has nothing to say

    def of(self, dialect: str) -> tuple[str, ...]:
        """The statements for that database."""
        return self.sqlite if dialect == "sqlite" else self.postgresql


_declared: dict[str, Declaration] = {}
_append_only: set[str] = set()


def declare(name: str, *, sqlite: tuple[str, ...] = (), postgresql: tuple[str, ...] = (), table: str = "") -> None:
    """Keep statements under a name; the names are run in the order in which they were declared."""
    _declared[name] = Declaration(tuple(sqlite), tuple(postgresql), table)


def append_only(table: str, *, told: str, unless: str = "OLD.practice") -> None:
    """Have the database refuse to change a row of a table, and to delete one but where `unless` holds of it."""
    _append_only.add(table)
    stays, remains, stop = f"{table}_stays", f"{table}_remains", f"RAISE EXCEPTION '{told}'"
    refused = f"BEGIN SELECT RAISE(ABORT, '{told}'); END"
    function = "CREATE OR REPLACE FUNCTION {0}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {1}; END $$"
    declare(
        f"append_only:{table}",
        sqlite=(
            f"DROP TRIGGER IF EXISTS {stays}", f"CREATE TRIGGER {stays} BEFORE UPDATE ON {table} {refused}",
            f"DROP TRIGGER IF EXISTS {remains}",
            f"CREATE TRIGGER {remains} BEFORE DELETE ON {table} WHEN NOT ({unless}) {refused}",
        ),
        postgresql=(
            function.format(stays, stop),
            function.format(remains, f"IF ({unless}) THEN RETURN OLD; END IF; {stop}"),
            f"DROP TRIGGER IF EXISTS {stays} ON {table}",
            f"CREATE TRIGGER {stays} BEFORE UPDATE ON {table} FOR EACH ROW EXECUTE FUNCTION {stays}()",
            f"DROP TRIGGER IF EXISTS {remains} ON {table}",
            f"CREATE TRIGGER {remains} BEFORE DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION {remains}()",
        ),
        table=table,
    )  # fmt: skip


@contextmanager
def open_to_deletes(connection: Connection) -> Iterator[None]:
    """Let rows of append-only tables go inside, in this transaction: a whole tenant leaves."""
    dialect = connection.dialect.name
    for table in _append_only:
        connection.exec_driver_sql(f"DROP TRIGGER {table}_remains" + ("" if dialect == "sqlite" else f" ON {table}"))
    yield
    for table in _append_only:
        for statement in _declared[f"append_only:{table}"].of(dialect):
            connection.exec_driver_sql(statement.replace("%", "%%") if dialect == "postgresql" else statement)


def digest(dialect: str) -> str:
    """One hash over everything declared for that database."""
    told = "\n".join(f"{name}\n" + "\n".join(ddl.of(dialect)) for name, ddl in sorted(_declared.items()))
    return hashlib.sha256(told.encode()).hexdigest()


def apply(connection: Connection) -> None:
    """Run everything that is declared and remember its hash; of an earlier version only what its tables bear."""
    dialect, there = connection.dialect.name, {"", *inspect(connection).get_table_names()}
    for declaration in (one for one in _declared.values() if one.table in there):
        for statement in declaration.of(dialect):
            connection.exec_driver_sql(statement.replace("%", "%%") if dialect == "postgresql" else statement)
    connection.execute(text("CREATE TABLE IF NOT EXISTS ddl_state (digest VARCHAR(64) NOT NULL)"))
    connection.execute(text("DELETE FROM ddl_state"))
    connection.execute(text("INSERT INTO ddl_state (digest) VALUES (:digest)"), {"digest": digest(dialect)})


def applied(connection: Connection) -> bool:
    """Whether this database has what is declared now."""
    found = connection.execute(text("SELECT digest FROM ddl_state")).scalar()
    return found == digest(connection.dialect.name)
