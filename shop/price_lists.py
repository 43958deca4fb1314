"""Price lists: what a customer group pays for each product, and lower prices from so many units on."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_, delete, func, or_, select

from crm import people
from kernel import journal, money, tenancy
from kernel.db import db
from kernel.folding import fold
from kernel.i18n import _l
from kernel.money import Money
from kernel.refusal import Missing, Refusal
from shop import categories, free_lines, variants, vouchers
from shop.catalog import Product
from shop.categories import Category
from shop.pricing import PriceBreak
from shop.variants import Variant

MOST = 24  # prices by quantity of one product
WHOLE = 10_000  # basis points
Wanted = Mapping[int, int | None]  # prices by the id of what costs them; None: the listed one


@dataclass(frozen=True)
class PriceList:
    """A group with a price of its own for some products."""

    group: str
    products: int
    people: int


@dataclass(frozen=True)
class Step:
    """From so many units on, for that group ('' is everybody), this price of one.

    It is that of a variant whose price is its own, else of all that cost what the product does.
    """

    units: int
    group: str
    minor: int
    variant_id: int | None = None


@dataclass(frozen=True)
class Row:
    """One price of a list: a product's, or that of a variant whose price is its own."""

    product: Product
    variant: Variant | None
    sku: str

    @property
    def listed(self) -> Money:
        """What everybody pays."""
        own = self.variant.price_minor if self.variant is not None else None
        return Money(self.product.price_minor if own is None else own, self.product.currency)


def every() -> list[PriceList]:
    """Every group that people belong to or that has prices."""
    mine = select(PriceBreak.customer_group, func.count(func.distinct(PriceBreak.product_id)))
    priced: dict[str, int] = {
        group: int(many) for group, many in db.session.execute(mine.group_by(PriceBreak.customer_group)) if group
    }
    members = dict(people.by_group())
    groups = sorted({*priced, *(group for group in members if group)})
    return [PriceList(group, priced.get(group, 0), members.get(group, 0)) for group in groups]


def named(group: str) -> PriceList:
    """The list of a group; raises Missing for one that nobody is in and that has no prices."""
    found = next((one for one in every() if one.group == group), None)
    if found is None:
        raise Missing()
    return found


def normal(text: str) -> str:
    """A group's name as it is kept at people: lower case, words joined."""
    code = re.sub(r"[^a-z0-9]+", "-", fold(text)).strip("-")[:40]
    if not code:
        raise Refusal(_l("Write what the group is called, such as “mayorista”."))
    return code


def goods(shelf: Category | None = None) -> Sequence[Product]:
    """The products of a list, by name, gift cards left out: they cost what they are worth; of a category when asked."""
    sold = Product.kind != vouchers.KIND, Product.sku != free_lines.SKU
    wanted = select(Product).where(*sold).order_by(Product.sort_name, Product.id)
    if shelf is not None:
        wanted = wanted.where(Product.category_id.in_(categories.below(categories.all_(), shelf)))
    return db.session.scalars(wanted).all()


def rows(shelf: Category | None = None) -> list[Row]:
    """The prices of a list: a product's own, unless each of its variants costs otherwise, and those that do."""
    found = goods(shelf)
    sold = by_product(variants.of(*(product.id for product in found)))
    return [row for product in found for row in of(product, sold.get(product.id, []))]


def by_product(found: Iterable[Variant]) -> dict[int, list[Variant]]:
    """Variants by product, in their order."""
    kept: dict[int, list[Variant]] = {}
    for one in found:
        kept.setdefault(one.product_id, []).append(one)
    return kept


def of(product: Product, sold: Sequence[Variant]) -> list[Row]:
    """The prices that a list has of a product that is sold in those variants, the whole one first."""
    own = [one for one in sold if one.price_minor is not None]
    alike = [one.sku for one in sold if one.price_minor is None]
    found = [Row(product, one, one.sku) for one in own]
    if own and not alike:
        return found
    named = "" if product.sku in {one.sku for one in own} else product.sku
    return [Row(product, None, named or next(iter(alike), "")), *found]


def prices(group: str) -> dict[int, int]:
    """What the group pays for one, by product."""
    mine = select(PriceBreak).where(*_of_one(group), PriceBreak.variant_id.is_(None))
    return {row.product_id: row.price_minor for row in db.session.scalars(mine)}


