"""Rule values: what stands behind a word of the rule language, its fields and what may be written into them."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from kernel import money
from kernel.i18n import _, _l
from kernel.refusal import Refusal

LONGEST, MANY = 200, 100  # signs of a word, words of a list
TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d|24:00")
Options = Callable[[], list[tuple[str, str]]]


class BadRule(Refusal):
    """A rule that the language does not know."""

    message = _l("This rule cannot be read.")


@dataclass(frozen=True)
class Field:
    """One thing that is asked for; `options` are pairs of value and label, the only ones when it is `closed`."""

    name: str
    label: Any
    kind: str = "text"  # text | choice | choices | number | amount | currency | time | day | decimal | date
    options: Options | None = None
    closed: bool = False
    needed: bool = True
    blank: Any = None  # what "" is called when it is a value: "of no group", "not known"
    least: int = 1
    most: int = 3_660
    default: Any = None
    known: Callable[[list[str]], set[str]] | None = None  # which of these words are there, where options are too many
    named: Callable[[list[str]], dict[str, str]] | None = None  # what those are called that the form does not offer
    same: Callable[[str], str] = str  # what makes two words one: a city in capitals is no other city

    def read(self, given: Any) -> Any:
        """The value as it is kept; raises BadRule with a sentence."""
        if given is None or (given == "" and not self.blank):
            if self.needed:
                raise BadRule(_l("%(field)s: it is empty."), field=str(self.label))
            return None
        return READERS[self.kind](self, given)

    def labels(self) -> dict[str, str]:
        """What may be chosen, by value."""
        return {**({"": str(self.blank)} if self.blank else {}), **(dict(self.options()) if self.options else {})}


def _words(field: Field, given: Any) -> list[str]:
    words = [given] if isinstance(given, str) else given
    if not isinstance(words, list | tuple) or not all(isinstance(word, str) for word in words):
        raise BadRule(_l("%(field)s: write words."), field=str(field.label))
    if not words:
        raise BadRule(_l("%(field)s: choose at least one."), field=str(field.label))
    if len(words) > MANY:
        raise BadRule(_l("%(field)s: that is too much."), field=str(field.label))
    read = [_word(field, word) for word in words]
    return list({field.same(word): word for word in reversed(read)}.values())[::-1]


def _word(field: Field, given: Any) -> str:
    if not isinstance(given, str) or len(given) > LONGEST or "\0" in given:
        raise BadRule(_l("%(field)s: write words."), field=str(field.label))
    if not given.strip() and not field.blank:
        raise BadRule(_l("%(field)s: it is empty."), field=str(field.label))
    return given.strip()


def _number(field: Field, given: Any) -> int:
    if not isinstance(given, int) or isinstance(given, bool) or not field.least <= given <= field.most:
        raise BadRule(
            _l("%(field)s: write a whole number from %(least)s to %(most)s."),
            field=str(field.label), least=field.least, most=field.most,
        )  # fmt: skip
    return given


def _amount(field: Field, given: Any) -> int:
    if not isinstance(given, int) or isinstance(given, bool) or not 1 <= given <= money.LIMIT:
        raise BadRule(_l("%(field)s: write an amount above zero."), field=str(field.label))
    return given


def _currency(field: Field, given: Any) -> str:
    if not isinstance(given, str) or not re.fullmatch("[A-Z]{3}", given):
        raise BadRule(_l("%(field)s: choose one."), field=str(field.label))
    return given


def _time(field: Field, given: Any) -> str:
    if not isinstance(given, str) or not TIME.fullmatch(given):
        raise BadRule(_l("%(field)s: write a time like 20:00."), field=str(field.label))
    return given


def _day(field: Field, given: Any) -> str:
    try:
        date.fromisoformat(f"2024-{given}")
    except ValueError:
        raise BadRule(_l("%(field)s: write month and day like 12-24."), field=str(field.label)) from None
    return str(given)


def _decimal(field: Field, given: Any) -> int:
    """In thousandths, of either sign."""
    if not isinstance(given, int) or isinstance(given, bool) or abs(given) > money.LIMIT:
        raise BadRule(_l("%(field)s: write a number, such as 38 or 38.5."), field=str(field.label))
    return given


def _date(field: Field, given: Any) -> str:
    try:
        return date.fromisoformat(given).isoformat()
    except (TypeError, ValueError):
        raise BadRule(_l("%(field)s: write a date with day, month and year."), field=str(field.label)) from None


READERS: dict[str, Callable[[Field, Any], Any]] = {
    "text": _word, "choice": _word, "choices": _words, "number": _number, "amount": _amount, "currency": _currency,
    "time": _time, "day": _day, "decimal": _decimal, "date": _date,
}  # fmt: skip


@dataclass(frozen=True)
class Shape:
    """The fields of a word: none, one (its value stands alone: `{"country": ["CR"]}`) or several by name."""

    fields: tuple[Field, ...] = ()
    some: tuple[str, ...] = ()  # names of fields of which at least one is needed

    @property
    def alone(self) -> bool:
        """Whether the value stands without the names of fields."""
        return len(self.fields) == 1

    def read(self, value: Any) -> Any:
        """The value as it is kept; the first field's value may stand for all when the others can be left out."""
        if not self.fields:
            return True
        if self.alone:
            return self.fields[0].read(value)
        given = value if isinstance(value, Mapping) else {self.fields[0].name: value}
        strange = set(given) - {field.name for field in self.fields}
        if strange:
            raise BadRule(_l("There is no “%(name)s” in that condition."), name=str(sorted(strange)[0])[:40])
        read = {field.name: field.read(given.get(field.name, field.default)) for field in self.fields}
        kept = {name: one for name, one in read.items() if one is not None}
        if self.lacking(kept):
            labels = [str(field.label) for field in self.fields if field.name in self.some]
            raise BadRule(_l("%(field)s: choose at least one."), field=either(labels))
        return kept

    def lacking(self, given: Mapping[str, Any]) -> str:
        """The first of those fields when none of them is given, else ""."""
        return "" if any(given.get(name) for name in self.some) else next(iter(self.some), "")

    def given(self, value: Any) -> dict[str, Any]:
        """A value that may be wrong, by its fields: what a form shows of it."""
        if isinstance(value, Mapping):
            return {field.name: value.get(field.name) for field in self.fields}
        return {field.name: value if place == 0 else None for place, field in enumerate(self.fields)}


def wrong_options(field: Field, value: Any) -> list[str]:
    """Sentences about what was chosen and is not there any more."""
    if value is None or not (field.closed or field.known):
        return []
    chosen = value if isinstance(value, list) else [value]
    there = field.known(chosen) if field.known else set(field.labels())
    gone = [word for word in chosen if word not in there and not (word == "" and field.blank)]
    return [_("%(field)s: “%(word)s” is not there any more.", field=field.label, word=word) for word in gone]


def either(words: list[str]) -> str:
    """Words as a sentence gives a choice: "Costa Rica, Guatemala or Honduras"."""
    if len(words) < 2:
        return "".join(words)
    return _("%(first)s or %(last)s", first=", ".join(words[:-1]), last=words[-1])
