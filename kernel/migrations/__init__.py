"""Migrations: Alembic's upgrades, then the declared DDL and the walls; and the check that models and schema agree."""

from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import Connection

from kernel import ddl, walls
from kernel.db import Base, db
from kernel.late import Late

HERE = Path(__file__).parent
command, autogenerate = Late("alembic.command"), Late("alembic.autogenerate")
config, migration, script = Late("alembic.config"), Late("alembic.migration"), Late("alembic.script")


def _config(connection: Connection) -> Any:
    told = config.Config()
    told.set_main_option("script_location", str(HERE))
    told.attributes["connection"] = connection
    return told


def upgrade(app: Flask, to: str = "head") -> None:
    """Bring the database to today's schema, or to a revision on the way there; safe to run again."""
    with app.app_context():
        try:
            with db.engine.connect() as connection:
                _let_tables_be_written_anew(connection)
                with connection.begin():
                    _see_every_row(connection)
                    before = revision(connection)
                    command.upgrade(_config(connection), to)
                    ddl.apply(connection)
                    walls.build(connection)
                    _refer_to_something(connection, before)
        finally:
            db.engine.dispose()  # its connections with it, one of which watches nothing


def _let_tables_be_written_anew(connection: Connection) -> None:
    """SQLite changes some tables by writing them anew, and drops none to which rows refer; said before it begins."""
    if connection.dialect.name == "sqlite":
        connection.connection.driver_connection.execute("PRAGMA foreign_keys=OFF")  # type: ignore[union-attr]


def _refer_to_something(connection: Connection, before: str) -> None:
    """What nobody watched meanwhile is looked at in the end, where something moved."""
    if connection.dialect.name != "sqlite" or before in ("", revision(connection)):
        return
    lost = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
    if lost:
        raise RuntimeError(f"{len(lost)} rows refer to nothing, the first in {lost[0][0]}: nothing was changed")


def _see_every_row(connection: Connection) -> None:
    """What moves rows about is no tenant's: without this the walls show it none on PostgreSQL."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("SELECT set_config('app.scope', 'system', true)")


def write(app: Flask, title: str) -> None:
    """Write the next revision from the difference between models and database."""
    with app.app_context(), db.engine.begin() as connection:
        command.revision(_config(connection), message=title, autogenerate=True)


def include(*told: Any) -> bool:
    """Leave out what belongs to the declared DDL: its own tables and partitions (Alembic's `include_object`)."""
    _thing, name, kind, reflected, compare_to = told
    return not (kind == "table" and reflected and compare_to is None and _foreign(name or ""))


def _foreign(name: str) -> bool:
    return name in {"ddl_state", "alembic_version"} or "_p2" in name or name.endswith("_default")


def differences(app: Flask) -> list[Any]:
    """What models say and the database does not have (or the other way round); empty when in step."""
    with app.app_context(), db.engine.connect() as connection:
        how = {"include_object": include, "compare_type": False}
        context = migration.MigrationContext.configure(connection, opts=how)
        found = list(autogenerate.compare_metadata(context, Base.metadata))
        return found if ddl.applied(connection) else [*found, "declared DDL is not applied"]


def revision(connection: Connection) -> str:
    """The revision that a database stands at; '' for none."""
    return migration.MigrationContext.configure(connection).get_current_revision() or ""


def known(revision: str) -> bool:
    """Whether this version can come from that revision."""
    written = script.ScriptDirectory(str(HERE))
    return revision in {one.revision for one in written.walk_revisions()}


def heads(app: Flask) -> list[str]:
    """The newest revisions: always exactly one."""
    with app.app_context(), db.engine.connect() as connection:
        return list(script.ScriptDirectory.from_config(_config(connection)).get_heads())
