"""Versions of pages: what the public saw, from when until when; to go back to, and to know what a buyer accepted."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import String, UniqueConstraint, delete, select, update

from kernel import clock
from kernel.db import Base, Mapped, db, mapped_column, pk, ref, words
from kernel.refusal import Missing
from kernel.tenancy import TenantOwned

if TYPE_CHECKING:
    from shop.pages import Page

MOST = 40  # of one page; the oldest go, but never those of a policy: orders accept them


class PageVersion(TenantOwned, Base):
    """What a page said when it was published and who published it; `until`: when the public saw it last, None: now."""

    __tablename__ = "page_version"
    __extra__ = (UniqueConstraint("tenant_id", "page_id", "number"),)
    id: Mapped[int] = pk()
    page_id: Mapped[int] = ref("page", index=False)
    number: Mapped[int]
    title: Mapped[dict[str, str]] = words()
    blocks: Mapped[list[dict[str, Any]]] = mapped_column(default=list)
    by: Mapped[str] = mapped_column(String(160), default="")  # the name of who published it
    at: Mapped[datetime]
    until: Mapped[datetime | None]


def of(page: "Page") -> Sequence[PageVersion]:
    """What the public saw of a page, the newest first."""
    mine = select(PageVersion).where(PageVersion.page_id == page.id)
    return db.session.scalars(mine.order_by(PageVersion.number.desc())).all()


def named(page: "Page", number: int) -> PageVersion:
    """The version with that number; raises Missing."""
    mine = PageVersion.page_id == page.id, PageVersion.number == number
    found = db.session.scalar(select(PageVersion).where(*mine))
    if found is None:
        raise Missing()
    return found


def keep(page: "Page", by: str) -> None:
    """Keep what is public of a page from now on."""
    now = clock.now()
    end(page, now)
    told = {"title": dict(page.title), "blocks": [dict(block) for block in page.live]}
    db.session.add(PageVersion(page_id=page.id, number=page.version, by=by, at=now, **told))
    if page.kind != "policy":
        old = PageVersion.page_id == page.id, PageVersion.number <= page.version - MOST
        db.session.execute(delete(PageVersion).where(*old))


def end(page: "Page", at: datetime | None = None) -> None:
    """The public does not see it any more."""
    shown = PageVersion.page_id == page.id, PageVersion.until.is_(None)
    db.session.execute(update(PageVersion).where(*shown).values(until=at or clock.now()))


def before(page: "Page") -> PageVersion | None:
    """What the public saw until it saw what it sees now; None when there was no such page to see."""
    mine = PageVersion.page_id == page.id
    began = select(PageVersion.at).where(mine, PageVersion.number == page.version).scalar_subquery()
    last = mine, PageVersion.number == page.version - 1, PageVersion.until == began
    return db.session.scalar(select(PageVersion).where(*last))


def forget(page_id: int) -> None:
    """Delete what the public saw of a page."""
    db.session.execute(delete(PageVersion).where(PageVersion.page_id == page_id))
