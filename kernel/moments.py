"""Moments: a folder that holds the install as it was again and again; what did not change between two lies once.

A moment of SQLite is its pages, one of PostgreSQL the rows of its tables, both cut into parts that are kept by their
hash. Any moment becomes a backup as `backup.write` makes it, and is restored like one.
"""

import base64
import gzip
import hashlib
import json
import re
import secrets
import sqlite3
import tempfile
import zipfile
from contextlib import closing, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from importlib import metadata
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from flask import Flask
from sqlalchemy import Connection

from kernel import atomic, backup, clock, dumps, migrations
from kernel.chunks import Chunks, Missing
from kernel.i18n import _l
from kernel.refusal import Refusal
from kernel.settings import Settings

FORMAT, HEADER = "plaza-moments-1", "plaza-moments.json"
PAGES = 256 * 1024  # bytes of one part of a SQLite file
ROWS = 1000  # keys of one part of a table
STAMP = "%Y%m%dT%H%M%S%fZ"
NAMED = re.compile(r"\d{8}T\d{12}Z\.json\.gz")
ALL_OF, HOURLY_OF = timedelta(days=2), timedelta(days=31)  # then one a day


class NothingThen(Refusal):
    """Nothing was kept so early."""

    message = _l("Nothing was kept before %(at)s; the first moment is %(first)s.")


class NotOurs(Refusal):
    """Something else lies in that folder."""

    message = _l("%(path)s is neither empty nor a folder of moments.")


class OtherInstall(Refusal):
    """Its secret is not ours: a restore would bring the wrong one."""

    message = _l("%(path)s holds the moments of another install: choose another folder.")


@dataclass
class Last:
    """What a moment that is kept knew: its chunks are there, so what is as it was then is not read again."""

    parts: dict[str, dict[int, list[Any]]] = field(default_factory=dict)  # table → part → [mark, chunk, rows]
    media: dict[str, tuple[tuple[int, int], str]] = field(default_factory=dict)  # name → ((size, time), chunk)


