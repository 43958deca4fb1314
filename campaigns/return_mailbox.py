"""The return mailbox: an mbox file or a Maildir into which letters come back; each message is read once."""

import json
import re
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import select

from campaigns import bounces
from campaigns.bounce_kinds import Bounce
from campaigns.bounce_parts import Returned
from kernel import atomic, jobs, settings, tenancy, transactions
from kernel.db import db

PLACE = "return-mailbox.json"  # in the instance: how far it was read
MOST = 20 * 1024 * 1024  # bytes that are read at a time
MESSAGES = 500
BEGINS = re.compile(rb"^From [^\n]*\n", re.MULTILINE)
EVERY = 30  # seconds
Position = dict[str, Any]


def messages(raw: bytes) -> list[bytes]:
    """The messages of a file: an mbox of many, or one by itself."""
    if not raw.startswith(b"From "):
        return [raw] if raw.strip() else []
    return [part for part in BEGINS.split(raw)[1:] if part.strip()]


def read_new(path: Path, known: Position) -> tuple[list[bytes], Position]:
    """What came since, and how far that is."""
    return _from_folder(path, known) if path.is_dir() else _from_file(path, known)


def _from_file(path: Path, known: Position) -> tuple[list[bytes], Position]:
    """An mbox grows at its end; one that was begun anew is read from its beginning."""
    state = path.stat()
    start = int(known.get("end", 0)) if known.get("inode") == state.st_ino else 0
    start = start if start <= state.st_size else 0
    with path.open("rb") as stream:
        stream.seek(start)
        raw = stream.read(MOST)
    still = known.get("size") == state.st_size  # nobody is writing its last message any more
    begins = [found.start() for found in BEGINS.finditer(raw)]
    if start + len(raw) < state.st_size and begins in ([], [0]):  # longer than what is read at a time: cut at a line
        raw = raw[: raw.rfind(b"\n") + 1] or raw
    elif begins and not (still and start + len(raw) == state.st_size):
        raw = raw[: begins[-1]]
    rest = (begins or [len(raw)])[0] if start else 0  # of a longer one
    return messages(raw[rest:]), {"inode": state.st_ino, "end": start + len(raw), "size": state.st_size}


def _from_folder(path: Path, known: Position) -> tuple[list[bytes], Position]:
    """A Maildir holds a file for each message, whose name stays, but for its flags."""
    seen = set(known.get("seen", ()))
    there = {file.name.partition(":")[0]: file for file in _files(path)}
    new = sorted(there.keys() - seen)[:MESSAGES]
    return [_bytes(there[name]) for name in new], {"seen": sorted((seen & there.keys()) | set(new))}


def _files(path: Path) -> Iterator[Path]:
    for folder in ("new", "cur"):
        if (path / folder).is_dir():
            yield from (file for file in (path / folder).iterdir() if file.is_file())


def _bytes(file: Path) -> bytes:
    try:
        with file.open("rb") as stream:
            return stream.read(MOST)
    except FileNotFoundError:  # a reader of mail moved it
        return b""


@jobs.job("campaigns.bounces")
def look() -> int:
    """Read what came into the mailbox of `PLAZA_BOUNCES`, for every shop; how many messages."""
    path, mark = settings.current().bounces, settings.current().instance / PLACE
    if not path or not Path(path).exists():
        return 0
    kept: Position = json.loads(mark.read_text()) if mark.exists() else {}
    found, position = read_new(Path(path), kept if kept.get("path") == path else {})
    told = [(row, bounce) for row, bounce in map(bounces.read, found) if bounce.kind != "none"]
    for tenant_id in _tenants() if told else ():
        with tenancy.use(tenant_id):
            transactions.retry_free(partial(_take_all, told))
    if {**position, "path": path} != kept:
        atomic.write(mark, json.dumps({**position, "path": path}).encode())
    return len(found)


def _take_all(told: list[tuple[Returned, Bounce]]) -> None:
    for row, bounce in told:
        bounces.take(row, bounce)


def _tenants() -> list[int]:
    with transactions.reading():
        return list(db.session.scalars(select(tenancy.Tenant.id).order_by(tenancy.Tenant.id)))


def init_app(_app: object) -> None:
    """Look again and again."""
    jobs.every("campaigns.bounces", seconds=EVERY)
