"""Who may begin what: readers read, one writer at a time on SQLite, the tenant's wall up on PostgreSQL.

Measured and argued in SQLite's and PostgreSQL's own terms: SQLite's busy waiting is unfair (p99 over a second with
eight writers), so writers of one process queue at a lock and retry BEGIN IMMEDIATE in short steps.
"""

import math
import random
import re
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import lru_cache, partial
from typing import Any

from flask import g, has_app_context, has_request_context, request
from sqlalchemy import Connection, Dialect, Engine, UpdateBase, event, text
from sqlalchemy.exc import InvalidatePoolError, OperationalError
from sqlalchemy.orm import Session, SessionTransaction

from kernel import libpq, prepared, tenancy
from kernel.db import db

SAFE = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
PATIENCE = 10.0  # seconds a writer waits for its turn
SYNCHRONOUS = "FULL"  # no committed order is lost when the power goes
RESTED = 1.0  # seconds after which a connection is asked whether it still stands
_NAMED = re.compile(r":(\w+)")
_turn = threading.Lock()


def reads() -> bool:
    """Whether what begins now may only read: a safe request, or an unsafe one inside `reading()`."""
    if has_app_context() and "reads" in g:
        return bool(g.reads)
    return has_request_context() and request.method in SAFE


@contextmanager
def reading() -> Iterator[None]:
    """Read, hash, decode or render inside an unsafe request without holding the writer's turn.

    What was loaded is gone afterwards: copy values out.
    """
    if g.get("reads"):
        yield
        return
    db.session.rollback()
    g.reads = True
    try:
        yield
    finally:
        db.session.rollback()
        g.pop("reads")


@contextmanager
def light() -> Iterator[None]:
    """Commit what need not outlive a power cut, such as a count of tries, without waiting for the disk."""
    g.light = True
    try:
        yield
    finally:
        g.pop("light")


def _durable() -> bool:
    return not (has_app_context() and "light" in g)


def install(engine: Engine) -> None:
    """Attach the rules to an engine, before its first connection."""
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _connect_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        event.listen(engine, "checkin", _checkin)
    else:
        libpq.install(engine)
        prepared.install(engine)
        event.listen(engine, "checkin", _used)
        event.listen(engine, "checkout", partial(_alive, engine.dialect))


def _used(_raw: Any, record: Any) -> None:
    record.info["used"] = time.monotonic()


def _alive(dialect: Dialect, raw: Any, record: Any, _proxy: Any) -> None:
    """Ask a connection that rested whether the server is still there; one in use was answered a moment ago."""
    if time.monotonic() - record.info.get("used", math.inf) < RESTED:
        return
    try:
        dialect.do_ping(raw)
    except Exception as error:
        if not isinstance(error, dialect.loaded_dbapi.Error):
            raise
        raise InvalidatePoolError() from error


def _connect_sqlite(raw: sqlite3.Connection, _record: Any) -> None:
    raw.isolation_level = None  # the driver begins nothing by itself
    for pragma in ("journal_mode=WAL", f"synchronous={SYNCHRONOUS}", "foreign_keys=ON", "busy_timeout=5000"):
        raw.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    raw: Any = connection.connection.driver_connection
    only = reads()
    if connection.info.get("only") is not only:  # said only when it changes: SQLite compiles every statement anew then
        raw.execute(f"PRAGMA query_only={int(only)}")  # a GET that writes fails at once
        connection.info["only"] = only
    if only:
        raw.execute("BEGIN DEFERRED")
        return
    if not _turn.acquire(timeout=PATIENCE):
        raise TimeoutError("another thread is writing")
    connection.info["turn"] = True  # given back at check-in
    raw.execute(f"PRAGMA synchronous={SYNCHRONOUS if _durable() or SYNCHRONOUS == 'OFF' else 'NORMAL'}")
    begin_immediate(raw)


def busy(error: Exception) -> bool:
    """Whether others wrote for too long, or the server is away: the same request may go through in a moment."""
    away = isinstance(error, OperationalError) and not isinstance(error.orig, sqlite3.Error)
    locked = isinstance(error, OperationalError | sqlite3.OperationalError) and "database is locked" in str(error)
    return away or locked or isinstance(error, TimeoutError)