@dataclass
class Moments:
    """The folder, and the last moment that was kept in it."""

    folder: Path
    known: Settings
    chunks: Chunks
    last: Last = field(default_factory=Last)

    @classmethod
    def open(cls, folder: Path, passphrase: str, known: Settings) -> "Moments":
        """Begin a folder, or go on with one of this install that this passphrase opens.

        Raises ShortPassphrase, NotOurs, WrongPassphrase, OtherInstall or Damaged.
        """
        if len(passphrase) < backup.SHORTEST:
            raise backup.ShortPassphrase(least=backup.SHORTEST)
        header = folder / HEADER
        if not header.exists():
            if folder.exists() and any(folder.iterdir()):
                raise NotOurs(path=folder)
            folder.mkdir(parents=True, exist_ok=True)
            atomic.create(header, json.dumps(_header(passphrase, known)).encode())
        if _opened(header, passphrase) != known.secret_key:
            raise OtherInstall(path=folder)
        return cls(folder, known, Chunks(folder / "chunks"))

    def record(self) -> Path:
        """Keep the install as it is now; where that moment is told."""
        at, now = clock.now(), Last()
        told = {"at": at.isoformat(), "version": metadata.version("plaza"), **self._database(now)}
        told["media"] = self._media(now)
        path = self.folder / "moments" / f"{at:{STAMP}}.json.gz"
        atomic.write(path, gzip.compress(json.dumps(told).encode(), 6), durable=True)
        self.last = now
        return path

    def _database(self, now: Last) -> dict[str, Any]:
        engine = dumps.engine(self.known.database_url)
        try:
            if engine.dialect.name == "sqlite":
                return {"engine": "sqlite", "pages": self._pages(Path(str(engine.url.database)))}
            with backup.snapshot(engine) as connection:
                there = set(sa.inspect(connection).get_table_names())
                tables = [self._table(connection, table, now) for table in dumps.copied() if table.name in there]
                return {"engine": "postgresql", "revision": migrations.revision(connection), "tables": tables}
        finally:
            engine.dispose()

    def _pages(self, path: Path) -> list[str]:
        with tempfile.TemporaryDirectory(dir=self.folder) as beside:
            copy = Path(beside) / "plaza.db"
            with closing(sqlite3.connect(path, timeout=10)) as source, closing(sqlite3.connect(copy)) as target:
                source.backup(target)
            with copy.open("rb") as stream:
                return [self.chunks.put(part) for part in iter(lambda: stream.read(PAGES), b"")]

    def _table(self, connection: Connection, table: sa.Table, now: Last) -> dict[str, Any]:
        columns, keys = dumps.kinds(table), [column.name for column in table.primary_key]
        before, parts = self.last.parts.get(table.name, {}), now.parts.setdefault(table.name, {})
        for part, mark in _marks(connection, table.name, columns):
            former = before.get(part)
            if former is None or former[0] != mark:
                former = [mark, *self._part(connection, table.name, (columns, keys), part)]
            parts[part] = former
        told = [(chunk, rows) for _mark, chunk, rows in parts.values()]
        return {"name": table.name, "columns": columns, "keys": keys, "parts": told}

    def _part(self, connection: Connection, name: str, shape: tuple[dict[str, str], list[str]], part: int) -> list[Any]:
        columns, keys = shape
        span = (part * ROWS, (part + 1) * ROWS) if columns.get("id") == "int" else None
        lines = list(dumps.lines(connection, name, columns, keys, span=span))
        return [self.chunks.put(b"".join(lines)), len(lines)]

    def _media(self, now: Last) -> dict[str, str]:
        for name, path in backup.media(self.known.media):
            with suppress(FileNotFoundError):  # it was thrown away meanwhile
                stat, former = path.stat(), self.last.media.get(name)
                mark = stat.st_size, stat.st_mtime_ns
                known = former if former and former[0] == mark else (mark, self.chunks.put(path.read_bytes()))
                now.media[name] = known
        return {name: chunk for name, (_mark, chunk) in now.media.items()}

    def thin(self, now: datetime) -> int:
        """Of old moments keep one an hour, of very old ones one a day; what only they needed goes. How many went."""
        kept: set[str] = set()
        gone = []
        for path in reversed(told(self.folder)):
            at = _at(path)
            age = now - at
            slot = path.name if age < ALL_OF else f"{at:%Y%m%d%H}" if age < HOURLY_OF else f"{at:%Y%m%d}"
            if slot in kept:
                gone.append(path)
            kept.add(slot)
        for path in gone:
            path.unlink()
        if gone:
            self.chunks.sweep(set().union(*(_chunks(_read(path)) for path in told(self.folder))))
        return len(gone)


def _header(passphrase: str, known: Settings) -> dict[str, str]:
    salt = secrets.token_bytes(16)
    sealed = backup.sealed(known, passphrase, salt).decode()
    return {"format": FORMAT, "salt": base64.b64encode(salt).decode(), "secrets": sealed}


def _opened(header: Path, passphrase: str) -> str:
    try:
        told = json.loads(header.read_text())
        return backup.opened(told["secrets"].encode(), passphrase, base64.b64decode(told["salt"]))
    except (ValueError, KeyError) as error:
        raise backup.Damaged(what=header.name) from error


def _marks(connection: Connection, name: str, columns: dict[str, str]) -> list[tuple[int, Any]]:
    """What changes when a row of a part does: PostgreSQL writes every version of a row anew, elsewhere."""
    part = f"id / {ROWS}" if columns.get("id") == "int" else "0"
    row = "tableoid::text || xmin::text || ctid::text"
    mark = f"count(*), bit_xor(hashtextextended({row}, 0)), sum(hashtextextended({row}, 1)::numeric)"
    found = connection.exec_driver_sql(f'SELECT {part}, {mark} FROM "{name}" GROUP BY 1 ORDER BY 1')  # noqa: S608
    return [(int(number), tuple(rest)) for number, *rest in found]


