"""Interests: which tastes the things of a shop are for; a product carries their codes, an order those of its lines."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import select

from crm import taste_learning
from kernel.db import db
from shop.catalog import Product
from shop.order_lines import OrderLine

BEST = 8  # of what a search found


def of_products(ids: Sequence[int]) -> Mapping[int, Sequence[str]]:
    """The codes of these products."""
    wanted = select(Product.id, Product.interests).where(Product.id.in_(ids)).execution_options(binned=True)
    return {row.id: row.interests for row in db.session.execute(wanted)} if ids else {}


def shared(found: Sequence[Product]) -> list[str]:
    """What the best of what a search found are for: the codes that at least half of them carry."""
    best = found[:BEST]
    codes = Counter(code for product in best for code in dict.fromkeys(product.interests))
    return sorted(code for code, times in codes.items() if 2 * times >= len(best))


def of_orders(ids: Sequence[int]) -> Mapping[int, Sequence[str]]:
    """The codes of what was bought in these orders, each once."""
    return _through_lines(OrderLine.order_id, ids)


def of_bookings(ids: Sequence[int]) -> Mapping[int, Sequence[str]]:
    """The codes of what these bookings are for."""
    return _through_lines(OrderLine.booking_id, ids)


def _through_lines(column: Any, ids: Sequence[int]) -> dict[int, list[str]]:
    rows = db.session.execute(select(column, OrderLine.product_id).where(column.in_(ids))).all() if ids else ()
    codes = of_products(sorted({product_id for _id, product_id in rows}))
    found: dict[int, list[str]] = {}
    for one, product_id in rows:
        found[one] = _more(found.get(one, []), codes.get(product_id, ()))
    return found


def _more(known: list[str], codes: Iterable[str]) -> list[str]:
    return list(dict.fromkeys([*known, *codes]))


def init_app(_app: object) -> None:
    """Tell crm, which learns from it what people like."""
    taste_learning.source("product", of_products)
    taste_learning.source("order", of_orders)
    taste_learning.source("booking", of_bookings)
