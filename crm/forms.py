"""What is checked of the forms about people: a shopper's way in and account, a person as staff write them."""

from typing import Any

from email_validator import EmailNotValidError, validate_email
from wtforms import (
    BooleanField,
    EmailField,
    Field,
    HiddenField,
    SelectField,
    SelectMultipleField,
    StringField,
    TelField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Length, ValidationError

from kernel import phones
from kernel.forms import Form, trimmed
from kernel.i18n import _, _l
from kernel.refusal import Refusal

EMAIL = {"autocomplete": "email", "maxlength": 254, "inputmode": "email"}


def mailbox(_form: Form, field: Field) -> None:
    """An address that could exist, in its usual form; an empty one is none."""
    if not field.data:
        return
    try:
        field.data = validate_email(field.data, check_deliverability=False).normalized
    except EmailNotValidError:
        raise ValidationError(_("Write it like name@example.com.")) from None


def telephone(form: Form, field: Field) -> None:
    """A telephone number of the form's `country` or of the world, kept as E.164; an empty one is none."""
    if field.data:
        try:
            field.data = phones.parse(field.data, form.country)  # type: ignore[attr-defined]
        except Refusal as refusal:
            raise ValidationError(str(refusal)) from None


class LoginForm(Form):
    """The address that gets the link."""

    email = EmailField(
        _l("E-mail"), [InputRequired(_l("Write the e-mail with which you bought.")), mailbox], [trimmed],
        render_kw=EMAIL,
    )  # fmt: skip
    next = HiddenField()


class Reachable(Form):
    """A name, a telephone as the country writes it, a language."""

    country = ""
    name = StringField(_l("Name"), [Length(max=160)], [trimmed], render_kw={"autocomplete": "name", "maxlength": 160})
    phone = TelField(
        _l("Phone or WhatsApp"), [telephone], [trimmed], render_kw={"autocomplete": "tel", "maxlength": 40}
    )
    language = SelectField(_l("Language"), choices=[])


class AccountForm(Reachable):
    """What shoppers can change of themselves."""

    marketing = BooleanField(_l("Write to me with news and offers"))
    behaviour = BooleanField(_l("Remember what I look at, to show me things I like"))


class PersonForm(Reachable):
    """A person as the shop's staff know them."""

    email = EmailField(_l("E-mail"), [mailbox], [trimmed], render_kw={"autocomplete": "off", "maxlength": 254})
    group = StringField(
        _l("Group"), [Length(max=40)], [trimmed],
        description=_l("A word such as “mayorista”: prices and ways to pay can be kept for a group."),
        render_kw={"autocomplete": "off", "maxlength": 40, "list": "groups"},
    )  # fmt: skip
    tags = StringField(
        _l("Tags"), [Length(max=300)], [trimmed], description=_l("Words with commas between them."),
        render_kw={"autocomplete": "off", "maxlength": 300},
    )  # fmt: skip
    note = TextAreaField(
        _l("Note"), [Length(max=2000)], [trimmed], render_kw={"rows": 3, "maxlength": 2000},
        description=_l("What should always be known. What happens has its day among the notes."),
    )  # fmt: skip

    def validate(self, *args: Any, **values: Any) -> bool:
        """Somebody is a name, an e-mail or a telephone at least."""
        fine = super().validate(*args, **values)
        if not (self.name.data or self.email.data or self.phone.data):
            self.name.errors = [_("Write a name, an e-mail or a telephone.")]
            return False
        return bool(fine)


class SubscribeForm(Form):
    """Who wants letters: an address, perhaps a name and what they like."""

    email = EmailField(_l("E-mail"), [InputRequired(_l("Write your e-mail.")), mailbox], [trimmed], render_kw=EMAIL)
    name = StringField(_l("Name"), [Length(max=160)], [trimmed], render_kw={"autocomplete": "name", "maxlength": 160})
    interests = SelectMultipleField(_l("What do you like?"), choices=[], validate_choice=False)
    source = HiddenField()


class MessageForm(Form):
    """What somebody writes to the shop."""

    name = StringField(_l("Name"), [InputRequired(_l("Write your name.")), Length(max=160)], [trimmed],
                       render_kw={"autocomplete": "name", "maxlength": 160})  # fmt: skip
    email = EmailField(_l("E-mail"), [InputRequired(_l("Write your e-mail.")), mailbox], [trimmed], render_kw=EMAIL)
    text = TextAreaField(
        _l("Message"), [InputRequired(_l("Write your message.")), Length(max=3000)], [trimmed],
        render_kw={"rows": 5, "maxlength": 3000},
    )  # fmt: skip
