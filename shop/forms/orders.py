"""What is checked of the forms around an order: proofs, cancellations, amounts, tracking numbers."""

from typing import Any

from email_validator import EmailNotValidError, validate_email
from wtforms import BooleanField, EmailField, FileField, StringField, TelField, TextAreaField
from wtforms.validators import DataRequired, Length, ValidationError

from kernel.forms import Form, lines, trimmed
from kernel.i18n import _, _l
from kernel.money import Money
from shop import presents
from shop.forms.amounts import AmountField
from shop.receipts import shown


class ProofForm(Form):
    """What a buyer sends to show that the money is on its way."""

    file = FileField(
        _l("Picture or PDF of the transfer"), render_kw={"accept": "image/jpeg,image/png,image/webp,application/pdf"}
    )
    reference = StringField(
        _l("Reference number"), [Length(max=80)], filters=[trimmed], render_kw={"autocomplete": "off", "maxlength": 80}
    )


class CancelForm(Form):
    """Why staff call an order off, what of its money they keep, and whether its goods go back on the shelf."""

    reason = StringField(
        _l("Reason"), [DataRequired(_l("Write why: the buyer will read it.")), Length(max=300)], filters=[trimmed],
        description=_l("The buyer will read it."), render_kw={"maxlength": 300},
    )  # fmt: skip
    kept = AmountField(
        _l("The shop keeps"), empty=True, description=_l("The rest of what came has to be returned."), id="cancel-kept"
    )
    restock = BooleanField(_l("Put the goods back on sale"), default=True)


class EmailForm(Form):
    """Where the letters of an order go."""

    email = EmailField(
        _l("E-mail"), [DataRequired(_l("Write it like name@example.com.")), Length(max=254)], [trimmed],
        id="order-email", render_kw={"autocomplete": "off", "maxlength": 254},
    )  # fmt: skip

    def validate_email(self, field: Any) -> None:
        """Something that could be a mailbox."""
        try:
            field.data = validate_email(field.data or "", check_deliverability=False).normalized
        except EmailNotValidError:
            raise ValidationError(_("Write it like name@example.com.")) from None


class PayForm(Form):
    """Money that came for an order, with its reference; more than it owes is asked once more."""

    amount = StringField(_l("Amount"), [Length(max=30)], filters=[trimmed], render_kw={"inputmode": "decimal"})
    reference = StringField(_l("Reference"), [Length(max=120)], filters=[trimmed], render_kw={"autocomplete": "off"})
    beyond = BooleanField(_l("Yes, so much came"), id="pay-beyond")
    asks = False  # whether that box is shown

    def too_much(self, amount: Money, owed: Money) -> bool:
        """Whether it is more than is owed and nobody confirmed it; that stands beside the amount then."""
        self.asks = amount > owed
        if not self.asks or self.beyond.data:
            return False
        self.amount.errors = [_("That is %(more)s too much. Tick the box if it is right.", more=shown(amount - owed))]
        return True


class ProofAmountForm(Form):
    """How much came by the proof with that token."""

    amount = StringField(_l("Amount that came"), [Length(max=30)], filters=[trimmed])
    token = ""


class ProofReasonForm(Form):
    """Why the proof with that token is not accepted."""

    reason = StringField(
        _l("Reason"), [DataRequired(_l("Write why you do not accept it: the buyer will read it.")), Length(max=300)],
        filters=[trimmed],
    )  # fmt: skip
    token = ""


class ShipForm(Form):
    """How it was sent."""

    carrier = StringField(_l("Carrier"), [Length(max=80)], filters=[trimmed])
    tracking = StringField(
        _l("Tracking number"), [Length(max=80)], filters=[trimmed], render_kw={"autocomplete": "off"}
    )


class BringForm(Form):
    """To whom an order is brought and what they want; the way, the day and the place are checked beside it."""

    name = StringField(
        _l("Name and surname"), [Length(max=160)], [trimmed],
        render_kw={"autocomplete": "off", "maxlength": 160, "autocapitalize": "words"},
    )  # fmt: skip
    phone = TelField(_l("Phone or WhatsApp"), [], [trimmed], render_kw={"autocomplete": "off", "maxlength": 40})
    note = TextAreaField(
        _l("Note for the shop"), [Length(max=500)], [trimmed],
        description=_l("It stands on the packing slip."), render_kw={"rows": 2, "maxlength": 500},
    )  # fmt: skip
    anyway = BooleanField(
        _l("It is late for that day, or that time is full: we do it all the same"),
        description=_l("Nobody else gets that place by it: it becomes one more."),
    )
    tell = BooleanField(_l("Tell the buyer by e-mail"), default=True)


class WhomForm(Form):
    """Who receives an order and what they want, as its buyer changes it; the place is checked beside it."""

    name = StringField(
        _l("Who receives it"), [DataRequired(_l("Fill this in.")), Length(max=160)], [trimmed],
        render_kw={"autocomplete": "name", "maxlength": 160, "autocapitalize": "words"},
    )  # fmt: skip
    phone = TelField(_l("Phone or WhatsApp"), [], [trimmed], render_kw={"autocomplete": "tel", "maxlength": 40})
    note = TextAreaField(
        _l("Note for the shop and the courier"), [Length(max=500)], [lines, trimmed],
        render_kw={"rows": 2, "maxlength": 500},
    )  # fmt: skip
    words = TextAreaField(
        _l("Words for the gift"), [Length(max=presents.WORDS)], [lines, trimmed],
        render_kw={"rows": 3, "maxlength": presents.WORDS},
    )  # fmt: skip


class NoteForm(Form):
    """A note for colleagues."""

    text = TextAreaField(_l("Note"), [DataRequired(), Length(max=500)], filters=[trimmed], render_kw={"rows": 2})
