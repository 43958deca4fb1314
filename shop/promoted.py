"""What a letter can begin with: the shop's newest goods, what it books, its cover and a code that can be used today."""

from dataclasses import dataclass

from sqlalchemy import select

from kernel import files
from kernel.db import db
from shop import discounts, shelf, storefront
from shop.catalog import Product
from shop.discounts import Discount


@dataclass(frozen=True)
class Show:
    """A picture and what it shows."""

    sha256: str
    product: Product | None = None


def newest(count: int) -> list[str]:
    """The slugs of what came into the shop last."""
    order = Product.published_at.desc(), Product.id.desc()
    return list(db.session.scalars(select(Product.slug).where(shelf.public()).order_by(*order).limit(count)))


def first(count: int) -> list[str]:
    """The slugs of what the shop shows first."""
    return [one.slug for one in shelf.first(count)]


def booked() -> list[Product]:
    """What the shop books, in its own order."""
    wanted = select(Product).where(shelf.public(), Product.kind == "booking").order_by(Product.position, Product.id)
    return list(db.session.scalars(wanted.limit(4)))


def cover() -> Show | None:
    """The shop's cover, else the picture of what it shows first."""
    row = storefront.of()
    if row.hero_id:
        found = db.session.get(files.File, row.hero_id)
        return Show(found.sha256) if found else None
    shown = next(iter(shelf.first(1, Product.picture_id.is_not(None))), None)
    return picture(shown) if shown else None


def picture(product: Product) -> Show | None:
    """The picture of a product."""
    found = db.session.get(files.File, product.picture_id) if product.picture_id else None
    return Show(found.sha256, product) if found else None


def code() -> Discount | None:
    """The newest code that anybody can use today."""
    return next((row for row in discounts.every() if row.code and row.state == "active" and row.open_to("")), None)


def lasting_code() -> Discount | None:
    """The newest one that stands without an end or a limit, also for who has bought before: for what goes for years."""
    bounds = ("first_only", "ends_on", "usage_limit", "per_customer")
    mine = (row for row in discounts.every() if row.code and row.state == "active" and row.open_to(""))
    return next((row for row in mine if not any(getattr(row, name) for name in bounds)), None)
