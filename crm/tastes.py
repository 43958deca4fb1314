"""Tastes: what a person likes, as they said it or as their behaviour suggests; theirs to see and to forget."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import (
    CheckConstraint,
    ColumnElement,
    Index,
    String,
    UniqueConstraint,
    bindparam,
    delete,
    select,
)
from sqlalchemy.orm import Mapped, mapped_column

from crm import facts, picks
from kernel import beside, bulk, clock
from kernel.db import Base, db, pk, ref, words
from kernel.tenancy import TenantOwned

if TYPE_CHECKING:
    from crm.contacts import Contact
    from crm.visitors import Visitor

SAID_WEIGHT = 100  # what somebody says weighs more than any guess
MOST = 99  # the heaviest guess
LEVELS = {"more": SAID_WEIGHT, "less": 30, "never": 0}  # what somebody may say of one taste


class Interest(TenantOwned, Base):
    """Something that a shop's people can like: its code stands at products, tastes and pages."""

    __tablename__ = "interest"
    __extra__ = (UniqueConstraint("tenant_id", "code"),)
    id: Mapped[int] = pk()
    code: Mapped[str] = mapped_column(String(40))
    name: Mapped[dict[str, str]] = words()
    position: Mapped[int] = mapped_column(default=0)


class Taste(TenantOwned, Base):
    """That a contact or a browser likes something, how much, and how we know; at 0 it is not liked, or forgotten."""

    __tablename__ = "taste"
    __extra__ = (
        UniqueConstraint("tenant_id", "contact_id", "code"),
        UniqueConstraint("tenant_id", "visitor_id", "code"),
        CheckConstraint("(contact_id IS NULL) <> (visitor_id IS NULL)", name="somebody"),
        CheckConstraint("weight BETWEEN 0 AND 100", name="weight"),
        Index("ix_taste_code", "tenant_id", "code", "contact_id"),
    )
    id: Mapped[int] = pk()
    contact_id: Mapped[int | None] = ref("contact", index=False)
    visitor_id: Mapped[int | None] = ref("visitor", index=False)
    code: Mapped[str] = mapped_column(String(40))
    weight: Mapped[int] = mapped_column(default=SAID_WEIGHT)
    origin: Mapped[str] = mapped_column(String(8), default="said")  # said | inferred
    at: Mapped[datetime] = mapped_column(default=clock.now)
    since: Mapped[datetime | None]  # forgotten then: what was done before counts no more
    evidence: Mapped[dict[str, Any]] = mapped_column(default=dict)  # what was done how often, behind a guess


class Liked(NamedTuple):
    """How much somebody likes something, and how we know: of a Taste what pages read."""

    code: str
    weight: int
    origin: str


def interests() -> list[Interest]:
    """What the shop's people can like, in its order."""
    return list(db.session.scalars(select(Interest).order_by(Interest.position, Interest.code)))


def every(who: "Contact | Visitor | None") -> list[Taste]:
    """All that is known of their tastes, the strongest first; with what they never want and what is forgotten."""
    if who is None:
        return []
    return list(db.session.scalars(select(Taste).where(_mine(who)).order_by(Taste.weight.desc(), Taste.code)))


def brief(who: "Contact | Visitor") -> list[Liked]:
    """All that is known of their tastes, for pages that only read it."""
    return [Liked(*row) for row in beside.plain(_brief(who.__tablename__ == "contact"), who=who.id)]


def brief_of(contacts: Collection[int]) -> dict[int, list[Liked]]:
    """The same of many contacts at once."""
    found: dict[int, list[Liked]] = {one: [] for one in contacts}
    told = select(Taste.contact_id, Taste.code, Taste.weight, Taste.origin)
    mine = told.where(bulk.among(Taste.contact_id, contacts)).order_by(Taste.weight.desc(), Taste.code)
    for who, code, weight, origin in db.session.execute(mine):
        found[who or 0].append(Liked(code, weight, origin))
    return found


@lru_cache
def _brief(of_contact: bool) -> Any:
    """Asked beside the guard between tenants, so it names the tenant itself."""
    mine = (Taste.contact_id if of_contact else Taste.visitor_id) == bindparam("who")
    told = select(Taste.code, Taste.weight, Taste.origin).where(mine, Taste.tenant_id == bindparam("tenant"))
    return told.order_by(Taste.weight.desc(), Taste.code)


