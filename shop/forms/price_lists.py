"""What is asked of a price list: whose it is, and how much less it says than the listed prices."""

from typing import Any

from wtforms import SelectField, StringField
from wtforms.validators import DataRequired, Length, ValidationError

from kernel.forms import Form, choices, trimmed
from kernel.i18n import _, _l
from kernel.refusal import Refusal
from shop import price_lists
from shop.forms.categories import shelves
from shop.forms.discounts import PercentField


class ListForm(Form):
    """So much less for a group; `.named` is what the group is called, once it is validated."""

    group = StringField(
        _l("Group"), [DataRequired(), Length(max=40)], [trimmed],
        description=_l("The same word as in the group of each person."),
        render_kw={"maxlength": 40, "autocomplete": "off", "placeholder": "mayorista"},
    )  # fmt: skip
    percent = PercentField(_l("Percent less than the listed price"), [DataRequired()])
    category = SelectField(_l("Category"), validate_choice=False)
    named = ""

    def validate_group(self, field: StringField) -> None:
        """It has a letter or a digit."""
        try:
            self.named = price_lists.normal(field.data or "")
        except Refusal as refusal:
            raise ValidationError(str(refusal)) from None

    def validate_percent(self, field: PercentField) -> None:
        """Less than all of it."""
        if not 0 < field.bp < price_lists.WHOLE:
            raise ValidationError(_("Write a percentage from 0.01 to 99.99."))


def made(posted: Any = None, *, group: str = "") -> Any:
    """The form with the shop's categories; it does not ask for a group that is known."""
    form: Any = ListForm(posted)
    form.category.choices = choices([("", _("Every category")), *((row.slug, label) for row, label in shelves())])
    if group:
        del form.group
        form.named = group
    return form
