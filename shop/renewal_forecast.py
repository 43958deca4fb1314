"""Renewals ahead: what subscriptions ask for in the next days, so that whoever bakes or roasts can prepare it.

Counted are the turns to come of those that go on, and orders of turns that are made already and not handed over yet. A
turn for which the shop is away counts on the day on which it is back; which days will be full nobody knows so early.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from kernel import clock, tenancy
from kernel.db import db
from shop import holidays, intervals, subscription_rows
from shop.order_lines import OrderLine
from shop.orders import ENDED, Order
from shop.subscription_rows import Subscription

if TYPE_CHECKING:
    from shop.catalog import Product
    from shop.variants import Variant

DAYS = 14
DONE = ENDED | {"shipped", "delivered"}  # nothing is to be prepared for these


@dataclass
class Portion:
    """So many of one thing on one day; of them, how many are orders already."""

    product: "Product | None"
    variant: "Variant | None"
    quantity: int = 0
    ordered: int = 0


def ahead(days: int = DAYS) -> list[tuple[date, list[Portion]]]:
    """What is asked for on each of so many days from today on, the largest number first; days without are left out."""
    first = clock.today(tenancy.tenant().timezone)
    last = first + timedelta(days=days - 1)
    found: dict[date, dict[int, Portion]] = {}
    for day, line in _made(first, last):
        left = line.quantity - line.returned
        _count(found, day, line, left).ordered += left
    for row in _going(last):
        for day in turns(row, first, last):
            _count(found, day, row, row.quantity)
    return [(day, sorted(found[day].values(), key=lambda one: -one.quantity)) for day in sorted(found)]


def _count(found: dict[date, dict[int, Portion]], day: date, what: Any, quantity: int) -> Portion:
    portion = found.setdefault(day, {}).setdefault(what.variant_id, Portion(what.product, what.variant))
    portion.quantity += quantity
    return portion


def turns(row: Subscription, first: date, last: date) -> Iterator[date]:
    """The days within these on which its turns will be had; one that cannot be before the following one is missed."""
    day, step = row.next_on, row.step
    while day <= last:
        following = day
        while following <= day:
            step += 1
            following = intervals.after(row.anchor, row.every, step)
        had = holidays.back(max(day, first))
        if had < following and had <= last:
            yield had
        day = following


def _going(last: date) -> list[Subscription]:
    mine = subscription_rows.seen("active").where(Subscription.next_on <= last)
    return list(db.session.scalars(mine.options(*subscription_rows.whole())))


def _made(first: date, last: date) -> list[tuple[date, OrderLine]]:
    """The lines that come again of orders that are to be handed over in these days."""
    soon = Order.delivery_day >= first, Order.delivery_day <= last, Order.state.not_in(DONE), Order.practice.is_(False)
    mine = select(Order.delivery_day, OrderLine).join(Order, OrderLine.order_id == Order.id).where(*soon)
    whole = selectinload(OrderLine.product), selectinload(OrderLine.variant)
    found = db.session.execute(mine.where(OrderLine.every != "").order_by(OrderLine.id).options(*whole))
    return [(day, line) for day, line in found if day is not None]
