"""Rules: a tree of conditions that is read twice, as SQL for "who" and in Python for "this visitor, now".

{"all": [rule…]}, {"any": [rule…]}, {"not": rule}, or one condition: {word: value}.

What is not known is neither so nor not so: whoever is "not in Costa Rica" is known to be elsewhere. A place under a
`not` is therefore read with "" (not known) among its values, by both readings and in the sentence alike. What the shop
itself writes down (a group, a tag, an order) is always known, and so is a kept segment: who is not in it is outside.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    Select,
    and_,
    any_,
    false,
    func,
    literal_column,
    not_,
    or_,
    true,
)

from crm.contacts import Contact
from crm.rule_values import BadRule, Field, Shape, either, wrong_options
from kernel import clock, tenancy
from kernel.db import db
from kernel.i18n import _l

if TYPE_CHECKING:
    from crm.visitors import Visitor

DEPTH = 5  # of conditions inside conditions
MOST = 200  # conditions in one rule, those of kept segments included
GROUPS = ("all", "any")


@dataclass(frozen=True)
class Person:
    """Who is asked about: a contact, a browser that allowed to be recognised, or somebody of whom only this is known.

    What the database was asked about them is remembered, for as long as this object is.
    """

    contact: Contact | None = None
    visitor: "Visitor | None" = None
    language: str = ""  # of the page; "": the one they are known by
    country: str = ""  # as far as their address tells; what they wrote themselves counts more
    referrer: str = ""  # the host that sent them now
    now: datetime = field(default_factory=clock.now)
    cart: Any = None
    memory: dict[str, Any] = field(default_factory=dict, compare=False, repr=False)

    def recall(self, name: str, ask: Callable[["Person"], Any]) -> Any:
        """What `ask(person)` says, asked once."""
        if name not in self.memory:
            self.memory[name] = ask(self)
        return self.memory[name]

    @property
    def today(self) -> date:
        """The day it is for them at the shop."""
        return self.now.astimezone(ZoneInfo(tenancy.tenant().timezone)).date()


# Conditions on a contact, or contacts: `select(Table.contact_id).where(…)`, perhaps grouped.
Meaning = ColumnElement[bool] | Select[Any]


@dataclass(frozen=True)
class Term:
    """A word of the language: `sql(value)` for "who", `python(person, value)` for "this one, now"."""

    name: str
    label: Any
    sql: Callable[[Any], Meaning]
    python: Callable[[Person, Any], bool]
    form: Shape
    says: Callable[[Any], str]
    family: str = "are"  # are | like | did | now: where the builder offers it
    inner: Callable[[Any], Mapping[str, Any]] | None = None  # the rule that the value stands for
    unknown: bool = False  # whether "" among its values means that nobody knows
    elsewhere: Callable[[Any], str] | None = None  # how its contrary is said, of whom it is known
    contrary: Callable[[Any], str] | None = None  # the same where "not" before its sentence would not read
    hint: Any = ""  # what the builder says below its fields
    offered: Callable[[], bool] | None = None  # whether this shop has anything that it could mean


@dataclass(frozen=True)
class Node:
    """A piece of a rule that was read: a group of others, or a word with its value."""

    kind: str  # all | any | not | a word
    parts: tuple["Node", ...] = ()
    term: Term | None = None
    value: Any = None

    def means(self, person: Person) -> bool:
        """Whether it holds for this person now."""
        if self.kind == "not":
            return not self.parts[0].means(person)
        if self.kind == "any":
            return any(part.means(person) for part in self.parts)
        if self.term is None or self.term.inner:
            return all(part.means(person) for part in self.parts)
        return bool(self.term.python(person, self.value))

    def words(self) -> Iterator["Node"]:
        """The words in it, those of other segments too."""
        if self.term:
            yield self
        for part in self.parts:
            yield from part.words()


_terms: dict[str, Term] = {}


def term(
    name: str,
    label: Any,
    *,
    sql: Callable[[Any], Meaning] = lambda _value: false(),
    python: Callable[[Person, Any], bool] = lambda _person, _value: False,
    form: tuple[Field, ...] = (Field("value", _l("Value")),),
    some: tuple[str, ...] = (),
    says: Callable[[Any], str] | None = None,
    family: str = "are",
    inner: Callable[[Any], Mapping[str, Any]] | None = None,
    unknown: bool = False,
    elsewhere: Callable[[Any], str] | None = None,
    contrary: Callable[[Any], str] | None = None,
    hint: Any = "",
    offered: Callable[[], bool] | None = None,
) -> None:
    """Add a word by its two readings, or by the rule that is read in its place; the property test compares them.

    `some`: names of fields that can each be left out, but not all of them.
    """
    told = says or (lambda value: f"{label}: {value}")
    shape = Shape(form, some)
    _terms[name] = Term(
        name, label, sql, python, shape, told, family, inner, unknown, elsewhere, contrary, hint, offered
    )  # fmt: skip


def terms() -> dict[str, Term]:
    """Every word by name."""
    return dict(_terms)


def unknown(name: Any) -> BadRule:
    """What to say of a word that is none."""
    return BadRule(_l("There is no condition called “%(name)s”."), name=str(name)[:60])


def read(rule: Any) -> Node:
    """The tree of a rule; raises BadRule with a sentence that names what cannot be read."""
    return _read(rule, 0, (), [0])


def _read(rule: Any, depth: int, within: tuple[str, ...], many: list[int], *, negated: bool = False) -> Node:
    many[0] += 1
    if not isinstance(rule, Mapping) or len(rule) != 1:
        raise BadRule()
    if depth > DEPTH or many[0] > MOST:
        raise BadRule(_l("This rule has too many conditions inside each other."))
    name, value = next(iter(rule.items()))
    if name in GROUPS:
        if not isinstance(value, list | tuple):
            raise BadRule()
        return Node(name, tuple(_read(one, depth + 1, within, many, negated=negated) for one in value))
    if name == "not":
        return Node("not", (_read(value, depth + 1, within, many, negated=not negated),))
    return _word(name, value, within, many, negated=negated)


def _word(name: Any, value: Any, within: tuple[str, ...], many: list[int], *, negated: bool) -> Node:
    known = _terms.get(name)
    if known is None:
        raise unknown(name)
    kept = known.form.read(value)
    if negated and known.unknown and "" not in kept:
        kept = [*kept, ""]
    if known.inner is None:
        return Node(name, (), known, kept)
    if (told := f"{name} {kept}") in within:
        raise BadRule(_l("The segment “%(name)s” is made of itself."), name=str(kept))
    return Node(name, (_read(known.inner(kept), 0, (*within, told), many),), known, kept)


def problems(rule: Any) -> list[str]:
    """Sentences about what is wrong with a rule; it can still be asked when only something chosen is gone."""
    try:
        tree = read(rule)
    except BadRule as bad:
        return [str(bad)]
    return [
        said
        for node in tree.words() if node.term
        for place in node.term.form.fields
        for said in wrong_options(place, node.term.form.given(node.value)[place.name])
    ]  # fmt: skip


def where(rule: Any) -> ColumnElement[bool]:
    """A rule as a condition on `contact`."""
    tree = read(rule)
    meanings = {id(node): node.term.sql(node.value) for node in tree.words() if node.term and not node.term.inner}
    return _sql(tree, meanings, _driver(tree, meanings))


def _driver(tree: Node, meanings: Mapping[int, Meaning]) -> int:
    """The condition to begin with: what all must be and what has to be added up first, else the first set there is."""
    sets = [one for one in _musts(tree) if isinstance(meanings[id(one)], Select)]
    sets.sort(key=lambda one: not _grouped(meanings[id(one)]))
    return id(sets[0]) if sets else 0


def _musts(node: Node) -> Iterator[Node]:
    if node.kind in {"any", "not"}:
        return
    if node.term and not node.term.inner:
        yield node
    for part in node.parts:
        yield from _musts(part)


def _grouped(meaning: Meaning) -> bool:
    return isinstance(meaning, Select) and bool(meaning._group_by_clauses)


def _sql(node: Node, meanings: Mapping[int, Meaning], driver: int) -> ColumnElement[bool]:
    if node.term and not node.term.inner:
        return _leaf(meanings[id(node)], first=id(node) == driver)
    parts = [_sql(part, meanings, driver) for part in node.parts]
    if node.kind == "not":
        return not_(parts[0])
    if node.kind == "any":
        return or_(*parts) if parts else false()
    return and_(*parts) if parts else true()


def _leaf(meaning: Meaning, *, first: bool) -> ColumnElement[bool]:
    """A set begins as a list of ids; later it is looked up for each that is left. What is added up: see below.

    SQLite adds up once and keeps it, PostgreSQL gives up keeping what is large: there it is added up for each.
    What PostgreSQL begins with is an array: as a set each of its parallel workers would add up everything once more.
    """
    if not isinstance(meaning, Select):
        return meaning
    if _grouped(meaning) and db.engine.dialect.name == "sqlite":
        return Contact.id.in_(_unordered(meaning))
    if first and _grouped(meaning):
        return Contact.id == any_(func.array(meaning.scalar_subquery(), type_=ARRAY(BigInteger)))
    if first:
        return Contact.id.in_(meaning)
    return meaning.where(meaning.selected_columns[0] == Contact.id).correlate(Contact).exists()


def _unordered(meaning: Select[Any]) -> Select[Any]:
    """Added up by a value that no index has in order: SQLite would read everything in that order to save a sort."""
    whose = meaning.selected_columns[0] + literal_column("0")
    return meaning.with_only_columns(whose).group_by(None).group_by(whose)


__all__ = [
    "BadRule",
    "Field",
    "Node",
    "Person",
    "Shape",
    "Term",
    "either",
    "problems",
    "read",
    "term",
    "terms",
    "where",
]
