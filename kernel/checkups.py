"""What the doctor asks of the house itself: settings, secret, database, disk, letters, jobs, files, owners, backups."""

import json
import shutil
import socket
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from flask import Flask, current_app
from sqlalchemy import func, select, text

from kernel import backup, clock, doctor, dumps, files, following, migrations, pdf, stopped, tenancy, wire
from kernel.db import db
from kernel.doctor import Finding
from kernel.files import File
from kernel.i18n import _, ngettext
from kernel.jobs import Job
from kernel.letters import Letter
from kernel.memberships import Membership
from kernel.settings import Settings

MEGABYTE = 1024 * 1024
LITTLE, FEW = 1024 * MEGABYTE, 100 * MEGABYTE
LATE = timedelta(minutes=10)
SKEW = timedelta(seconds=30)
BACKUP_AGE, MOMENT_AGE = timedelta(days=2), timedelta(minutes=5)
OWN = {"own_sql": True}  # speaks of no tenant


def settings_are_known(known: Settings) -> Iterator[Finding]:
    """Words that nobody reads, an address that is not safe, letters that go nowhere."""
    for name in doctor.unknown_words():
        yield Finding(
            "settings",
            "care",
            _("%(name)s is none of Plaza's settings.", name=name),
            _("Correct its name or take it away."),
        )
    host = (urlsplit(known.url).hostname or "").lower()
    here = host == "localhost" or host.endswith(".localhost") or host.startswith("127.")
    if not known.secure and not here:
        yield Finding("settings", "care", _("PLAZA_URL is %(url)s: browsers reach it without https.", url=known.url),
                      _("Put a proxy with a certificate in front; PLAZA_URL=https://…, PLAZA_PROXIES=1."))  # fmt: skip
    if not known.smtp_url:
        yield Finding("settings", "care", _("No PLAZA_SMTP_URL: letters are kept here and reach nobody."),
                      _("Write PLAZA_SMTP_URL=smtp://user:password@host:587."))  # fmt: skip


def secret_is_secret(known: Settings) -> Iterator[Finding]:
    """The key opens everything that is sealed: only its owner reads it."""
    path = known.instance / "secret.key"
    if path.exists() and path.stat().st_mode & 0o077:
        yield Finding(
            "secret", "wrong", _("%(path)s can be read by others on this machine.", path=path), f"chmod 600 {path}"
        )
    if len(known.secret_key) < 32:
        yield Finding("secret", "wrong", _("The secret of the install is short: it can be guessed."),
                      _("Choose a PLAZA_SECRET_KEY of 32 signs or more, before there are shops."))  # fmt: skip


def database_answers(known: Settings) -> Iterator[Finding]:
    """It is reachable and sound, and its schema is today's."""
    try:
        db.session.execute(select(1))
    except Exception as error:
        first = (str(getattr(error, "orig", error)).strip().splitlines() or [""])[0]
        yield Finding("database", "wrong", _("It does not answer: %(why)s", why=first[:200]),
                      _("Start it, or correct PLAZA_DATABASE_URL."))  # fmt: skip
        return
    if db.engine.dialect.name == "sqlite":
        found = db.session.execute(text("PRAGMA quick_check"), execution_options=OWN).scalar()
        if found != "ok":
            yield Finding(
                "database", "wrong", _("The file is damaged: %(why)s", why=found), _("Restore the last backup.")
            )
    db.session.rollback()
    if migrations.differences(current_app):
        yield Finding("database", "wrong", _("Its schema is not this version's."), "plaza migrate")


def clocks_agree(_known: Settings) -> Iterator[Finding]:
    """Holds and links end by the clock; a database elsewhere has another one."""
    if db.engine.dialect.name == "postgresql":
        there = db.session.execute(text("SELECT now()"), execution_options=OWN).scalar_one()
        if abs(there - clock.now()) > SKEW:
            apart = int(abs((there - clock.now()).total_seconds()))
            told = _("The database's clock is %(apart)s s apart from this machine's.", apart=apart)
            yield Finding("clock", "wrong", told, _("Let both take the time from the network (NTP)."))


