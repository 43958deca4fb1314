"""The back office's list of products: filters, search in names and SKUs (drafts too), pages of fifty."""

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, exists, func, or_, select

from kernel.db import db
from kernel.folding import fold
from kernel.i18n import _l
from shop import categories, free_lines, stock
from shop.catalog import Category, Product, Variant

PAGE = 50

FILTERS: dict[str, tuple[Any, Callable[[], ColumnElement[bool]]]] = {
    "all": (_l("Every one"), lambda: Product.id.is_not(None)),
    "live": (_l("On sale"), lambda: Product.state == "live"),
    "draft": (_l("Drafts"), lambda: Product.state == "draft"),
    "low": (_l("Few left"), lambda: Product.id.in_(stock.low_products())),
}


def query(name: str = "all", text: str = "", category: Category | None = None) -> Select[Product]:
    """The products of a filter that match a text, in the shop's own order."""
    wanted = select(Product).where(FILTERS.get(name, FILTERS["all"])[1](), Product.sku != free_lines.SKU)
    if category is not None:
        wanted = wanted.where(Product.category_id.in_(categories.below(categories.all_(), category)))
    for word in fold(text)[:120].replace("\x00", " ").split()[:6]:
        wanted = wanted.where(_has(word))
    return wanted.order_by(Product.position, Product.id)


def _has(word: str) -> ColumnElement[bool]:
    sku = exists().where(Variant.product_id == Product.id, func.lower(Variant.sku).contains(word, autoescape=True))
    return or_(Product.sort_name.contains(word, autoescape=True), Product.slug.contains(word, autoescape=True), sku)


def count(name: str) -> int:
    """How many products a filter has."""
    return _counted(query(name))


def page(wanted: Select[Product], number: int) -> tuple[Sequence[Product], int, int]:
    """One page of a list, how many pages there are and how many products."""
    total = _counted(wanted)
    pages = max(1, -(-total // PAGE))
    rows = wanted.limit(PAGE).offset((min(max(1, number), pages) - 1) * PAGE)
    return db.session.scalars(rows).all(), pages, total


def _counted(wanted: Select[Product]) -> int:
    return int(db.session.scalar(select(func.count()).select_from(wanted.order_by(None).subquery())) or 0)


def variants_of(products: Sequence[Product]) -> dict[int, list[Variant]]:
    """The variants that can be chosen, by product, in one question."""
    wanted = select(Variant).where(Variant.product_id.in_([row.id for row in products]), Variant.active)
    kept: dict[int, list[Variant]] = {row.id: [] for row in products}
    for row in db.session.scalars(wanted.order_by(Variant.position, Variant.id)):
        kept[row.product_id].append(row)
    return kept
