"""Picking: what somebody's rows are chosen from is kept for their next page, once a page reckoned it or by the hour.

A pick holds what suggestions.Known says. What can be bought today, what lies in the cart and what sells best is asked
anew each time.
"""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from functools import partial
from typing import Any

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import aliased

from crm import consent, people, picks, taste_learning
from crm.contacts import Contact
from crm.picks import Pick
from crm.segments import Person
from crm.visitors import Visitor
from kernel import buffer, clock, jobs, tenancy, transactions
from kernel.db import db
from kernel.i18n import pick
from shop import suggestions
from shop.catalog import Product

HOURLY, BATCH = 3600, 100  # seconds; people in one transaction
MOST = 2000  # people of a shop in one hour
LATELY = timedelta(days=14)  # who was not here since then waits for their next page
AGING = timedelta(hours=20)  # a pick of that age is made anew before it is none
Key = tuple[str, int]  # ("contact_id", 7)


def want(person: Person) -> None:
    """Have what a page reckoned for them kept soon."""
    who = person.contact or person.visitor
    if who is not None:
        buffer.put("pick", (f"{who.__tablename__}_id", who.id))


def make(whom: Iterable[Key]) -> int:
    """Reckon for these people, while nothing is locked, and write it; for how many. The caller commits."""
    ids: dict[str, set[int]] = {"contact_id": set(), "visitor_id": set()}
    for column, who in whom:
        ids[column].add(who)
    with transactions.reading():
        people = taste_learning.people(ids["contact_id"], ids["visitor_id"])
        turns = picks.turns(people)  # before anything is read that could change
        made = [_made(who, turns.get(who)) for who in consent.all_remembered(people)]
    return sum(picks.keep(*one) for one in sorted(made, key=lambda one: one[:2]))


def _made(who: Contact | Visitor, turn: int | None) -> tuple[str, int, int | None, picks.Told]:
    person = Person(contact=who) if isinstance(who, Contact) else Person(visitor=who)
    return f"{who.__tablename__}_id", who.id, turn, suggestions.known(person).told()


def write(items: list[Key]) -> None:
    """Keep what pages asked for; who comes again asks again."""
    make(list(dict.fromkeys(items))[:BATCH])


def make_all() -> int:
    """For everybody of this shop who was here lately and for whom nothing fresh is kept; for how many."""
    with transactions.reading():
        whom = lacking()
    batches = (whom[start : start + BATCH] for start in range(0, len(whom), BATCH))
    return sum(transactions.retry_free(partial(make, batch)) for batch in batches)


def lacking() -> Sequence[Key]:
    """Who that is, who was here last first."""
    own, theirs = aliased(Pick), aliased(Pick)
    nobodys = Visitor.contact_id.is_(None)
    wanted = (
        select(Visitor.id, Visitor.contact_id)
        .outerjoin(own, own.visitor_id == Visitor.id).outerjoin(theirs, theirs.contact_id == Visitor.contact_id)
        .where(Visitor.last_seen > clock.now() - LATELY, Visitor.arm == "shown")
        .where(or_(and_(nobodys, _none(own)), and_(~nobodys, _none(theirs))))
        .order_by(Visitor.last_seen.desc(), Visitor.id).limit(MOST)
    )  # fmt: skip
    rows = db.session.execute(wanted)
    return list(dict.fromkeys(("contact_id", known) if known else ("visitor_id", browser) for browser, known in rows))


def _none(pick: Any) -> ColumnElement[bool]:
    return or_(pick.made_at.is_(None), pick.made_at < clock.now() - AGING)


@jobs.job("suggestions.pick")
def pick_everywhere() -> None:
    """Make what is lacking in every shop."""
    with transactions.reading():
        tenants = list(db.session.scalars(select(tenancy.Tenant.id).order_by(tenancy.Tenant.id)))
    for tenant_id in tenants:
        with tenancy.use(tenant_id):
            make_all()


def copy(contact: Contact) -> list[dict[str, Any]]:
    """What is kept for them now: which products are near what they did; what they did and like is told elsewhere."""
    kept = picks.of(contact)
    near = suggestions.Known.read(kept).near if kept is not None else []
    ids = {one for wish in near for one in (wish.product_id, wish.about)}
    rows = db.session.execute(select(Product.id, Product.name).where(Product.id.in_(ids))).all() if ids else []
    names = {row.id: pick(row.name) for row in rows}
    return [
        {"product": names[wish.product_id], "because_you": wish.why, "what": names.get(wish.about, "")}
        for wish in near if wish.product_id in names
    ]  # fmt: skip


def init_app(_app: Any) -> None:
    """Let the buffer write; each hour from now on."""
    people.exporter("suggestions", ["pick"], copy)
    buffer.writer("pick", write)
    jobs.every("suggestions.pick", seconds=HOURLY)
