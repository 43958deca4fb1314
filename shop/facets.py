"""Facets: what a category's page says of its goods without counting them on each visit."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import func, select

from kernel.db import db
from shop import catalog, categories
from shop.marks import ProductMark

TAGS = 12


def refresh(category_ids: Iterable[int | None]) -> None:
    """Count again what lies on these shelves and on those above them."""
    wanted, shelves = set(category_ids) - {None}, categories.all_()
    for shelf in shelves:
        under = categories.below(shelves, shelf)
        if wanted & set(under):
            shelf.facets = of(under)


def refresh_all() -> None:
    """Count every shelf again: after the tree was changed."""
    shelves = categories.all_()
    for shelf in shelves:
        shelf.facets = of(categories.below(shelves, shelf))


def of(category_ids: list[int]) -> dict[str, Any]:
    """Count, lowest and highest price and the commonest tags of the public goods on these shelves."""
    product = catalog.Product
    public = (product.category_id.in_(category_ids), product.state == "live", product.customer_groups == [])
    totals = select(func.count(product.id), func.min(product.low_minor), func.max(product.low_minor)).where(*public)
    count, low, high = db.session.execute(totals).one()
    tags = (
        select(ProductMark.code, func.count())
        .join(product, product.id == ProductMark.product_id)
        .where(*public, ProductMark.kind == "tag")
        .group_by(ProductMark.code).order_by(func.count().desc(), ProductMark.code).limit(TAGS)
    )  # fmt: skip
    common = [list(row) for row in db.session.execute(tags)]
    return {"count": count, "low": low or 0, "high": high or 0, "tags": common}
