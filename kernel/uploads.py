"""Uploads that wait: what came with a form that was refused, kept a day so that nobody chooses it twice.

What waits is decoded already, private and by itself; only the page that was shown to its sender has its token. It is
not gone when it was used: the same form may come twice. After a day a job takes it away.
"""

import base64
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from flask import request
from sqlalchemy import String, UniqueConstraint, select

from kernel import clock, files, jobs, signing
from kernel.db import Base, Mapped, belongs, db, mapped_column, pk, ref
from kernel.files import File, Made
from kernel.i18n import _l
from kernel.tenancy import TenantOwned

DAY = timedelta(days=1)
MOST = 24  # of one field
SMALL = 320  # pixels of what the page shows of a picture
Named = tuple[Made, str]  # a file, and what it was called

OVER = _l("A file that you chose before is no longer kept here: choose it again.")


class WaitingUpload(TenantOwned, Base):
    """A file of a form that was shown again."""

    __tablename__ = "waiting_upload"
    __extra__ = (UniqueConstraint("tenant_id", "token"),)
    id: Mapped[int] = pk()
    token: Mapped[str] = mapped_column(String(32), default=signing.token)
    purpose: Mapped[str] = mapped_column(String(60))  # for which form and thing: it fits no other
    file_id: Mapped[int] = ref("file")
    sha256: Mapped[str] = mapped_column(String(64))  # of what was uploaded
    name: Mapped[str] = mapped_column(String(120), default="")
    at: Mapped[datetime] = mapped_column(default=clock.now)
    file: Mapped[File] = belongs("WaitingUpload.file_id", "File")


@dataclass(frozen=True)
class Waiting:
    """One of them as a page shows it: a small picture where it is one."""

    token: str
    name: str
    picture: str = ""


@dataclass
class Brought:
    """What a form brings: files chosen now, and those that wait from before, by the name of its field."""

    purpose: str
    fresh: dict[str, list[Named]] = field(default_factory=dict)
    kept: dict[str, list[tuple[Waiting, Made]]] = field(default_factory=dict)
    lost: list[str] = field(default_factory=list)  # the fields of which something waited too long: tell OVER there

    def of(self, name: str) -> list[Named]:
        """All files of a field, those that waited first."""
        return [*((made, one.name) for one, made in self.kept.get(name, ())), *self.fresh.get(name, ())]

    def one(self, name: str) -> Named | None:
        """The file of a field that takes one: the last that was chosen."""
        return next(reversed(self.of(name)), None)

    def wait(self, *, single: Iterable[str] = ()) -> dict[str, list[Waiting]]:
        """Keep what came for who mends the form, and what the page shows of it, by field.

        `single`: the fields that take one file. Call it where writing is allowed, and commit.
        """
        found = {}
        for name in {**self.kept, **self.fresh}:
            shown = [one for one, _made in self.kept.get(name, ())]
            shown += [_keep(self.purpose, *one) for one in self.fresh.get(name, ())]
            found[name] = shown[-1:] if name in set(single) else shown
        return found


def brought(purpose: str, *names: str) -> Brought:
    """What waits for that purpose of the fields with these names. For the reading part of a view."""
    told = Brought(purpose)
    for name in names:
        tokens = request.form.getlist(f"kept-{name}")[:MOST]
        wanted = select(WaitingUpload).where(WaitingUpload.token.in_(tokens), WaitingUpload.purpose == purpose)
        known = {row.token: row for row in (db.session.scalars(wanted) if tokens else ())}
        rows = [(_shown(row), _made(row)) for token in dict.fromkeys(tokens) if (row := known.get(token))]
        told.kept[name] = rows
        told.lost += [name] if len(rows) < len(set(tokens)) else []
    return told


def _made(row: WaitingUpload) -> Made:
    """The file as it was decoded."""
    file = row.file
    folder = files.path_of(file.tenant_id, file.sha256, "*", private=True).parent
    parts = {path.name.partition(".")[2]: path.read_bytes() for path in sorted(folder.glob(f"{file.sha256}.*"))}
    return Made(row.sha256, file.mime, file.bytes, parts, file.width, file.height, file.tint)


def _keep(purpose: str, made: Made, name: str) -> Waiting:
    token = signing.token()
    row = WaitingUpload(token=token, purpose=purpose, file_id=files.keep_alone(made, token).id, sha256=made.sha256)
    row.name = "".join(sign for sign in name.replace("\\", "/").rsplit("/", 1)[-1] if sign.isprintable())[-120:]
    db.session.add(row)
    db.session.flush()
    jobs.later("uploads.drop", row.id, at=clock.now() + DAY)
    return _shown(row)


def _shown(row: WaitingUpload) -> Waiting:
    if not row.file.picture:
        return Waiting(row.token, row.name)
    data = base64.b64encode(files.read(row.file, SMALL)).decode()
    return Waiting(row.token, row.name, f"data:image/webp;base64,{data}")


@jobs.job("uploads.drop")
def drop(upload_id: int) -> None:
    """Its day is over: it goes, and its bytes with it; harmless twice."""
    row = db.session.get(WaitingUpload, upload_id)
    if row is not None:
        file = row.file
        db.session.delete(row)
        db.session.flush()
        files.drop(file)
