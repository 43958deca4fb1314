"""How orders, products, their variants and pages are called in the journal and beside letters, and where they are."""

from collections.abc import Sequence
from typing import Any

from flask import Flask

from kernel import about, i18n
from kernel.about import Told
from kernel.db import db
from shop.catalog import Product
from shop.orders import Order
from shop.pages import Page
from shop.variants import Variant


def _rows(cls: Any, ids: Sequence[int]) -> Any:
    return db.session.scalars(db.select(cls).where(cls.id.in_(ids)), execution_options={"binned": True})


def orders(ids: Sequence[int]) -> dict[int, Told]:
    """By their number."""
    return {row.id: Told(row.number, about.page("shop_admin.order", number=row.number)) for row in _rows(Order, ids)}


def products(ids: Sequence[int]) -> dict[int, Told]:
    """By their name; no address while they lie in the bin."""
    return {row.id: _told(row, i18n.pick(row.name), "shop_admin.product") for row in _rows(Product, ids)}


def variants(ids: Sequence[int]) -> dict[int, Told]:
    """By their product, and their SKU where there are several to choose from."""
    found = {row.id: row for row in _rows(Variant, ids)}
    named = products(sorted({row.product_id for row in found.values()}))
    return {
        key: Told(f"{told.label} · {row.sku}" if row.options else told.label, told.url)
        for key, row in found.items() if (told := named.get(row.product_id))
    }  # fmt: skip


def pages(ids: Sequence[int]) -> dict[int, Told]:
    """By their title."""
    return {row.id: _told(row, i18n.pick(row.title), "shop_admin.page") for row in _rows(Page, ids)}


def _told(row: Any, label: str, endpoint: str) -> Told:
    return Told(label, "" if row.binned_at else about.page(endpoint, slug=row.slug))


def init_app(_app: Flask) -> None:
    """Tell the kernel."""
    about.kind("order", orders)
    about.kind("product", products)
    about.kind("variant", variants)
    about.kind("page", pages)