def own_prices(group: str) -> dict[int, int]:
    """What the group pays for one of a variant that has a price of its own, by variant."""
    mine = select(PriceBreak).where(*_of_one(group), PriceBreak.variant_id.is_not(None))
    return {row.variant_id: row.price_minor for row in db.session.scalars(mine) if row.variant_id is not None}


def _of_one(group: str) -> tuple[Any, Any]:
    return PriceBreak.customer_group == group, PriceBreak.min_qty == 1


def put(group: str, wanted: Wanted, own: Wanted | None = None, *, by: object) -> int:
    """Write prices of one for a group, by product and `own` by variant; None takes one out. How many changed."""
    whole, single = _changed(prices(group), wanted), _changed(own_prices(group), own or {})
    those = or_(
        and_(PriceBreak.variant_id.is_(None), PriceBreak.product_id.in_(list(whole))),
        PriceBreak.variant_id.in_(list(single)),
    )
    db.session.execute(
        delete(PriceBreak).where(*_of_one(group), those), execution_options={"synchronize_session": False}
    )
    found = db.session.execute(select(Variant.id, Variant.product_id).where(Variant.id.in_(list(single))))
    made = [(row.product_id, row.id, single[row.id]) for row in found]
    made += [(product_id, None, minor) for product_id, minor in whole.items()]
    db.session.add_all(
        PriceBreak(product_id=product_id, variant_id=variant_id, min_qty=1, customer_group=group, price_minor=minor)
        for product_id, variant_id, minor in made
        if minor is not None
    )
    if made:
        journal.write("prices.listed", by=by, data={"group": group, "count": len(made)})
        tenancy.touch()
    return len(made)


def _changed(known: Mapping[int, int], wanted: Wanted) -> dict[int, int | None]:
    return {key: minor for key, minor in wanted.items() if known.get(key) != minor}


def fill(group: str, basis_points: int, shelf: Category | None, *, by: object) -> int:
    """Give the group so many basis points less than the listed price, on a category or all; how many prices changed."""
    if not 0 < basis_points < WHOLE:
        raise Refusal(_l("Write a percentage from 0.01 to 99.99."))
    found = [row for row in rows(shelf) if row.listed]
    whole: dict[int, int | None] = dict.fromkeys((row.product.id for row in found), None)  # where no variant costs it
    whole |= {row.product.id: _less(row, basis_points) for row in found if row.variant is None}
    own: dict[int, int | None] = {row.variant.id: _less(row, basis_points) for row in found if row.variant is not None}
    return put(group, whole, own, by=by)


def _less(row: Row, basis_points: int) -> int:
    return money.percent(row.listed, WHOLE - basis_points).minor


def steps(product: Product) -> list[Step]:
    """The lower prices of a product: everybody's first, by units."""
    kept = db.session.scalars(select(PriceBreak).where(*_stepped(product)))
    found = [Step(row.min_qty, row.customer_group, row.price_minor, row.variant_id) for row in kept]
    return sorted(found, key=lambda step: (step.group, step.variant_id or 0, step.units))


def _stepped(product: Product) -> tuple[Any, Any]:
    """What one variant costs a group stands in the group's list, whatever is written here."""
    return PriceBreak.product_id == product.id, or_(PriceBreak.variant_id.is_(None), PriceBreak.min_qty > 1)


def put_steps(product: Product, wanted: Sequence[Step], *, by: object) -> None:
    """Write the lower prices of a product anew."""
    keys = [(step.group, step.units, step.variant_id) for step in wanted]
    if len(keys) != len(set(keys)):
        raise Refusal(_l("Two prices are for the same number of units and the same group."))
    if any(step.variant_id is not None and step.units < 2 for step in wanted):
        raise Refusal(_l("What one of a choice costs stands in the list of its group: write here from two units on."))
    mine = delete(PriceBreak).where(*_stepped(product))
    db.session.execute(mine, execution_options={"synchronize_session": False})
    db.session.add_all(
        PriceBreak(
            product_id=product.id,
            variant_id=step.variant_id,
            min_qty=step.units,
            customer_group=step.group,
            price_minor=step.minor,
        )
        for step in wanted
    )
    journal.write("prices.steps", about=product, by=by, data={"name": next(iter(product.name.values()), product.sku)})
    tenancy.touch()


def init_app(_app: object) -> None:
    """Say how the journal tells it."""
    journal.kind("prices.listed", _l("Changed %(count)s prices of the list “%(group)s”"))
    journal.kind("prices.steps", _l("Changed the prices by quantity of “%(name)s”"))
