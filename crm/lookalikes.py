"""Lookalikes: pairs that may be one person kept twice; of whom the shop said that they are two it asks no more."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations, islice
from typing import Any

from sqlalchemy import CheckConstraint, ColumnElement, UniqueConstraint, and_, delete, func, or_, select
from sqlalchemy.orm import Mapped

from crm import merging, people
from crm.contacts import Contact
from kernel import journal, tenancy
from kernel.db import Base, db, pk, ref, upsert
from kernel.folding import column
from kernel.i18n import _l
from kernel.tenancy import TenantOwned

MOST = 200  # pairs that are looked for


class TwoPeople(TenantOwned, Base):
    """That two contacts who are alike are two people; the one with the smaller id first."""

    __tablename__ = "two_people"
    __extra__ = (
        UniqueConstraint("tenant_id", "contact_id", "other_id"),
        CheckConstraint("contact_id < other_id", name="order"),
    )
    id: Mapped[int] = pk()
    contact_id: Mapped[int] = ref("contact")
    other_id: Mapped[int] = ref("contact")


@dataclass(frozen=True)
class Pair:
    """Two rows that may be one person, and why."""

    one: Contact
    other: Contact
    why: str  # phone | name


def pairs() -> list[Pair]:
    """Who may be one person: the same telephone, or the same name in the same place."""
    place = func.lower(Contact.city), Contact.country
    named = and_(Contact.name != "", Contact.city != "", Contact.country != "")
    told = {(row[0], row[1]) for row in db.session.execute(select(TwoPeople.contact_id, TwoPeople.other_id))}
    found: dict[tuple[int, int], str] = {}
    for why, wanted, keys in (
        ("phone", Contact.phone.is_not(None), (Contact.phone,)),
        ("name", named, (column(Contact.name), *place)),
    ):
        alike = (two for two in _alike(wanted, keys) if two not in told)
        for two in islice(alike, MOST):
            found.setdefault(two, why)
    mine = select(Contact).where(Contact.id.in_({one for two in found for one in two}))
    people_of = {row.id: row for row in db.session.scalars(mine)}
    return [Pair(people_of[one], people_of[other], why) for (one, other), why in found.items()]


def _alike(wanted: ColumnElement[bool], keys: tuple[Any, ...]) -> Iterator[tuple[int, int]]:
    """Two ids each, the smaller first, of those who have all the keys alike; never compared each to each."""
    many = func.count().over(partition_by=keys).label("many")
    counted = select(Contact.id.label("id"), many).where(wanted, Contact.tenant_id == tenancy.current()).subquery()
    mine = select(Contact.id, *keys).where(Contact.id.in_(select(counted.c.id).where(counted.c.many > 1)))
    groups: dict[tuple[Any, ...], list[int]] = defaultdict(list)
    for contact_id, *values in db.session.execute(mine.order_by(Contact.id)):
        groups[tuple(values)].append(contact_id)
    for ids in groups.values():
        yield from combinations(ids, 2)


def part(one: Contact, other: Contact, *, by: Any) -> None:
    """Keep that they are two people. Raises Gone when somebody made one of them meanwhile."""
    merging.locked(one.id, other.id)
    _keep(one.id, other.id)
    journal.write("person.two", about=one, by=by)


def unsure(one: Contact, other: Contact) -> None:
    """It is to be asked again."""
    first, second = sorted((one.id, other.id))
    mine = TwoPeople.contact_id == first, TwoPeople.other_id == second
    db.session.execute(delete(TwoPeople).where(*mine))


def _keep(one: int, other: int) -> None:
    first, second = sorted((one, other))
    row = {"tenant_id": tenancy.current(), "contact_id": first, "other_id": second}
    db.session.execute(upsert(TwoPeople).values(**row).on_conflict_do_nothing())


def _of(contact: Contact) -> ColumnElement[bool]:
    return or_(TwoPeople.contact_id == contact.id, TwoPeople.other_id == contact.id)


def _others(contact: Contact) -> list[int]:
    rows = db.session.execute(select(TwoPeople.contact_id, TwoPeople.other_id).where(_of(contact))).all()
    return sorted({one for row in rows for one in row} - {contact.id})


def _move(goes: Contact, stays: Contact) -> None:
    """Who is not the one is not the other either."""
    others = _others(goes)
    _forget(goes)
    for other in others:
        if other != stays.id:
            _keep(stays.id, other)


def _forget(contact: Contact) -> None:
    db.session.execute(delete(TwoPeople).where(_of(contact)))


def _told(contact: Contact) -> list[dict[str, int]]:
    """Of how many others the shop said that they are somebody else; who those are is not this person's to read."""
    others = len(_others(contact))
    return [{"others": others}] if others else []


def init_app(_app: object) -> None:
    """Speak for the table, and say how the journal tells it."""
    merging.moves("two_people", _move)
    people.exporter("two_people", ["two_people"], _told)
    people.eraser("two_people", ["two_people"], _forget)
    journal.kind("person.two", _l("Said that two who are alike are two people"))
