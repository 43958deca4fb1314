"""Marks: a product's tags and customer groups as rows, so that lists can be filtered by them."""

from typing import Any

from sqlalchemy import ColumnElement, Index, String, delete, exists

from kernel.db import Base, Mapped, db, mapped_column, pk, ref
from kernel.tenancy import TenantOwned, current

MOST = 24  # of one product


class ProductMark(TenantOwned, Base):
    """One tag (`tag`) or customer group (`group`) of a product; written by catalog.changed, never by hand."""

    __tablename__ = "product_mark"
    __extra__ = (Index("ix_product_mark_code", "tenant_id", "kind", "code", "product_id"),)
    id: Mapped[int] = pk()
    product_id: Mapped[int] = ref("product")
    kind: Mapped[str] = mapped_column(String(8))
    code: Mapped[str] = mapped_column(String(60))


def listed(text: str, most: int = MOST) -> list[str]:
    """Tags or groups as one writes them, with commas between, each once."""
    parts = (" ".join(part.split())[:60].rstrip() for part in text.split(","))
    return list(dict.fromkeys(part for part in parts if part))[:most]


def write(product_id: int, *, tags: list[str], groups: list[str]) -> None:
    """Replace a product's marks."""
    db.session.execute(delete(ProductMark).where(ProductMark.product_id == product_id))
    wanted = {("tag", code[:60]) for code in tags} | {("group", code[:60]) for code in groups}
    owner = current()
    db.session.add_all(
        ProductMark(tenant_id=owner, product_id=product_id, kind=kind, code=code) for kind, code in sorted(wanted)
    )


def has(product: type, kind: str, code: Any) -> ColumnElement[bool]:
    """SQL: the product carries that mark."""
    return exists().where(ProductMark.product_id == product.id, ProductMark.kind == kind, ProductMark.code == code)  # type: ignore[attr-defined]
