"""Listed: what lists show of a product, as plain rows that are read in one question."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import Select, Text, and_, bindparam, cast, select

from kernel import beside
from kernel.files import File
from shop import shelf
from shop.catalog import Product


class Listed(NamedTuple):
    """One product: equal rows make equal cards. Its words are JSON, its picture may be none."""

    id: int
    slug: str
    kind: str
    name: str
    short: str
    unit: str
    currency: str
    low_minor: int
    high_minor: int
    price_minor: int
    compare_minor: int | None
    season_from: str | None
    season_to: str | None
    sha256: str | None
    width: int | None
    height: int | None
    review_count: int
    review_sum: int


def of(ids: Sequence[int]) -> list[tuple[Listed, bool]]:
    """These products in the given order, each with whether it is sold out; without those in the bin."""
    if not ids:
        return []
    rows = beside.glance(_listed(), ids=sorted(set(ids)))
    found = {row[0]: (Listed(*row[:-1]), bool(row[-1])) for row in rows}
    return [found[one] for one in ids if one in found]


@lru_cache
def _listed() -> Select[Any]:
    """Asked beside the guard between tenants, so it names the tenant itself."""
    words = [cast(column, Text) for column in (Product.name, Product.short, Product.unit)]
    own = (
        Product.id, Product.slug, Product.kind, *words, Product.currency, Product.low_minor, Product.high_minor,
        Product.price_minor, Product.compare_minor, Product.season_from, Product.season_to,
    )  # fmt: skip
    mine: Any = bindparam("tenant")
    told: Any = select(
        *own, File.sha256, File.width, File.height, Product.review_count, Product.review_sum, ~shelf.in_stock()
    )
    pictured = told.outerjoin(File, and_(File.id == Product.picture_id, File.tenant_id == mine))
    wanted = Product.id.in_(bindparam("ids", expanding=True)), Product.tenant_id == mine, Product.binned_at.is_(None)
    found: Select[Any] = pictured.where(*wanted)
    return found
