"""A restore into an empty place: nothing is touched before everything was checked, and no letter leaves by itself."""

import base64
import os
import shutil
import tempfile
import zipfile
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection, inspect, text

from kernel import backup, dumps, held, journal, migrations, moments, tenancy, transactions
from kernel.app import Plaza, create_app
from kernel.db import db
from kernel.i18n import _l
from kernel.refusal import Refusal
from kernel.settings import Settings, complete

PART = ".restoring"


class NotEmpty(Refusal):
    """Something is there that would be lost."""

    message = _l("%(path)s is not empty: a restore goes only into an empty place.")


class Newer(Refusal):
    """It was made by a later version."""

    message = _l("This backup was made by Plaza %(version)s, which is newer than this one. Install that one first.")


class OtherSecret(Refusal):
    """What was sealed with the install's secret could not be opened again."""

    message = _l("PLAZA_SECRET_KEY is not the secret of this backup: take it away, the backup brings its own.")


class NotTheSame(Refusal):
    """The database did not take what it was given."""

    message = _l("After the restore %(what)s is not what was in the backup.")


class NoMoment(Refusal):
    """What was written is no moment."""

    message = _l("%(at)s is not a moment: write it as 2026-11-26T14:30.")


class OneMoment(Refusal):
    """A single backup has no other moments to choose from."""

    message = _l("%(path)s is the backup of one moment: --at is for a folder that --follow keeps.")


def read(source: Path, passphrase: str, wanted: Settings, *, at: str = "") -> dict[str, Any]:
    """Restore a backup, or a moment of a folder, into the place that the settings name.

    What was brought back, and what is held. `at`: the last moment not after it; without a zone as clocks show it here.
    """
    if moments.is_one(source):
        with tempfile.TemporaryDirectory() as beside:
            made = Path(beside) / "moment.backup"
            moments.as_backup(source, made, _moment(at))
            return read(made, passphrase, wanted)
    if not source.is_file():
        raise backup.Damaged(what=source)
    if at:
        raise OneMoment(path=source)
    with _opened(source) as box:
        manifest = backup.check(box)
        secret = backup.opened(box.read(backup.SECRETS), passphrase, base64.b64decode(manifest["salt"]))
        _may(manifest, wanted, secret)
        return _bring(box, manifest, wanted, secret)


def _moment(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text).astimezone(UTC) if text else None
    except ValueError:
        raise NoMoment(at=text) from None


def _opened(source: Path) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(source)
    except (zipfile.BadZipFile, OSError) as error:
        raise backup.Damaged(what=str(error)) from error


def _may(manifest: dict[str, Any], wanted: Settings, secret: str) -> None:
    if not migrations.known(manifest["revision"]):
        raise Newer(version=manifest["version"])
    if wanted.secret_key and wanted.secret_key != secret:
        raise OtherSecret()
    for path in (wanted.instance / "plaza.db", wanted.instance / "secret.key", *_lying(wanted.media)):
        if path.exists():
            raise NotEmpty(path=path)
    if wanted.database_url and _tables(wanted.database_url):
        raise NotEmpty(path=sa.make_url(wanted.database_url).database)


def _lying(media: Path) -> list[Path]:
    """What lies in the folder of files, but for what a restore that was killed left there."""
    return [path for path in media.iterdir() if path.name != PART] if media.is_dir() else []


def _tables(url: str) -> list[str]:
    engine = dumps.engine(url)
    try:
        with engine.connect() as connection:
            return inspect(connection).get_table_names()
    finally:
        engine.dispose()


def _bring(box: zipfile.ZipFile, manifest: dict[str, Any], wanted: Settings, secret: str) -> dict[str, Any]:
    part, beside = wanted.instance / PART, wanted.media / PART  # each on the disk on which it will lie
    for folder in (part, beside):
        shutil.rmtree(folder, ignore_errors=True)  # of a restore that was killed
        folder.mkdir(parents=True)
    for name in manifest["media"]:
        box.extract(name, beside)
    url = wanted.database_url or f"sqlite:///{part / 'plaza.db'}"
    values = wanted.__dict__ | {"database_url": url, "secret_key": secret, "instance": part}
    app = create_app(complete(Settings(**values)))
    migrations.upgrade(app, manifest["revision"])
    kept_back = _fill(url, box, manifest)
    migrations.upgrade(app)
    _tell(app, manifest["at"], sum(kept_back.values()))
    _settle(part, beside, wanted, secret)
    rows = sum(table["rows"] for table in manifest["tables"])
    return {"at": manifest["at"], "rows": rows, "media": len(manifest["media"]), "held": kept_back}


