"""What nobody needs any more goes: expired sessions, tokens, counts, stopped work, letters on disk, stray files."""

import time
from pathlib import Path

from sqlalchemy import select

from kernel import (
    files,
    jobs,
    limits,
    passkey_rows,
    sessions,
    settings,
    stopped,
    tenancy,
    tokens,
    transactions,
    two_factor,
)
from kernel.db import db

DAY = 86400
KEPT_MAIL = 30 * DAY  # seconds that a captured letter stays on disk
YOUNG = DAY  # a part this fresh may belong to a row that is being written


@jobs.job("house.sweep")
def sweep() -> None:
    """Forget what has expired."""
    for noun in (sessions, tokens, limits, stopped, passkey_rows, two_factor):
        noun.sweep()


@jobs.job("house.sweep_disk")
def sweep_disk() -> int:
    """Take away what lies on disk without a reason; how many parts of files went."""
    known = settings.current()
    for path in _older(known.instance / "mail", "*.eml", KEPT_MAIL):
        path.unlink(missing_ok=True)
    with transactions.reading():
        tenants = set(db.session.scalars(select(tenancy.Tenant.id)))
    folders = [folder for folder in sorted(known.media.glob("p*/*")) if folder.name.isdigit()]
    return sum(_sweep_folder(folder, int(folder.name) in tenants) for folder in folders)


def _older(folder: Path, pattern: str, seconds: float) -> list[Path]:
    end = time.time() - seconds
    return [path for path in folder.glob(pattern) if path.is_file() and path.stat().st_mtime < end]


def _sweep_folder(folder: Path, inhabited: bool) -> int:
    parts, kept = _older(folder, "[0-9a-f][0-9a-f]/*", YOUNG), set()
    if inhabited and parts:
        with tenancy.use(int(folder.name)), transactions.reading():
            kept = files.shas(private=folder.parent.name == "private")
    lost = [path for path in parts if path.name.split(".")[0] not in kept]
    for path in lost:
        path.unlink(missing_ok=True)
    return len(lost)


jobs.every("house.sweep", seconds=3600)
jobs.every("house.sweep_disk", seconds=DAY)
