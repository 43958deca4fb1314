"""PostgreSQL over its own library: statements that the server knows by name, each asked and answered in one call,
and with it those before it of which nothing need be known.

psycopg's cursor costs several times what such a call does. It keeps names of its own on the same line and has the
server forget all of them, ours too, after a ROLLBACK, a DROP or an ALTER. So a ROLLBACK is said here, of which it never
hears; after one of the others (a ROLLBACK TO SAVEPOINT among them) the server is asked which names it still knows.
"""

import select
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, Engine, PoolProxiedConnection, event

from kernel.late import Late

adapt, errors = Late("psycopg.adapt"), Late("psycopg.errors")
FORGETS = ("ROLLBACK", "DROP ", "ALTER ")
KNOWN = b"SELECT name FROM pg_prepared_statements"
UNDER_WAY = 2  # a transaction that goes on: PQTRANS_INTRANS
OPEN = {UNDER_WAY, 3}  # or that broke: PQTRANS_INERROR
Sent = tuple[bytes, list[Any] | None]  # words as they are, or the name of a statement and its values
Rows = list[tuple[Any, ...]]
TOLD = {1, 2}  # PGRES_COMMAND_OK, PGRES_TUPLES_OK


class Soon:
    """What a statement gives back that goes with the next one; at the latest when its rows are wanted."""

    def __init__(self, line: "Line", sent: Sent) -> None:
        self.line, self.sent = line, sent
        self.told: Rows | None = None

    def rows(self) -> Rows:
        """What it gave back; raises what is refused of all that goes with it, and LookupError when it never went."""
        if self.told is None:
            self.line.settle()
        if self.told is None:
            raise LookupError("its transaction ended before it was asked")
        return self.told


class Line:
    """A psycopg connection and what its server knows by name; whoever asks has begun the transaction."""

    def __init__(self, raw: Any) -> None:
        self.raw, self.doubtful = raw, False
        self._names: dict[str, bytes] = {}
        self._made = 0
        self._adapting = adapt.Transformer(raw)
        self._beginning: list[Soon] = []  # what begins the transaction, while nothing was asked in it
        self._waiting: list[Soon] = []  # what goes with the next one

    def begin(self, words: Sequence[bytes]) -> None:
        """Begin a transaction with what is asked first in it; when nothing is, never."""
        self._beginning = [Soon(self, (said, None)) for said in words]

    def ask(self, statement: str, values: Sequence[Any]) -> Rows:
        """The rows that a statement with `$1`, `$2` … gives back; raises psycopg's errors, of what went along too."""
        one = self._one(statement, values)
        if not self._beginning and not self._waiting:
            return self._rows(self.raw.pgconn.exec_prepared(*one))
        self._waiting.append(last := Soon(self, one))
        return last.rows()

    def alone(self, begin: Sequence[bytes], statement: str, values: Sequence[Any]) -> Rows:
        """The same in a transaction of its own, that `begin` begins: all of it is sent and answered at once."""
        one = self._one(statement, values)
        told = self._flight([*[(words, None) for words in begin], one, (b"COMMIT", None)])
        roll_back(self.raw)  # where something was refused
        return [self._rows(result) for result in told][-2]

    def send(self, statement: str, values: Sequence[Any]) -> Soon:
        """Have a statement of which nothing need be known yet go with the next one; what is refused is raised then."""
        self._waiting.append(soon := Soon(self, self._one(statement, values)))
        return soon

    def settle(self) -> None:
        """Have go now what waits: something else than we is about to use the line."""
        if waiting := self._taken():
            self._go(waiting)

    def commit(self) -> None:
        """Have go what waits, and end the transaction with it: where nothing was asked in it there is none."""
        if not self._waiting:
            self._beginning = []
        if waiting := self._taken():
            self._go([*waiting, Soon(self, (b"COMMIT", None))])
        elif self.raw.pgconn.transaction_status == UNDER_WAY:
            self._rows(self.raw.pgconn.exec_(b"COMMIT"))

    def _taken(self) -> list[Soon]:
        waiting = self._beginning + self._waiting
        self.drop()
        return waiting

    def _go(self, waiting: list[Soon]) -> None:
        for soon, result in zip(waiting, self._flight([one.sent for one in waiting]), strict=True):
            soon.told = self._rows(result)

    def drop(self) -> None:
        """Forget what waits: the transaction ends without it."""
        self._beginning, self._waiting = [], []

    def _one(self, statement: str, values: Sequence[Any]) -> Sent:
        return self._name(statement), self._adapting.dump_sequence(values, _as_text(len(values)))

    def _flight(self, sent: list[Sent]) -> list[Any]:
        """What the server says to each: all of it goes at once, and after what is refused nothing more is done."""
        line = self.raw.pgconn
        try:
            line.enter_pipeline_mode()
            for words, values in sent:
                if values is None:
                    line.send_query_params(words, None)
                else:
                    line.send_query_prepared(words, values)
            line.pipeline_sync()
            told = [self._next() for _each in sent]
            line.get_result()  # of the sync
            line.exit_pipeline_mode()
        except BaseException:
            self.raw.close()  # nobody knows what is still to come on it
            raise
        return told

    def _next(self) -> Any:
        """What the server said to the next of what was sent; each is followed by nothing."""
        line = self.raw.pgconn
        while line.is_busy():  # to wait in get_result would keep every thread waiting, whom this one waits for too
            _poll(line.socket).poll()
            line.consume_input()
        told = line.get_result()
        if told is None:
            raise errors.OperationalError("the server closed the connection")
        line.get_result()
        return told

    def _name(self, statement: str) -> bytes:
        """What the server knows a statement by; it is told it first where it does not."""
        if self.doubtful:
            self._recall()
        return self._names.get(statement) or self._prepare(statement)

    def _prepare(self, statement: str) -> bytes:
        self._made += 1
        name = b"plaza_%d" % self._made
        self._rows(self.raw.pgconn.prepare(name, statement.encode()))
        self._names[statement] = name
        return name

    def _recall(self) -> None:
        kept = {name.encode() for (name,) in self._rows(self.raw.pgconn.exec_(KNOWN))}
        self._names = {statement: name for statement, name in self._names.items() if name in kept}
        self.doubtful = False

    def _rows(self, result: Any) -> Rows:
        if result.status not in TOLD:
            raise _refusal(result)
        if not result.ntuples:
            return []
        self._adapting.set_pgresult(result)
        return list(self._adapting.load_rows(0, result.ntuples, tuple))


