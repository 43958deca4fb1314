"""What is checked when money or goods go back: the refund, the return by staff or by a buyer, the policy."""

from typing import Any

from wtforms import (
    BooleanField,
    Field,
    IntegerField,
    MultipleFileField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange

from kernel.forms import Form, choices, trimmed
from kernel.i18n import _l
from shop import return_policies

PICTURES = {"accept": "image/jpeg,image/png,image/webp"}
WAYS = [("money", _l("Return the money")), ("credit", _l("Give store credit"))]


class RefundForm(Form):
    """How much goes back, how, and why."""

    amount = StringField(
        _l("Amount"), [Length(max=30)], [trimmed], render_kw={"inputmode": "decimal"}, id="refund-amount"
    )
    to = RadioField(_l("How"), choices=choices(WAYS), default="money", id="refund-to")
    way = SelectField(_l("How you returned it"), choices=[], validate_choice=False, id="refund-way")
    reason = StringField(
        _l("Reason"), [Length(max=300)], [trimmed], description=_l("The buyer will read it."), id="refund-reason",
        render_kw={"maxlength": 300},
    )  # fmt: skip
    reference = StringField(
        _l("Reference"), [Length(max=120)], [trimmed], id="refund-reference",
        render_kw={"autocomplete": "off", "maxlength": 120},
    )  # fmt: skip


class OrderRefundForm(RefundForm):
    """The same for a whole order: of one that ended, what the shop keeps goes back only when this box says so."""

    kept = BooleanField(_l("Return what the shop keeps too"), id="refund-kept")


class AskForm(Form):
    """What a buyer says of what they want to give back; how many of each line is read beside it."""

    reason = SelectField(_l("Reason"), [DataRequired(_l("Choose the reason."))], choices=[], validate_choice=False)
    note = TextAreaField(_l("What happened"), [Length(max=500)], [trimmed], render_kw={"rows": 3, "maxlength": 500})
    pictures = MultipleFileField(
        _l("Pictures"), render_kw=PICTURES, description=_l("Up to 3, 10 MB each. Only the shop sees them.")
    )


class NoteForm(Form):
    """Why something came back, noted by staff; how many of each line is read beside it."""

    units = Field(_l("How many of which article"))  # has no value: what is wrong with theirs stands here
    reason = SelectField(
        _l("Reason"), [DataRequired(_l("Choose the reason."))], choices=[], validate_choice=False, id="return-reason"
    )


class PolicyForm(Form):
    """For how long buyers may ask, and the reasons they choose from."""

    days = IntegerField(
        _l("Days to ask for a return"),
        [InputRequired(_l("Fill this in.")), NumberRange(0, return_policies.MOST_DAYS)],
        description=_l("Counted from the day it was sent or handed over. 0: nobody can ask on the order's page."),
        render_kw={"inputmode": "numeric", "min": 0, "max": return_policies.MOST_DAYS},
    )
    reasons = TextAreaField(
        _l("Reasons to choose from"), [Length(max=1500)], [trimmed], description=_l("One per line."),
        render_kw={"rows": 6},
    )  # fmt: skip


def reasoned(form: Any) -> Any:
    """The form with the shop's reasons to choose from; none of them is chosen for anybody."""
    known = return_policies.reasons()
    form.reason.choices = choices([("", _l("Choose…")), *((reason, reason) for reason in known)])
    if form.reason.data not in known:
        form.reason.data = ""
    return form
