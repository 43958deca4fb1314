"""Where the fake keeps what it knows: one SQLite file, safe with threads and several processes."""

import hashlib
import json
import secrets
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

Thing = dict[str, Any]  # as JSON shows it; names that begin with _ are the fake's own

TABLES = """
CREATE TABLE IF NOT EXISTS thing (seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT UNIQUE, account TEXT, kind TEXT,
  body TEXT, due INTEGER);
CREATE INDEX IF NOT EXISTS thing_of ON thing (account, kind, seq);
CREATE INDEX IF NOT EXISTS thing_due ON thing (due) WHERE due IS NOT NULL;
CREATE TABLE IF NOT EXISTS answer (account TEXT, key TEXT, asked TEXT, status INTEGER, body TEXT, at INTEGER,
  PRIMARY KEY (account, key));
CREATE TABLE IF NOT EXISTS delivery (seq INTEGER PRIMARY KEY AUTOINCREMENT, account TEXT, event TEXT, endpoint TEXT,
  state TEXT DEFAULT 'pending', tries INTEGER DEFAULT 0, due INTEGER, answer INTEGER);
CREATE INDEX IF NOT EXISTS delivery_of ON delivery (state, due);
CREATE INDEX IF NOT EXISTS delivery_by ON delivery (event);
CREATE TABLE IF NOT EXISTS fault (seq INTEGER PRIMARY KEY AUTOINCREMENT, account TEXT, calls TEXT, does TEXT,
  moment TEXT, times INTEGER, seconds INTEGER);
CREATE TABLE IF NOT EXISTS setting (account TEXT, name TEXT, value TEXT, PRIMARY KEY (account, name));
"""


def account_id(secret: str) -> str:
    """The account that a secret key opens."""
    return "acct_" + hashlib.sha256(secret.encode()).hexdigest()[:16]


def shown(thing: Thing) -> Thing:
    """A thing without what is the fake's own."""
    return {name: value for name, value in thing.items() if not name.startswith("_")}


class Books:
    """One account's things inside one transaction."""

    def __init__(self, connection: sqlite3.Connection, account: str = "", live: bool = False) -> None:
        self.sql, self.account, self.live = connection, account, live

    def of(self, account: str) -> "Books":
        """The same transaction for another account."""
        return self if account == self.account else Books(self.sql, account)

    def now(self) -> int:
        """The account's own clock, which tests may put forward."""
        return int(time.time()) + int(self.setting("ahead") or 0)

    def setting(self, name: str) -> str:
        """A setting of the account, or ''."""
        wanted = "SELECT value FROM setting WHERE account = ? AND name = ?"
        found = self.sql.execute(wanted, (self.account, name)).fetchone()
        return str(found[0]) if found else ""

    def set(self, name: str, value: str) -> None:
        """Keep a setting."""
        written = "INSERT OR REPLACE INTO setting (account, name, value) VALUES (?, ?, ?)"
        self.sql.execute(written, (self.account, name, value))

    def make(self, kind: str, prefix: str, **values: Any) -> Thing:
        """A new thing with an identifier that nobody can guess."""
        made = {
            "id": f"{prefix}_{secrets.token_hex(16)}", "object": kind, "created": self.now(), "livemode": self.live,
            **values,
        }  # fmt: skip
        self.sql.execute(
            "INSERT INTO thing (id, account, kind, body) VALUES (?, ?, ?, ?)",
            (made["id"], self.account, kind, json.dumps(made)),
        )
        return made

    def keep(self, thing: Thing) -> Thing:
        """Write a thing that changed; `_due` is when time changes it."""
        written = (json.dumps(thing), thing.get("_due"), thing["id"])
        self.sql.execute("UPDATE thing SET body = ?, due = ? WHERE id = ?", written)
        return thing

    def drop(self, thing: Thing) -> None:
        """Take a thing out."""
        self.sql.execute("DELETE FROM thing WHERE id = ?", (thing["id"],))

    def find(self, kind: str, known_as: str) -> Thing | None:
        """A thing of this account."""
        wanted = "SELECT body FROM thing WHERE id = ? AND account = ? AND kind = ?"
        found = self.sql.execute(wanted, (known_as, self.account, kind)).fetchone()
        return json.loads(found[0]) if found else None

    def anywhere(self, known_as: str) -> tuple["Books", Thing] | None:
        """A thing of whichever account, with that account's books."""
        found = self.sql.execute("SELECT account, body FROM thing WHERE id = ?", (known_as,)).fetchone()
        return (self.of(found[0]), json.loads(found[1])) if found else None

    def due(self) -> list[Thing]:
        """What time has to change by now."""
        wanted = "SELECT body FROM thing WHERE due <= ? AND account = ? ORDER BY due, seq"
        return [json.loads(body) for (body,) in self.sql.execute(wanted, (self.now(), self.account)).fetchall()]

    def every(self, kind: str) -> list[Thing]:
        """All of a kind, the newest first."""
        wanted = "SELECT body FROM thing WHERE account = ? AND kind = ? ORDER BY seq DESC"
        return [json.loads(body) for (body,) in self.sql.execute(wanted, (self.account, kind))]


class Store:
    """A file of books."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.kept: sqlite3.Connection | None = None  # one that stays open
        path.parent.mkdir(parents=True, exist_ok=True)
        with closing(self._open()) as made:
            made.executescript("PRAGMA journal_mode = WAL;" + TABLES)

    def _open(self) -> sqlite3.Connection:
        made = sqlite3.connect(self.path, isolation_level=None, timeout=30)
        if self.kept:
            made.execute("PRAGMA synchronous = OFF")
        return made

    def in_passing(self) -> None:
        """What is kept goes with this process: no disk is waited for, and the log is not emptied after every turn."""
        self.kept = self._open()
        self.kept.execute("SELECT count(*) FROM setting").fetchone()

    @contextmanager
    def writing(self, secret: str = "") -> Iterator[Books]:
        """The books of the account that `secret` opens: all of what is done inside is kept, or nothing."""
        with closing(self._open()) as connection:
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield Books(connection, account_id(secret) if secret else "", secret.startswith(("sk_live", "rk_live")))
            except BaseException:
                connection.execute("ROLLBACK")
                raise
            connection.execute("COMMIT")

    def forget(self, secret: str, until: int) -> None:
        """Drop everything that one account has from before a moment."""
        with self.writing(secret) as books:
            of = (books.account, until)
            books.sql.execute("DELETE FROM thing WHERE account = ? AND json_extract(body, '$.created') <= ?", of)
            books.sql.execute("DELETE FROM answer WHERE account = ? AND at <= ?", of)
            books.sql.execute("DELETE FROM delivery WHERE account = ? AND due <= ?", of)
