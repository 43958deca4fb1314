"""What is checked of the forms about people: a shopper's way in and account, a person as staff write them."""

from typing import Any

from babel.dates import get_month_names
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

from crm import birthdays
from kernel import accounts, i18n, phones
from kernel.forms import Form, choices, trimmed
from kernel.i18n import _, _l
from kernel.refusal import Refusal

EMAIL = {"autocomplete": "email", "maxlength": 254, "inputmode": "email"}


def mailbox(_form: Form, field: Field) -> None:
    """An address that could exist, in its usual form; an empty one is none."""
    if not field.data:
        return
    try:
        field.data = accounts.given(field.data)
    except accounts.BadAddress:
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


class Born(Form):
    """A birthday, of which the year may stay empty."""

    bday_day = SelectField(_l("Day"), choices=[], validate_choice=False, render_kw={"autocomplete": "bday-day"})
    bday_month = SelectField(_l("Month"), choices=[], validate_choice=False, render_kw={"autocomplete": "bday-month"})
    bday_year = StringField(
        _l("Year (optional)"), [Length(max=20)], [trimmed],
        render_kw={"autocomplete": "bday-year", "inputmode": "numeric", "maxlength": 4},
    )  # fmt: skip

    def __init__(self, posted: Any = None, *, birthday: int = 0, **kept: Any) -> None:
        day, month, year = (str(part or "") for part in birthdays.parts(birthday))
        shown: dict[str, Any] = {} if posted is not None else {"bday_day": day, "bday_month": month, "bday_year": year}
        super().__init__(posted, **kept, **shown)
        names = get_month_names("wide", "stand-alone", locale=i18n.locale())
        self.bday_day.choices = choices([("", "—"), *((str(day), str(day)) for day in range(1, 32))])
        self.bday_month.choices = choices([("", "—"), *((str(month), name) for month, name in names.items())])
        self.birthday: int | None = None  # what was chosen, 0: none; None while it was not asked or is wrong

    def validate(self, *args: Any, **values: Any) -> bool:
        """A day needs its month; a page that did not ask changes nothing."""
        fine = bool(super().validate(*args, **values))
        if not self.bday_month.raw_data:
            return fine
        try:
            self.birthday = _birthday(self.bday_day.data or "", self.bday_month.data or "", self.bday_year.data or "")
        except birthdays.NoYear as refusal:
            self.bday_year.errors = [str(refusal)]
        except Refusal as refusal:
            self.bday_day.errors = [str(refusal)]
        return fine and self.birthday is not None


def _birthday(day: str, month: str, year: str) -> int:
    if not (day or month or year):
        return 0
    if not (day and month):
        raise Refusal(_l("Choose the day and the month, or leave all of it empty."))
    if not (day.isdecimal() and month.isdecimal()) or len(day + month) > 4:
        raise birthdays.NoDay()
    if year and not (year.isdecimal() and len(year) == 4):
        raise birthdays.NoYear()
    return birthdays.made(int(day), int(month), int(year or 0))


class AccountForm(Born, Reachable):
    """What shoppers can change of themselves."""

    marketing = BooleanField(_l("Write to me with news and offers"))
    whatsapp = BooleanField(_l("Write to me by WhatsApp with news and offers"))
    behaviour = BooleanField(_l("Remember what I look at, to show me things I like"))


class PersonForm(Born, Reachable):
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


class SubscribeForm(Born):
    """Who wants letters: an address, perhaps a name, a birthday without its year and what they like."""

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
