"""The bakery's drawer: opened before the sales at the counter and counted after them, a little short."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from demo import world
from demo.history import Shopkeeper
from kernel import clock
from shop import drawers
from shop.drawers import Count

SHOP = "horno-tizapola"
FLOAT, MILK, LACKS = 500_00, 84_00, 5_00  # pesos


@contextmanager
def counted(keeper: Shopkeeper) -> Iterator[None]:
    """What is sold inside comes into a drawer that is closed then; in other shops there is none."""
    if world.slug(keeper.shop) != SHOP:
        yield
        return
    with clock.at(clock.now() - timedelta(hours=7)):
        row = drawers.begin(Count(FLOAT, {"10000": 3, "2000": 10}), by=keeper.by)
    yield
    with clock.at(clock.now() - timedelta(hours=2)):
        drawers.move(row, "expense", MILK, by=keeper.by, note="Leche, nota 2290")
    with clock.at(clock.now() - timedelta(hours=1)):
        there = drawers.expected(row).minor - LACKS
        drawers.close(row, Count(there), by=keeper.by, taken=max(0, there - FLOAT), to="bank")
        drawers.explain(row, "Un cambio mal dado por la tarde", by=keeper.by)
