"""The base of every form: WTForms in the page's language; the cross-site check is by header, so no tokens."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from flask import request
from wtforms import Form as _Form
from wtforms import HiddenField, PasswordField, StringField, TextAreaField
from wtforms import i18n as wtforms_i18n
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]

from kernel.i18n import gettext, language, ngettext

ENDS = re.compile(r"[\r\n\v\f\x1c-\x1e\x85\u2028\u2029]+")
TURNS = re.compile(r"[\u202a-\u202e\u2066-\u2069]")  # they turn around whatever is written after them


class _Texts:
    """WTForms' texts; an empty field is told as we tell it everywhere."""

    def __init__(self, theirs: Any) -> None:
        self._theirs, self.ngettext = theirs, theirs.ngettext

    def gettext(self, text: str) -> str:
        return gettext("Fill this in.") if text == "This field is required." else str(self._theirs.gettext(text))


class Form(_Form):
    """A form in the page's language. `Form.of_request()` reads what was posted, as typed."""

    waiting: Mapping[str, Sequence[Any]] = {}  # the files that came with it before, by field: see uploads

    class Meta:
        """Let WTForms speak the page's language."""

        def bind_field(self, form: Any, unbound_field: Any, options: dict[str, Any]) -> Any:
            """The field; what is typed into one that has one line stays in one line, whoever sent it and how."""
            field = unbound_field.bind(form=form, **options)
            if isinstance(field, StringField) and not isinstance(field, (TextAreaField, PasswordField, HiddenField)):
                field.filters = (*field.filters, one_line)
            return field

        def get_translations(self, _form: Any) -> Any:
            """WTForms' own texts, in Spanish or English, but for what is said of an empty field."""
            return _Texts(wtforms_i18n.get_translations([language(), "en"]))

    @classmethod
    def of_request(cls, **values: Any) -> "Form":
        """The form with what was posted (and files), else with `values`."""
        posted = request.method in {"POST", "PUT", "PATCH"}
        return cls(request.form if posted else None, **values)


def choices(pairs: Iterable[tuple[str, Any]]) -> list[SelectChoice]:
    """What may be chosen, from pairs of value and label."""
    return [SelectChoice(value, label) for value, label in pairs]


def trimmed(value: Any) -> Any:
    """A filter for fields: blanks around a text are nobody's intention."""
    return value.strip() if isinstance(value, str) else value


def one_line(value: Any) -> Any:
    """A filter for fields of one line: ends of lines become a blank, so that nobody is called by two lines.

    Signs that turn around what stands beside them are left out: Arabic and Hebrew read right to left without them.
    """
    return TURNS.sub("", ENDS.sub(" ", value)) if isinstance(value, str) else value


def lines(value: Any) -> Any:
    """A filter for texts: a line ends with one sign, as a browser counts it."""
    return value.replace("\r\n", "\n") if isinstance(value, str) else value


__all__ = ["Form", "choices", "gettext", "lines", "ngettext", "one_line", "trimmed"]
