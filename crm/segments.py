"""Segments: rules that are kept under a name; people come into them and leave them by what they are and do."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Index, Select, String, func, select
from sqlalchemy.orm import Mapped, mapped_column

from crm import rules
from crm.contacts import THERE, Contact
from crm.rule_values import BadRule, Field
from crm.rules import Person, Term, problems, term, terms
from kernel import clock, journal
from kernel.db import Base, db, pk, words
from kernel.folding import fold
from kernel.i18n import _, _l, pick
from kernel.refusal import Missing
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


def named(code: str, *, binned: bool = False) -> Segment:
    """The segment that an address names; raises Missing."""
    wanted = select(Segment).where(Segment.code == code)
    wanted = wanted.where(Segment.binned_at.is_not(None)) if binned else wanted
    newest = wanted.order_by(Segment.id.desc()).limit(1).execution_options(binned=binned)
    found = db.session.scalar(newest) if code else None
    if found is None:
        raise Missing()
    return found


def keep(segment: Segment, name: dict[str, str], rule: dict[str, Any], *, by: Any) -> None:
    """Keep a name and a rule; a new segment gets its code, which stays: letters and other rules know it by that."""
    if segment.code:
        _loops(segment.code, rule)
    segment.name, segment.rule, new = name, rule, not segment.code
    segment.code = segment.code or _free(pick(name))
    db.session.add(segment)
    db.session.flush()
    journal.write("segment.added" if new else "segment.changed", about=segment, by=by, data={"name": pick(name)})


def _loops(code: str, rule: dict[str, Any]) -> None:
    for node in rules.read(rule).words():
        if node.kind == "segment" and node.value == code:
            raise BadRule(_l("The segment “%(name)s” is made of itself."), name=code)


def _free(name: str) -> str:
    wish = re.sub(r"[^a-z0-9]+", "-", fold(name)).strip("-")[:50] or "segmento"
    taken = select(Segment.code).where(Segment.code.startswith(wish, autoescape=True))
    known = {*db.session.scalars(taken, execution_options={"binned": True}), "new", "draft"}
    return next(one for one in (wish, *(f"{wish}-{number}" for number in range(2, 10_000))) if one not in known)


def put_away(segment: Segment, *, by: Any) -> None:
    """Put a segment into the bin; rules and letters that name it say so until it is back."""
    segment.binned_at = clock.now()
    journal.write("segment.binned", about=segment, by=by, data={"name": pick(segment.name)})


def take_back(code: str, *, by: Any) -> Segment:
    """Take a segment out of the bin."""
    found = named(code, binned=True)
    found.binned_at = None
    journal.write("segment.restored", about=found, by=by, data={"name": pick(found.name)})
    return found


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
    """Teach the language the word for another segment, whose rule is read in its place; say how the journal tells."""
    journal.kind("segment.added", _l("Made the segment “%(name)s”"))
    journal.kind("segment.changed", _l("Changed the segment “%(name)s”"))
    journal.kind("segment.binned", _l("Put the segment “%(name)s” into the bin"))
    journal.kind("segment.restored", _l("Took the segment “%(name)s” out of the bin"))
    term(
        "segment", _l("are in the segment"), inner=_inner,
        says=lambda code: _("are in the segment “%(name)s”", name=_named(code)),
        form=(Field("segment", _l("Segment"), "choice", _kept, closed=True),),
    )  # fmt: skip
