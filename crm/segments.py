"""Segments: the words of the rule language; each says in SQL who it means and in Python whether it means this one."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Index, Select, String, and_, not_, or_, select, true
from sqlalchemy.orm import Mapped, mapped_column

from crm.contacts import THERE, Contact
from kernel import clock
from kernel.db import Base, db, pk, words
from kernel.i18n import _l
from kernel.refusal import Refusal
from kernel.tenancy import Binnable, TenantOwned

DEPTH = 5  # of conditions inside conditions
JOINS = {"all": and_, "any": or_}


@dataclass(frozen=True)
class Term:
    """A word of the language: `sql(value)` for "who", `python(contact, value)` for "this one, now"."""

    name: str
    label: Any
    sql: Callable[[Any], ColumnElement[bool]]
    python: Callable[[Contact, Any], bool]
    form: str  # what is asked for: text, tag, country, days, amount


class Segment(TenantOwned, Binnable, Base):
    """A kept rule with a name: people come into it and leave it by what they are and do."""

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


class BadRule(Refusal):
    """A rule that the language does not know."""

    message = _l("This rule cannot be read.")


_terms: dict[str, Term] = {}


def term(
    name: str,
    label: Any,
    *,
    sql: Callable[[Any], ColumnElement[bool]],
    python: Callable[[Contact, Any], bool],
    form: str = "text",
) -> None:
    """Add a word; the property test holds its two readings against each other."""
    _terms[name] = Term(name, label, sql, python, form)


def terms() -> dict[str, Term]:
    """Every word by name."""
    return dict(_terms)


def who(rule: Mapping[str, Any]) -> Select[Contact]:
    """The contacts that a rule means: {"all": [{"group": "mayorista"}, {"not": {"country": "CR"}}]}."""
    return select(Contact).where(_sql(rule, 0)).order_by(Contact.id)


def count(rule: Mapping[str, Any]) -> int:
    """How many that are."""
    return len(db.session.scalars(who(rule).with_only_columns(Contact.id)).all())


def means(rule: Mapping[str, Any], contact: Contact) -> bool:
    """Whether a rule means this contact, without asking the database who else."""
    name, value = _only(rule, 0)
    if name in JOINS:
        return (all if name == "all" else any)(means(one, contact) for one in value)
    return not means(value, contact) if name == "not" else bool(_terms[name].python(contact, value))


def _sql(rule: Mapping[str, Any], depth: int) -> ColumnElement[bool]:
    name, value = _only(rule, depth)
    if name in JOINS:
        parts = [_sql(one, depth + 1) for one in value]
        return JOINS[name](*parts) if parts else (true() if name == "all" else not_(true()))
    return not_(_sql(value, depth + 1)) if name == "not" else _terms[name].sql(value)


def _only(rule: Mapping[str, Any], depth: int) -> tuple[str, Any]:
    if len(rule) != 1 or depth > DEPTH:
        raise BadRule()
    name, value = next(iter(rule.items()))
    if name not in {*JOINS, "not"} and name not in _terms:
        raise BadRule()
    return name, value


def init_app(_app: object) -> None:
    """The words that crm itself knows."""
    term("group", _l("Group"), sql=lambda value: Contact.group == value, python=lambda who, value: who.group == value)
    term(
        "country", _l("Country"), sql=lambda value: Contact.country == value,
        python=lambda who, value: who.country == value, form="country",
    )  # fmt: skip
    term(
        "language", _l("Language"), sql=lambda value: Contact.language == value,
        python=lambda who, value: who.language == value,
    )  # fmt: skip
