"""The rows of carts: the cart behind a cookie and its lines, some of which are for a time."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import CheckConstraint, Select, String, UniqueConstraint, bindparam, exists, select
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.orm.attributes import set_committed_value

from kernel import beside, clock, rows, signing
from kernel.db import Base, belongs, db, many, pk, ref
from kernel.money import Money
from kernel.tenancy import TenantOwned
from shop import bookings
from shop.bookings import Booking
from shop.catalog import Product
from shop.pricing import PriceBreak
from shop.variants import Variant
from shop.wants import Wanted


class Cart(TenantOwned, Base):
    """The cart behind one cookie; a contact's once they logged in (and see cart_owners.py)."""

    __tablename__ = "cart"
    __extra__ = (UniqueConstraint("tenant_id", "token_hash"),)
    id: Mapped[int] = pk()
    token_hash: Mapped[str] = mapped_column(String(64))
    contact_id: Mapped[int | None] = ref("contact")
    visitor_id: Mapped[int | None] = ref("visitor")  # the browser that filled it last, when it allowed to be known
    revision: Mapped[int] = mapped_column(default=1)  # moves with every change: one revision is ordered once
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    touched_at: Mapped[datetime] = mapped_column(default=clock.now, index=True)
    codes: Mapped[list[str]] = mapped_column(default=list)  # of a discount and of gift cards, as they are kept
    lines: Mapped[list["CartLine"]] = many("Cart", "CartLine.cart_id", order_by="CartLine.id")


class CartLine(TenantOwned, Base):
    """So many of a variant, with the buyer's own words and the price they saw."""

    __tablename__ = "cart_line"
    __extra__ = (UniqueConstraint("tenant_id", "token"), CheckConstraint("quantity > 0", name="quantity"))
    id: Mapped[int] = pk()
    token: Mapped[str] = mapped_column(String(32), default=signing.token)  # in addresses instead of the id
    cart_id: Mapped[int] = ref("cart")
    variant_id: Mapped[int] = ref("variant")
    quantity: Mapped[int]
    texts: Mapped[dict[str, str]] = mapped_column(default=dict)
    booking_id: Mapped[int | None] = ref("booking")  # the time that it is for; its people may be several lines
    seen_minor: Mapped[int]  # the price of one that the buyer last saw; quantity prices move it with the cart
    variant = belongs("CartLine.variant_id", "Variant")
    booking: Mapped[Booking | None] = belongs("CartLine.booking_id", "Booking")


def lines(cart: Cart) -> tuple[list[CartLine], set[int]]:
    """(the lines of a cart with their variants, products and bookings; the products with lower prices), in one look."""
    told = beside.plain(_whole(), cart=cart.id)
    found = [_line(row[:-1]) for row in told]
    stepped = {row.variant.product_id for row, (*_row, steps) in zip(found, told, strict=True) if steps}
    known = bookings.of_ids(row.booking_id for row in found if row.booking_id)
    for row in found:
        set_committed_value(row, "booking", known.get(row.booking_id or 0))
    db.session().info["cart"] = found  # held: they are asked for several times
    return found, stepped


def _line(row: Sequence[Any]) -> CartLine:
    line, variant, product = rows.apart(row, CartLine, Variant, Product)
    set_committed_value(line, "variant", variant)
    set_committed_value(variant, "product", product)
    return line  # type: ignore[no-any-return]


@lru_cache
def _whole() -> Select[Any]:
    mine: Any = bindparam("tenant")
    variant = (Variant.id == CartLine.variant_id) & (Variant.tenant_id == mine)
    product = (Product.id == Variant.product_id) & (Product.tenant_id == mine) & Product.binned_at.is_(None)
    steps = exists().where(PriceBreak.product_id == Variant.product_id, PriceBreak.tenant_id == mine)
    told: Any = select(*rows.columns(CartLine), *rows.columns(Variant), *rows.columns(Product), steps)
    found: Select[Any] = (
        told.select_from(CartLine).join(Variant, variant).outerjoin(Product, product)
        .where(CartLine.cart_id == bindparam("cart"), CartLine.tenant_id == mine).order_by(CartLine.id)
    )  # fmt: skip
    return found


@dataclass(frozen=True)
class Notice:
    """What changed about a line since the buyer saw it; of a booking, one of its lines stands for all."""

    kind: str  # gone | lapsed | short | dearer | cheaper
    line: CartLine
    before: Money | None = None
    now: Money | None = None
    left: int = 0

    @property
    def blocks(self) -> bool:
        """Whether it must be mended before ordering; a hold that ran out is taken again by ordering."""
        return self.kind in {"gone", "short"}


@dataclass(frozen=True)
class Inside:
    """What is in a cart and what changed about it, of one moment."""

    wanted: Sequence[Wanted] = ()
    notices: Sequence[Notice] = ()
    lower: Mapping[int, Sequence[PriceBreak]] | None = None  # the lower prices of its products

    @property
    def gone(self) -> bool:
        """Whether something in it is no longer sold."""
        return any(notice.kind == "gone" for notice in self.notices)
