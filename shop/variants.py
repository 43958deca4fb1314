"""Variants: what is really bought (own SKU, price, stock and picture), and the parts of a bundle."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import CheckConstraint, Select, String, UniqueConstraint, bindparam, select

from kernel import beside, rows
from kernel.db import Base, Mapped, belongs, db, mapped_column, pk, ref
from kernel.tenancy import TenantOwned

UNCOUNTED = frozenset({"unlimited", "booking"})  # of a booking the time is taken, not a piece


class Variant(TenantOwned, Base):
    """One choice of a product's options; every product has at least one, with no options."""

    __tablename__ = "variant"
    __extra__ = (
        UniqueConstraint("tenant_id", "sku"),
        CheckConstraint("on_hand >= 0", name="on_hand"),
        CheckConstraint("price_minor >= 0", name="price"),
    )
    id: Mapped[int] = pk()
    product_id: Mapped[int] = ref("product")
    sku: Mapped[str] = mapped_column(String(64))
    options: Mapped[dict[str, str]] = mapped_column(default=dict)  # {option code: value code}
    price_minor: Mapped[int | None]  # None: the product's
    compare_minor: Mapped[int | None]
    picture_id: Mapped[int | None] = ref("file")
    position: Mapped[int] = mapped_column(default=0)
    stock_kind: Mapped[str] = mapped_column(String(16), default="onhand")
    on_hand: Mapped[int] = mapped_column(default=0)
    daily_capacity: Mapped[int | None]
    low_at: Mapped[int | None]
    active: Mapped[bool] = mapped_column(default=True)  # an order's variant is never deleted, only put away
    product = belongs("Variant.product_id", "Product")


class BundlePart(TenantOwned, Base):
    """How many of which variant go into one bundle; a bundle without parts has its own stock."""

    __tablename__ = "bundle_part"
    __extra__ = (
        UniqueConstraint("tenant_id", "product_id", "variant_id"),
        CheckConstraint("quantity > 0", name="quantity"),
    )
    id: Mapped[int] = pk()
    product_id: Mapped[int] = ref("product")
    variant_id: Mapped[int] = ref("variant")
    quantity: Mapped[int] = mapped_column(default=1)
    variant = belongs("BundlePart.variant_id", "Variant")


def of(*product_ids: int) -> Sequence[Variant]:
    """The variants that can be chosen of these products, in order."""
    return beside.entities(Variant, beside.plain(_chosen_of(), products=list(product_ids)))


@lru_cache
def _chosen_of() -> Select[Any]:
    these = Variant.product_id.in_(bindparam("products", expanding=True))
    mine = select(*rows.columns(Variant)).where(Variant.tenant_id == bindparam("tenant"), these, Variant.active)
    return mine.order_by(Variant.product_id, Variant.position, Variant.id)


def by_sku(sku: str) -> Variant | None:
    """The variant with that SKU."""
    return db.session.scalars(select(Variant).where(Variant.sku == sku)).one_or_none()


def parts(product_id: int) -> Sequence[BundlePart]:
    """What a bundle is made of, in key order of the variants."""
    wanted = select(BundlePart).where(BundlePart.product_id == product_id)
    return db.session.scalars(wanted.order_by(BundlePart.variant_id)).all()


def chosen(known: Sequence[Variant], options: Mapping[str, str]) -> Variant | None:
    """The variant with exactly these options; the only one when there is nothing to choose."""
    if len(known) == 1 and not known[0].options:
        return known[0]
    return next((variant for variant in known if dict(variant.options) == dict(options)), None)
