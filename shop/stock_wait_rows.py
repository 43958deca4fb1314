"""Rows of who waits for something that is sold out: one for each asking, until it is answered, withdrawn or too old."""

from collections.abc import Collection, Mapping
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Index, Select, bindparam, column, func, or_, select

from crm.contacts import Contact
from kernel import beside
from kernel.db import Base, Mapped, belongs, db, ref
from kernel.tenancy import TenantOwned
from shop.catalog import Product
from shop.variants import BundlePart, Variant
from shop.waits import Wait

THERE = column("ended_at").is_(None)


class StockWait(Wait, TenantOwned, Base):
    """Somebody asked to be told, once, when one variant can be bought again."""

    __tablename__ = "stock_wait"
    __extra__ = (
        Index(
            "uq_stock_wait_open", "tenant_id", "variant_id", "contact_id", unique=True,
            sqlite_where=THERE, postgresql_where=THERE,
        ),
        Index("ix_stock_wait_variant", "tenant_id", "variant_id", "ended_at"),
    )  # fmt: skip
    variant_id: Mapped[int] = ref("variant", index=False)
    variant = belongs("StockWait.variant_id", "Variant")
    contact = belongs("StockWait.contact_id", "Contact")

    @property
    def what(self) -> int:
        """The variant."""
        return self.variant_id

    @classmethod
    def standing(cls) -> Select["StockWait"]:
        """What was asked for first before the rest."""
        return select(StockWait).where(StockWait.ended_at.is_(None)).order_by(StockWait.id)


def waiting() -> Select[Any]:
    """Who still waits for what is not in the bin, who asked first first: "Hoy" counts these, its list shows them."""
    kept = select(Variant.id).join(Product, Product.id == Variant.product_id)
    kept = kept.where(Variant.active, Product.binned_at.is_(None))
    people = select(Contact.id).where(Contact.binned_at.is_(None))
    there = StockWait.ended_at.is_(None), StockWait.variant_id.in_(kept), StockWait.contact_id.in_(people)
    wanted = select(StockWait).where(*there)
    return wanted.order_by(StockWait.variant_id, StockWait.asked_at, StockWait.id)


def count_by_variant(variant_ids: Collection[int]) -> Mapping[int, int]:
    """How many wait for each of these variants; one for which nobody waits is left out."""
    mine = waiting().where(StockWait.variant_id.in_(sorted(set(variant_ids)))).order_by(None)
    rows = db.session.execute(mine.with_only_columns(StockWait.variant_id, func.count()).group_by(StockWait.variant_id))
    return dict(rows.all())


def by_product() -> dict[int, int]:
    """How many wait for each product, that for which most wait first."""
    open_ones = waiting().order_by(None).subquery()
    mine = select(Variant.product_id, func.count()).join(open_ones, open_ones.c.variant_id == Variant.id)
    rows = db.session.execute(mine.group_by(Variant.product_id).order_by(func.count().desc(), Variant.product_id))
    return dict(rows.all())


def touched(variant_id: int) -> list[int]:
    """The variants for which somebody waits and that this one, back on sale, may bring back: itself and bundles."""
    return sorted(beside.column(_touched(), variant=variant_id))


@lru_cache
def _touched() -> Select[Any]:
    mine, same = StockWait.tenant_id == bindparam("tenant"), StockWait.variant_id == bindparam("variant")
    return select(StockWait.variant_id).where(mine, StockWait.ended_at.is_(None), or_(same, _bundled())).distinct()


def _bundled() -> ColumnElement[bool]:
    part = BundlePart.variant_id == bindparam("variant"), BundlePart.tenant_id == bindparam("tenant")
    bundles = select(Variant.id).join(BundlePart, BundlePart.product_id == Variant.product_id).where(*part)
    return StockWait.variant_id.in_(bundles)
