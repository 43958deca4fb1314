"""Files: what people upload, decoded and made anew, under our own names; private ones behind a permission."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from flask import Flask
from sqlalchemy import String, UniqueConstraint, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, mapped_column

from kernel import atomic, clock, jobs, origins, pictures, settings, signing, tenancy, web
from kernel.db import Base, db, pk
from kernel.i18n import _l
from kernel.refusal import Missing, Refusal
from kernel.tenancy import TenantOwned

WIDTHS = (320, 640, 960, 1600)
LIMIT = 10 * 1024 * 1024  # bytes of one upload
EXTENSIONS = {
    "image/webp": "webp", "image/jpeg": "jpg", "application/pdf": "pdf", "application/zip": "zip",
    "application/octet-stream": "bin",
}  # fmt: skip


class NotAPicture(Refusal):
    """It is none of the kinds that were asked for."""

    message = _l("That file is not a picture we can read. Send a JPEG, PNG or WebP.")


class NotAcceptable(Refusal):
    """It is neither a picture nor a PDF."""

    message = _l("That file is neither a picture nor a PDF. Send a photo (JPEG, PNG, WebP) or a PDF.")


class Empty(NotAPicture, NotAcceptable):
    """It holds nothing, whatever it should be: it was not sent whole, or has not come from some cloud yet."""

    message = _l("That file is empty. Open it to see whether it is all there, then choose it again.")


class TooBig(Refusal):
    """More bytes than one file may have."""

    message = _l("That file is too big: %(limit)s MB at most.")
    status = 413


class File(TenantOwned, Base):
    """One file: its content's hash is its name; the original is never served as it came."""

    __tablename__ = "file"
    __extra__ = (UniqueConstraint("tenant_id", "sha256", "private"),)
    id: Mapped[int] = pk()
    token: Mapped[str] = mapped_column(String(32), index=True)  # in private addresses instead of the id
    sha256: Mapped[str] = mapped_column(String(64))  # of what was uploaded
    private: Mapped[bool] = mapped_column(default=False)
    mime: Mapped[str] = mapped_column(String(80))
    bytes: Mapped[int]
    width: Mapped[int] = mapped_column(default=0)
    height: Mapped[int] = mapped_column(default=0)
    tint: Mapped[str] = mapped_column(String(7), default="")  # the picture's mean colour, for the ground it stands on
    name: Mapped[str] = mapped_column(String(120), default="")  # what it was called, for people only
    at: Mapped[datetime] = mapped_column(default=clock.now)

    @property
    def picture(self) -> bool:
        """Whether it can be shown as a picture."""
        return self.mime == "image/webp"

    @property
    def widths(self) -> list[int]:
        """The widths it is kept in, small ones first."""
        return [width for width in WIDTHS if width < self.width] + [min(self.width, WIDTHS[-1])]


@dataclass(frozen=True)
class Made:
    """An upload after decoding: what to keep, by name."""

    sha256: str
    mime: str
    size: int
    parts: dict[str, bytes]
    width: int = 0
    height: int = 0
    tint: str = ""


