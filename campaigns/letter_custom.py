"""The shop's own fields in letters: `{{ person.talla }}`; what is sensitive stands in none, nor what is archived."""

from collections.abc import Sequence

from crm import custom_fields, custom_texts, custom_values
from crm.contacts import Contact
from kernel import tenancy
from kernel.i18n import _, speak

NAME = "person"
MOST = 300  # signs of a value


def labels() -> dict[str, str]:
    """What each is called, by its code."""
    return {one.code: one.label for one in custom_fields.live(sensitive=False)}


def samples() -> dict[str, str]:
    """What each shows when nobody in particular is looked at: what could stand there."""
    return {one.code: _sample(one) for one in custom_fields.live(sensitive=False)}


def _sample(one: custom_fields.CustomField) -> str:
    if one.kind in ("number", "day"):
        return "38" if one.kind == "number" else _("12 March")
    return one.offered[0][1] if one.offered else one.label


class Read:
    """What some people have, read at once."""

    def __init__(self, ids: Sequence[int]) -> None:
        self.fields = custom_fields.live(sensitive=False)
        self.has = custom_values.of(ids, self.fields)

    def of(self, contact: Contact | None, language: str) -> dict[str, str]:
        """What one of them has, in words of that language; '' where nothing stands."""
        mine = self.has.get(contact.id, {}) if contact is not None else {}
        with speak(language, tenancy.tenant().country):
            return {one.code: _line(custom_texts.told(one, mine.get(one.id))) for one in self.fields}


def _line(text: str) -> str:
    """As one line: no signs that only turn or break lines."""
    line = text[:MOST]
    return " ".join((line if line.isprintable() else "".join(c if c.isprintable() else " " for c in line)).split())
