"""What the shop's own fields hold about a person: their copy of it, how it becomes nobody's, how two become one."""

from collections.abc import Mapping
from typing import Any

from crm import custom_fields, custom_texts, custom_values, merging, people
from crm.contacts import Contact
from crm.custom_fields import CustomField
from crm.custom_texts import Value
from crm.custom_values import MARK
from kernel import journal

SHORT = 80  # signs of a value that the journal notes


def copy(contact: Contact, *, sensitive: bool = True) -> list[dict[str, Any]]:
    """What they have, in the archive too: to whom it is about, everything is shown."""
    fields = [one for one in custom_fields.every() if sensitive or not one.sensitive]
    has = custom_values.mine(contact, fields)
    return [
        {"field": one.label, "value": custom_texts.bare(one, has[one.id])} for one in fields if one.id in has
    ]  # fmt: skip


def forget(contact: Contact) -> None:
    """Take it all out."""
    custom_values.forget(contact.id)


def change(contact: Contact, told: Mapping[CustomField, Value], *, by: Any) -> None:
    """Keep what staff wrote into these fields; the journal says what stood there before, but of what is sensitive."""
    had = custom_values.mine(contact, told)
    for field in custom_values.keep(contact, told, "staff"):
        words = {"code": field.code, "field": field.label, "name": contact.called}
        if not field.sensitive:
            words |= {"before": _short(field, had.get(field.id)), "after": _short(field, told[field])}
        verb = custom_fields.VALUE_HIDDEN if field.sensitive else custom_fields.VALUE_CHANGED
        journal.write(verb, about=contact, by=by, data=words)


def _short(field: CustomField, value: Value) -> str:
    """A value as the journal notes it; yes and no by their codes, which it says in the reader's language."""
    text = str(value or "") if field.kind == "yes" else custom_texts.told(field, value)
    return f"{text[:SHORT]}…" if len(text) > SHORT else text or "—"


def _move(goes: Contact, stays: Contact, chosen: Mapping[str, str]) -> None:
    """Who stays keeps theirs where nobody chose the other's, and what is empty is filled."""
    fields = custom_fields.every()
    theirs, names = custom_values.mine(goes, fields), {one.id: one for one in fields}
    custom_values.forget(goes.id)
    told = {names[known]: value for known, value in theirs.items()}
    taken = {field: value for field, value in told.items() if chosen.get(f"{MARK}{field.code}") == merging.GOES}
    custom_values.keep(stays, taken, "merge")
    custom_values.fill(stays, told, "merge")


def init_app(_app: object) -> None:
    """Speak for the table of values."""
    people.exporter("custom_fields", ["custom_value"], copy)
    people.eraser("custom_fields", ["custom_value"], forget)
    merging.chosen("custom_value", _move)
