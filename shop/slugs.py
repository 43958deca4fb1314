"""Slugs: the names in addresses, and the ones that things had before (they redirect)."""

import re
from collections.abc import Sequence

from sqlalchemy import String, UniqueConstraint, delete, select, update

from kernel.db import Base, Mapped, db, mapped_column, pk
from kernel.folding import fold
from kernel.tenancy import TenantOwned

LONGEST = 80
QUIET = {"synchronize_session": False}
RESERVED = frozenset({"new", "order", "bulk", "imports"})  # words of the back office's own addresses


class FormerSlug(TenantOwned, Base):
    """A slug that a product, category or page had before today's."""

    __tablename__ = "slug_history"
    __extra__ = (UniqueConstraint("tenant_id", "kind", "slug"),)
    id: Mapped[int] = pk()
    kind: Mapped[str] = mapped_column(String(16))
    slug: Mapped[str] = mapped_column(String(LONGEST))
    target_id: Mapped[int]


def make(text: str) -> str:
    """A slug from a name; never empty."""
    return re.sub(r"[^a-z0-9]+", "-", fold(text)).strip("-")[:LONGEST].strip("-") or "x"


def free(cls: type, text: str, *, keep: int | None = None) -> str:
    """A slug from `text` that no other row of `cls` has, not even in the bin."""
    wish = make(text)
    taken = select(cls.slug).where(cls.slug.startswith(wish[: LONGEST - 6]), cls.id != (keep or 0))  # type: ignore[attr-defined]
    known = RESERVED | set(db.session.scalars(taken.execution_options(binned=True)))
    tries = (wish if n == 1 else f"{wish[: LONGEST - 6]}-{n}" for n in range(1, len(known) + 3))
    return next(slug for slug in tries if slug not in known)


def rename(row: object, kind: str, text: str) -> None:
    """Give `row` a new slug and let the old one redirect."""
    old, new = row.slug, free(type(row), text, keep=row.id)  # type: ignore[attr-defined]
    if old == new:
        return
    forget(kind, new)
    forget(kind, old)
    db.session.add(FormerSlug(kind=kind, slug=old, target_id=row.id))  # type: ignore[attr-defined]
    row.slug = new  # type: ignore[attr-defined]


def forget(kind: str, slug: str) -> None:
    """Drop the redirect of a slug that is about to be used again."""
    for row in db.session.scalars(select(FormerSlug).where(FormerSlug.kind == kind, FormerSlug.slug == slug)):
        db.session.delete(row)
    db.session.flush()


def former(kind: str, slug: str) -> int | None:
    """The id of the row that had this slug once."""
    wanted = select(FormerSlug.target_id).where(FormerSlug.kind == kind, FormerSlug.slug == slug)
    return db.session.scalar(wanted)


def add_former(kind: str, slug: str, target_id: int) -> None:
    """Let what had this address, and is not there any more, lead to that row."""
    db.session.add(FormerSlug(kind=kind, slug=slug, target_id=target_id))
    db.session.flush()


def point(kind: str, old_id: int, new_id: int) -> None:
    """Lead whatever led to one row to another, which takes its place."""
    mine = FormerSlug.kind == kind, FormerSlug.target_id == old_id
    db.session.execute(update(FormerSlug).where(*mine).values(target_id=new_id), execution_options=QUIET)


def forget_all(kind: str, ids: Sequence[int]) -> None:
    """Drop everything that led to these rows."""
    mine = FormerSlug.kind == kind, FormerSlug.target_id.in_(ids)
    db.session.execute(delete(FormerSlug).where(*mine), execution_options=QUIET)
