"""A backup in one file: every table of one moment, the media, the secret sealed; there whole or not at all."""

import base64
import hashlib
import json
import os
import secrets
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from importlib import metadata
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from flask import Flask
from sqlalchemy import Connection, inspect

from kernel import atomic, clock, dumps, migrations
from kernel.i18n import _l
from kernel.late import Late
from kernel.refusal import Refusal
from kernel.settings import Settings

if TYPE_CHECKING:
    from cryptography.fernet import Fernet

fernet, scrypt = Late("cryptography.fernet"), Late("cryptography.hazmat.primitives.kdf.scrypt")
FORMAT = "plaza-backup-1"
MANIFEST, SECRETS = "manifest.json", "secrets.sealed"
LAST = "last-backup.json"  # in the instance: when and where, for the doctor
SHORTEST = 8  # signs of a passphrase
CHUNK = 1024 * 1024


class NotThere(Refusal):
    """The backup cannot be written to that place."""

    message = _l("%(path)s is already there: a backup never writes over anything. Choose another name.")


class ShortPassphrase(Refusal):
    """It would protect nothing."""

    message = _l("Choose a passphrase of at least %(least)s signs: it protects the keys in the backup.")


class WrongPassphrase(Refusal):
    """It opens nothing."""

    message = _l("That is not the passphrase of this backup. Nothing was changed.")


class Damaged(Refusal):
    """It is no backup, or not as it was written."""

    message = _l("This backup is damaged or no backup of Plaza: %(what)s. Nothing was changed.")


def write(app: Flask, destination: Path, passphrase: str) -> dict[str, Any]:
    """Write a backup and read it again; its manifest. Others may go on writing meanwhile."""
    if len(passphrase) < SHORTEST:
        raise ShortPassphrase(least=SHORTEST)
    known: Settings = app.extensions["plaza.settings"]
    place = target(destination)
    with whole(place) as stream:
        with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED, compresslevel=3) as box:
            manifest = _fill(known, box, passphrase)
            box.writestr(MANIFEST, json.dumps(manifest, indent=1))
        with zipfile.ZipFile(stream) as box:
            check(box)
    _remember(known, place, manifest)
    return {**manifest, "path": str(place)}


def target(destination: Path) -> Path:
    """The file that a destination means: itself, or one named by the moment in that folder."""
    if destination.is_dir():
        destination = destination / f"plaza-{clock.now():%Y%m%d-%H%M%S}.backup"
    if destination.exists():
        raise NotThere(path=destination)
    return destination


def _fill(known: Settings, box: zipfile.ZipFile, passphrase: str) -> dict[str, Any]:
    manifest: dict[str, Any] = {
        "format": FORMAT,
        "version": metadata.version("plaza"),
        "at": clock.now().isoformat(),
    }
    manifest.update(tables(known.database_url, box))
    manifest["media"] = dict(_media(known.media, box))
    salt = secrets.token_bytes(16)
    box.writestr(SECRETS, sealed(known, passphrase, salt))
    return {**manifest, "salt": base64.b64encode(salt).decode()}


def tables(url: str, box: zipfile.ZipFile) -> dict[str, Any]:
    """Every row of a database into the box; what the manifest says of them."""
    engine = dumps.engine(url)
    try:
        with snapshot(engine) as connection:
            told = {"engine": engine.dialect.name, "revision": migrations.revision(connection)}
            there = set(inspect(connection).get_table_names())
            return told | {
                "tables": [_table(connection, box, table) for table in dumps.copied() if table.name in there]
            }
    finally:
        engine.dispose()


@contextmanager
def snapshot(engine: Any) -> Iterator[Connection]:
    """The whole database as it is at one moment after this begins, whatever others write."""
    with engine.connect() as connection:
        if engine.dialect.name == "postgresql":
            connection = connection.execution_options(isolation_level="REPEATABLE READ")
        with connection.begin():
            connection.exec_driver_sql("SELECT 1 FROM alembic_version").all()  # the first look fixes the moment
            yield connection


def _table(connection: Connection, box: zipfile.ZipFile, table: Any) -> dict[str, Any]:
    columns, keys, digest = dumps.kinds(table), [column.name for column in table.primary_key], dumps.Digest()
    with box.open(f"tables/{table.name}.jsonl", "w", force_zip64=True) as stream:
        for line in dumps.lines(connection, table.name, columns, keys):
            digest.add(line)
            stream.write(line)
    told = {"name": table.name, "columns": columns, "keys": keys}
    return {**told, "rows": digest.rows, "sha256": digest.hexdigest}


