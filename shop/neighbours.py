"""Neighbours: for each product the few that the same people buy and look at, by cosine, rebuilt in a job.

cos(a, b) = Σ w(p, a)·w(p, b) / √(Σ w(p, a)² · Σ w(p, b)²) over people p, where w is what somebody's strongest deed with
the product weighs. Written without numpy: what a shop has fits into a few dictionaries, and a worker stays small.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from functools import lru_cache
from typing import Any, NamedTuple, cast

from sqlalchemy import CheckConstraint, Select, UniqueConstraint, bindparam, delete, select

from crm.facts import Fact
from kernel import beside, clock, tenancy
from kernel.db import Base, Mapped, db, mapped_column, pk, ref
from kernel.tenancy import TenantOwned
from shop.order_lines import OrderLine
from shop.orders import ENDED, Order

WEIGHTS = {"ordered": 4, "added": 2, "viewed": 1}
BOUGHT, LOOKED = timedelta(days=365), timedelta(days=90)  # how far back deeds count
EACH, MOST_OF_ONE = 8, 40  # neighbours of a product; products of a person that count
TOGETHER = 2  # people at least behind every pair: one person's basket is their own affair
Baskets = Mapping[tuple[str, int], Mapping[int, int]]  # person → product → weight


class ProductNeighbour(TenantOwned, Base):
    """That a product is near another, and how near, in thousandths."""

    __tablename__ = "product_neighbour"
    __extra__ = (
        UniqueConstraint("tenant_id", "product_id", "other_id"),
        CheckConstraint("score BETWEEN 1 AND 1000", name="score"),
    )
    id: Mapped[int] = pk()
    product_id: Mapped[int] = ref("product")
    other_id: Mapped[int] = ref("product")
    score: Mapped[int] = mapped_column(default=0)


class Near(NamedTuple):
    """One product seen from another."""

    product_id: int
    other_id: int
    score: int


def of(product_id: int) -> Sequence[int]:
    """What is near a product, the nearest first."""
    return beside.column(_near(), product=product_id)


@lru_cache
def _near() -> Select[Any]:
    """Asked beside the guard between tenants, so it names the tenant itself."""
    told, mine = ProductNeighbour, cast(Any, bindparam("tenant"))
    wanted = select(told.other_id).where(told.product_id == bindparam("product"), told.tenant_id == mine)
    return wanted.order_by(told.score.desc(), told.other_id)


def baskets() -> Baskets:
    """What everybody bought and looked at, each thing at the weight of the strongest deed."""
    found: dict[tuple[str, int], dict[int, int]] = defaultdict(dict)
    for contact_id, visitor_id, product_id, weight in (*_bought(), *_looked()):
        person = ("contact", contact_id) if contact_id else ("visitor", visitor_id or 0)
        basket = found[person]
        basket[product_id] = max(basket.get(product_id, 0), weight)
    return found


def _bought() -> list[tuple[int | None, int | None, int, int]]:
    wanted = (
        select(Order.contact_id, OrderLine.product_id).join(OrderLine, OrderLine.order_id == Order.id)
        .where(Order.contact_id.is_not(None), ~Order.practice, Order.state.not_in(ENDED))
        .where(Order.placed_at > clock.now() - BOUGHT)
    )  # fmt: skip
    return [(contact_id, None, product_id, WEIGHTS["ordered"]) for contact_id, product_id in db.session.execute(wanted)]


def _looked() -> list[tuple[int | None, int | None, int, int]]:
    wanted = select(Fact.contact_id, Fact.visitor_id, Fact.about_id, Fact.kind).where(
        Fact.kind.in_(("viewed", "added")), Fact.at > clock.now() - LOOKED, Fact.about_kind == "product"
    )
    rows = db.session.execute(wanted)
    return [(contact, visitor, about, WEIGHTS[kind]) for contact, visitor, about, kind in rows if about]


def near(told: Baskets) -> list[Near]:
    """The nearest of every product; the same deeds always give the same rows."""
    dots: Counter[tuple[int, int]] = Counter()
    people: Counter[tuple[int, int]] = Counter()
    norms: Counter[int] = Counter()
    for basket in told.values():
        items = sorted(basket.items(), key=lambda item: (-item[1], item[0]))[:MOST_OF_ONE]
        for product, weight in items:
            norms[product] += weight * weight
            for other, more in items:
                if product < other:
                    dots[product, other] += weight * more
                    people[product, other] += 1
    return _nearest(dots, people, norms)


def _nearest(
    dots: Mapping[tuple[int, int], int], people: Mapping[tuple[int, int], int], norms: Mapping[int, int]
) -> list[Near]:
    found: dict[int, list[Near]] = defaultdict(list)
    for (one, other), dot in dots.items():
        score = round(1000 * dot / math.sqrt(norms[one] * norms[other]))
        if people[one, other] >= TOGETHER and score:
            found[one].append(Near(one, other, score))
            found[other].append(Near(other, one, score))
    return [near for rows in found.values() for near in sorted(rows, key=lambda row: (-row.score, row.other_id))[:EACH]]


def write(wanted: Iterable[Near]) -> int:
    """Let the table say that; only rows that differ are written. How many did."""
    new = {(row.product_id, row.other_id): row.score for row in wanted}
    gone, changed, owner = [], 0, tenancy.current()
    for row in db.session.scalars(select(ProductNeighbour)):
        score = new.pop((row.product_id, row.other_id), None)
        if score is None:
            gone.append(row.id)
        elif score != row.score:
            row.score, changed = score, changed + 1
    for start in range(0, len(gone), 500):
        db.session.execute(delete(ProductNeighbour).where(ProductNeighbour.id.in_(gone[start : start + 500])))
    db.session.add_all(
        ProductNeighbour(tenant_id=owner, product_id=one, other_id=other, score=score)
        for (one, other), score in sorted(new.items())
    )
    db.session.flush()
    return len(gone) + len(new) + changed
