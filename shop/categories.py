"""Categories: the tree in which a shop's goods hang."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Index, String, column, select

from kernel.db import Base, Mapped, db, mapped_column, pk, ref, words
from kernel.tenancy import Binnable, TenantOwned


class Category(TenantOwned, Binnable, Base):
    """A shelf of the shop; `facets` keeps what its page needs to know of its goods (see catalog.changed)."""

    __tablename__ = "category"
    __extra__ = (
        Index(
            "uq_category_slug", "tenant_id", "slug", unique=True,
            sqlite_where=column("binned_at").is_(None), postgresql_where=column("binned_at").is_(None),
        ),
    )  # fmt: skip
    id: Mapped[int] = pk()
    slug: Mapped[str] = mapped_column(String(80))
    name: Mapped[dict[str, str]] = words()
    intro: Mapped[dict[str, str]] = words()
    parent_id: Mapped[int | None] = ref("category")
    picture_id: Mapped[int | None] = ref("file")
    position: Mapped[int] = mapped_column(default=0)
    facets: Mapped[dict[str, Any]] = mapped_column(default=dict)  # {count, low, high, tags: [[code, count]]}


def all_() -> Sequence[Category]:
    """Every category, in order of the tree's levels."""
    return db.session.scalars(select(Category).order_by(Category.position, Category.id)).all()


def slugged(slug: str) -> Category | None:
    """The category with that slug."""
    return db.session.scalars(select(Category).where(Category.slug == slug)).one_or_none()


def children(shelves: Sequence[Any], parent: Any = None) -> list[Any]:
    """The categories right below `parent` (the top ones without)."""
    return [shelf for shelf in shelves if shelf.parent_id == (parent.id if parent else None)]


def tree(shelves: Sequence[Any], parent: Any = None, depth: int = 0) -> list[tuple[Any, int]]:
    """Every category with its depth, each above its own; a loop hangs on nothing and is left out."""
    rows = [(shelf, depth) for shelf in children(shelves, parent)]
    return [pair for row in rows for pair in (row, *tree(shelves, row[0], depth + 1))]


def below(shelves: Sequence[Any], category: Any) -> list[int]:
    """The ids of a category and of everything under it; bears a loop."""
    found, front = [category.id], {category.id}
    while front:
        front = {shelf.id for shelf in shelves if shelf.parent_id in front} - set(found)
        found += sorted(front)
    return found


def path(shelves: Sequence[Any], category: Any) -> list[Any]:
    """From the top category down to this one; bears a loop."""
    by_id: dict[int, Any] = {shelf.id: shelf for shelf in shelves}
    trail: list[Any] = []
    while category is not None and category not in trail:
        trail.insert(0, category)
        category = by_id.get(category.parent_id or 0)
    return trail


def save(row: Category, *, name: dict[str, str], intro: dict[str, str], parent: Category | None) -> Category:
    """Keep a category, new or edited; a new one or one that moved goes to the end of its level."""
    moved = row.id is None or row.parent_id != (parent.id if parent else None)
    row.name, row.intro, row.parent_id = name, intro, parent.id if parent else None
    if moved:
        level = children(all_(), parent)
        row.position = max((one.position for one in level if one is not row), default=0) + 1
    db.session.add(row)
    db.session.flush()
    return row


def order(slugs: Sequence[str]) -> None:
    """Put categories into that order; those that are not named follow as they were."""
    places = {slug: place for place, slug in enumerate(slugs)}
    rows = sorted(all_(), key=lambda row: places.get(row.slug, len(places)))
    for place, row in enumerate(rows, 1):
        row.position = place
    db.session.flush()


def shift(row: Category, step: int) -> None:
    """One place up (-1) or down (1) among its own level."""
    every = all_()
    level = [one for one in every if one.parent_id == row.parent_id]
    place = level.index(row)
    if 0 <= place + step < len(level):
        level[place], level[place + step] = level[place + step], level[place]
        rest = [one for one in every if one.parent_id != row.parent_id]
        order([one.slug for one in (*level, *rest)])