def told(folder: Path) -> list[Path]:
    """The moments of a folder, the earliest first."""
    return sorted(path for path in (folder / "moments").glob("*.json.gz") if NAMED.fullmatch(path.name))


def _at(path: Path) -> datetime:
    return datetime.strptime(path.name.split(".")[0], STAMP).replace(tzinfo=clock.UTC)


def _read(path: Path) -> dict[str, Any]:
    try:
        return dict(json.loads(gzip.decompress(path.read_bytes())))
    except (OSError, ValueError, EOFError) as error:
        raise backup.Damaged(what=path.name) from error


def _chunks(moment: dict[str, Any]) -> set[str]:
    rows = {chunk for table in moment.get("tables", ()) for chunk, _rows in table["parts"]}
    return rows | set(moment.get("pages", ())) | set(moment["media"].values())


def is_one(folder: Path) -> bool:
    """Whether that is a folder of moments."""
    return (folder / HEADER).is_file()


def last(folder: Path, at: datetime | None = None) -> Path:
    """The last moment, or the last one not after `at`; raises NothingThen."""
    known = told(folder)
    fitting = [path for path in known if at is None or _at(path) <= at]
    if not fitting:
        first = f"{_at(known[0]):%Y-%m-%d %H:%M:%S}Z" if known else "-"
        raise NothingThen(at=at.isoformat(" ", "seconds") if at else "-", first=first)
    return fitting[-1]


def as_backup(folder: Path, target: Path, at: datetime | None = None) -> datetime:
    """Write the last moment (not after `at`) as a backup; of when it is. Raises NothingThen or Damaged."""
    path = last(folder, at)
    moment, chunks, header = _read(path), Chunks(folder / "chunks"), json.loads((folder / HEADER).read_text())
    manifest = {"format": backup.FORMAT, "version": moment["version"], "at": moment["at"], "salt": header["salt"]}
    try:
        with target.open("xb") as stream, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as box:
            manifest |= _from_pages(box, chunks, moment) if "pages" in moment else _from_rows(box, chunks, moment)
            for name, chunk in moment["media"].items():
                box.writestr(zipfile.ZipInfo(name), chunks.get(chunk))
            box.writestr(backup.SECRETS, header["secrets"])
            box.writestr(backup.MANIFEST, json.dumps({**manifest, "media": moment["media"]}, indent=1))
    except Missing as missing:
        raise backup.Damaged(what=str(missing)) from missing
    return _at(path)


def _from_rows(box: zipfile.ZipFile, chunks: Chunks, moment: dict[str, Any]) -> dict[str, Any]:
    tables = []
    for table in moment["tables"]:
        digest = hashlib.sha256()
        with box.open(f"tables/{table['name']}.jsonl", "w", force_zip64=True) as stream:
            for data in chunks.all_of(chunk for chunk, _rows in table["parts"]):
                digest.update(data)
                stream.write(data)
        rows = sum(rows for _chunk, rows in table["parts"])
        told = {name: table[name] for name in ("name", "columns", "keys")}
        tables.append({**told, "rows": rows, "sha256": digest.hexdigest()})
    return {"engine": moment["engine"], "revision": moment["revision"], "tables": tables}


def _from_pages(box: zipfile.ZipFile, chunks: Chunks, moment: dict[str, Any]) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as beside:
        path = Path(beside) / "plaza.db"
        with path.open("wb") as stream:
            for data in chunks.all_of(moment["pages"]):
                stream.write(data)
        return backup.tables(f"sqlite:///{path}", box)


def begin(app: Flask, folder: Path, passphrase: str) -> Moments:
    """The folder for this install."""
    return Moments.open(folder, passphrase, app.extensions["plaza.settings"])
