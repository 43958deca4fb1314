"""What is asked for around payments in parts: an agreement on an order, and the shop's own terms."""

from typing import Any

from wtforms import BooleanField, DateField, StringField
from wtforms.validators import DataRequired, Length, Optional, ValidationError

from kernel.forms import Form, trimmed
from kernel.i18n import _, _l
from shop import plan_policies
from shop.forms.amounts import AmountField, PriceField, WholeField

MOST_PERCENT = 99


class AgreementForm(Form):
    """In how many parts what is left of an order is paid."""

    count = WholeField(_l("Payments"), most=plan_policies.MOST_PARTS, least=1)
    first = AmountField(_l("The first one"), empty=True, description=_l("Empty: all of them alike."))
    start = DateField(_l("First day"), [DataRequired(_l("Choose a day."))])
    every = WholeField(_l("Days between them"), most=90, least=1)

    def validate_count(self, field: Any) -> None:
        """A number has to be there."""
        if field.number is None:
            raise ValidationError(_("Write how many."))


class DayForm(Form):
    """Another day for a part; none: when the goods are handed over."""

    on = DateField(_l("New day"), [Optional()])


class EndForm(Form):
    """A plan that is not paid ends: what of it the shop keeps, and why."""

    kept = AmountField(_l("The shop keeps"), empty=True, description=_l("The rest of what came has to be returned."))
    reason = StringField(
        _l("Reason"), [DataRequired(_l("Write why: the buyer will read it.")), Length(max=300)], [trimmed],
        description=_l("The buyer will read it."), render_kw={"maxlength": 300},
    )  # fmt: skip


class PolicyForm(Form):
    """The shop's terms for paying in parts."""

    layaway = BooleanField(_l("Let buyers pay in parts while you keep the goods for them"))
    parts = WholeField(_l("Payments in all"), most=plan_policies.MOST_PARTS, least=2)
    every_days = WholeField(_l("Days between them"), most=90, least=1)
    first = WholeField(_l("The first one is at least"), most=MOST_PERCENT)
    from_ = PriceField(_l("Offered from this total on"), empty=True, description=_l("Empty: for every order."))
    within_days = WholeField(_l("Everything is paid within"), most=365, least=1)
    remind_days = WholeField(_l("Remind so many days before"), most=30)
    grace_days = WholeField(_l("Ask me what to do so many days after"), most=90)
    keep = WholeField(_l("If it is not paid, the shop keeps of what came"), most=100)

    def validate_within_days(self, field: Any) -> None:
        """Room for two payments at least."""
        if (field.number or 0) < (self.every_days.number or 1):
            raise ValidationError(_("Give it at least as many days as there are between two payments."))