def room_is_left(known: Settings) -> Iterator[Finding]:
    """A full disk refuses orders."""
    free = shutil.disk_usage(known.instance).free
    if free < LITTLE:
        state = "wrong" if free < FEW else "care"
        told = _("%(left)s MB are left where %(path)s lies.", left=free // MEGABYTE, path=known.instance)
        yield Finding("disk", state, told, _("Take old backups away, or give it a larger disk."))


def papers_can_be_made(_known: Settings) -> Iterator[Finding]:
    """Receipts and invoices are PDF where Pango is."""
    if not pdf.available():
        yield Finding("pdf", "care", _("Pango is not installed: receipts and invoices are pages to print, no PDF."),
                      _("Install libpango-1.0-0 and libpangoft2-1.0-0."))  # fmt: skip


def relay_answers(known: Settings) -> Iterator[Finding]:
    """The mail server takes calls."""
    parts = urlsplit(known.smtp_url)
    if parts.hostname:
        port = parts.port or (465 if parts.scheme == "smtps" else 587)
        try:
            socket.create_connection((parts.hostname, port), timeout=5).close()
        except OSError as error:
            told = _("%(host)s does not answer: %(why)s", host=f"{parts.hostname}:{port}", why=error)
            yield Finding("mail", "wrong", told, _("Correct PLAZA_SMTP_URL, or open that port."))


def letters_are_signed(_known: Settings) -> Iterator[Finding]:
    """The key that signs letters can be used, and what the owner of the domain publishes."""
    try:
        mine = wire.signer()
    except (OSError, ValueError) as error:
        yield Finding("dkim", "wrong", _("Letters wait: PLAZA_DKIM_KEY cannot be used: %(why)s", why=error),
                      _("Write there an RSA key as PEM, or where a file with one is."))  # fmt: skip
        return
    if mine is not None:
        name, text = mine.record
        yield Finding(
            "dkim", "ok", _("Letters are signed; the TXT record of %(name)s says: %(text)s", name=name, text=text)
        )


def work_is_done(_known: Settings) -> Iterator[Finding]:
    """Jobs run, and what died is looked at."""
    now = clock.now()
    late = _count(Job, (Job.state == "waiting") & (Job.run_at < now - LATE))
    stuck = _count(Job, (Job.state == "running") & (Job.lease_until < now - LATE))
    if late or stuck:
        told = ngettext("One job should have run long ago.", "%(num)s jobs should have run long ago.", late + stuck)
        yield Finding("jobs", "wrong", told, _("Start the worker: plaza worker"))
    dead = _count(Job, (Job.state == "dead") & Job.tenant_id.is_not(None))
    if dead:
        yield Finding(
            "jobs",
            "care",
            ngettext("One job failed for good.", "%(num)s jobs failed for good.", dead),
            _("Look at them in each back office, under Jobs."),
        )
    for name, (count, why) in stopped.causes().items():
        told = _("%(name)s, of no shop, failed for good (%(count)s): %(why)s", name=name, count=count, why=why)
        yield Finding("jobs", "care", told, _("Mend the cause; who waits for it asks for it once more."))


def _count(model: Any, condition: Any) -> int:
    return int(db.session.scalar(select(func.count()).select_from(model).where(condition)) or 0)


def letters_leave(_known: Settings) -> Iterator[Finding]:
    """What could not be sent, or is held back, waits for a person."""
    look = _("Look at them in the back office, under Letters.")
    failed, held = (_count(Letter, Letter.state == state) for state in ("failed", "held"))
    if failed:
        told = ngettext("One letter could not be sent.", "%(num)s letters could not be sent.", failed)
        yield Finding("letters", "care", told, look)
    if held:
        told = ngettext(
            "One letter is held back after a restore.", "%(num)s letters are held back after a restore.", held
        )
        yield Finding("letters", "care", told, look)


def files_are_there(_known: Settings) -> Iterator[Finding]:
    """Every row of a file has its bytes."""
    gone = [row.sha256[:12] for row in db.session.scalars(select(File)) if not _there(row)]
    if gone:
        told = _("Files are missing (%(count)s): %(names)s …", count=len(gone), names=", ".join(gone[:5]))
        yield Finding("media", "wrong", told, _("Bring the folder media back from a backup."))


def _there(row: File) -> bool:
    ending = f"{row.widths[-1]}.webp" if row.picture else files.EXTENSIONS[row.mime]
    return files.path_of(row.tenant_id, row.sha256, ending, private=row.private).exists()


def no_file_is_orphaned(known: Settings) -> Iterator[Finding]:
    """Bytes that no row names only take room."""
    engine = dumps.engine(known.database_url)
    try:
        with engine.connect() as connection:
            named = set(connection.execute(select(File.sha256)).scalars())
    finally:
        engine.dispose()
    orphans = [path for path in known.media.rglob("*.*") if _sha(path) and _sha(path) not in named]
    if orphans:
        size = sum(path.stat().st_size for path in orphans) // MEGABYTE
        told = _("%(count)s files (%(size)s MB) belong to nothing any more.", count=len(orphans), size=size)
        yield Finding("media", "care", told, _("They harm nobody; take them away after a backup when room is short."))


def _sha(path: Path) -> str:
    name = path.name.split(".")[0]
    return name if len(name) == 64 and path.is_file() else ""


def everybody_has_an_owner(_known: Settings) -> Iterator[Finding]:
    """A shop without an owner can be changed by nobody."""
    owned = select(Membership.tenant_id).where(Membership.role == "owner", Membership.ended_at.is_(None))
    for slug in db.session.scalars(select(tenancy.Tenant.slug).where(tenancy.Tenant.id.not_in(owned))):
        yield Finding(
            "owners",
            "wrong",
            _("%(shop)s has no owner.", shop=slug),
            _("Open a shop anew with plaza tenant new, or restore."),
        )


def backups_are_fresh(known: Settings) -> Iterator[Finding]:
    """A copy of yesterday is worth more than a good intention; and whoever kept moments hears when that ended."""
    last, moment = (_told(known.instance / name) for name in (backup.LAST, following.LAST))
    if moment is not None and clock.now() - moment > MOMENT_AGE:
        yield Finding("backup", "care", _("No moment was kept since %(at)s.", at=f"{moment:%Y-%m-%d %H:%M}Z"),
                      _("Start it again: plaza backup FOLDER --follow."))  # fmt: skip
    last = max((one for one in (last, moment) if one is not None), default=None)
    if last is None or clock.now() - last > BACKUP_AGE:
        told = _("The last backup is of %(day)s.", day=f"{last:%Y-%m-%d}") if last else _("There is no backup yet.")
        yield Finding("backup", "care", told, _("plaza backup /another/disk, every night."))


def _told(path: Path) -> datetime | None:
    return datetime.fromisoformat(json.loads(path.read_text())["at"]) if path.exists() else None


def init_app(_app: Flask) -> None:
    """Bring the questions to the doctor, in the order of the answers."""
    for name, verb in (("settings", settings_are_known), ("secret", secret_is_secret), ("database", database_answers),
                       ("disk", room_is_left), ("pdf", papers_can_be_made), ("mail", relay_answers),
                       ("dkim", letters_are_signed)):  # fmt: skip
        doctor.check(name, verb, database=False)
    for name, verb in (("clock", clocks_agree), ("jobs", work_is_done), ("owners", everybody_has_an_owner),
                       ("orphans", no_file_is_orphaned), ("backup", backups_are_fresh)):  # fmt: skip
        doctor.check(name, verb)
    for name, verb in (("letters", letters_leave), ("media", files_are_there)):
        doctor.of_each_shop(name, verb)
