"""What is asked to give a gift card by hand, to change one, and to give or take store credit."""

from typing import Any

from wtforms import DateField, EmailField, Field, RadioField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length, Optional, ValidationError

from kernel import clock, tenancy
from kernel.forms import Form, choices, trimmed
from kernel.i18n import _, _l
from shop import vouchers
from shop.forms.amounts import AmountField

WAYS = choices([("add", _l("Give")), ("take", _l("Take"))])
NEEDED = {"inputmode": "decimal", "autocomplete": "off", "maxlength": 24, "required": True}  # told with the rest
WHY = _l("Write why: it stays in the history.")


def reason(description: Any = "") -> StringField:
    """Why something is done."""
    checks = [DataRequired(WHY), Length(max=300)]
    return StringField(_l("Reason"), checks, [trimmed], description=description, render_kw={"maxlength": 300})


class ReasonForm(Form):
    """Why a card is cancelled."""

    reason = reason()


class IssueForm(Form):
    """A card that is given by hand."""

    amount = AmountField(_l("Amount"), render_kw=NEEDED)
    recipient = StringField(
        _l("For"), [Length(max=120)], [trimmed], render_kw={"autocomplete": "off", "maxlength": 120}
    )
    email = EmailField(
        _l("Their e-mail"), [Length(max=254)], [trimmed], description=_l("The card is sent there."),
        render_kw={"autocomplete": "off", "maxlength": 254},
    )  # fmt: skip
    message = TextAreaField(_l("Message"), [Length(max=300)], [trimmed], render_kw={"rows": 2, "maxlength": 300})
    expires_on = DateField(_l("Good until"), [Optional()], description=_l("Empty: it does not expire."))
    reason = reason(_l("A courtesy, a prize, an apology: only your team reads it."))

    def validate_email(self, field: Field) -> None:
        """An address that could exist."""
        try:
            field.data = vouchers.read({"email": field.data or ""}).get("email", "")
        except vouchers.BadWish:
            raise ValidationError(_("Write it like name@example.com.")) from None

    def validate_expires_on(self, field: Field) -> None:
        """Not a day that is over."""
        if field.data and field.data < clock.today(tenancy.tenant().timezone):
            raise ValidationError(_("Choose a day that is still to come."))

    def validate_amount(self, field: AmountField) -> None:
        """More than nothing."""
        _more_than_nothing(field)


class MoveForm(Form):
    """An amount that is put on or taken off, and why."""

    way = RadioField(_l("What to do"), choices=WAYS, default="add")
    amount = AmountField(_l("Amount"), render_kw=NEEDED)
    reason = reason()

    def validate_amount(self, field: AmountField) -> None:
        """More than nothing."""
        _more_than_nothing(field)


def _more_than_nothing(field: AmountField) -> None:
    if not field.minor:
        raise ValidationError(_("Write an amount greater than zero."))
