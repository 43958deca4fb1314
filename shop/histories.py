"""Histories: what somebody bought and looked at lately, with what is near each thing, in one question."""

from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import BigInteger, Select, and_, bindparam, func, literal, select, union_all

from crm.contacts import Contact
from crm.facts import Fact
from crm.visitors import Visitor
from kernel import beside, clock
from shop.neighbours import ProductNeighbour
from shop.order_lines import OrderLine
from shop.orders import ENDED, Order

LOOKED = timedelta(days=60)
LOOKS, BUYS = 30, 300  # things of somebody, the latest


class Deed(NamedTuple):
    """That somebody bought (`ordered`), `added` or `viewed` a product: when last, how often, and what is near it."""

    product_id: int
    kind: str
    at: datetime
    times: int
    near: list[tuple[int, int]]


def of(contact: Contact | None, visitor: Visitor | None) -> list[Deed]:
    """The latest deeds of a contact, else of a browser."""
    who = contact or visitor
    if who is None:
        return []
    rows = beside.ask(_asked(contact is not None), who=who.id, since=clock.now() - LOOKED)
    found: dict[tuple[int, str], Deed] = {}
    for product_id, kind, at, times, other, score in rows:
        deed = found.setdefault((product_id, kind), Deed(product_id, kind, at, times, []))
        if other is not None:
            deed.near.append((other, score))
    return list(found.values())


@lru_cache
def _asked(known: bool) -> Select[Any]:
    """Asked beside the guard between tenants, so it names the tenant itself. What was bought is a contact's alone."""
    near, mine, who = ProductNeighbour, bindparam("tenant", type_=BigInteger), bindparam("who", type_=BigInteger)
    looked = (
        select(Fact.about_id.label("product_id"), Fact.kind, func.max(Fact.at).label("at"), func.count().label("times"))
        .where((Fact.contact_id if known else Fact.visitor_id) == who, Fact.kind.in_(("viewed", "added")))
        .where(Fact.tenant_id == mine, Fact.about_kind == "product", Fact.about_id.is_not(None))
        .where(Fact.at > bindparam("since"))
        .group_by(Fact.about_id, Fact.kind).order_by(func.max(Fact.at).desc(), Fact.about_id).limit(LOOKS).subquery()
    )  # fmt: skip
    bought = (
        select(OrderLine.product_id, literal("ordered").label("kind"), func.max(Order.placed_at).label("at"),
               func.count(func.distinct(Order.id)).label("times"))
        .join(Order, Order.id == OrderLine.order_id)
        .where(Order.tenant_id == mine, Order.contact_id == who, ~Order.practice, Order.state.not_in(sorted(ENDED)))
        .group_by(OrderLine.product_id).order_by(func.max(Order.placed_at).desc(), OrderLine.product_id).limit(BUYS)
        .subquery()
    )  # fmt: skip
    last = union_all(select(looked), select(bought)).subquery() if known else looked
    told = select(last.c.product_id, last.c.kind, last.c.at, last.c.times, near.other_id, near.score)
    return told.outerjoin(near, and_(near.product_id == last.c.product_id, near.tenant_id == mine))
