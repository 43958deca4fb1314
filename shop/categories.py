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
