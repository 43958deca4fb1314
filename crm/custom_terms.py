"""The words of the rule language for the shop's own fields: a text, a number, a date, what was chosen, nothing at all.

What is sensitive is no condition: who looks at a segment would read it. A field in the archive is offered no more.
"""

from collections.abc import Callable
from datetime import date
from typing import Any

from babel.dates import format_date
from sqlalchemy import ColumnElement, Select, and_, false, or_, select

from crm import custom_fields, custom_texts, custom_values, rules
from crm.contacts import Contact
from crm.custom_fields import CustomField
from crm.custom_texts import Value
from crm.custom_values import CustomValue
from crm.rules import Field, Person, either
from kernel import i18n
from kernel.i18n import _, _l

BETWEEN = ":"  # a field and one of what can be chosen in it
SAME = {"is": _l("is"), "has": _l("contains")}
MORE = {"is": _l("is"), "more": _l("is more than"), "less": _l("is less than")}
WHEN = {"is": _l("is the day"), "after": _l("is after"), "before": _l("is before")}


def _fields(*kinds: str) -> list[CustomField]:
    return [one for one in custom_fields.live(sensitive=False) if not kinds or one.kind in kinds]


def _named(*kinds: str) -> Callable[[], list[tuple[str, str]]]:
    return lambda: [(one.code, one.label) for one in _fields(*kinds)]


def _hows(words: dict[str, Any]) -> Callable[[], list[tuple[str, str]]]:
    return lambda: [(code, str(label)) for code, label in words.items()]


def offered(*kinds: str) -> Callable[[], bool]:
    """Whether the shop has such a field: else its word is not offered."""
    return lambda: bool(_fields(*kinds))


def called(code: str) -> str:
    """What a field is called."""
    return next((one.label for one in custom_fields.every() if one.code == code), code)


def _field(code: Any) -> Any:
    """In SQL: the id of that field, if it may be asked for."""
    mine = CustomField.code == code, CustomField.sensitive.is_(False)
    return select(CustomField.id).where(*mine).correlate(None).scalar_subquery()


def those(code: str, condition: ColumnElement[bool]) -> Select[Any]:
    """In SQL: who has something in that field that is so."""
    return select(CustomValue.contact_id).where(CustomValue.field_id == _field(code), condition)


def holds(person: Person) -> dict[str, Value]:
    """What somebody has, by the code of the field, texts as they are compared; None in those where nothing stands."""

    def ask(one: Person) -> dict[str, Value]:
        if one.contact is None:
            return {}
        fields = [field for field in custom_fields.every() if not field.sensitive]
        has = custom_values.mine(one.contact, fields)
        return {field.code: _compared(field, has.get(field.id)) for field in fields}

    return dict(person.recall("custom fields", ask))


def _compared(field: CustomField, value: Value) -> Value:
    if value is None or field.kind not in custom_texts.LONGEST:
        return value
    return custom_texts.plain(value) if field.kind == "text" else custom_texts.compared(value)


def _text_sql(value: Any) -> Select[Any]:
    wanted = custom_texts.plain(value["text"])
    if value["how"] == "is":
        return those(value["field"], or_(CustomValue.folded == wanted, CustomValue.words == wanted))
    inside = [one.contains(wanted, autoescape=True) for one in (CustomValue.folded, CustomValue.words)]
    return those(value["field"], or_(*inside))


def _text_is(person: Person, value: Any) -> bool:
    mine, wanted = holds(person).get(value["field"]), custom_texts.plain(value["text"])
    return isinstance(mine, str) and (mine == wanted if value["how"] == "is" else wanted in mine)


def _ordered(column: Any, how: str, wanted: Any) -> ColumnElement[bool]:
    found: ColumnElement[bool] = {"is": column == wanted}.get(
        how, column > wanted if how in ("more", "after") else column < wanted
    )
    return found


def _compares(mine: Any, how: str, wanted: Any) -> bool:
    if not isinstance(mine, type(wanted)):
        return False
    return bool(mine == wanted if how == "is" else mine > wanted if how in ("more", "after") else mine < wanted)


def _number_sql(value: Any) -> Select[Any]:
    return those(value["field"], _ordered(CustomValue.number, value["how"], value["number"]))


def _day_sql(value: Any) -> Select[Any]:
    return those(value["field"], _ordered(CustomValue.day, value["how"], date.fromisoformat(value["date"])))


def _choice_sql(value: list[str]) -> Select[Any]:
    pairs = [one.partition(BETWEEN) for one in value]
    ways = [and_(CustomValue.field_id == _field(code), CustomValue.option == option) for code, _sign, option in pairs]
    return select(CustomValue.contact_id).where(or_(false(), *ways))


