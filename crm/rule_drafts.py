"""Rule drafts: a rule while somebody writes it in a form, groups and conditions as typed, what is wrong beside each.

The names of the form's fields are paths: `rule.join`, `rule.0.word`, `rule.0.days`, `rule.1.join`, `rule.1.0.word` …
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from crm import custom_texts, rules
from crm.rule_values import BadRule, Field, wrong_options
from kernel import money, tenancy
from kernel.money import Money
from kernel.refusal import Refusal

JOINS = ("all", "any", "none", "some")  # all hold, at least one, none, not all
OPPOSITE = {"all": "some", "some": "all", "any": "none", "none": "any"}
DEEPEST, MOST = 3, 60  # groups inside groups, and parts of one, that a form offers
FIRST = "allows"  # the word of a condition that was just added: the first of the list, and short (lands are 250)


class Typed(Protocol):
    """What was posted: several values of one name."""

    def getlist(self, name: str, /) -> list[str]:
        """The values of a name."""

    def __iter__(self) -> Iterator[str]:
        """The names."""


@dataclass
class Draft:
    """A group (it has a join) or a condition (it has a word)."""

    join: str = ""
    parts: list["Draft"] = field(default_factory=list)
    word: str = ""
    negate: bool = False
    typed: dict[str, list[str]] = field(default_factory=dict)  # by field
    wrong: dict[str, str] = field(default_factory=dict)  # by field; "": the whole
    path: str = ""
    depth: int = 0

    def every(self) -> Iterator["Draft"]:
        """It and all that is inside."""
        yield self
        for part in self.parts:
            yield from part.every()

    @property
    def faults(self) -> list[str]:
        """What is wrong, in order."""
        return [said for one in self.every() for said in one.wrong.values()]


def blank() -> Draft:
    """A rule to begin with."""
    return _numbered(Draft(join="all", parts=[_condition(FIRST)]))


def of(rule: Any, path: str = "rule") -> Draft:
    """A kept rule as a form shows it, whatever is wrong with it."""
    root = _of(rule, 0)
    root = root if root.join else Draft(join="all", parts=[root])
    _numbered(root, path)
    rule_of(root)
    return root


def _of(rule: Any, depth: int) -> Draft:
    if not isinstance(rule, Mapping) or len(rule) != 1 or depth > 2 * rules.DEPTH:
        return Draft(join="all") if rule == {} else Draft(word="?", wrong={"": str(BadRule())})
    name, value = next(iter(rule.items()))
    if name in rules.GROUPS:
        return Draft(join=name, parts=[_of(one, depth + 1) for one in value] if isinstance(value, list | tuple) else [])
    if name == "not":
        inner = _of(value, depth + 1)
        inner.join, inner.negate = OPPOSITE.get(inner.join, ""), not inner.negate and not inner.join
        return inner
    known = rules.terms().get(name)
    given = known.form.given(value) if known else {}
    decimals = {one.name for one in known.form.fields if one.kind == "decimal"} if known else set[str]()
    shown = {key: custom_texts.typed_number(one) if isinstance(one, int) and key in decimals else one
             for key, one in given.items()}  # fmt: skip
    return Draft(word=str(name)[:60], typed={key: _texts(key, shown) for key in shown})


def _texts(key: str, given: Mapping[str, Any]) -> list[str]:
    value = given[key]
    if key == "least" and "currency" in given and isinstance(value, int):
        return [money.typed(Money(value, str(given["currency"])), tenancy.tenant().locale)]
    return [] if value is None else [str(one) for one in (value if isinstance(value, list | tuple) else [value])]


def _condition(word: str) -> Draft:
    known = rules.terms()[word]
    defaults = {one.name: [str(one.default)] if one.default is not None else [] for one in known.form.fields}
    for one in known.form.fields:
        if one.kind == "currency":
            defaults[one.name] = [tenancy.tenant().currency]
    return Draft(word=word, typed=defaults)


def _numbered(draft: Draft, path: str = "rule", depth: int = 0) -> Draft:
    draft.path, draft.depth = path, depth
    for place, part in enumerate(draft.parts):
        _numbered(part, f"{path}.{place}", depth + 1)
    return draft


def read(form: Typed, path: str = "rule") -> Draft:
    """What was posted under these names, as typed, with the step that a button asked for already taken."""
    root = _read(form, path, 0)
    root = root if root.join else blank()
    _numbered(root, path)
    rule_of(root)
    for step in form.getlist(f"{path}-do")[:1]:
        take(root, step)
    return root


def _one(form: Typed, name: str) -> str:
    return next(iter(form.getlist(name)), "")[:200]


def _read(form: Typed, path: str, depth: int) -> Draft:
    join = _one(form, f"{path}.join")
    if join not in JOINS or depth > DEEPEST + 1:
        return _read_condition(form, path)
    inside = re.compile(re.escape(path) + r"\.(\d{1,3})\.(?:join|word)")
    places = sorted({int(found[1]) for name in form if (found := inside.fullmatch(name))})
    return Draft(join=join, parts=[_read(form, f"{path}.{place}", depth + 1) for place in places[:MOST]])


def _read_condition(form: Typed, path: str) -> Draft:
    word, was = _one(form, f"{path}.word"), _one(form, f"{path}.was")
    known = rules.terms().get(word)
    if known is None:
        return Draft(word=word)
    draft = _condition(word)
    draft.negate = _one(form, f"{path}.not") == "1"
    if was == word:
        draft.typed = {one.name: _posted(form, f"{path}.{one.name}", one) for one in known.form.fields}
    return draft


def _posted(form: Typed, name: str, place: Field) -> list[str]:
    if place.kind == "day":
        month, day = _one(form, f"{name}.month"), _one(form, f"{name}.day")
        return [f"{month:0>2}-{day:0>2}"] if month or day else []
    values = [one[:200] for one in form.getlist(name)[: rules.MOST]]
    if place.kind == "choices":
        more = _one(form, f"{name}.more")
        values += [one.strip() for one in more.split(",") if one.strip()]
        return list(dict.fromkeys(values))
    return [one.strip() for one in values if one.strip()]


def take(root: Draft, step: str) -> None:
    """Take the step of a button: "add rule.1", "group rule", "drop rule.1.0"."""
    verb, _, path = step.partition(" ")
    for one in list(root.every()):
        if verb == "drop" and any(part.path == path for part in one.parts):
            one.parts = [part for part in one.parts if part.path != path]
        elif verb in {"add", "group"} and one.join and one.path == path and len(one.parts) < MOST:
            fresh = _condition(FIRST)
            one.parts.append(fresh if verb == "add" else Draft(join="any", parts=[fresh]))
    _numbered(root, root.path)


def hush(draft: Draft) -> None:
    """Let nothing be wrong that was not typed yet: who is still writing is not told off."""
    for one in draft.every():
        one.wrong = {name: said for name, said in one.wrong.items() if name == "" or one.typed.get(name)}


def rule_of(draft: Draft) -> dict[str, Any] | None:
    """The rule that was written, or None, with what is wrong said at each part."""
    for one in draft.every():
        one.wrong = {} if one.word != "?" else one.wrong
    rule = _rule(draft)
    if not draft.faults:
        try:
            rules.read(rule)
        except BadRule as bad:
            draft.wrong = {"": str(bad)}
    return None if draft.faults else rule


def written(draft: Draft) -> dict[str, Any]:
    """The rule as far as it was written, right or wrong: nothing typed is lost."""
    return _rule(draft)


def _rule(draft: Draft) -> dict[str, Any]:
    if draft.join:
        parts = [_rule(part) for part in draft.parts]
        plain = {"all" if draft.join in {"all", "some"} else "any": parts}
        return plain if draft.join in rules.GROUPS else {"not": plain}
    leaf = _leaf(draft)
    return {"not": leaf} if draft.negate else leaf


def _leaf(draft: Draft) -> dict[str, Any]:
    known = rules.terms().get(draft.word)
    if known is None:
        draft.wrong[""] = draft.wrong.get("") or str(rules.unknown(draft.word))
        return {}
    values = {place.name: _value(draft, place) for place in known.form.fields}
    there = {name: value for name, value in values.items() if value is not None}
    value: Any = there if len(known.form.fields) > 1 else next(iter(there.values()), None)
    if not draft.wrong:
        try:
            rules.read({draft.word: value if known.form.fields else True})
        except BadRule as bad:
            draft.wrong[known.form.lacking(there)] = str(bad)
    return {draft.word: value if known.form.fields else True}


def _value(draft: Draft, place: Field) -> Any:
    texts = draft.typed.get(place.name, [])
    try:
        value = place.read(_meant(draft, place, texts))
        gone = wrong_options(place, value)
    except Refusal as bad:
        draft.wrong[place.name] = str(bad)
        return None
    if gone:
        draft.wrong[place.name] = " ".join(gone)
    return value


def _meant(draft: Draft, place: Field, texts: list[str]) -> Any:
    if place.kind == "choices":
        return texts or ([] if place.needed else None)
    text = texts[0] if texts else ""
    if place.kind == "number":
        return int(text) if text.isdecimal() and text.isascii() and len(text) < 10 else text or None
    if place.kind == "decimal" and text:
        return custom_texts.number(text)
    if place.kind == "date" and text:
        return custom_texts.day(text).isoformat()
    if place.kind == "amount" and text:
        currency = next(iter(draft.typed.get("currency", [])), tenancy.tenant().currency)
        return money.parse(text, currency, tenancy.tenant().locale).minor
    return text or None
