"""What the forms around invoices ask: a credit note, the series and their ranges, when to issue."""

import re
from typing import Any

from wtforms import DateField, RadioField, StringField
from wtforms.validators import InputRequired, Length, Optional, ValidationError

from kernel.forms import Form, choices, trimmed
from kernel.i18n import _, _l
from shop import invoicing
from shop.forms import words

PLAIN = {"autocomplete": "off"}
WHOLE = {**PLAIN, "inputmode": "numeric", "maxlength": 12}


class CreditForm(Form):
    """How much of an invoice is taken back, and why."""

    amount = StringField(
        _l("Amount"), [Length(max=30)], [trimmed], render_kw={**PLAIN, "inputmode": "decimal"},
        description=_l("Tax inside. The order costs that much less from then on."),
    )  # fmt: skip
    reason = StringField(
        _l("Reason"), [InputRequired(_l("Write why: the buyer will read it.")), Length(max=300)], [trimmed],
        render_kw={**PLAIN, "maxlength": 300},
    )  # fmt: skip


class SeriesForm(Form):
    """The numbers of one kind of paper, and the range that an authority gave."""

    before = StringField(
        _l("Before the number"), [InputRequired(_l("Fill this in."))], [trimmed],
        render_kw={**PLAIN, "maxlength": 19, "autocapitalize": "characters"},
    )  # fmt: skip
    following = StringField(_l("Next number"), [InputRequired(_l("Fill this in."))], [trimmed], render_kw=WHOLE)
    digits = StringField(_l("Digits"), [InputRequired(_l("Fill this in."))], [trimmed], render_kw=WHOLE)
    authorisation = StringField(_l("Authorisation"), [Length(max=80)], [trimmed], render_kw={**PLAIN, "maxlength": 80})
    authorised_on = DateField(_l("Authorised on"), [Optional()])
    range_first = StringField(_l("First authorised number"), [], [trimmed], render_kw=WHOLE)
    last = StringField(_l("Last authorised number"), [], [trimmed], render_kw=WHOLE)
    until = DateField(_l("Valid until"), [Optional()])

    def validate_before(self, field: Any) -> None:
        """Letters, digits and dashes."""
        field.data = (field.data or "").upper()
        if not re.fullmatch(r"[A-Z0-9]([A-Z0-9-]{0,17}[A-Z0-9])?", field.data):
            raise ValidationError(_("Use letters, digits and dashes, such as F or 000-001-01."))

    def validate_following(self, field: Any) -> None:
        """A whole number from 1 on."""
        _number(field, 1, 10**11)

    def validate_digits(self, field: Any) -> None:
        """How wide it is printed."""
        _number(field, 1, 12)

    def validate_range_first(self, field: Any) -> None:
        """A whole number, when there is a range."""
        if field.data:
            _number(field, 1, 10**11)

    def validate_last(self, field: Any) -> None:
        """A whole number, when there is a range."""
        if field.data:
            _number(field, 1, 10**11)

    def told(self) -> dict[str, Any]:
        """What the verb wants to know."""
        ends = {name: int(self[name].data) if self[name].data else None for name in ("range_first", "last")}
        return {
            "prefix": self.before.data, "following": int(self.following.data or 1),
            "digits": int(self.digits.data or 1),
            "authorisation": self.authorisation.data or "", "authorised_on": self.authorised_on.data,
            "until": self.until.data, **ends,
        }  # fmt: skip


def _number(field: Any, least: int, most: int) -> None:
    text = (field.data or "").lstrip("0") or "0"
    if not (text.isascii() and text.isdecimal() and len(text) < 13 and least <= int(text) <= most):
        raise ValidationError(_("Write a whole number."))
    field.data = text


class WhenForm(Form):
    """When the shop issues; its footer comes by language (see when)."""

    issue_on = RadioField(_l("When invoices are issued"), choices=choices(invoicing.WHEN.items()))


def when(posted: Any = None, **values: Any) -> Any:
    """The form of when, with the sentence at the foot of every invoice in each language."""
    fields = words.fields("footer", _l("Sentence at the foot"), 300)
    return type("Form", (WhenForm,), fields)(posted, **values)
