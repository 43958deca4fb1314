"""Values of the shop's own fields as texts: as people type them and files write them, as they are told and compared.

In Python a value is a text, a number in thousandths, a date, a code or a list of codes, by the kind of its field.
"""

import re
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from babel.dates import format_date

from crm import birthdays, custom_fields
from crm.custom_fields import CustomField
from kernel import i18n, money, tenancy
from kernel.folding import fold
from kernel.i18n import _l
from kernel.refusal import Refusal

LONGEST = {"text": 200, "long": 2000}
PLACES = 3  # decimals of a number
YEAR_FIRST = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[ T]\d{1,2}:\d\d.*)?", re.ASCII)
NUMBERS = re.compile(r"(\d{1,2})[-/. ](\d{1,2})[-/. ](\d{4})(?: \d{1,2}:\d\d.*)?", re.ASCII)
YES = {"si", "yes", "y", "s", "1", "true", "x", "verdadero"}
NO = {"no", "n", "0", "false", "falso"}
Value = Any  # str | int | date | list[str]; None, "" and []: nothing
NOTHING: tuple[Any, ...] = (None, "", [])


class BadValue(Refusal):
    """What was typed is nothing of that kind."""

    message = _l("Choose one of the list.")


def compared(text: str) -> str:
    """A text as it is compared: small letters, no accents, single blanks."""
    return " ".join(fold(text).lower().split())


def plain(text: str) -> str:
    """The same of a short text: no longer than there is room."""
    return compared(text)[: LONGEST["text"]]


def read(field: CustomField, typed: Sequence[str]) -> Value:
    """What was typed into a form; raises BadValue with a sentence."""
    if field.kind in custom_fields.LISTS or field.kind == "yes":
        codes = [code for code in typed if code]
        if not set(codes) <= field.called.keys():
            raise BadValue()
        return sorted(set(codes), key=int) if field.kind == "several" else next(iter(codes), "")
    return written(field, typed[0] if typed else "")


def written(field: CustomField, text: str) -> Value:
    """The same as words, as a file has it: what is chosen stands there by its name. Raises BadValue."""
    told = text.replace("\r\n", "\n").strip()
    if not told:
        return [] if field.kind == "several" else "" if field.kind in custom_fields.LISTS else None
    if "\0" in told:
        raise BadValue(_l("Write words."))
    return _WRITTEN[field.kind](field, told)


def _text(field: CustomField, told: str) -> str:
    most = LONGEST[field.kind]
    if len(told) > most:
        raise BadValue(_l("There is room for %(most)s characters."), most=most)
    return told if field.kind == "long" else " ".join(told.split())


def _number(_field: CustomField, told: str) -> int:
    return number(told)


def number(told: str) -> int:
    """A number that somebody typed, in thousandths; raises BadValue."""
    bare = told.strip().replace("−", "-")
    try:
        found = money.smallest(bare.removeprefix("-").strip(), PLACES, tenancy.tenant().locale)
    except Refusal:
        raise BadValue(_l("Write a number, such as 38 or 38.5.")) from None
    return -found if bare.startswith("-") else found


def typed_number(value: int) -> str:
    """A number as one types it."""
    whole, rest = divmod(abs(value), 10**PLACES)
    tail = f"{rest:0{PLACES}}".rstrip("0")
    sign = money.decimal_sign(tenancy.tenant().locale)
    return f"{'-' if value < 0 else ''}{whole}{sign + tail if tail else ''}"


def _day(_field: CustomField, told: str) -> date:
    return day(told)


def day(told: str) -> date:
    """A day as people and files write it; raises BadValue."""
    plain_text = " ".join(told.split())
    found, order = YEAR_FIRST.fullmatch(plain_text), (1, 2, 3)
    if not found:
        found = NUMBERS.fullmatch(plain_text)
        order = (3, 1, 2) if tenancy.tenant().country in birthdays.MONTH_FIRST else (3, 2, 1)
    try:
        made = date(*(int(found[place]) for place in order)) if found else None
    except ValueError:
        made = None
    if made is None or not 1800 <= made.year <= 2200:
        raise BadValue(_l("Write a date with day, month and year."))
    return made


def _yes(_field: CustomField, told: str) -> str:
    known = fold(told)
    if known not in YES | NO:
        raise BadValue(_l("Write yes or no."))
    return "yes" if known in YES else "no"


def _choice(field: CustomField, told: str) -> str:
    codes = {fold(label): code for code, label in reversed(field.offered)}
    if (known := fold(" ".join(told.split()))) not in codes:
        raise BadValue()
    return codes[known]


def _several(field: CustomField, told: str) -> list[str]:
    """Between them stand semicolons, or commas: but the name of one may hold a comma."""
    for between in ("\n", r"[;|\n]", r"[,;|\n]"):
        parts = [part for part in re.split(between, told) if part.strip()]
        try:
            return sorted({_choice(field, part) for part in parts}, key=int)
        except BadValue:
            continue
    raise BadValue()


_WRITTEN = {
    "text": _text, "long": _text, "number": _number, "day": _day, "yes": _yes, "choice": _choice, "several": _several,
}  # fmt: skip


def told(field: CustomField, value: Value) -> str:
    """A value in words, in the page's language."""
    if value in NOTHING:
        return ""
    if field.kind == "several":
        return ", ".join(field.called.get(code, code) for code in value)
    if field.kind == "number":
        return i18n.number(value, PLACES)
    if field.kind == "day":
        return str(format_date(value, "long", locale=i18n.locale()))
    return str(field.called.get(value, value) if field.kind in ("choice", "yes") else value)


def bare(field: CustomField, value: Value) -> str:
    """A value for programs and files, which read it again."""
    if value not in NOTHING and field.kind in ("number", "day"):
        return typed_number(value) if field.kind == "number" else value.isoformat()
    if field.kind == "several" and value:
        return "; ".join(field.called.get(code, code) for code in value)
    return told(field, value)


def cell(field: CustomField, value: Value) -> object:
    """A value for a sheet, which reckons with numbers and dates, and is read again."""
    if field.kind == "number" and value is not None and value % 10 == 0:  # else 38.125 might come back as thousands
        whole, rest = divmod(value, 10**PLACES)
        return Decimal(value).scaleb(-PLACES).quantize(Decimal("0.01")) if rest else whole
    return value if field.kind == "day" else bare(field, value)
