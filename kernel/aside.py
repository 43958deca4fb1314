"""A quiet look beside the request's transaction: which tenant a host name is, and its revision, in microseconds."""

import json
import os
import sqlite3
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any, NamedTuple, cast

from sqlalchemy import Engine

from kernel import libpq, prepared
from kernel.db import db
from kernel.prepared import Prepared


class Place(NamedTuple):
    """What the front of the house knows of a tenant without loading it."""

    id: int
    slug: str
    revision: int
    language: str
    languages: tuple[str, ...]
    country: str
    currency: str
    practice: bool


Stamp = tuple[int, Any]
COLUMNS = "t.id, t.slug, t.revision, t.language, t.languages, t.country, t.currency, t.live_at"
BY_SLUG = f"SELECT {COLUMNS} FROM tenant t WHERE t.slug = :key"  # noqa: S608
BY_HOST = (
    f"SELECT {COLUMNS} FROM tenant t JOIN domain d ON d.tenant_id = t.id "  # noqa: S608
    "WHERE d.host = :key AND d.verified_at IS NOT NULL"
)
FORMER = "SELECT t.slug FROM tenant t JOIN tenant_former_slug f ON f.tenant_id = t.id WHERE f.slug = :key"

_mine = threading.local()
_generation = 0


def forget() -> None:
    """Let every thread open a new connection: the database's file was replaced (tests, restore)."""
    global _generation
    _generation += 1


def row(statement: str, key: str) -> Any:
    """The first row of a kernel statement with one `:key`, read outside any transaction; None without one."""
    engine = db.engine
    if engine.dialect.name == "sqlite":
        return _sqlite(engine).execute(statement, {"key": key}).fetchone()
    return next(iter(_postgresql(engine, statement.replace(":key", "$1"), (key,))), None)


def rows(statement: Prepared, told: Mapping[str, Any], begin: Sequence[bytes]) -> list[tuple[Any, ...]]:
    """What a question finds by itself; on PostgreSQL `begin` raises the wall of its transaction."""
    engine, sent = db.engine, statement.sent(told)
    for heard in engine.dispatch.before_cursor_execute:
        heard(None, None, statement.text, sent, None, False)
    try:
        if engine.dialect.name == "sqlite":
            return statement.given(_sqlite(engine).execute(statement.text, sent).fetchall())
        return statement.given(_postgresql(engine, statement.text, sent, begin))
    except engine.dialect.loaded_dbapi.Error as error:
        raise prepared.refused(engine.dialect, statement.text, sent, error) from error


def _sqlite(engine: Engine) -> sqlite3.Connection:
    known = getattr(_mine, "known", None)
    wanted = (_generation, engine.url.database)
    if known is None or known[0] != wanted:
        if known is not None:
            known[1].close()
        opened = sqlite3.connect(f"file:{engine.url.database}?mode=ro", uri=True, isolation_level=None, timeout=5)
        known = _mine.known = (wanted, opened)
    mine: sqlite3.Connection = known[1]
    return mine


class _Line:
    """One thread's own connection to PostgreSQL, outside any transaction; closed with its thread."""

    def __init__(self, engine: Engine) -> None:
        self._held = engine.raw_connection()
        self._raw: Any = cast(Any, self._held.driver_connection)
        self._known = libpq.line(self._held)
        self._held.detach()
        self._raw.rollback()
        self._raw.autocommit = True

    def ask(self, statement: str, values: Sequence[Any], begin: Sequence[bytes] = ()) -> list[tuple[Any, ...]]:
        """The rows; in a transaction that `begin` begins, where that is told."""
        return self._known.alone(begin, statement, values) if begin else self._known.ask(statement, values)

    def __del__(self) -> None:
        with suppress(Exception):
            self._raw.close()


def _postgresql(
    engine: Engine, statement: str, values: Sequence[Any], begin: Sequence[bytes] = ()
) -> list[tuple[Any, ...]]:
    wanted = (_generation, id(engine), os.getpid())
    known: tuple[Any, _Line] | None = getattr(_mine, "line", None)
    if known is not None and known[0] == wanted:
        with suppress(engine.dialect.loaded_dbapi.OperationalError):  # the server was restarted: once more
            return known[1].ask(statement, values, begin)
    _mine.line = None
    fresh = _Line(engine)
    _mine.line = wanted, fresh
    return fresh.ask(statement, values, begin)


def at(host: str, install: str) -> tuple[Place | None, Stamp]:
    """The tenant at a host name (`install` is the host below which slugs live), or None; and the moment's stamp.

    (reader, stamp): as long as a reader finds the same stamp, nothing at all was committed in between.
    """
    suffix, engine = "." + install, db.engine
    statement, key = (BY_SLUG, host[: -len(suffix)]) if host.endswith(suffix) else (BY_HOST, host)
    if engine.dialect.name == "sqlite":  # told by each connection for itself
        found = _place(row(statement, key))
        version = _sqlite(engine).execute("PRAGMA data_version").fetchone()[0]
        return found, (threading.get_ident(), (_generation, version))
    told = row(statement.replace("SELECT ", "SELECT pg_current_snapshot()::text, ", 1), key)  # which are over
    return (_place(told[1:]), (0, told[0])) if told else (None, (0, None))


def by_slug(slug: str) -> Place | None:
    """The tenant of that slug, or None."""
    return _place(row(BY_SLUG, slug))


def renamed(slug: str) -> str | None:
    """Today's slug of a tenant that once had this one."""
    found = row(FORMER, slug)
    return found[0] if found else None


def _place(found: Any) -> Place | None:
    if found is None:
        return None
    languages = found[4] if isinstance(found[4], list) else json.loads(found[4])  # SQLite gives text
    tenant_id, slug, revision, language = found[:4]
    return Place(tenant_id, slug, revision, language, tuple(languages), found[5], found[6], found[7] is None)
