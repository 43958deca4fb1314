"""What is asked when a subscription is changed: which variant, how many, paid how."""

from collections.abc import Sequence
from typing import Any

from wtforms import SelectField, StringField, TelField
from wtforms.validators import InputRequired, Length, Optional

from kernel.forms import Form, choices, trimmed
from kernel.i18n import _l
from shop import wants
from shop.forms.amounts import WholeField


class ChangeForm(Form):
    """From the next order on."""

    variant = SelectField(_l("Which one"))
    quantity = WholeField(_l("How many"), [InputRequired(_l("Write how many."))], least=1, most=wants.MOST)
    payment = SelectField(_l("How it is paid"))


class ReachForm(Form):
    """Where whoever brings it may call."""

    phone = TelField(_l("Phone or WhatsApp"), [], [trimmed], render_kw={"autocomplete": "tel", "maxlength": 40})


class EndForm(Form):
    """Why staff ends one: its buyer reads it."""

    reason = StringField(_l("Reason"), [Optional(), Length(max=300)], [trimmed])


def made(posted: Any, labels: Sequence[tuple[str, str]], ways: Sequence[tuple[str, str]], **values: Any) -> ChangeForm:
    """The form with what can be chosen here."""
    form = ChangeForm(posted, data=values)
    form.variant.choices, form.payment.choices = choices(labels), choices(ways)
    return form
