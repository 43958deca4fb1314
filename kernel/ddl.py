"""DDL that models cannot say: triggers, row-level security, partitions, partial indexes; declared beside the noun.

Statements are re-run after every upgrade (SQLite's batch migrations drop triggers), so each must bear repetition.
"""

import hashlib
from dataclasses import dataclass

from sqlalchemy import Connection, text


@dataclass(frozen=True)
class Declaration:
    """Statements of one subject, for each database."""

    sqlite: tuple[str, ...] = ()
    postgresql: tuple[str, ...] = ()

    def of(self, dialect: str) -> tuple[str, ...]:
        """The statements for that database."""
        return self.sqlite if dialect == "sqlite" else self.postgresql


_declared: dict[str, Declaration] = {}


def declare(name: str, *, sqlite: tuple[str, ...] = (), postgresql: tuple[str, ...] = ()) -> None:
    """Keep statements under a name; the names are run in the order in which they were declared."""
    _declared[name] = Declaration(tuple(sqlite), tuple(postgresql))


def digest(dialect: str) -> str:
    """One hash over everything declared for that database."""
    told = "\n".join(f"{name}\n" + "\n".join(ddl.of(dialect)) for name, ddl in sorted(_declared.items()))
    return hashlib.sha256(told.encode()).hexdigest()


def apply(connection: Connection) -> None:
    """Run everything that is declared and remember its hash."""
    dialect = connection.dialect.name
    for declaration in _declared.values():
        for statement in declaration.of(dialect):
            connection.exec_driver_sql(statement.replace("%", "%%") if dialect == "postgresql" else statement)
    connection.execute(text("CREATE TABLE IF NOT EXISTS ddl_state (digest VARCHAR(64) NOT NULL)"))
    connection.execute(text("DELETE FROM ddl_state"))
    connection.execute(text("INSERT INTO ddl_state (digest) VALUES (:digest)"), {"digest": digest(dialect)})


def applied(connection: Connection) -> bool:
    """Whether this database has what is declared now."""
    found = connection.execute(text("SELECT digest FROM ddl_state")).scalar()
    return found == digest(connection.dialect.name)
