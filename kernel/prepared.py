"""Prepared statements: what is asked or written again and again, made once into the words that a driver takes.

What SQLAlchemy does for each of them (find the compiled form, defaults, types, a result) costs several times what the
database does for one row.
"""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Any
from weakref import WeakSet

from sqlalchemy import Column, Connection, Dialect, Engine, Executable, event, inspect
from sqlalchemy.exc import DBAPIError

from kernel import libpq, logs
from kernel.db import upsert

Form = Callable[[Any], Any]
Answer = Callable[[], list[tuple[Any, ...]]]
ANY = ("*",)  # whatever of a row there may be only once
_settling = WeakSet[Engine]()  # where nothing goes by a cursor, or is committed, before what waits
_NAMED = re.compile(r"%\((\w+)\)s")
_LISTED = re.compile(r"(NOT )?IN \(__\[POSTCOMPILE_(\w+)\]\)")  # where a list stands, whose length is not known yet


@dataclass(frozen=True)
class Prepared:
    """A statement as a driver takes it."""

    text: str
    own: Mapping[str, Any]  # the values that stand in the statement itself
    names: tuple[str, ...]  # of its values, in order
    forms: tuple[tuple[int, Form], ...]  # how the driver wants those of them that it does not take as they are
    gives: tuple[tuple[int, Form], ...] = ()  # what makes of a driver's value that of the column at this place

    def sent(self, told: Mapping[str, Any]) -> list[Any]:
        """The values in order, as the driver wants them."""
        known = {**self.own, **told} if self.own else told
        sent = [known[name] for name in self.names]
        for place, form in self.forms:
            if (value := sent[place]) is not None:
                sent[place] = form(value)
        return sent

    def run(self, connection: Connection, told: Mapping[str, Any]) -> tuple[list[tuple[Any, ...]], int | None]:
        """The driver's rows, and the key of a new one where it tells that; what is not asked for is left out."""
        sent = self._heard(connection, told)
        try:
            if connection.dialect.name == "postgresql":
                return libpq.line(connection.connection).ask(self.text, sent), None
            raw: Any = connection.connection.driver_connection
            done = raw.execute(self.text, sent)
            return done.fetchall(), done.lastrowid
        except connection.dialect.loaded_dbapi.Error as error:
            raise _lost(connection, self.text, sent, error) from error

    def send(self, connection: Connection, told: Mapping[str, Any]) -> Answer:
        """The same of which nothing need be known yet: PostgreSQL hears it with what is asked next, or with the COMMIT.

        What is given back says the driver's rows, and asks for them if nobody has asked anything since.
        """
        if not settles(connection.engine):
            found, _key = self.run(connection, told)
            return lambda: found
        sent = self._heard(connection, told)
        try:
            soon = libpq.line(connection.connection).send(self.text, sent)
        except connection.dialect.loaded_dbapi.Error as error:
            raise _lost(connection, self.text, sent, error) from error

        def rows() -> libpq.Rows:
            try:
                return soon.rows()
            except connection.dialect.loaded_dbapi.Error as error:
                raise _lost(connection, self.text, sent, error) from error

        return rows

    def _heard(self, connection: Connection, told: Mapping[str, Any]) -> list[Any]:
        sent = self.sent(told)
        for heard in connection.dispatch.before_cursor_execute:
            heard(connection, None, self.text, sent, None, False)
        return sent

    def rows(self, connection: Connection, told: Mapping[str, Any]) -> list[tuple[Any, ...]]:
        """What a question finds: a row is the values of its columns, as the session would give them."""
        found, _key = self.run(connection, told)
        return self.given(found)

    def given(self, found: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
        """A driver's rows with the values that the session would give."""
        return [self._given(row) for row in found] if self.gives else found

    def _given(self, row: tuple[Any, ...]) -> tuple[Any, ...]:
        values = list(row)
        for place, form in self.gives:
            if (value := row[place]) is not None:
                values[place] = form(value)
        return tuple(values)


def refused(dialect: Any, text: str, sent: Any, error: Any) -> Any:
    """A driver's error as SQLAlchemy tells it."""
    return DBAPIError.instance(text, sent, error, dialect.loaded_dbapi.Error, dialect=dialect, **logs.HIDDEN)


def _lost(connection: Connection, text: str, sent: Any, error: Any) -> Any:
    """The same; who lost the server is not met again."""
    dialect: Any = connection.dialect
    told = refused(dialect, text, sent, error)
    if dialect.is_disconnect(error, connection.connection.driver_connection, None):
        connection.invalidate(error)
        told.connection_invalidated = True
    return told


def install(engine: Engine) -> None:
    """Let PostgreSQL hear what waits before anything goes by a cursor, and with the COMMIT."""
    event.listen(engine, "before_cursor_execute", _before_cursor)
    event.listen(engine, "commit", partial(_settle, how=libpq.Line.commit))
    _settling.add(engine)


def settles(engine: Engine) -> bool:
    """Whether what waits is heard there before anything else."""
    return engine in _settling


def _before_cursor(connection: Connection, cursor: Any, statement: str, *_more: Any) -> None:
    if cursor is None:  # it goes by the line itself, and takes along what waits there
        return
    if statement.startswith("ROLLBACK TO") and (known := connection.info.get("line")):
        known.drop()  # what was there before the savepoint went with that
    _settle(connection)


def _settle(connection: Connection, how: Callable[[libpq.Line], None] = libpq.Line.settle) -> None:
    if known := connection.info.get("line"):
        try:
            how(known)
        except connection.dialect.loaded_dbapi.Error as error:
            raise _lost(connection, "what went before", None, error) from error


@lru_cache(maxsize=300)
def of(statement: Executable, dialect: Dialect, columns: tuple[str, ...] | None = None) -> Prepared:
    """A question or, with the columns that are told of one row, what writes it. A list (`in_`) is one value of it."""
    made: Any = statement.compile(dialect=dialect, column_keys=columns)  # type: ignore[attr-defined]
    whole = _LISTED.sub(_sqlite_list if dialect.name == "sqlite" else _postgresql_list, str(made))
    said, names = (whole, tuple(made.positiontup)) if dialect.positional else _numbered(whole)
    own = {name: one.effective_value for name, one in made.binds.items() if not one.required}
    forms = [_form(made.binds[name], dialect) for name in names]
    asked = getattr(statement, "selected_columns", ())
    gives = [column.type.dialect_impl(dialect).result_processor(dialect, None) for column in asked]
    return Prepared(said, own, names, _there(forms), _there(gives))


def _there(forms: Sequence[Form | None]) -> tuple[tuple[int, Form], ...]:
    return tuple((place, form) for place, form in enumerate(forms) if form is not None)


def _form(bind: Any, dialect: Dialect) -> Form | None:
    """How the driver wants a value: a list whole, of numbers or words."""
    if bind.expanding:
        return json.dumps if dialect.name == "sqlite" else list
    form: Form | None = bind.type.dialect_impl(dialect).bind_processor(dialect)
    return form


def _sqlite_list(found: re.Match[str]) -> str:
    return f"{found[1] or ''}IN (SELECT value FROM json_each(?))"  # noqa: S608


def _postgresql_list(found: re.Match[str]) -> str:
    return f"{'<> ALL' if found[1] else '= ANY'} (%({found[2]})s)"


def _numbered(said: str) -> tuple[str, tuple[str, ...]]:
    """A statement whose values go by name with `$1`, `$2` … instead, and these names in order."""
    names = tuple(dict.fromkeys(_NAMED.findall(said)))
    place = {name: f"${number}" for number, name in enumerate(names, start=1)}
    return _NAMED.sub(lambda found: place[found[1]], said).replace("%%", "%"), names


@dataclass(frozen=True)
class Insert:
    """A row's INSERT, with what fills its columns; these go by the names that the entity has for them."""

    statement: Prepared
    columns: Mapping[str, str]
    fills: Mapping[str, Callable[[], Any]]
    tells: bool  # whether the driver tells the key without being asked

    def whole(self, told: Mapping[str, Any]) -> dict[str, Any]:
        """All columns but the key; what is no column is left out."""
        return {name: told[name] if name in told else fill() for name, fill in self.fills.items()}

    def send(self, connection: Connection, row: Mapping[str, Any]) -> None:
        """Write a whole row of which nothing need be known."""
        self.statement.send(connection, self._named(row))

    def _named(self, row: Mapping[str, Any]) -> dict[str, Any]:
        return {column: row[name] for name, column in self.columns.items()}

    def write(self, connection: Connection, row: Mapping[str, Any]) -> int | None:
        """Write a whole row; its key, or None when one like it is there that may be instead."""
        found, key = self.statement.run(connection, self._named(row))
        if self.tells:
            return key
        return int(found[0][0]) if found else None


@lru_cache(maxsize=300)
def inserting(
    cls: Any, dialect: Dialect, unless: tuple[str, ...] = (), *, holds: bool = False, keyed: bool = False
) -> Insert:
    """The INSERT of an entity; `unless` one is there with the same in these columns, or with ANY that may be only once.

    `holds`: that one is locked. `keyed`: its key is told.
    """
    mapper: Any = inspect(cls)
    table, tells = mapper.local_table, dialect.name == "sqlite" and not unless
    columns = {one.key: one.columns[0] for one in mapper.column_attrs if keyed or not one.columns[0].primary_key}
    new: Any = upsert(table, dialect.name)
    if unless and holds:
        new = new.on_conflict_do_update(index_elements=list(unless), set_={unless[0]: new.excluded[unless[0]]})
    elif unless:
        new = new.on_conflict_do_nothing(index_elements=None if unless == ANY else list(unless))
    named = {name: column.name for name, column in columns.items()}
    made = of(new if tells or keyed else new.returning(table.c.id), dialect, tuple(named.values()))
    return Insert(made, named, {name: _fill(column) for name, column in columns.items()}, tells)


def _fill(column: Column[Any]) -> Callable[[], Any]:
    default: Any = column.default
    if default is None:
        return _nothing
    return partial(default.arg, None) if default.is_callable else lambda: default.arg


def _nothing() -> None:
    return None
