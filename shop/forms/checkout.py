"""What is asked for at the checkout, and how it is read: contact, place, day, payment."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from wtforms import BooleanField, EmailField, Field, SelectField, StringField, TelField, TextAreaField
from wtforms.validators import InputRequired, Length, ValidationError

from kernel import accounts, address, countries, phones, tenancy
from kernel.countries import Profile
from kernel.forms import Form, choices, lines, trimmed
from kernel.i18n import _, _l
from kernel.refusal import Refusal
from shop import presents
from shop.forms import fiscal
from shop.quotes import Choice, Details

NAMED = {"autocomplete": "name", "autocapitalize": "words"}


class CheckoutForm(Form):
    """The fields that are typed; radio buttons and the address are checked beside it."""

    email = EmailField(
        _l("E-mail"),
        [InputRequired(_l("Fill this in."))],
        [trimmed],
        render_kw={"autocomplete": "email", "maxlength": 254},
    )
    name = StringField(
        _l("Name and surname"), [InputRequired(_l("Fill this in.")), Length(max=160)], [trimmed],
        render_kw={**NAMED, "maxlength": 160},
    )  # fmt: skip
    phone = TelField(_l("Phone or WhatsApp"), [], [trimmed], render_kw={"autocomplete": "tel", "maxlength": 40})
    note = TextAreaField(_l("Note for the shop"), [Length(max=500)], [trimmed], render_kw={"rows": 2, "maxlength": 500})
    gift_name = StringField(
        _l("For whom is it?"), [Length(max=presents.NAME)], [trimmed],
        description=_l("With a name here it goes as a gift. Only you get letters about it."),
        render_kw={"autocomplete": "off", "autocapitalize": "words", "maxlength": presents.NAME},
    )  # fmt: skip
    gift_phone = TelField(
        _l("Phone of who receives it"), [], [trimmed],
        description=_l("Whoever brings it calls there, not you."),
        render_kw={"autocomplete": "off", "maxlength": 40},
    )  # fmt: skip
    gift_words = TextAreaField(
        _l("Words for the gift"), [Length(max=presents.WORDS)], [lines, trimmed],
        description=_l("They are printed on the paper for who receives it; at most 300 letters and signs."),
        render_kw={"rows": 3, "maxlength": presents.WORDS},
    )  # fmt: skip
    gift_prices = BooleanField(
        _l("Put the prices in the parcel all the same"), description=_l("Without this, its paper has no prices.")
    )
    tax_kind = SelectField(_l("Kind of tax id"), choices=[], validate_choice=False)
    tax_number = StringField(_l("Tax id"), [Length(max=40)], [trimmed], render_kw={"maxlength": 40})
    tax_name = StringField(
        _l("Name on the invoice"),
        [Length(max=160)],
        [trimmed],
        render_kw={"autocomplete": "organization", "maxlength": 160},
    )
    marketing = BooleanField(_l("Send me news and offers by e-mail. I can stop it with one click."))
    whatsapp = BooleanField(_l("Send me news and offers by WhatsApp too. I can stop it whenever I like."))

    def validate_email(self, field: Field) -> None:
        """An address that could exist, in its usual form."""
        try:
            field.data = accounts.given(field.data or "")
        except accounts.BadAddress:
            raise ValidationError(_("Write it like name@example.com.")) from None


def read(
    posted: Mapping[str, Any], profile: Profile, *, delivery: bool
) -> tuple[CheckoutForm, dict[str, str], dict[str, str]]:
    """(the form, the address, the address's errors by key), checked for a delivery or a pick-up."""
    form = made(posted, profile)
    form.validate()
    kept, errors = given(posted, profile.code) if delivery else ({}, {})
    telephone(form, profile.code, needed=delivery)
    if form.whatsapp.data and not (form.phone.data or form.phone.errors):
        form.phone.errors = [_("Write the number to which we may write.")]
    _tax(form, profile)
    _gift(form, profile.code)
    return form, kept, errors


def made(posted: Mapping[str, Any] | None, profile: Profile, **values: Any) -> CheckoutForm:
    """The form with what was typed, or with `values`; its words fit the country."""
    own = profile.code == tenancy.tenant().country  # who buys from abroad is none of the tax office's
    cls: Any = type("CheckoutForm", (CheckoutForm,), fiscal.fields("customer")) if own else CheckoutForm
    form: CheckoutForm = cls(posted, **values)
    form.tax_kind.choices = choices((kind.code, kind.label) for kind in profile.tax_ids)
    form.phone.description = _("For example %(number)s", number=profile.phone_example) if profile.phone_example else ""
    return form


def given(posted: Mapping[str, Any], country: str) -> tuple[dict[str, str], dict[str, str]]:
    """The address that was typed and what is wrong with it, by key."""
    return address.check(typed(posted, country), country)


def typed(posted: Mapping[str, Any], country: str) -> dict[str, str]:
    """The lines of the address as they were typed."""
    keys = [line.key for line in countries.profile(country).address]
    return {key: str(posted.get(f"address_{key}") or "") for key in keys}


def place(posted: Mapping[str, Any], country: str) -> dict[str, str]:
    """Only what decides the cost of a delivery: the parts of the country that fit each other."""
    found: dict[str, str] = {"country": country}
    lines = typed(posted, country)
    for line in countries.profile(country).address:
        value = lines.get(line.key, "").strip()
        listed = line.level is None or value in address.parts(country, line.level, found)
        if value and listed and line.key in {"region", "city", "district", "postcode"}:
            found[line.key] = value
    return found


def choice(posted: Mapping[str, Any], kept: Mapping[str, str]) -> Choice:
    """How it shall be delivered; a day that is none is nobody's."""
    return Choice(str(posted.get("shipping") or ""), day(posted), str(posted.get("slot") or ""), kept)


def day(posted: Mapping[str, Any]) -> date | None:
    """The chosen day."""
    try:
        return date.fromisoformat(str(posted.get("day") or ""))
    except ValueError:
        return None


def details(
    form: CheckoutForm, kept: Mapping[str, str], *, payment: str, language: str, terms: str, source: str
) -> Details:
    """What the buyer said, ready for an order."""
    number = form.tax_number.data or ""
    tax = {"kind": form.tax_kind.data or "", "number": number, "name": form.tax_name.data or ""}
    return Details(
        email=form.email.data or "", name=form.name.data or "", phone=form.phone.data or "", payment=payment,
        language=language, address=kept, tax=tax if number else {}, fiscal=fiscal.read(form, "customer"),
        note=form.note.data or "", gift=_wish(form), terms_version=terms, source=source,
    )  # fmt: skip


def telephone(form: Any, country: str, *, needed: bool) -> None:
    """Check the form's `phone`, which whoever brings something needs; it becomes E.164."""
    text = form.phone.data or ""
    if not text:
        if needed:
            form.phone.errors = [_("Fill this in: the courier may have to call.")]
        return
    _number(form.phone, country)


def _number(field: Field, country: str) -> None:
    """What was typed becomes E.164, or why it is no number stands beside it."""
    try:
        field.data = phones.parse(field.data, country)
    except Refusal as refusal:
        field.errors = [str(refusal)]


def _wish(form: CheckoutForm) -> dict[str, Any]:
    name, words = form.gift_name.data or "", form.gift_words.data or ""
    prices, phone = bool(form.gift_prices.data), form.gift_phone.data or ""
    return presents.wish(name, words, prices=prices, phone=phone) if name else {}


def _gift(form: CheckoutForm, country: str) -> None:
    """A gift is for somebody."""
    if form.gift_phone.data:
        _number(form.gift_phone, country)
    if (form.gift_words.data or form.gift_phone.data) and not form.gift_name.data:
        form.gift_name.errors = [_("Write for whom it is.")]


def _tax(form: CheckoutForm, profile: Profile) -> None:
    if not form.tax_number.data:
        return
    kind = next((kind for kind in profile.tax_ids if kind.code == form.tax_kind.data), None)
    if kind is None:
        return
    clean = kind.clean(form.tax_number.data)
    if clean:
        form.tax_number.data = clean
    else:
        form.tax_number.errors = [_("That number cannot be right. Write it like %(example)s.", example=kind.example)]