def _fill(url: str, box: zipfile.ZipFile, manifest: dict[str, Any]) -> dict[str, int]:
    engine = dumps.engine(url)
    try:
        with engine.connect() as connection:
            if engine.dialect.name == "sqlite":
                connection.connection.driver_connection.execute("PRAGMA foreign_keys=OFF")  # type: ignore[union-attr]
            with connection.begin():
                _load(connection, box, manifest)
                return held.all_of(connection)
    finally:
        engine.dispose()


def _load(connection: Connection, box: zipfile.ZipFile, manifest: dict[str, Any]) -> None:
    ways = _defer(connection)
    for table in manifest["tables"]:
        connection.execute(sa.delete(sa.table(table["name"])))  # what a migration itself wrote
        with box.open(f"tables/{table['name']}.jsonl") as stream:
            dumps.load(connection, table["name"], table["columns"], stream)
    _enforce(connection, ways)
    for table in manifest["tables"]:
        _same(connection, table)
    if connection.dialect.name == "postgresql":
        _continue(connection, manifest["tables"])


def _defer(connection: Connection) -> list[tuple[str, str]]:
    """Let rows refer to rows that come later, on PostgreSQL until the end of this transaction; the constraints."""
    if connection.dialect.name != "postgresql":
        return []
    found = connection.execute(text(
        "SELECT conrelid::regclass::text, quote_ident(conname) FROM pg_constraint "
        "WHERE contype = 'f' AND conparentid = 0 AND connamespace = 'public'::regnamespace"
    ))  # fmt: skip
    ways = [(table, name) for table, name in found]
    for table, name in ways:
        connection.exec_driver_sql(f"ALTER TABLE {table} ALTER CONSTRAINT {name} DEFERRABLE INITIALLY DEFERRED")
    return ways


def _enforce(connection: Connection, ways: list[tuple[str, str]]) -> None:
    if connection.dialect.name == "sqlite":
        wrong = connection.exec_driver_sql("PRAGMA foreign_key_check").first()
        if wrong:
            raise NotTheSame(what=wrong[0])
        return
    connection.exec_driver_sql("SET CONSTRAINTS ALL IMMEDIATE")
    for table, name in ways:
        connection.exec_driver_sql(f"ALTER TABLE {table} ALTER CONSTRAINT {name} NOT DEFERRABLE")


def _same(connection: Connection, table: dict[str, Any]) -> None:
    digest = dumps.Digest()
    for line in dumps.lines(connection, table["name"], table["columns"], table["keys"]):
        digest.add(line)
    if (digest.rows, digest.hexdigest) != (table["rows"], table["sha256"]):
        raise NotTheSame(what=table["name"])


def _continue(connection: Connection, tables: list[dict[str, Any]]) -> None:
    """New rows get numbers after the restored ones."""
    for table in tables:
        name = table["name"]
        if table["columns"].get("id") == "int":
            connection.execute(
                text(f"SELECT setval(pg_get_serial_sequence(:name, 'id'), (SELECT max(id) FROM \"{name}\"))"),  # noqa: S608
                {"name": f'"{name}"'},
            )


def _tell(app: Plaza, at: str, count: int) -> None:
    """Every shop's journal says it: whoever owns it looks at what is held back."""
    with app.app_context():
        for tenant_id in list(db.session.scalars(sa.select(tenancy.Tenant.id))):
            with tenancy.use(tenant_id):
                said = {"at": at[:16].replace("T", " "), "count": count}
                transactions.retry_free(partial(journal.write, "install.restored", data=said))
        db.session.remove()
        db.engine.dispose()


def _settle(part: Path, beside: Path, wanted: Settings, secret: str) -> None:
    """Everything is there: give it the names by which the install finds it, the secret last."""
    sides = (beside / "media").iterdir() if (beside / "media").is_dir() else ()
    found = {path: wanted.media / path.name for path in sides}
    found |= {part / name: wanted.instance / name for name in ("plaza.db", "plaza.db-wal")}
    for path, name in found.items():
        if path.exists():
            os.replace(path, name)
    for folder in (part, beside):
        shutil.rmtree(folder)
    number = os.open(wanted.instance / "secret.key", os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(number, "w") as stream:
        stream.write(secret)
