"""Free lines: what staff quote in their own words, such as work by the hour; one draft of the shop stands behind them.

An order line is a line of something that the shop sells, with its stock, tax and accounts. So all free lines together
are one product that nobody sees: each keeps its own name and price.
"""

from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from kernel import i18n, tenancy
from kernel.db import db
from kernel.i18n import _, _l
from kernel.money import Money
from kernel.refusal import Refusal
from shop import bin as rubbish
from shop import catalog, discount_sentences, slugs
from shop.catalog import Product
from shop.variants import Variant
from shop.wants import Wanted

SKU = "~LINE"
LONGEST = 200  # signs of a description


class NotForSale(Refusal):
    """What stands behind free lines is nothing that a visitor could buy."""

    message = _l("This product stands behind the free lines of your quotes: it is never shown in the shop.")


def wanted(description: str, quantity: int, price: Money) -> Wanted:
    """So many of what is described, at that price."""
    return Wanted(variant(), quantity, unit=price, called=description[:LONGEST])


def variant() -> Variant:
    """What stands behind every free line; made with the first one."""
    mine = select(Variant).where(Variant.sku == SKU)
    found = db.session.scalars(mine).one_or_none()
    if found is None:
        try:
            with db.session.begin_nested():
                found = _made()
        except IntegrityError:  # the first two at once
            found = db.session.scalars(mine).one()
    if found.product is None:  # somebody put it into the bin
        rubbish.restore("product", [found.product_id])
        db.session.expire(found)
    return found


def known() -> Variant | None:
    """The same where it is there already: looking at a price writes nothing."""
    found = db.session.scalars(select(Variant).where(Variant.sku == SKU)).one_or_none()
    return found if found is not None and found.product is not None else None


def name(line: Any) -> str:
    """What a line is called that is a free one; '' of every other."""
    return i18n.pick(line.name) if line.variant is not None and line.variant.sku == SKU else ""


def _made() -> Variant:
    tenant = tenancy.tenant()
    name = discount_sentences.in_every_language(lambda: _("Line of a quote"))
    product = Product(
        slug=slugs.free(Product, name[tenant.language]), sku=SKU, name=name, currency=tenant.currency, price_minor=0
    )
    db.session.add(product)
    db.session.flush()
    made = Variant(product_id=product.id, sku=SKU, options={}, stock_kind="unlimited")
    db.session.add(made)
    catalog.changed(product)
    return made


def _never(product: Product) -> None:
    if product.sku == SKU:
        raise NotForSale()


def init_app(_app: object) -> None:
    """Keep it out of the shop."""
    catalog.before_publishing(_never)