def _choice_is(person: Person, value: list[str]) -> bool:
    has = holds(person)
    for code, _sign, option in (one.partition(BETWEEN) for one in value):
        mine = has.get(code)
        if mine is not None and (option in mine if isinstance(mine, list) else option == mine):
            return True
    return False


def _choices() -> list[tuple[str, str]]:
    return [
        (f"{one.code}{BETWEEN}{code}", f"{one.label}: {label}")
        for one in _fields("yes", *custom_fields.LISTS) for code, label in one.offered
    ]  # fmt: skip


def _says_choice(value: list[str]) -> str:
    labels = {
        f"{one.code}{BETWEEN}{code}": f"{one.label}: {label}"
        for one in custom_fields.every() for code, label in one.called.items()
    }  # fmt: skip
    return _("have %(what)s", what=either([_("“%(name)s”", name=labels.get(one, one)) for one in value]))


def _empty_sql(code: str) -> ColumnElement[bool]:
    theirs = select(CustomValue.id).where(CustomValue.field_id == _field(code), CustomValue.contact_id == Contact.id)
    return and_(_field(code).is_not(None), ~theirs.correlate(Contact).exists())


def _is_empty(person: Person, code: str) -> bool:
    has = holds(person)
    return code in has and has[code] is None


def _says_text(value: Any) -> str:
    told = {"text": value["text"], "field": called(value["field"])}
    if value["how"] == "is":
        return _("have “%(text)s” in “%(field)s”", **told)
    return _("have in “%(field)s” something with “%(text)s”", **told)


def _says_number(value: Any) -> str:
    told = {"number": i18n.number(value["number"], custom_texts.PLACES), "field": called(value["field"])}
    if value["how"] == "is":
        return _("have %(number)s in “%(field)s”", **told)
    if value["how"] == "more":
        return _("have more than %(number)s in “%(field)s”", **told)
    return _("have less than %(number)s in “%(field)s”", **told)


def _says_day(value: Any) -> str:
    told = {"day": format_date(date.fromisoformat(value["date"]), "long", locale=i18n.locale())}
    told["field"] = called(value["field"])
    if value["how"] == "is":
        return _("have in “%(field)s” the %(day)s", **told)
    if value["how"] == "after":
        return _("have in “%(field)s” a day after the %(day)s", **told)
    return _("have in “%(field)s” a day before the %(day)s", **told)


def which(*kinds: str) -> Field:
    """Which field of these kinds."""
    return Field("field", _l("Field"), "choice", _named(*kinds), closed=True)


def how(words: dict[str, Any], default: str = "is") -> Field:
    """In which way: one of these."""
    return Field("how", _l("How it is compared"), "choice", _hows(words), closed=True, default=default)


def init_app(_app: object) -> None:
    """Teach the language these words."""
    rules.term(
        "custom_text", _l("have a text in a field of yours"), sql=_text_sql, python=_text_is, says=_says_text,
        form=(which("text", "long"), how(SAME), Field("text", _l("Text"))), offered=offered("text", "long"),
    )  # fmt: skip
    rules.term(
        "custom_number", _l("have a number in a field of yours"), sql=_number_sql, says=_says_number,
        python=lambda who, value: _compares(holds(who).get(value["field"]), value["how"], value["number"]),
        form=(which("number"), how(MORE), Field("number", _l("Number"), "decimal")), offered=offered("number"),
    )  # fmt: skip
    rules.term(
        "custom_day", _l("have a date in a field of yours"), sql=_day_sql, says=_says_day,
        python=lambda who, value: _compares(
            holds(who).get(value["field"]), value["how"], date.fromisoformat(value["date"])),
        form=(which("day"), how(WHEN), Field("date", _l("Date"), "date")), offered=offered("day"),
    )  # fmt: skip
    rules.term(
        "custom_choice", _l("have something chosen in a field of yours"), sql=_choice_sql, python=_choice_is,
        form=(Field("choice", _l("What was chosen"), "choices", _choices, closed=True),), says=_says_choice,
        offered=offered("yes", *custom_fields.LISTS),
    )  # fmt: skip
    rules.term(
        "custom_empty", _l("have nothing in a field of yours"), sql=_empty_sql, python=_is_empty,
        says=lambda code: _("have nothing in “%(field)s”", field=called(code)),
        contrary=lambda code: _("have something in “%(field)s”", field=called(code)),
        form=(which(),), offered=offered(),
    )  # fmt: skip