def make(data: bytes, *, kinds: Iterable[str] = ("picture",), limit: int = LIMIT) -> Made:
    """Decode an upload and make it anew: heavy, so do it before the writing transaction (`web.reading()`).

    `kinds`: picture, pdf, download (kept as it is, only ever sent as an attachment).
    """
    kinds = tuple(kinds)
    if not data:
        raise Empty()
    if len(data) > limit:
        raise TooBig(limit=limit // (1024 * 1024))
    sha = hashlib.sha256(data).hexdigest()
    if "pdf" in kinds and data[:1024].lstrip().startswith(b"%PDF-"):
        return Made(sha, "application/pdf", len(data), {"pdf": data})
    if "download" in kinds:
        mime = "application/pdf" if data.startswith(b"%PDF-") else "application/octet-stream"
        return Made(sha, mime, len(data), {EXTENSIONS[mime]: data})
    try:
        drawn = pictures.webps(data, WIDTHS)
    except pictures.Unreadable:
        raise (NotAcceptable() if "pdf" in kinds else NotAPicture()) from None
    parts = {f"{width}.webp": part for width, part in drawn.parts.items()}
    return Made(sha, "image/webp", len(data), parts, drawn.width, drawn.height, drawn.tint)


def keep(made: Made, *, name: str = "", private: bool = False) -> File:
    """Write a made file: its parts on disk first, then its row; the same content twice is one file."""
    same = select(File).where(File.sha256 == made.sha256, File.private == private)
    known = db.session.scalar(same)
    if known is not None:
        return known
    row = File(sha256=made.sha256, private=private, mime=made.mime, bytes=made.size, name=_shown(name))
    row.token = hashlib.sha256(
        f"{tenancy.current()}|{made.sha256}|{settings.current().secret_key}".encode()
    ).hexdigest()[:32]
    row.width, row.height, row.tint = made.width, made.height, made.tint
    parts = {
        path_of(tenancy.current(), made.sha256, ending, private=private): data for ending, data in made.parts.items()
    }
    atomic.write_all(parts)  # a power cut may not leave the row without them
    try:
        with db.session.begin_nested():
            db.session.add(row)
    except IntegrityError:  # the same content came twice at one moment
        return db.session.scalars(same).one()
    return row


def keep_alone(made: Made, salt: str) -> File:
    """Keep a private file that is nobody else's, were its content the same: so it can go and nobody misses it."""
    own = hashlib.sha256(f"{salt}|{made.sha256}".encode()).hexdigest()
    return keep(replace(made, sha256=own), private=True)


def keep_written(path: Path, mime: str, *, name: str) -> File:
    """Keep what we wrote ourselves, however large, as a private file that is nobody else's; it is moved away there."""
    sha = hashlib.sha256(signing.token().encode()).hexdigest()
    row = File(sha256=sha, private=True, mime=mime, bytes=path.stat().st_size, name=_shown(name), token=signing.token())
    atomic.move(path, path_of(tenancy.current(), sha, EXTENSIONS[mime], private=True))
    db.session.add(row)
    db.session.flush()
    return row


def place(file: File) -> Path:
    """Where a file that is no picture lies."""
    return path_of(file.tenant_id, file.sha256, EXTENSIONS[file.mime], private=file.private)


def drop(file: File) -> None:
    """Let a file go that was kept alone: its row now, its bytes once that is certain."""
    jobs.later("files.clear", file.sha256)
    db.session.delete(file)
    db.session.flush()


@jobs.job("files.clear")
def clear(sha256: str) -> None:
    """Take the bytes of a private file away that has no row any more."""
    if db.session.scalar(select(File.id).where(File.sha256 == sha256, File.private)) is None:
        for part in path_of(tenancy.current(), sha256, "*", private=True).parent.glob(f"{sha256}.*"):
            part.unlink(missing_ok=True)


def store(data: bytes, *, name: str = "", private: bool = False, kinds: Iterable[str] = ("picture",)) -> File:
    """Make and keep in one go: for jobs, loaders and tests."""
    return keep(make(data, kinds=kinds), name=name, private=private)


def _shown(name: str) -> str:
    clean = "".join(sign for sign in name.replace("\\", "/").rsplit("/", 1)[-1] if sign.isprintable())
    return clean[-120:]


def path_of(tenant_id: int, sha256: str, ending: str, *, private: bool) -> Path:
    """Where a part of a file lies; `ending` is ours, never a person's."""
    side = "private" if private else "public"
    return settings.current().media / side / str(tenant_id) / sha256[:2] / f"{sha256}.{ending}"


def by_sha(sha256: str) -> File | None:
    """The public file with that content."""
    return db.session.scalar(select(File).where(File.sha256 == sha256, File.private.is_(False)))


def shas(*, private: bool) -> set[str]:
    """The names of all public, or all private, files of the current tenant."""
    return set(db.session.scalars(select(File.sha256).where(File.private == private)))


def by_token(token: str) -> File:
    """The private file that an address names; raises Missing."""
    found = db.session.scalar(select(File).where(File.token == token, File.private)) if token else None
    if found is None:
        raise Missing()
    return found


def read(file: File, width: int | None = None) -> bytes:
    """The bytes of a file, of a picture in the width of its own that fits (the largest without one)."""
    ending = f"{fitting(file, width)}.webp" if file.picture else EXTENSIONS[file.mime]
    return path_of(file.tenant_id, file.sha256, ending, private=file.private).read_bytes()


def fitting(file: File, width: int | None) -> int:
    """The smallest of a picture's widths that is not below `width`, else its largest."""
    return next((known for known in file.widths if width and known >= width), file.widths[-1])


def url(file: File, width: int | None = None) -> str:
    """The address of a public picture on the shop's host."""
    here = origins.place()
    slug = here.slug if here is not None and here.id == tenancy.current() else tenancy.tenant().slug
    return f"/media/{slug}/{file.sha256}.{fitting(file, width)}.webp"


def srcset(file: File, base: str = "") -> str:
    """All widths of a public picture, for `srcset`."""
    return ", ".join(f"{base}{url(file, width)} {width}w" for width in file.widths)


def _host() -> str:
    return "" if origins.place() else web.shop_base(tenancy.tenant())


def init_app(app: Flask) -> None:
    """Let pages show pictures: on the shop's own host by path, in the back office with the shop's host before it."""
    app.jinja_env.globals.update(
        file_url=lambda file, width=None: _host() + url(file, width), file_srcset=lambda file: srcset(file, _host())
    )
