"""Shown: a product as its page needs it, with its variants, read in one question."""

from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import Select, and_, bindparam, exists, select
from sqlalchemy.orm.attributes import set_committed_value

from kernel import beside, rows
from shop.catalog import Product, ProductPicture, Variant
from shop.neighbours import ProductNeighbour
from shop.pricing import PriceBreak


class Shown(NamedTuple):
    """A product with its variants loaded; whether it has prices by quantity or for groups, and neighbours."""

    product: Product
    stepped: bool
    near: bool


def slugged(slug: str) -> Shown | None:
    """The product with that slug, live or not."""
    found = beside.glance(_slugged(), slug=slug)
    if not found:
        return None
    first, own = found[0], len(rows.columns(Product))
    product: Product = rows.loaded(Product, first[:own])
    variants = [rows.loaded(Variant, row[own:-3]) for row in found if row[own] is not None]
    set_committed_value(product, "variants", variants)
    pictured, stepped, near = first[-3:]
    if not pictured:
        set_committed_value(product, "pictures", [])
    return Shown(product, bool(stepped), bool(near))


@lru_cache
def _slugged() -> Select[Any]:
    """Asked beside the guard between tenants, so it names the tenant itself."""
    mine: Any = bindparam("tenant")
    told: Any = select(
        *rows.columns(Product), *rows.columns(Variant),
        exists().where(ProductPicture.product_id == Product.id, ProductPicture.tenant_id == mine),
        exists().where(PriceBreak.product_id == Product.id, PriceBreak.tenant_id == mine),
        exists().where(ProductNeighbour.product_id == Product.id, ProductNeighbour.tenant_id == mine),
    )  # fmt: skip
    own = and_(Variant.product_id == Product.id, Variant.tenant_id == mine)
    there = Product.slug == bindparam("slug"), Product.tenant_id == mine, Product.binned_at.is_(None)
    found: Select[Any] = told.outerjoin(Variant, own).where(*there).order_by(Variant.position, Variant.id)
    return found
