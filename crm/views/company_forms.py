"""What is checked of the forms about companies: their names and number, how to reach them, who acts for them."""

from typing import Any

from wtforms import BooleanField, EmailField, Field, SelectField, StringField, TelField, TextAreaField
from wtforms.validators import DataRequired, Length, ValidationError

from crm import company_contacts
from crm.companies import LONGEST, Company, Told
from crm.company_contacts import CompanyContact
from crm.forms import mailbox, telephone
from crm.views.whom import WhomForm
from kernel import countries, phones, tenancy
from kernel.forms import Form, choices, trimmed
from kernel.i18n import _, _l

ROLES = (_l("Purchasing"), _l("Accounting"), _l("Management"), _l("Reception"))  # proposed beside those in use
ROLE: dict[str, Any] = {"maxlength": company_contacts.LONGEST, "autocomplete": "off", "list": "roles"}


class CompanyForm(Form):
    """A company as the shop's staff know it."""

    country = ""
    name = StringField(
        _l("Trade name"), [Length(max=LONGEST)], [trimmed], description=_l("As you call it every day."),
        render_kw={"maxlength": LONGEST, "autocomplete": "off"},
    )  # fmt: skip
    legal_name = StringField(
        _l("Legal name"), [Length(max=LONGEST)], [trimmed], description=_l("As its invoices name it."),
        render_kw={"maxlength": LONGEST, "autocomplete": "off"},
    )  # fmt: skip
    tax_kind = SelectField(_l("Kind of tax id"), choices=[], validate_choice=False)
    tax_number = StringField(
        _l("Tax id"), [Length(max=40)], [trimmed], render_kw={"maxlength": 40, "autocomplete": "off"}
    )
    phone = TelField(_l("Phone"), [telephone], [trimmed], render_kw={"maxlength": 40, "autocomplete": "off"})
    whatsapp = TelField("WhatsApp", [telephone], [trimmed], render_kw={"maxlength": 40, "autocomplete": "off"})
    email = EmailField(_l("E-mail"), [mailbox], [trimmed], render_kw={"maxlength": 254, "autocomplete": "off"})
    tags = StringField(
        _l("Tags"), [Length(max=300)], [trimmed], description=_l("Words with commas between them."),
        render_kw={"maxlength": 300, "autocomplete": "off"},
    )  # fmt: skip
    note = TextAreaField(
        _l("Note"), [Length(max=2000)], [trimmed], render_kw={"rows": 3, "maxlength": 2000},
        description=_l("What should always be known. What happens has its day among the notes."),
    )  # fmt: skip

    def validate_tax_number(self, field: Field) -> None:
        """A number that the country could have given."""
        kinds = countries.profile(self.country).tax_ids
        kind = next((one for one in kinds if one.code == self.tax_kind.data), None)
        if not field.data or kind is None:
            return
        clean = kind.clean(field.data)
        if not clean:
            raise ValidationError(_("That number cannot be right. Write it like %(example)s.", example=kind.example))
        field.data = clean

    def validate(self, *args: Any, **values: Any) -> bool:
        """A company has a name."""
        fine = super().validate(*args, **values)
        if not (self.name.data or self.legal_name.data):
            self.name.errors = [_("Write the name of the company.")]
            return False
        return bool(fine)

    def told(self, address: dict[str, str]) -> Told:
        """What the verb wants to know."""
        number = self.tax_number.data or ""
        plain = {name: self[name].data or "" for name in ("name", "legal_name", "email", "phone", "whatsapp", "note")}
        kind = (self.tax_kind.data or "") if number else ""
        return Told(**plain, tax_kind=kind, tax_number=number, address=address, tags=self.tags.data or "")


class RoleForm(Form):
    """As what somebody acts for a company, and whether one writes to them first."""

    role = StringField(_l("What they do there"), [Length(max=company_contacts.LONGEST)], [trimmed], render_kw=ROLE)
    main = BooleanField(_l("Main contact"), description=_l("Whom one writes to first."))


class NewContactForm(WhomForm, RoleForm):
    """The same with the person: somebody known, or new."""


class JoinForm(Form):
    """The company for which a person acts, by its name: one that is known, or new."""

    company = StringField(
        _l("Company"), [DataRequired(_l("Write the name of the company.")), Length(max=LONGEST)], [trimmed],
        render_kw={"maxlength": LONGEST, "autocomplete": "off", "list": "companies"},
    )  # fmt: skip
    role = StringField(_l("What they do there"), [Length(max=company_contacts.LONGEST)], [trimmed], render_kw=ROLE)


def company_form(company: Company | None, posted: Any = None) -> CompanyForm:
    """The form as it was posted, else as the company is known."""
    country = tenancy.tenant().country
    kinds = countries.profile(country).tax_ids
    usual = next((kind.code for kind in kinds if kind.company), kinds[0].code if kinds else "")
    kept: dict[str, Any] = {"tax_kind": company.tax_kind or usual if company else usual}
    if company is not None and posted is None:
        plain = ("name", "legal_name", "tax_number", "email", "note")
        kept |= {name: getattr(company, name) for name in plain} | {"tags": ", ".join(company.tags)}
        numbers = {"phone": company.phone, "whatsapp": company.whatsapp}
        kept |= {name: phones.show(number, country) if number else "" for name, number in numbers.items()}
    form = CompanyForm(posted, **kept)
    form.country = country
    form.tax_kind.choices = choices((kind.code, kind.label) for kind in kinds)
    return form


def role_form(row: CompanyContact, posted: Any = None) -> RoleForm:
    """The form as it was posted, else as it stands."""
    return RoleForm(posted) if posted is not None else RoleForm(role=row.role, main=row.main)


def roles() -> list[str]:
    """The roles that are proposed: those in use first."""
    return list(dict.fromkeys([*company_contacts.roles(), *(str(role).lower() for role in ROLES)]))
