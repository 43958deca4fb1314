"""What is checked of the forms about indicators: a goal and the value of a month."""

import re
from datetime import date
from typing import Any

from wtforms import Field, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, ValidationError

from crm import indicators
from kernel import i18n, money
from kernel.forms import Form, trimmed
from kernel.i18n import _, _l

MOST = 10**12


def number(text: str, unit: str) -> int:
    """What somebody typed in a unit's smallest part: "61,5" percent is 6150. Raises ValueError with a sentence."""
    digits = indicators.digits(unit)
    sign, plain = re.fullmatch(r"\s*([-−]?)(.*)", text, re.DOTALL).groups()  # type: ignore[union-attr]  # any text
    try:
        whole = money.smallest(plain, digits, str(i18n.locale()))
    except money.BadAmount:
        whole = MOST + 1
    if whole > MOST:
        raise ValueError(_("Write a number, such as %(example)s.", example="61,5" if digits else "12"))
    return -whole if sign else whole


class NumberField(StringField):
    """A number in the unit of its form; `.value` once it is validated."""

    value = 0

    def __init__(self, *args: Any, **options: Any) -> None:
        options.setdefault("render_kw", {"inputmode": "decimal", "autocomplete": "off", "maxlength": 20})
        super().__init__(*args, **options)


class Measured(Form):
    """A form whose numbers are of one unit."""

    unit_of = "count"

    def read(self, field: Any) -> None:
        """Read a number, or say what is wrong with it."""
        try:
            field.value = number(field.data or "", self.unit_of)
        except ValueError as wrong:
            raise ValidationError(str(wrong)) from None


class ValueForm(Measured):
    """The value of a month."""

    month = SelectField(_l("Month"), choices=[])
    value = NumberField(_l("Value"), [InputRequired(_l("Write the number."))], [trimmed])
    note = StringField(
        _l("Note"), [Length(max=300)], [trimmed], render_kw={"maxlength": 300},
        description=_l("Where the number comes from, or what happened."),
    )  # fmt: skip

    def validate_value(self, field: Field) -> None:
        """A number of the goal's unit."""
        self.read(field)

    @property
    def chosen(self) -> date:
        """The first day of the month."""
        return date.fromisoformat(f"{self.month.data}-01")


class GoalForm(Measured):
    """A figure to watch."""

    measure = SelectField(
        _l("Where the number comes from"), choices=[],
        description=_l("Plaza computes it from your orders and bookings, or you type it each month."),
    )  # fmt: skip
    name = StringField(_l("Name"), [InputRequired(_l("Give it a name.")), Length(max=120)], [trimmed])
    unit = SelectField(_l("Unit"), choices=[])
    direction = SelectField(_l("What is better"), choices=[])
    target = NumberField(_l("Target"), [InputRequired(_l("Write the target."))], [trimmed])
    scope = StringField(
        _l("Only these products"), [Length(max=500)], [trimmed],
        description=_l("Their SKUs with commas between; empty: the whole shop."),
    )  # fmt: skip
    corrective = TextAreaField(
        _l("What you do when it is missed"), [Length(max=500)], [trimmed], render_kw={"rows": 2, "maxlength": 500},
    )  # fmt: skip

    def validate_target(self, field: Field) -> None:
        """A number of the chosen unit."""
        self.read(field)