def of(who: "Contact | Visitor | None") -> list[Taste]:
    """What they like, the strongest first."""
    return [taste for taste in every(who) if taste.weight]


def say(who: "Contact | Visitor", codes: Iterable[str]) -> None:
    """Keep what they say they like; what they once said to like and no longer do goes."""
    wanted, known = set(codes), {taste.code: taste for taste in every(who)}
    for code, taste in known.items():
        if taste.origin == "said" and taste.weight and code not in wanted:
            db.session.delete(taste)
    for code in sorted(wanted):
        _said(known.get(code) or _new(who, code), SAID_WEIGHT)
    _changed(who)


def rate(who: "Contact | Visitor", code: str, level: str) -> None:
    """Keep that they want more or less of one thing, or never."""
    taste = next((known for known in every(who) if known.code == code), None)
    _said(taste or _new(who, code), LEVELS[level])
    _changed(who)


def infer(who: "Contact | Visitor", code: str, weight: int, evidence: Mapping[str, int] | None = None) -> None:
    """Keep how heavy a guess is by now; what they said stays as they said it. Consent was asked before."""
    taste = next((known for known in every(who) if known.code == code), None)
    if (taste is None and weight <= 0) or (taste is not None and taste.origin == "said"):
        return
    if taste is None:
        taste = _new(who, code)
    before, taste.weight = taste.weight, max(0, min(MOST, weight))
    taste.origin, taste.at, taste.evidence = "inferred", clock.now(), dict(evidence or {})
    if taste.weight != before:
        _changed(who)
    db.session.flush()


def forget(who: "Contact | Visitor", code: str = "") -> None:
    """Bring one taste to nothing, or all of them together with the behaviour they were guessed from.

    The row stays at nought, so that what was done before is not guessed from again; `drop` leaves no row.
    """
    for taste in every(who):
        if code in ("", taste.code):
            taste.weight, taste.origin, taste.evidence = 0, "inferred", {}
            taste.at = taste.since = clock.now()
    _changed(who)
    if not code:
        facts.forget_behaviour(who)


def unlearn(who: "Contact | Visitor") -> None:
    """Forget every guess and the behaviour behind it; what they said themselves stays."""
    for taste in every(who):
        if taste.origin == "inferred":
            forget(who, taste.code)
    facts.forget_behaviour(who)
    _changed(who)


def drop(who: "Contact | Visitor") -> None:
    """Leave nothing of their tastes, nor of the behaviour they were guessed from: nobody is there any more."""
    db.session.execute(delete(Taste).where(_mine(who)))
    facts.forget_behaviour(who)
    _changed(who)


def adopt(visitor: "Visitor", contact: "Contact") -> None:
    """Give a browser's tastes to the contact it belongs to; what was said stays, then the stronger of two."""
    known = {taste.code: taste for taste in every(contact)}
    for taste in every(visitor):
        mine = known.get(taste.code)
        if mine is None:
            taste.visitor_id, taste.contact_id = None, contact.id
            continue
        if _rank(taste) > _rank(mine):
            mine.weight, mine.origin, mine.at = taste.weight, taste.origin, taste.at
            mine.evidence, mine.since = taste.evidence, taste.since
        db.session.delete(taste)
    db.session.flush()


def _changed(who: "Contact | Visitor") -> None:
    db.session.flush()
    picks.clear(who)


def _rank(taste: Taste) -> tuple[bool, int]:
    return taste.origin == "said", taste.weight


def _said(taste: Taste, weight: int) -> None:
    taste.weight, taste.origin, taste.at, taste.evidence = weight, "said", clock.now(), {}


def _mine(who: "Contact | Visitor") -> ColumnElement[bool]:
    return (Taste.contact_id if who.__tablename__ == "contact" else Taste.visitor_id) == who.id


def _new(who: "Contact | Visitor", code: str) -> Taste:
    taste = Taste(code=code[:40])
    setattr(taste, f"{who.__tablename__}_id", who.id)
    db.session.add(taste)
    return taste