def _poll(socket: int) -> select.poll:
    waiting = select.poll()
    waiting.register(socket, select.POLLIN)
    return waiting


def _refusal(result: Any) -> Exception:
    """What the server said; a line that broke says it without a code."""
    told: Any = errors.error_from_result(result)
    return told if told.sqlstate else errors.OperationalError(str(told))  # type: ignore[no-any-return]


@lru_cache
def _as_text(count: int) -> list[Any]:
    return [adapt.PyFormat.TEXT] * count


def line(pooled: PoolProxiedConnection) -> Line:
    """The one line of a connection out of the pool, for as long as its server stands."""
    raw: Any = pooled.driver_connection
    known: Line | None = pooled.info.get("line")
    if known is None or known.raw is not raw:
        known = pooled.info["line"] = Line(raw)
    return known


def install(engine: Engine) -> None:
    """Say its ROLLBACK, and hear what makes the server forget."""
    event.listen(engine, "rollback", _end)
    event.listen(engine, "reset", _reset)
    event.listen(engine, "before_cursor_execute", _hear)


def _end(connection: Connection) -> None:
    if not connection.closed and not connection.invalidated:
        _reset(connection.connection.driver_connection, connection.connection)


def _reset(raw: Any, pooled: Any, _state: Any = None) -> None:
    if known := pooled.info.get("line"):
        known.drop()
    roll_back(raw)


def roll_back(raw: Any) -> None:
    """End a transaction so that no name is forgotten: psycopg then finds nothing to roll back, but what is lost."""
    if raw.pgconn.transaction_status in OPEN:
        raw.pgconn.exec_(b"ROLLBACK")


def _hear(connection: Connection, _cursor: Any, statement: str, *_more: Any) -> None:
    if statement.startswith(FORGETS) and (known := connection.info.get("line")):
        known.doubtful = True
