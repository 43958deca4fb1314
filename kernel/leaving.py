"""Leaving: a tenant takes along everything that the house has of it, or has all of it erased."""

import json
import re
import shutil
import zipfile
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from flask import Flask
from sqlalchemy import Connection, Table

from kernel import backup, clock, ddl, dumps, signing
from kernel.i18n import _l
from kernel.refusal import Refusal
from kernel.settings import Settings

FORMAT = "plaza-tenant-1"
KEYS = (  # of use to nobody else
    "token_hash", "password_hash", "code_hash", "totp_sealed", "recovery_hashes", "code_sealed", "sealed_key",
    "sealed_hook", "address_sealed", "account_sealed",
)  # fmt: skip
OURS = ("session", "token", "job")  # how the house works, not what a tenant has
ADDRESS = re.compile(r"https?://[^\s\"'<>\\]+")
LONG = re.compile(r"(?<=[^/][/=])[\w.-]{21,}[\w-]", re.ASCII)  # what opens something in an address: no name is as long
SIGNED = re.compile(r"\.?[\w-]+\.[\w-]+\.[\w-]{27}", re.ASCII)
MOMENT = "?" * len("20261126T143000000000")  # what the name of a captured letter begins with
SIDES = ("public", "private")
BATCH = 1000


class Unknown(Refusal):
    """There is no such shop."""

    message = _l("There is no shop called %(slug)s in this install.")


def export(app: Flask, slug: str, destination: Path) -> dict[str, Any]:
    """Write what a tenant has into one ZIP: a file of JSON lines for each table, its media; the manifest.

    Keys and passwords stay here. Others may go on writing: what is written is of one moment.
    """
    known: Settings = app.extensions["plaza.settings"]
    engine = dumps.engine(known.database_url)
    place = destination / f"{slug}-{clock.now():%Y%m%d-%H%M%S}.zip" if destination.is_dir() else destination
    try:
        with backup.snapshot(engine) as connection:
            tenant = _tenant(connection, slug)
            with backup.whole(place) as stream, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as box:
                manifest = _fill(connection, box, tenant, known)
    finally:
        engine.dispose()
    return {**manifest, "path": str(place)}


def _fill(connection: Connection, box: zipfile.ZipFile, tenant: dict[str, Any], known: Settings) -> dict[str, Any]:
    box.writestr("tenant.json", json.dumps(tenant, default=_told, ensure_ascii=False, indent=1))
    theirs = [table for table in _owned() if table.name not in OURS and table in dumps.copied()]
    counts = {table.name: _lines(connection, box, table, tenant["id"]) for table in theirs}
    media = 0
    for folder in _folders(known, tenant["id"]):
        for name, path in backup.media(folder):
            box.write(path, f"media/{folder.parent.name}/{name.removeprefix('media/')}", zipfile.ZIP_STORED)
            media += 1
    manifest = {"format": FORMAT, "at": clock.now().isoformat(), "slug": tenant["slug"], "rows": counts, "media": media}
    box.writestr("manifest.json", json.dumps(manifest, indent=1))
    return manifest


def _lines(connection: Connection, box: zipfile.ZipFile, table: Table, tenant_id: int) -> int:
    shown = [column for column in table.columns if column.name not in KEYS]
    wanted = sa.select(*shown).where(table.c.tenant_id == tenant_id).order_by(*table.primary_key)
    options = {"stream_results": True, "yield_per": BATCH}
    count, live = 0, _live(connection) if table.name == "letter" else frozenset()
    with box.open(f"tables/{table.name}.jsonl", "w", force_zip64=True) as stream:
        for row in connection.execute(wanted, execution_options=options).mappings():
            kept = _keyless(dict(row), live) if table.name == "letter" else dict(row)
            stream.write(json.dumps(kept, default=_told, ensure_ascii=False).encode() + b"\n")
            count += 1
    return count


def _live(connection: Connection) -> frozenset[str]:
    """The digests of every key that is in a letter and still opens something."""
    token = next(one for one in dumps.tables() if one.name == "token")
    return frozenset(connection.scalars(sa.select(token.c.token_hash).where(token.c.expires_at > clock.now())))


