"""Price lists: what a customer group pays for each product, and lower prices from so many units on."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import delete, func, select

from crm import people
from kernel import journal, money, tenancy
from kernel.db import db
from kernel.folding import fold
from kernel.i18n import _l
from kernel.money import Money
from kernel.refusal import Missing, Refusal
from shop import categories, vouchers
from shop.catalog import Product
from shop.categories import Category
from shop.pricing import PriceBreak

MOST = 12  # prices of one product
WHOLE = 10_000  # basis points


@dataclass(frozen=True)
class PriceList:
    """A group with a price of its own for some products."""

    group: str
    products: int
    people: int


@dataclass(frozen=True)
class Step:
    """From so many units on, for that group ('' is everybody), this price."""

    units: int
    group: str
    minor: int


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
    wanted = select(Product).where(Product.kind != vouchers.KIND).order_by(Product.sort_name, Product.id)
    if shelf is not None:
        wanted = wanted.where(Product.category_id.in_(categories.below(categories.all_(), shelf)))
    return db.session.scalars(wanted).all()


def prices(group: str) -> dict[int, int]:
    """What the group pays for one, by product."""
    mine = select(PriceBreak).where(PriceBreak.customer_group == group, PriceBreak.min_qty == 1)
    return {row.product_id: row.price_minor for row in db.session.scalars(mine)}


def put(group: str, wanted: Mapping[int, int | None], *, by: object) -> int:
    """Write prices of one for a group; None takes a price out. How many changed."""
    known = prices(group)
    changed = {key: minor for key, minor in wanted.items() if known.get(key) != minor}
    mine = PriceBreak.customer_group == group, PriceBreak.min_qty == 1, PriceBreak.product_id.in_(list(changed))
    db.session.execute(delete(PriceBreak).where(*mine), execution_options={"synchronize_session": False})
    db.session.add_all(
        PriceBreak(product_id=key, min_qty=1, customer_group=group, price_minor=minor)
        for key, minor in changed.items()
        if minor is not None
    )
    if changed:
        journal.write("prices.listed", by=by, data={"group": group, "count": len(changed)})
        tenancy.touch()
    return len(changed)


def fill(group: str, basis_points: int, shelf: Category | None, *, by: object) -> int:
    """Give the group so many basis points less than the listed price, on a category or all; how many prices changed."""
    if not 0 < basis_points < WHOLE:
        raise Refusal(_l("Write a percentage from 0.01 to 99.99."))
    listed = [product for product in goods(shelf) if product.price_minor]
    return put(group, {one.id: _less(one, basis_points) for one in listed}, by=by)


def _less(product: Product, basis_points: int) -> int:
    return money.percent(Money(product.price_minor, product.currency), WHOLE - basis_points).minor


def steps(product: Product) -> list[Step]:
    """The lower prices of a product: everybody's first, by units."""
    rows = db.session.scalars(select(PriceBreak).where(PriceBreak.product_id == product.id))
    found = [Step(row.min_qty, row.customer_group, row.price_minor) for row in rows]
    return sorted(found, key=lambda step: (step.group, step.units))


def put_steps(product: Product, wanted: Sequence[Step], *, by: object) -> None:
    """Write the lower prices of a product anew."""
    keys = [(step.group, step.units) for step in wanted]
    if len(keys) != len(set(keys)):
        raise Refusal(_l("Two prices are for the same number of units and the same group."))
    mine = delete(PriceBreak).where(PriceBreak.product_id == product.id)
    db.session.execute(mine, execution_options={"synchronize_session": False})
    db.session.add_all(
        PriceBreak(product_id=product.id, min_qty=step.units, customer_group=step.group, price_minor=step.minor)
        for step in wanted
    )
    journal.write("prices.steps", about=product, by=by, data={"name": next(iter(product.name.values()), product.sku)})
    tenancy.touch()


def init_app(_app: object) -> None:
    """Say how the journal tells it."""
    journal.kind("prices.listed", _l("Changed %(count)s prices of the list “%(group)s”"))
    journal.kind("prices.steps", _l("Changed the prices by quantity of “%(name)s”"))
