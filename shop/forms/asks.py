"""What is checked of the form by which staff ask for what another may do."""

from wtforms import RadioField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length

from kernel.forms import Form, trimmed
from kernel.i18n import _l
from shop import ask_rows


class AskForm(Form):
    """What is asked for, why, and of a refund how much."""

    kind = RadioField(_l("What should be done?"), choices=[], validate_choice=False)
    reason = TextAreaField(
        _l("Why?"), [DataRequired(_l("Write why: whoever decides reads it.")), Length(max=ask_rows.LONGEST)],
        filters=[trimmed], render_kw={"rows": 3, "maxlength": ask_rows.LONGEST},
        description=_l("Whoever decides reads it. When the order is cancelled, the buyer reads it too."),
    )  # fmt: skip
    amount = StringField(
        _l("How much should go back"), [Length(max=30)], filters=[trimmed],
        render_kw={"inputmode": "decimal", "autocomplete": "off"},
    )  # fmt: skip
