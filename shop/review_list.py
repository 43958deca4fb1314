"""The back office's list of reviews: filters, one product's alone, and how many each filter has."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import selectinload

from kernel.db import db
from kernel.i18n import _l
from shop.catalog import Product
from shop.reviews import STATES, Review

PAGE = 30
FILTERS: dict[str, Any] = {
    "waiting": STATES["waiting"], "shown": _l("Shown reviews"), "hidden": _l("Hidden reviews"),
    "all": _l("All reviews"),
}  # fmt: skip


def query(name: str = "all", product: Product | None = None) -> Select[Review]:
    """The reviews of a filter, the newest first."""
    found = select(Review)
    if name != "all":
        found = found.where(Review.state == name)
    if product is not None:
        found = found.where(Review.product_id == product.id)
    return found.order_by(Review.written_at.desc(), Review.id.desc())


def sizes(product: Product | None = None) -> dict[str, int]:
    """How many reviews each filter has."""
    rows = select(Review.state, func.count(Review.id)).group_by(Review.state)
    if product is not None:
        rows = rows.where(Review.product_id == product.id)
    known = {state: int(number) for state, number in db.session.execute(rows)}
    return {name: sum(known.values()) if name == "all" else known.get(name, 0) for name in FILTERS}


def page(name: str, product: Product | None, number: int, many: int) -> tuple[Sequence[Review], int, int]:
    """One page of a filter that has so many, which one it is, and how many pages there are; with all that is told."""
    pages = max(1, -(-many // PAGE))
    at = min(max(1, number), pages)
    whole = query(name, product).options(*map(selectinload, (Review.contact, Review.order, Review.by, Review.pictures)))
    return db.session.scalars(whole.limit(PAGE).offset((at - 1) * PAGE)).all(), at, pages


def products(rows: Sequence[Review]) -> dict[int, Product]:
    """What they are about, by key, which may lie in the bin by now."""
    mine = select(Product).where(Product.id.in_({row.product_id for row in rows}))
    return {one.id: one for one in db.session.scalars(mine.execution_options(binned=True))}
