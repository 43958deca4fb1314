"""Tastes: what a person likes, as they said it or as their behaviour suggests; theirs to see and to forget."""

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import CheckConstraint, ColumnElement, Index, String, UniqueConstraint, delete, select
from sqlalchemy.orm import Mapped, mapped_column

from crm import facts
from kernel import clock
from kernel.db import Base, db, pk, ref, words
from kernel.tenancy import TenantOwned

if TYPE_CHECKING:
    from crm.contacts import Contact
    from crm.visitors import Visitor

SAID_WEIGHT = 100  # what somebody says weighs more than any guess
MOST = 99  # the heaviest guess


class Interest(TenantOwned, Base):
    """Something that a shop's people can like: its code stands at products, tastes and pages."""

    __tablename__ = "interest"
    __extra__ = (UniqueConstraint("tenant_id", "code"),)
    id: Mapped[int] = pk()
    code: Mapped[str] = mapped_column(String(40))
    name: Mapped[dict[str, str]] = words()
    position: Mapped[int] = mapped_column(default=0)


class Taste(TenantOwned, Base):
    """That a contact or a browser likes something, how much, and how we know."""

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


def interests() -> list[Interest]:
    """What the shop's people can like, in its order."""
    return list(db.session.scalars(select(Interest).order_by(Interest.position, Interest.code)))


def of(who: "Contact | Visitor | None") -> list[Taste]:
    """What they like, the strongest first."""
    if who is None:
        return []
    return list(db.session.scalars(select(Taste).where(_mine(who)).order_by(Taste.weight.desc(), Taste.code)))


def say(who: "Contact | Visitor", codes: Iterable[str]) -> None:
    """Keep what they say they like; what they once said and no longer do goes."""
    wanted, known = set(codes), {taste.code: taste for taste in of(who)}
    for code, taste in known.items():
        if taste.origin == "said" and code not in wanted:
            db.session.delete(taste)
    for code in sorted(wanted):
        taste = known.get(code) or _new(who, code)
        taste.weight, taste.origin, taste.at = SAID_WEIGHT, "said", clock.now()
    db.session.flush()


def infer(who: "Contact | Visitor", code: str, weight: int) -> None:
    """Let a guess grow by so much; what they said stays as they said it. Consent was asked before."""
    taste = next((known for known in of(who) if known.code == code), None)
    if taste is not None and taste.origin == "said":
        return
    if taste is None:
        taste = _new(who, code)
        taste.weight, taste.origin = 0, "inferred"
    taste.weight, taste.at = min(MOST, taste.weight + weight), clock.now()
    db.session.flush()


def forget(who: "Contact | Visitor", code: str = "") -> None:
    """Forget one taste, or all of them together with the behaviour they were guessed from."""
    gone = delete(Taste).where(_mine(who))
    db.session.execute(gone.where(Taste.code == code) if code else gone)
    if not code:
        facts.forget_behaviour(who)


def adopt(visitor: "Visitor", contact: "Contact") -> None:
    """Give a browser's tastes to the contact it belongs to; the stronger of two stays."""
    known = {taste.code: taste for taste in of(contact)}
    for taste in of(visitor):
        mine = known.get(taste.code)
        if mine is None:
            taste.visitor_id, taste.contact_id = None, contact.id
            continue
        if taste.weight > mine.weight:
            mine.weight, mine.origin, mine.at = taste.weight, taste.origin, taste.at
        db.session.delete(taste)
    db.session.flush()


def _mine(who: "Contact | Visitor") -> ColumnElement[bool]:
    return (Taste.contact_id if who.__tablename__ == "contact" else Taste.visitor_id) == who.id


def _new(who: "Contact | Visitor", code: str) -> Taste:
    taste = Taste(code=code[:40])
    setattr(taste, f"{who.__tablename__}_id", who.id)
    db.session.add(taste)
    return taste
