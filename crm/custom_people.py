"""What the shop's own fields hold about a person: their copy of it, how it becomes nobody's, how two become one."""

from typing import Any

from crm import custom_fields, custom_texts, custom_values, merging, people
from crm.contacts import Contact


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


def _move(goes: Contact, stays: Contact) -> None:
    """Who stays keeps theirs, and what is empty is filled."""
    fields = custom_fields.every()
    theirs, names = custom_values.mine(goes, fields), {one.id: one for one in fields}
    custom_values.forget(goes.id)
    custom_values.fill(stays, {names[known]: value for known, value in theirs.items()}, "merge")


def init_app(_app: object) -> None:
    """Speak for the table of values."""
    people.exporter("custom_fields", ["custom_value"], copy)
    people.eraser("custom_fields", ["custom_value"], forget)
    merging.moves("custom_value", _move)
