"""Columns of a file that hold a shop's own fields: matched by their heads, made from a column, read line by line."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from crm import custom_fields, custom_texts, custom_values
from crm.custom_fields import LONGEST_LABEL, CustomField, Told
from crm.custom_texts import NOTHING, Value
from crm.custom_values import MARK
from kernel.folding import fold
from kernel.i18n import _, _l
from kernel.refusal import Refusal

NEW = "c+"  # a column that becomes a field; behind it its place
KINDS = ("yes", "day", "number")  # what a column can be taken for besides a text, the narrowest first
FEW = 3  # cells that must say so


def offered(fields: Iterable[CustomField]) -> list[tuple[str, str]]:
    """What a column can be: code and label of each field."""
    return [(f"{MARK}{one.code}", one.label) for one in fields]


def known(mapping: Mapping[str, Any]) -> dict[int, CustomField]:
    """The field of each column that holds one."""
    places = {code.removeprefix(MARK): place for code, place in mapping.items() if code.startswith(MARK)}
    if not places:
        return {}
    return {places[one.code]: one for one in custom_fields.live() if one.code in places}


def guess(heads: Sequence[str], taken: Iterable[int]) -> dict[str, int]:
    """In which column each field probably stands: under its own name."""
    names = {fold(head): place for place, head in reversed(list(enumerate(heads))) if head}
    free = {name: place for name, place in names.items() if place not in set(taken)}
    if not free:
        return {}
    found = {f"{MARK}{one.code}": free.get(fold(one.label), -1) for one in custom_fields.live(sensitive=False)}
    return {code: place for code, place in found.items() if place >= 0}


def made(
    mapping: Mapping[str, Any], heads: Sequence[str], lines: Sequence[Sequence[str]], *, by: Any
) -> dict[str, Any]:
    """The mapping once each column that is to be a field of its own is one; raises a Refusal of custom_fields."""
    there = {fold(one.label): one for one in custom_fields.live(sensitive=False)}
    found = {code: place for code, place in mapping.items() if not code.startswith(NEW)}
    for code, place in mapping.items():
        if not code.startswith(NEW):
            continue
        label = " ".join(heads[place].split())[:LONGEST_LABEL] or _("Column %(num)s", num=place + 1)
        cells = [line[place] for line in lines if place < len(line) and line[place].strip()]
        row = there.get(fold(label)) or custom_fields.add(Told(label, _kind(cells)), by=by)
        there[fold(label)] = row
        found.setdefault(f"{MARK}{row.code}", place)
    return found


def _kind(cells: Sequence[str]) -> str:
    """What all cells of a column can be read as; of few nobody can tell, and a code with zeros ahead is no number."""
    coded = any(re.match(r"\s*0\d", cell) for cell in cells)
    counted = all(cell.strip().isdecimal() for cell in cells)  # ones and noughts may go on with a two
    no = {"yes": counted, "number": coded}
    for kind in KINDS if len(cells) >= FEW else ():
        if not no.get(kind) and _all(cells, CustomField(kind=kind, options=[])):
            return kind
    return "long" if any(len(cell) > custom_texts.LONGEST["text"] for cell in cells) else "text"


def _all(cells: Iterable[str], field: CustomField) -> bool:
    try:
        for cell in cells:
            custom_texts.written(field, cell)
    except Refusal:
        return False
    return True


def read(fields: Mapping[int, CustomField], cells: Sequence[str]) -> tuple[dict[int, Value], list[str]]:
    """What a line says, by the ids of fields; and, of what is none of its kind, "field: cell" (sensitive: "field")."""
    found: dict[int, Value] = {}
    wrong = []
    for place, field in fields.items():
        text = cells[place] if place < len(cells) else ""
        try:
            value = custom_texts.written(field, text)
        except Refusal:
            wrong.append(field.label if field.sensitive else f"{field.label}: {text.strip()}"[:80])
            continue
        if value not in NOTHING:
            found[field.id] = value
    return found, wrong


def plain(value: Value) -> Any:
    """A value of which a mark is kept."""
    return value.isoformat() if hasattr(value, "isoformat") else value


def marks(contact_id: int, mark: Callable[[Any], str]) -> dict[str, str]:
    """The mark of what somebody has in each of the shop's own fields, by its code."""
    return {field.code: mark(plain(value)) for field, value in custom_values.whole(contact_id).items()}


def take_back(contact_id: int, wrote: Mapping[str, str], mark: Callable[[Any], str]) -> list[str]:
    """Empty those fields in which still stands what a file wrote; the names under which their sources are known."""
    now = custom_values.whole(contact_id) if wrote else {}
    gone = [field for field, value in now.items() if wrote.get(field.code) == mark(plain(value))]
    if gone:
        custom_values.forget(contact_id, [field.id for field in gone])
    return [f"{MARK}{field.code}" for field in gone]


LABEL = _l("A new field from this column")
