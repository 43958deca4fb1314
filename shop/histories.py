"""Histories: what somebody bought and looked at lately, with what is near each thing, in one question."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import BigInteger, Select, and_, bindparam, func, literal, select, union_all

from crm.contacts import Contact
from crm.facts import Fact
from crm.visitors import Visitor
from kernel import beside, bulk, clock
from kernel.db import db
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
    rows = beside.plain(_asked(contact is not None), who=who.id, since=clock.now() - LOOKED)
    found: dict[tuple[int, str], Deed] = {}
    for product_id, kind, at, times, other, score in rows:
        deed = found.setdefault((product_id, kind), Deed(product_id, kind, at, times, []))
        if other is not None:
            deed.near.append((other, score))
    return list(found.values())


def of_many(contacts: Collection[int]) -> dict[int, list[Deed]]:
    """The same of many contacts, in three questions for all of them."""
    mine: dict[int, list[Deed]] = {one: [] for one in contacts}
    for who, product_id, kind, at, times in (*_looked_by(contacts), *_bought_by(contacts)):
        mine[who].append(Deed(product_id, kind, at, times, []))
    near = _near({deed.product_id for deeds in mine.values() for deed in deeds})
    return {who: [deed._replace(near=near.get(deed.product_id, [])) for deed in _latest(mine[who])] for who in mine}


def _latest(deeds: Iterable[Deed]) -> list[Deed]:
    newest = sorted(deeds, key=lambda deed: (deed.at, -deed.product_id), reverse=True)
    bought = [deed for deed in newest if deed.kind == "ordered"]
    return [*[deed for deed in newest if deed.kind != "ordered"][:LOOKS], *bought[:BUYS]]


def _looked_by(contacts: Collection[int]) -> Sequence[Any]:
    wanted = select(Fact.contact_id, Fact.about_id, Fact.kind, func.max(Fact.at), func.count())
    mine = bulk.among(Fact.contact_id, contacts), Fact.kind.in_(("viewed", "added")), Fact.about_kind == "product"
    lately = Fact.at > clock.now() - LOOKED, Fact.about_id.is_not(None)
    return db.session.execute(wanted.where(*mine, *lately).group_by(Fact.contact_id, Fact.about_id, Fact.kind)).all()


def _bought_by(contacts: Collection[int]) -> Sequence[Any]:
    last, times = func.max(Order.placed_at), func.count(func.distinct(Order.id))
    wanted = select(Order.contact_id, OrderLine.product_id, literal("ordered"), last, times)
    stands = ~Order.practice, Order.state.not_in(sorted(ENDED)), bulk.among(Order.contact_id, contacts)
    rows = wanted.join_from(OrderLine, Order, Order.id == OrderLine.order_id).where(*stands)
    return db.session.execute(rows.group_by(Order.contact_id, OrderLine.product_id)).all()


def _near(products: Collection[int]) -> dict[int, list[tuple[int, int]]]:
    told, found = ProductNeighbour, defaultdict[int, list[tuple[int, int]]](list)
    wanted = select(told.product_id, told.other_id, told.score).where(bulk.among(told.product_id, products))
    for product_id, other, score in db.session.execute(wanted):
        found[product_id].append((other, score))
    return found


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
