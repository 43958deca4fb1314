"""What is asked of the people who log in, and how it is checked."""

from typing import Any

from wtforms import EmailField, Field, HiddenField, PasswordField, RadioField, SelectField, StringField, TelField
from wtforms.validators import DataRequired, InputRequired, Length, ValidationError

from kernel import accounts, countries, i18n, memberships, passwords, permissions, phones
from kernel.forms import Form, choices, trimmed
from kernel.i18n import _, _l
from kernel.refusal import Refusal

FILL = _l("Fill this in.")
LANGUAGES = [("es", "Español"), ("en", "English")]
LONG = Length(max=passwords.LONGEST, message=_l("That password is too long: use at most 200 characters."))


def address_given(_form: Any, field: Field) -> None:
    """An address that could exist, in its usual form."""
    try:
        field.data = accounts.given(field.data or "")
    except Refusal as refusal:
        raise ValidationError(str(refusal)) from None


def email_field(label: Any, **told: Any) -> EmailField:
    """A field for an address."""
    words = {"autocomplete": "email", "maxlength": 254, "autocapitalize": "none", "spellcheck": "false"}
    return EmailField(label, [InputRequired(FILL), address_given], [trimmed], render_kw=words, **told)


def old_password(label: Any, **told: Any) -> PasswordField:
    """A field for the password that somebody has; a megabyte is refused before anything is computed."""
    words = {"autocomplete": "current-password", "maxlength": passwords.LONGEST}
    return PasswordField(label, [InputRequired(FILL), LONG], render_kw=words, **told)


def new_password(label: Any) -> PasswordField:
    """A field for a password to be: long enough, and not one that others would guess."""
    words = {"autocomplete": "new-password", "maxlength": passwords.LONGEST, "minlength": passwords.SHORTEST}
    hint = _l("At least 8 characters: three or four unrelated words are easy to keep.")
    return PasswordField(label, [InputRequired(FILL), LONG, _strong], description=hint, render_kw=words)


def name_field(label: Any, autocomplete: str) -> StringField:
    """A field for a name."""
    words = {"autocomplete": autocomplete, "maxlength": 120, "autocapitalize": "words"}
    return StringField(label, [InputRequired(FILL), Length(min=2, max=120)], [trimmed], render_kw=words)


def _strong(form: Any, field: Field) -> None:
    about = [str(form[name].data or "") for name in ("email", "name") if name in form]
    try:
        passwords.check(field.data or "", *about)
    except Refusal as refusal:
        raise ValidationError(str(refusal)) from None


class LoginForm(Form):
    """The way in."""

    email = email_field(_l("E-mail"))
    password = old_password(_l("Password"))
    next = HiddenField()


class ShopForm(Form):
    """What a shop needs to open, of somebody who is logged in already."""

    name = name_field(_l("Name of your shop"), "organization")
    country = SelectField(_l("Country"), [InputRequired(_l("Choose your country."))], choices=[])
    phone = TelField(
        _l("Phone or WhatsApp"), [InputRequired(FILL)], [trimmed], render_kw={"autocomplete": "tel", "maxlength": 40}
    )

    def __init__(self, *args: Any, **values: Any) -> None:
        super().__init__(*args, **values)
        names = countries.choices(i18n.language())
        self.country.choices = choices([("", _("Choose your country")), *names])
        self.country.render_kw = {"autocomplete": "country"}

    def validate_phone(self, field: Field) -> None:
        """A complete number of that country."""
        try:
            field.data = phones.parse(field.data or "", self.country.data or "")
        except Refusal as refusal:
            raise ValidationError(str(refusal)) from None


class SignupForm(ShopForm):
    """The five fields of a newcomer."""

    email = email_field(_l("E-mail"))
    password = new_password(_l("Password"))


class PasswordForm(Form):
    """The password once more, of who is logged in."""

    current = old_password(_l("Password of today"))


class CodeForm(Form):
    """A code of the app, or one from the paper."""

    code = StringField(
        _l("Code"), [InputRequired(FILL)], [trimmed],
        render_kw={"autocomplete": "one-time-code", "maxlength": 20, "autocapitalize": "none", "spellcheck": "false",
                   "autocorrect": "off"},
    )  # fmt: skip


class KeyNameForm(Form):
    """What a passkey is called."""

    name = StringField(
        _l("What shall it be called?"), [DataRequired(FILL), Length(max=60)], [trimmed],
        description=_l("So that you know later which device it is: “My phone”, for example."),
        render_kw={"autocomplete": "off", "maxlength": 60},
    )  # fmt: skip


class NewKeyForm(KeyNameForm):
    """A passkey to be, by who knows the password."""

    current = old_password(_l("Password of today"))


class TwoStepsForm(Form):
    """In how many days everybody who works in the shop must log in by two steps."""

    days = RadioField(_l("How long may they take?"), [InputRequired(FILL)], default="3", choices=[])

    def __init__(self, *args: Any, **values: Any) -> None:
        super().__init__(*args, **values)
        self.days.choices = choices(
            [("0", _("At once")), *((str(days), _("%(days)s days", days=days)) for days in (3, 7))]
        )


class ResetForm(Form):
    """Who forgot the password."""

    email = email_field(_l("E-mail"))


class NewPasswordForm(Form):
    """A new password by link."""

    password = new_password(_l("New password"))


class JoinForm(Form):
    """Somebody who accepts an invitation and has no account yet."""

    name = name_field(_l("Your name"), "name")
    password = new_password(_l("Password"))


class AboutMeForm(Form):
    """Name and language."""

    name = name_field(_l("Your name"), "name")
    language = RadioField(_l("Language of the back office"), choices=choices(LANGUAGES))


class ChangePasswordForm(Form):
    """A new password for somebody who knows the old one."""

    current = old_password(_l("Password of today"))
    password = new_password(_l("New password"))


class ChangeEmailForm(Form):
    """A new address, by somebody who knows the password."""

    email = email_field(_l("New e-mail"))
    current = old_password(_l("Password of today"), id="address-current")


class InviteForm(Form):
    """Whom to invite, as what."""

    email = email_field(_l("E-mail"))
    role = RadioField(_l("Role"), [InputRequired(_l("Choose a role."))], default="clerk", choices=[])

    def __init__(self, *args: Any, **values: Any) -> None:
        super().__init__(*args, **values)
        self.role.choices = choices((role, memberships.ROLE_LABELS[role]) for role in reversed(permissions.ROLES))
