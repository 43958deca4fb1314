"""Segments: rules that are kept under a name; people come into them and leave them by what they are and do."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Index, Select, String, func, select
from sqlalchemy.orm import Mapped, mapped_column

from crm import rules
from crm.contacts import THERE, Contact
from crm.rule_values import BadRule, Field
from crm.rules import Person, Term, problems, term, terms
from kernel import clock
from kernel.db import Base, db, pk, words
from kernel.i18n import _, _l, pick
from kernel.tenancy import Binnable, TenantOwned

__all__ = ["BadRule", "Field", "Person", "Term", "problems", "term", "terms"]


class Segment(TenantOwned, Binnable, Base):
    """A kept rule with a name."""

    __tablename__ = "segment"
    __extra__ = (
        Index("uq_segment_code", "tenant_id", "code", unique=True, sqlite_where=THERE, postgresql_where=THERE),
    )
    id: Mapped[int] = pk()
    code: Mapped[str] = mapped_column(String(60))
    name: Mapped[dict[str, str]] = words()
    rule: Mapped[dict[str, Any]] = mapped_column(default=dict)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    updated_at: Mapped[datetime] = mapped_column(default=clock.now, onupdate=clock.now)


def who(rule: Mapping[str, Any]) -> Select[Contact]:
    """The contacts that a rule means: {"all": [{"group": "mayorista"}, {"not": {"country": "CR"}}]}."""
    return select(Contact).where(rules.where(rule)).order_by(Contact.id)


def count(rule: Mapping[str, Any]) -> int:
    """How many that are."""
    return int(db.session.scalar(select(func.count(Contact.id)).where(rules.where(rule))) or 0)


def means(rule: Mapping[str, Any], person: Person | Contact) -> bool:
    """Whether a rule means this person now, without asking the database who else."""
    return rules.read(rule).means(person if isinstance(person, Person) else Person(contact=person))


def checked(rule: Any) -> dict[str, Any]:
    """The rule as it may be kept; raises BadRule with a sentence that names what is wrong."""
    wrong = problems(rule)
    if wrong:
        raise BadRule(wrong[0])
    return dict(rule)


def by_code(code: str) -> Segment | None:
    """The kept segment with that code."""
    return db.session.scalar(select(Segment).where(Segment.code == code))


def listed() -> list[Segment]:
    """Every kept segment, by name."""
    return sorted(db.session.scalars(select(Segment)), key=lambda one: (pick(one.name) or one.code).casefold())


def _inner(code: str) -> Mapping[str, Any]:
    found = by_code(code)
    if found is None:
        raise BadRule(_l("The segment “%(name)s” is not there any more."), name=code)
    return found.rule


def _named(code: str) -> str:
    found = by_code(code)
    return pick(found.name) or code if found else code


def _kept() -> list[tuple[str, str]]:
    return [(one.code, pick(one.name) or one.code) for one in listed()]


def init_app(_app: object) -> None:
    """Teach the language the word for another segment: its rule is read in its place."""
    term(
        "segment", _l("Segment"), inner=_inner,
        says=lambda code: _("are in the segment “%(name)s”", name=_named(code)),
        form=(Field("segment", _l("Segment"), "choice", _kept, closed=True),),
    )  # fmt: skip
