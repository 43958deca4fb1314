"""What the settings ask about taxes: a rate, what else it charges, from when and where, and who is exempt."""

import re
from typing import Any

from wtforms import BooleanField, DateField, SelectField, SelectMultipleField, StringField
from wtforms.validators import InputRequired, Length, Optional, ValidationError

from kernel import clock, countries, i18n, tenancy
from kernel.forms import Form, choices, trimmed
from kernel.i18n import _, _l
from shop import tax_rules, tax_words, zones

KINDS = [(tax_rules.TAX, _l("A tax")), (tax_rules.CHARGE, _l("A service charge that stays in the house"))]
TEXT = {"autocomplete": "off"}


def name(label: Any, most: int = 80) -> StringField:
    """A short text that must be there."""
    return StringField(
        label, [InputRequired(_l("Fill this in.")), Length(max=most)], [trimmed],
        render_kw={**TEXT, "maxlength": most},
    )  # fmt: skip


class PercentForm(Form):
    """Something with a percentage; after validation `rate_bp` has it in hundredths of a percent."""

    percent = StringField(
        _l("Percent"), [InputRequired(_l("Fill this in."))], [trimmed],
        render_kw={**TEXT, "inputmode": "decimal", "maxlength": 6},
    )  # fmt: skip

    def validate_percent(self, field: Any) -> None:
        """A share of a hundred with two decimals at most."""
        found = re.fullmatch(r"(\d{1,2}|100)(?:[.,](\d{1,2}))?\s*%?", field.data or "")
        if found is None or (found[1] == "100" and (found[2] or "").strip("0")):
            raise ValidationError(_("Write a percentage such as 13 or 6.5."))
        self.rate_bp = int(found[1]) * 100 + int((found[2] or "0").ljust(2, "0"))


class RateForm(PercentForm):
    """One tax rate."""

    name = name(_l("Name"))
    included = BooleanField(_l("My prices already contain it"), default=True)


class OwnForm(RateForm):
    """One tax rate, with the name of the tax where the rate is called by what it is for."""

    tax_name = StringField(
        _l("Name on the invoice"), [Length(max=80)], [trimmed], render_kw={**TEXT, "maxlength": 80},
        description=_l("When it is another, such as IVA 13 % for “Restaurant”."),
    )  # fmt: skip


class PartForm(PercentForm):
    """Something that is charged with a rate."""

    name = name(_l("Name"))
    kind = SelectField(_l("What it is"), choices=choices(KINDS))
    included = BooleanField(_l("My prices already contain it"), default=True)
    compound = BooleanField(_l("It is also charged on the other taxes"))


class ChangeForm(PercentForm):
    """A rate's new percentage from a day on."""

    begins = DateField(_l("From the day"), [InputRequired(_l("Choose a day."))])
    ends = DateField(_l("Until the day"), [Optional()])

    def validate_begins(self, field: Any) -> None:
        """Not in the past: what was sold then was sold."""
        if field.data and field.data < clock.today(tenancy.tenant().timezone):
            raise ValidationError(_("Choose today or a later day."))

    def validate_ends(self, field: Any) -> None:
        """Not before it begins."""
        if field.data and self.begins.data and field.data < self.begins.data:
            raise ValidationError(_("It cannot end before it begins."))


class PlaceForm(PercentForm):
    """What is charged in a zone instead."""

    zone = SelectField(_l("Where"), choices=[])
    name = name(_l("Name"))
    included = BooleanField(_l("My prices already contain it"), default=True)


def part(posted: Any = None, *, included: bool = True) -> PartForm:
    """The form of something more that is charged; its names begin so that several forms share a page."""
    return PartForm(posted, prefix="part", included=included)


def change(posted: Any = None) -> ChangeForm:
    """The form of a new percentage."""
    return ChangeForm(posted, prefix="change")


def place(posted: Any = None, *, included: bool = True) -> PlaceForm:
    """The form of a zone's rate, with the zones there are."""
    form = PlaceForm(posted, prefix="place", included=included)
    own = [(zone.code, i18n.pick(zone.name)) for zone in zones.all_of_tenant()]
    form.zone.choices = choices([(tax_rules.ABROAD, _("Outside the country")), *own])
    return form


class PaperForm(Form):
    """An exemption: its paper, its taxes, its last day."""

    number = StringField(
        _l("Certificate or law"), [InputRequired(_l("Fill this in.")), Length(max=60)], [trimmed],
        render_kw={**TEXT, "maxlength": 60}, description=_l("As it shall stand on the invoice."),
    )  # fmt: skip
    until = DateField(_l("Good until"), [Optional()])
    codes = SelectMultipleField(_l("Which taxes"), choices=[], description=_l("None chosen: every tax."))


class ExemptionForm(PaperForm):
    """An exemption of many."""

    group = StringField(
        _l("Customer group"), [Length(max=40)], [trimmed], render_kw={**TEXT, "maxlength": 40, "list": "groups"}
    )
    tax_kind = SelectField(_l("Kind of tax id"), choices=[])


def paper(posted: Any = None) -> PaperForm:
    """The form of a person's exemption."""
    form = PaperForm(posted, prefix="paper")
    form.codes.choices = choices(tax_words.codes())
    return form


def exemption(posted: Any = None) -> ExemptionForm:
    """The form of a group's exemption."""
    form = ExemptionForm(posted)
    form.codes.choices = choices(tax_words.codes())
    kinds = countries.profile(tenancy.tenant().country).tax_ids
    form.tax_kind.choices = choices([("", _("Any")), *((kind.code, kind.label) for kind in kinds)])
    return form
