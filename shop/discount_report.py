"""What each discount brought: orders, what they came to, what was given away; and a sample of what it would do."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select

from kernel import tenancy
from kernel.db import db
from kernel.money import Money
from shop import catalog, categories, discount_rules, vouchers
from shop.catalog import Product
from shop.discount_rules import Item, Rule
from shop.discounts import Discount
from shop.order_discounts import OrderDiscount
from shop.orders import Order

SAMPLE = 3  # different things


@dataclass(frozen=True)
class Brought:
    """What a discount brought so far, in the tenant's currency; orders that ended do not count."""

    orders: int = 0
    given: int = 0
    revenue: int = 0


def of(ids: Sequence[int]) -> dict[int, Brought]:
    """What each of these discounts brought, in one question."""
    rows = select(
        OrderDiscount.discount_id, func.count(), func.sum(OrderDiscount.amount_minor), func.sum(Order.total_minor)
    ).join(Order, Order.id == OrderDiscount.order_id)
    own = OrderDiscount.currency == tenancy.tenant().currency, ~Order.practice, OrderDiscount.returned_at.is_(None)
    rows = rows.where(OrderDiscount.discount_id.in_(ids), *own).group_by(OrderDiscount.discount_id)
    found = db.session.execute(rows)
    return {key: Brought(int(many), int(given), int(total)) for key, many, given, total in found if key is not None}


def latest(row: Discount, many: int = 5) -> Sequence[tuple[Order, OrderDiscount]]:
    """The orders that got it last."""
    wanted = select(Order, OrderDiscount).join(OrderDiscount, OrderDiscount.order_id == Order.id)
    wanted = wanted.where(OrderDiscount.discount_id == row.id).order_by(Order.id.desc()).limit(many)
    return [(order, given) for order, given in db.session.execute(wanted)]


def names() -> Mapping[str, Mapping[int, dict[str, str]]]:
    """What categories and products a discount can be for, by id."""
    sold = Product.state == "live", Product.kind != vouchers.KIND
    goods = select(Product.id, Product.name).where(*sold).order_by(Product.sort_name, Product.id)
    shelves = {row.id: row.name for row, _depth in categories.tree(categories.all_())}
    return {"categories": shelves, "products": {key: name for key, name in db.session.execute(goods)}}  # noqa: C416


def sample(row: Discount) -> list[dict[str, Any]]:
    """A small cart that it fits, line by line: what it costs, and what comes off."""
    rule, shelves = row.rule({}), categories.all_()
    above = {one.id: frozenset(each.id for each in categories.path(shelves, one)) for one in shelves}
    goods = _goods(rule, above)
    if not goods:
        return []
    items = _enough(rule, [_item(product, above, _units(rule)) for product in goods])
    cuts = discount_rules.best([rule], items)
    off = [sum(cut.parts[place] for cut in cuts) for place in range(len(items))]
    return [
        {"name": product.name, "quantity": item.quantity, "worth": Money(item.worth, product.currency),
         "off": Money(-less, product.currency)}
        for product, item, less in zip(goods, items, off, strict=True)
    ]  # fmt: skip


def _goods(rule: Rule, above: Mapping[int, frozenset[int]]) -> list[Product]:
    live = db.session.scalars(select(Product).where(Product.state == "live").order_by(Product.position).limit(200))
    every = [product for product in live if product.price_minor and product.kind not in catalog.IMMATERIAL]
    fitting = [product for product in every if rule.reaches(_item(product, above, 1))]
    return fitting[: 1 if rule.kind in {"bundle", "quantity"} else SAMPLE - 1] or every[:1]


def _item(product: Product, above: Mapping[int, frozenset[int]], units: int) -> Item:
    return Item(product.id, above.get(product.category_id or 0, frozenset()), product.price_minor, units)


def _units(rule: Rule) -> int:
    if rule.kind == "bundle":
        return rule.buy + rule.get
    return min((units for units, _off in rule.steps), default=1)


def _enough(rule: Rule, items: list[Item]) -> list[Item]:
    """The same with as many of the first as the least purchase wants."""
    missing, first = rule.missing(items), items[0]
    more = -(-missing // first.unit) if missing else 0
    return [Item(first.product, first.shelves, first.unit, first.quantity + more), *items[1:]]
