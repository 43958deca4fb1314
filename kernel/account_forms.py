"""What is asked of the people who log in, and how it is checked."""

from typing import Any

from email_validator import EmailNotValidError, validate_email
from wtforms import EmailField, Field, HiddenField, PasswordField
from wtforms.validators import InputRequired, ValidationError

from kernel.forms import Form, trimmed
from kernel.i18n import _, _l

FILL = _l("Fill this in.")
OLD_WORD = {"autocomplete": "current-password", "maxlength": 200}


def address_given(_form: Any, field: Field) -> None:
    """An address that could exist, in its usual form."""
    try:
        field.data = validate_email(field.data or "", check_deliverability=False).normalized.lower()
    except EmailNotValidError:
        raise ValidationError(_("Write it like name@example.com.")) from None


def email_field(label: Any = _l("E-mail"), **told: Any) -> EmailField:
    """A field for an address."""
    words = {"autocomplete": "email", "maxlength": 254, "autocapitalize": "none", "spellcheck": "false"}
    return EmailField(label, [InputRequired(FILL), address_given], [trimmed], render_kw=words, **told)


class LoginForm(Form):
    """The way in."""

    email = email_field()
    password = PasswordField(_l("Password"), [InputRequired(FILL)], render_kw=OLD_WORD)
    next = HiddenField()