def begin_immediate(raw: sqlite3.Connection) -> None:
    """Take SQLite's one write lock, waiting in short random steps (its own waiting sleeps up to 100 ms).

    Who has waited longer asks more often, so that nobody starves behind newcomers of other processes.
    """
    start = time.monotonic()
    raw.execute("PRAGMA busy_timeout=0")
    try:
        while not _began(raw, (waited := time.monotonic() - start) > PATIENCE):
            time.sleep(random.uniform(0.001, 0.003) / (1 + 4 * waited))
    finally:
        raw.execute("PRAGMA busy_timeout=5000")


def _began(raw: sqlite3.Connection, last: bool) -> bool:
    try:
        raw.execute("BEGIN IMMEDIATE")
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode & 255 != sqlite3.SQLITE_BUSY or last:
            raise
        return False
    return True


def _checkin(_raw: Any, record: Any) -> None:
    if record.info.pop("turn", False):
        _turn.release()


_BEGIN = text(  # one way there and back: SET TRANSACTION READ ONLY, SET LOCAL ROLE, and the tenant's wall
    f"SELECT set_config('transaction_read_only', :only, true), set_config('role', 'plaza_app', true), {tenancy.WALL}"
)
_BEGIN_LIGHT = text(f"{_BEGIN.text}, set_config('synchronous_commit', 'off', true)")


@event.listens_for(Session, "after_begin")
def _raise_wall(session: Session, transaction: SessionTransaction, connection: Connection) -> None:
    session.info["connection"] = connection
    if connection.dialect.name != "postgresql" or transaction.nested:
        return
    line = libpq.line(connection.connection)
    if line.raw.pgconn.transaction_status or not prepared.settles(connection.engine):  # begun, or nobody would hear it
        connection.execute(_BEGIN if _durable() else _BEGIN_LIGHT, _told())
    else:
        line.begin(walled())


@event.listens_for(Session, "after_transaction_end")
def _let_go(session: Session, transaction: SessionTransaction) -> None:
    if transaction.parent is None:
        session.info.pop("connection", None)
        session.info.pop("expected", None)


def connection(session: Session) -> Connection:
    """The connection of its transaction, begun when there is none: to ask the session each time costs as much again."""
    known: Connection | None = session.info.get("connection")
    return session.connection() if known is None else known


def _told() -> dict[str, str]:
    return {**tenancy.wall(), "only": "on" if reads() else "off"}


def walled() -> tuple[bytes, bytes]:
    """What begins a transaction on PostgreSQL that stands behind the wall of whoever is the current tenant."""
    return b"BEGIN", _words(_durable(), **_told())


@lru_cache(maxsize=1000)
def _words(durable: bool, **told: str) -> bytes:
    """What raises the wall, with its values in it: numbers and words of ours."""
    said = {name: _literal(value) for name, value in told.items()}
    return _NAMED.sub(lambda name: said[name[1]], (_BEGIN if durable else _BEGIN_LIGHT).text).encode()


def _literal(value: str) -> str:
    if value and not value.isalnum():
        raise ValueError("neither a number nor a word")
    return f"'{value}'"


def at_once(statement: UpdateBase, bound: dict[str, Any]) -> list[Any]:
    """The rows that a statement gives back which is a transaction of its own: PostgreSQL is asked and answers once."""
    with db.engine.connect() as connection:
        if connection.dialect.name != "postgresql":
            with connection.begin():
                return list(connection.execute(statement, bound))
        asked = prepared.of(statement, connection.dialect)
        try:
            return libpq.line(connection.connection).alone(walled(), asked.text, asked.sent(bound))
        except BaseException:
            connection.invalidate()  # nobody knows how far it came: its server forgets all that was not committed
            raise


def retry_free(verb: Callable[[], Any]) -> Any:
    """Run `verb` and commit; roll back when it raises. For work outside requests."""
    try:
        answer = verb()
        db.session.commit()
    except BaseException:
        db.session.rollback()
        raise
    return answer
