"""Pages: home, own pages and policies, made of blocks, with a draft and what is published."""

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import Index, Select, String, bindparam, column, select

from kernel import beside, clock, tenancy
from kernel.db import Base, Mapped, db, mapped_column, pk, words
from kernel.tenancy import Binnable, TenantOwned
from shop import page_versions, slugs

KINDS = ("home", "page", "policy")


class Page(TenantOwned, Binnable, Base):
    """A list of blocks under a title; the public sees `live`, its makers work on `draft`."""

    __tablename__ = "page"
    __extra__ = (
        Index(
            "uq_page_slug", "tenant_id", "kind", "slug", unique=True,
            sqlite_where=column("binned_at").is_(None), postgresql_where=column("binned_at").is_(None),
        ),
    )  # fmt: skip
    id: Mapped[int] = pk()
    slug: Mapped[str] = mapped_column(String(80))
    kind: Mapped[str] = mapped_column(String(8), default="page")
    title: Mapped[dict[str, str]] = words()
    draft_title: Mapped[dict[str, str]] = words()  # {}: the same as the title
    draft: Mapped[list[dict[str, Any]]] = mapped_column(default=list)
    live: Mapped[list[dict[str, Any]]] = mapped_column(default=list)
    version: Mapped[int] = mapped_column(default=0)
    position: Mapped[int] = mapped_column(default=0)
    in_menu: Mapped[bool] = mapped_column(default=True)
    published_at: Mapped[datetime | None]

    @property
    def changed(self) -> bool:
        """Whether the draft says something that the public does not see yet."""
        return self.draft != self.live or self.working_title != self.title

    @property
    def working_title(self) -> dict[str, str]:
        """The title as its makers see it."""
        return self.draft_title or self.title


def home() -> Page | None:
    """The page behind the shop's bare address."""
    return db.session.scalars(select(Page).where(Page.kind == "home").order_by(Page.id)).first()


def every() -> Sequence[Page]:
    """All pages, the home page first, then in the menu's order."""
    rows = db.session.scalars(select(Page).order_by(Page.position, Page.id)).all()
    return sorted(rows, key=lambda page: KINDS.index(page.kind))


def slugged(slug: str, kind: str = "page") -> Page | None:
    """The published or drafted page with that slug."""
    return db.session.scalars(select(Page).where(Page.kind == kind, Page.slug == slug)).one_or_none()


def named(slug: str) -> Page | None:
    """The page of any kind with that slug: in the back office every page has its own."""
    return db.session.scalars(select(Page).where(Page.slug == slug).order_by(Page.id)).first()


def listed(kind: str) -> Sequence[Page]:
    """The published pages of a kind, in the menu's order."""
    return beside.found(Page, _listed(), kind=kind)


@lru_cache
def _listed() -> Select[Any]:
    there = Page.kind == bindparam("kind"), Page.published_at.is_not(None)
    return beside.mine(Page, *there).order_by(Page.position, Page.id)


def make(
    title: dict[str, str], *, kind: str = "page", slug: str = "", blocks: list[dict[str, Any]] | None = None
) -> Page:
    """A new page, in draft."""
    named = slug or next(iter(title.values()), kind)
    page = Page(
        title=title, kind=kind, slug=slugs.free(Page, named), draft=blocks or [], live=[], version=0, position=0
    )
    db.session.add(page)
    db.session.flush()
    return page


def save(page: Page, blocks: list[dict[str, Any]], title: dict[str, str] | None = None) -> None:
    """Keep the draft; the public page does not change."""
    page.draft = blocks
    if title:
        page.draft_title = title


def publish(page: Page, *, by: str = "") -> None:
    """Let the public see the draft; `by`: the name of who does it."""
    title, page.draft_title = dict(page.working_title), {}
    _show(page, page.draft, title, by)


def take_back(page: Page, *, by: str = "") -> None:
    """Let the public see again what it saw before the last publication; what was published stays as the draft."""
    before = page_versions.before(page)
    if before is None:
        return withdraw(page)
    page.draft_title = dict(page.working_title)
    return _show(page, before.blocks, before.title, by)


def show_again(page: Page, *, by: str = "") -> None:
    """Let the public see a page that it saw once, as it was."""
    _show(page, page.live, page.title, by)


def _show(page: Page, blocks: list[dict[str, Any]], title: dict[str, str], by: str) -> None:
    db.session.refresh(page, ["version"], with_for_update=True)  # two who publish at once make two versions
    page.live, page.title = [dict(block) for block in blocks], dict(title)
    page.version = (page.version or 0) + 1
    page.published_at = clock.now()
    page_versions.keep(page, by)
    tenancy.touch()


def seen(version: page_versions.PageVersion) -> Page | None:
    """The page with the words of a version, to be looked at: it is not kept."""
    page = db.session.get(Page, version.page_id)
    told = {"title": version.title, "draft_title": {}, "draft": version.blocks, "live": []}
    return Page(kind=page.kind, slug=page.slug, **told) if page else None


def withdraw(page: Page) -> None:
    """Take a page off the public shop; its draft stays."""
    page.published_at = None
    page_versions.end(page)
    tenancy.touch()


def discard(page: Page) -> None:
    """Throw the draft away and start again from what is published."""
    page.draft, page.draft_title = [dict(block) for block in page.live], {}


def first_page(blocks: list[dict[str, Any]], title: dict[str, str]) -> Page:
    """The page behind the bare address, written now when the shop still shows the one that every shop begins with."""
    known = home()
    if known is None:
        known = make(title, kind="home", slug="home", blocks=blocks)
        publish(known)
        known.in_menu = False
    return known


def order(slugs_: Sequence[str]) -> None:
    """Put pages into that order; those that are not named follow as they were."""
    places = {slug: place for place, slug in enumerate(slugs_)}
    rows = sorted(every(), key=lambda page: places.get(page.slug, len(places)))
    for place, page in enumerate(rows, 1):
        page.position = place
    tenancy.touch()


def shift(page: Page, step: int) -> None:
    """One place up (-1) or down (1) among its own kind."""
    level = [one for one in every() if one.kind == page.kind]
    place = level.index(page)
    if 0 <= place + step < len(level):
        level[place], level[place + step] = level[place + step], level[place]
        order([one.slug for one in level])