def _media(folder: Path, box: zipfile.ZipFile) -> Iterator[tuple[str, str]]:
    for name, path in media(folder):
        with suppress(FileNotFoundError):  # it was thrown away meanwhile
            data = path.read_bytes()
            box.writestr(zipfile.ZipInfo(name), data)  # pictures do not shrink further
            yield name, hashlib.sha256(data).hexdigest()


def media(folder: Path) -> Iterator[tuple[str, Path]]:
    """Every whole file of a media folder, and what it is called in a backup."""
    for path in sorted(folder.rglob("*")) if folder.is_dir() else ():
        if path.is_file() and not path.name.startswith("."):
            yield f"media/{path.relative_to(folder).as_posix()}", path


def sealed(known: Settings, passphrase: str, salt: bytes) -> bytes:
    """The install's secret as only the passphrase opens it."""
    return _box(passphrase, salt).encrypt(json.dumps({"secret_key": known.secret_key}).encode())


def opened(told: bytes, passphrase: str, salt: bytes) -> str:
    """The install's secret that was sealed so; raises WrongPassphrase."""
    try:
        return str(json.loads(_box(passphrase, salt).decrypt(told))["secret_key"])
    except fernet.InvalidToken:
        raise WrongPassphrase() from None


def _box(passphrase: str, salt: bytes) -> "Fernet":
    """What seals and opens with a passphrase: slow on purpose, so that guessing is dear."""
    key = scrypt.Scrypt(salt=salt, length=32, n=2**15, r=8, p=1).derive(passphrase.encode())
    box: Fernet = fernet.Fernet(base64.urlsafe_b64encode(key))
    return box


def check(box: zipfile.ZipFile) -> dict[str, Any]:
    """Read all of a backup; its manifest. Raises Damaged at the first thing that is not as it was written."""
    try:
        manifest = json.loads(box.read(MANIFEST))
        if manifest.get("format") != FORMAT:
            raise Damaged(what=MANIFEST)
        wanted = {f"tables/{one['name']}.jsonl": one["sha256"] for one in manifest["tables"]} | manifest["media"]
        for name, sha in wanted.items():
            if _sum(box, name) != sha:
                raise Damaged(what=name)
        box.read(SECRETS)
    except (KeyError, ValueError, TypeError, zipfile.BadZipFile, OSError, EOFError) as error:
        raise Damaged(what=str(error) or type(error).__name__) from error
    return dict(manifest)


def _sum(box: zipfile.ZipFile, name: str) -> str:
    found = hashlib.sha256()
    with box.open(name) as stream:
        while part := stream.read(CHUNK):
            found.update(part)
    return found.hexdigest()


@contextmanager
def whole(place: Path) -> Iterator[IO[bytes]]:
    """A file without a name until it is whole; a kill leaves nothing of it. It never takes another one's place."""
    place.parent.mkdir(parents=True, exist_ok=True)
    stream, name = _nameless(place)
    try:
        with stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
            name()
    except FileExistsError:
        raise NotThere(path=place) from None
    atomic.keep(place.parent)


def _nameless(place: Path) -> tuple[IO[bytes], Callable[[], None]]:
    """The file, and what gives it its name."""
    flag = getattr(os, "O_TMPFILE", 0)
    with suppress(OSError):
        if flag and Path("/proc/self/fd").exists():
            number = os.open(place.parent, flag | os.O_RDWR, 0o600)
            return os.fdopen(number, "w+b"), lambda: _link(number, place)
    return _named(place)


def _link(number: int, place: Path) -> None:
    root = os.open("/", os.O_RDONLY)  # only with a folder given does Python's link follow to the file itself
    try:
        os.link(f"/proc/self/fd/{number}", place, src_dir_fd=root, follow_symlinks=True)
    finally:
        os.close(root)


def _named(place: Path) -> tuple[IO[bytes], Callable[[], None]]:
    """Where files cannot be nameless: one beside it, whose leftovers the next backup takes away."""
    for left in place.parent.glob(".plaza-*.part"):
        left.unlink(missing_ok=True)
    part = place.parent / f".plaza-{secrets.token_hex(8)}.part"
    stream = os.fdopen(os.open(part, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600), "w+b")

    def name() -> None:
        atomic.name(part, place)
        part.unlink(missing_ok=True)

    return stream, name


def _remember(known: Settings, place: Path, manifest: dict[str, Any]) -> None:
    told = {"at": manifest["at"], "path": str(place.resolve())}
    atomic.write(known.instance / LAST, json.dumps(told).encode())