def _keyless(letter: dict[str, Any], live: frozenset[str]) -> dict[str, Any]:
    """A letter as it reads, with "…" for what opens an account, a gift card or a place in the staff."""

    def opens(word: str) -> bool:
        return bool(letter["private"] or SIGNED.fullmatch(word) or signing.digest(word) in live)

    def clean(address: re.Match[str]) -> str:
        return LONG.sub(lambda word: "…" if opens(word[0]) else word[0], address[0])

    told = {name: ADDRESS.sub(clean, letter[name]) for name in ("html", "text")}
    data = ADDRESS.sub(clean, json.dumps(letter["data"], ensure_ascii=False))
    return {**letter, **told, "data": json.loads(data)}


def _told(value: Any) -> str:
    return value.isoformat() if isinstance(value, datetime | date) else str(value)


def erase(app: Flask, slug: str) -> dict[str, int]:
    """Delete every row and file of a tenant, and the accounts of people who work nowhere else; how many of which table.

    Older backups still have them: whoever keeps those throws them away in their time.
    """
    known: Settings = app.extensions["plaza.settings"]
    engine = dumps.engine(known.database_url)
    try:
        with engine.begin() as connection:
            tenant = _tenant(connection, slug)
            with ddl.open_to_deletes(connection):
                counts = _delete(connection, tenant["id"])
            _sound(connection)
    finally:
        engine.dispose()
    for folder in _folders(known, tenant["id"]):
        shutil.rmtree(folder, ignore_errors=True)
    for letter in (known.instance / "mail").glob(f"{MOMENT}-{slug}-??????.eml"):
        letter.unlink(missing_ok=True)
    return counts


def _delete(connection: Connection, tenant_id: int) -> dict[str, int]:
    tables = {table.name: table for table in dumps.tables()}
    member, account = tables["membership"], tables["account"]
    here = sa.select(member.c.account_id).where(member.c.tenant_id == tenant_id)
    leaving = list(connection.scalars(here))
    counts: dict[str, int] = {}
    for table in reversed(_owned()):
        gone = connection.execute(sa.delete(table).where(table.c.tenant_id == tenant_id)).rowcount
        counts |= {table.name: gone} if gone else {}
    alone = _nowhere_else(connection, account, leaving)
    session, token = tables["session"], tables["token"]
    connection.execute(sa.delete(session).where(session.c.kind == "staff", session.c.subject_id.in_(alone)))
    connection.execute(sa.delete(token).where(token.c.account_id.in_(alone)))
    passkey = tables["passkey"]
    connection.execute(sa.delete(passkey).where(passkey.c.account_id.in_(alone)))
    counts["account"] = connection.execute(sa.delete(account).where(account.c.id.in_(alone))).rowcount
    tenant = tables["tenant"]
    connection.execute(sa.delete(tenant).where(tenant.c.id == tenant_id))
    return counts


def _nowhere_else(connection: Connection, account: Table, ids: list[int]) -> list[int]:
    """Those of the accounts to which no other tenant's row refers."""
    wanted = sa.select(account.c.id).where(account.c.id.in_(ids))
    for table in _owned():
        if table.name not in OURS:
            for key in table.foreign_keys:
                if key.column.table is account:
                    wanted = wanted.where(~sa.exists().where(key.parent == account.c.id))
    return list(connection.scalars(wanted))


def _sound(connection: Connection) -> None:
    """SQLite looks for references into the void only when asked; the transaction is given up then."""
    if connection.dialect.name == "sqlite":
        wrong = connection.exec_driver_sql("PRAGMA foreign_key_check").first()
        if wrong:
            raise RuntimeError(f"{wrong[0]} still refers to what was erased")


def _owned() -> list[Table]:
    """The tables whose rows are a tenant's, those first to which others refer."""
    return [table for table in dumps.tables() if "tenant_id" in table.c]


def _tenant(connection: Connection, slug: str) -> dict[str, Any]:
    table = next(one for one in dumps.tables() if one.name == "tenant")
    found = connection.execute(sa.select(*table.columns).where(table.c.slug == slug)).mappings().first()
    if found is None:
        raise Unknown(slug=slug)
    return dict(found)


def _folders(known: Settings, tenant_id: int) -> Iterator[Path]:
    yield from (known.media / side / str(tenant_id) for side in SIDES)
