"""What the settings ask: look, contact, the firm and the shop itself; ways to deliver and to pay are in methods.py."""

import re
from typing import Any

from wtforms import (
    BooleanField,
    EmailField,
    FileField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TelField,
)
from wtforms.validators import InputRequired, Length, ValidationError

from kernel import countries, i18n, phones, shop_names, tenancy
from kernel.forms import Form, choices, trimmed
from kernel.i18n import _, _l
from kernel.refusal import Refusal
from shop import themes
from shop.forms import words

PICTURES = {"accept": "image/jpeg,image/png,image/webp,image/gif"}
COLOUR = {"type": "color"}
TREATMENTS = [("usted", _l("Usted: “Haga su pedido”")), ("tu", _l("Tú: “Haz tu pedido”"))]


def colour(_form: Form, field: Any) -> None:
    """A colour as browsers send it; one that is a preset's own is none of the shop's."""
    text = (field.data or "").strip().lower()
    if text and not re.fullmatch(r"#[0-9a-f]{6}", text):
        raise ValidationError(_("Write a colour like #C8553D."))
    own = {getattr(preset, field.name).lower() for preset in themes.PRESETS.values()}
    field.data = "" if text in own else text


class BrandForm(Form):
    """How the shop looks; its words come by language (see brand)."""

    name = StringField(
        _l("Name of the shop"), [InputRequired(_l("Fill this in.")), Length(max=120)], [trimmed],
        render_kw={"maxlength": 120, "autocomplete": "organization"},
    )  # fmt: skip
    preset = RadioField(_l("Style"), choices=choices((code, preset.label) for code, preset in themes.PRESETS.items()))
    primary = StringField(_l("Main colour"), [colour], render_kw=COLOUR)
    accent = StringField(_l("Colour of buttons"), [colour], render_kw=COLOUR)
    surface = StringField(_l("Paper"), [colour], render_kw=COLOUR)
    logo = FileField(_l("Logo"), render_kw=PICTURES, description=_l("Square and with an empty border looks best."))
    no_logo = BooleanField(_l("Without a logo"))
    hero = FileField(
        _l("Cover picture"), render_kw=PICTURES, description=_l("Wide, from your phone: at least 1600 px.")
    )
    no_hero = BooleanField(_l("Without a cover picture"))


def brand(posted: Any = None, **values: Any) -> Any:
    """The form of the look, with its words in each language."""
    fields = {
        **words.fields("tagline", _l("A sentence that says what you make"), 120),
        **words.fields("story", _l("Who you are"), 2000, area=True),
    }
    return type("Form", (BrandForm,), fields)(posted, **values)


class ContactForm(Form):
    """How buyers reach the shop; the address and the hours are read beside it."""

    phone = TelField(_l("Phone"), [], [trimmed], render_kw={"autocomplete": "tel", "maxlength": 40})
    whatsapp = TelField(_l("WhatsApp"), [], [trimmed], render_kw={"autocomplete": "tel", "maxlength": 40})
    email = EmailField(
        _l("E-mail"), [Length(max=254)], [trimmed], render_kw={"autocomplete": "email", "maxlength": 254},
        description=_l("Buyers' answers to your letters arrive here."),
    )  # fmt: skip
    ask_letters = BooleanField(
        _l("A letter when a colleague asks to cancel or return"),
        description=_l("It goes to each person who may do it, at their own address. It stands in “Today” anyway."),
    )

    def validate_phone(self, field: Any) -> None:
        """A number of the country, kept as E.164."""
        if field.data:
            try:
                field.data = phones.parse(field.data, tenancy.tenant().country)
            except Refusal as refusal:
                raise ValidationError(str(refusal)) from None

    validate_whatsapp = validate_phone

    def validate_email(self, field: Any) -> None:
        """Something that could be a mailbox."""
        if field.data and not re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", field.data):
            raise ValidationError(_("Write it like name@example.com."))


class FirmForm(Form):
    """The firm behind the shop, as invoices name it."""

    legal_name = StringField(
        _l("Name of the firm"), [Length(max=160)], [trimmed], description=_l("As your invoices name it."),
        render_kw={"maxlength": 160, "autocomplete": "organization"},
    )  # fmt: skip
    kind = SelectField(_l("Kind of tax id"), choices=[], validate_choice=False)
    tax_id = StringField(_l("Tax id"), [Length(max=40)], [trimmed], render_kw={"maxlength": 40, "autocomplete": "off"})

    def validate_tax_id(self, field: Any) -> None:
        """A number that the country could have given."""
        kinds = countries.profile(tenancy.tenant().country).tax_ids
        kind = next((one for one in kinds if one.code == self.kind.data), None)
        if not field.data or kind is None:
            return
        clean = kind.clean(field.data)
        if not clean:
            raise ValidationError(_("That number cannot be right. Write it like %(example)s.", example=kind.example))
        field.data = clean


class ShopForm(Form):
    """The shop's address, languages and manners; closing and practising have buttons of their own."""

    slug = StringField(
        _l("Address of the shop"), [InputRequired(_l("Fill this in."))], [trimmed],
        description=_l("The old address keeps leading here."),
        render_kw={"maxlength": 40, "autocapitalize": "none", "autocomplete": "off", "spellcheck": "false"},
    )  # fmt: skip
    language = SelectField(_l("Language of the shop"), choices=[])
    languages = SelectMultipleField(_l("Also spoken"), choices=choices(i18n.NAMES.items()))
    treatment = RadioField(_l("How you address people"), choices=choices(TREATMENTS))
    show_cents = BooleanField(_l("Show cents in prices"))

    def validate_slug(self, field: Any) -> None:
        """An address that is free."""
        try:
            field.data = shop_names.check(field.data or "", tenancy.tenant())
        except Refusal as refusal:
            raise ValidationError(str(refusal)) from None
