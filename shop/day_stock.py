"""Day stock: what an order's change of day or quantity does to what is made for a day, one conditional statement each.

What lies on the shelf stays with the order when its day changes; see stock.
"""

from collections import Counter as Tally
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from sqlalchemy import select, update

from kernel import clock
from kernel.db import db
from shop import counters, stock
from shop.stock import DayTaken, SoldOut, StockMove

if TYPE_CHECKING:
    from shop.order_lines import OrderLine
    from shop.orders import Order

QUIET = {"synchronize_session": False}


@dataclass(frozen=True)
class Units:
    """So many of an order's line, as stock counts them."""

    variant_id: int
    quantity: int
    day: date | None


def left(line: "OrderLine") -> Units:
    """What of a line the buyer still gets."""
    return Units(line.variant_id, line.left, line.day)


def move(order: "Order", day: date | None) -> None:
    """Have what is made for the order's day made for another; in key order, all or nothing. Raises SoldOut."""
    had, wanted = _taken(order), _needed(order, day)
    if had == wanted:
        return
    for variant_id, on in sorted(had.keys() | wanted.keys()):
        more = wanted[variant_id, on] - had[variant_id, on]
        if more > 0:
            _claim(variant_id, more, on)
        elif more < 0:
            counters.give(DayTaken, -more, variant_id=variant_id, day=on)
    _write(order, wanted)


def let_go(units: Units, *, order: "Order") -> None:
    """Units of a line that nobody makes now are free again for others, of that day or on the shelf."""
    stock.put_back(units, order=order, reason="changed")
    needed, _known = stock.needs([units])
    less = {(variant_id, on): many for (variant_id, on), many in needed.items() if on is not None}
    had = _taken(order) if less else Tally()
    if not had:
        return
    wanted = Tally(had)
    for (variant_id, on), many in sorted(less.items()):
        given = min(many, had[variant_id, on])
        wanted[variant_id, on] -= given
        if given:
            counters.give(DayTaken, given, variant_id=variant_id, day=on)
    _write(order, +wanted)


def _taken(order: "Order") -> Tally[tuple[int, date]]:
    mine = StockMove.order_id == order.id, StockMove.kind == "take", StockMove.returned_at.is_(None)
    found: Tally[tuple[int, date]] = Tally()
    for row in db.session.scalars(select(StockMove).where(*mine, StockMove.day.is_not(None))):
        found[row.variant_id, row.day or date.min] -= row.units
    return found


def _needed(order: "Order", day: date | None) -> Tally[tuple[int, date]]:
    lines: Iterable[Units] = [
        Units(line.variant_id, line.left, day)
        for line in order.lines
        if line.booking_id is None and line.left and line.product is not None
    ]
    needed, _known = stock.needs(lines)
    return Tally({(variant_id, on): many for (variant_id, on), many in needed.items() if on is not None})


def _claim(variant_id: int, units: int, day: date) -> None:
    variant = stock.variants({variant_id})[variant_id]
    if not counters.take(DayTaken, units, variant.daily_capacity or 0, variant_id=variant_id, day=day):
        raise SoldOut(variant, stock.left(variant, day) or 0, day)


def _write(order: "Order", wanted: Tally[tuple[int, date]]) -> None:
    """What the order took before came back, and it has taken this."""
    mine = StockMove.order_id == order.id, StockMove.kind == "take", StockMove.returned_at.is_(None)
    back = update(StockMove).where(*mine, StockMove.day.is_not(None)).values(returned_at=clock.now())
    returning = back.returning(StockMove.variant_id, StockMove.units, StockMove.day)
    for variant_id, units, day in db.session.execute(returning, execution_options=QUIET).all():
        stock.note(variant_id, -units, kind="back", day=day, order_id=order.id, reason="changed")
    for (variant_id, on), many in sorted(wanted.items()):
        stock.note(variant_id, -many, kind="take", day=on, order_id=order.id)
