"""What is checked of the forms about deals: the title, the amount, who it is, and why one was lost."""

from typing import Any

from flask import request
from wtforms import DateField, Field, SelectField, StringField
from wtforms.validators import InputRequired, Length, Optional, ValidationError

from crm import companies, company_contacts, contacts, deal_stages, deals
from crm.companies import Company
from crm.contacts import Contact
from crm.deal_stages import Deal
from crm.deals import Told
from crm.views import task_forms
from crm.views.whom import WhomForm
from kernel import memberships, money, tenancy, web
from kernel.forms import Form, choices, trimmed
from kernel.i18n import _, _l
from kernel.money import Money
from kernel.refusal import Refusal


class DealForm(Form):
    """Something that somebody may buy."""

    title = StringField(
        _l("What they may buy"), [InputRequired(_l("Write what it is about.")), Length(max=160)], [trimmed],
        render_kw={"maxlength": 160, "autocomplete": "off"},
    )  # fmt: skip
    amount = StringField(
        _l("How much it would be"), [], [trimmed],
        render_kw={"inputmode": "decimal", "maxlength": 30, "autocomplete": "off"},
    )  # fmt: skip
    closes = DateField(_l("Until when it may be decided"), [Optional()])
    who = SelectField(_l("Who looks after it"), choices=[])
    company = SelectField(_l("For a company"), choices=[])  # of those for which the person acts
    value: Money | None = None
    away: int | None = None  # its company while that lies in the bin: it comes back with it

    def validate_amount(self, field: Field) -> None:
        """An amount in the shop's currency, or nothing."""
        if not field.data:
            return
        tenant = tenancy.tenant()
        try:
            self.value = money.parse(field.data, tenant.currency, tenant.locale)
        except Refusal as refusal:
            raise ValidationError(str(refusal)) from None

    def validate_closes(self, field: Field) -> None:
        """A day that somebody may live to see."""
        if field.data and field.data > task_forms.LAST:
            raise ValidationError(_("That day is too far away."))

    def told(self) -> Told:
        """What the verb wants to know."""
        firm = companies.by_token(self.company.data or "")
        who = task_forms.account(self.who.data or "")
        return Told(self.title.data or "", self.value, who, self.closes.data, firm.id if firm else self.away)


class NewDealForm(WhomForm, DealForm):
    """The same with a person: somebody known, or new with a name and how to reach them."""

    stage = "prospecto"


class LostForm(Form):
    """Why it was lost."""

    reason = SelectField(_l("Why was it lost?"), choices=[], validate_choice=False)
    words = StringField(
        _l("In words"), [Length(max=500)], [trimmed], render_kw={"maxlength": 500, "autocomplete": "off"},
    )  # fmt: skip

    def validate_reason(self, field: Field) -> None:
        """One of those that are known."""
        if field.data not in deal_stages.REASONS:
            raise ValidationError(str(deals.NoReason()))


def lost_form(posted: Any = None) -> LostForm:
    """The form as it was posted, else empty."""
    form = LostForm(posted)
    form.reason.choices = choices([("", _("Choose")), *deal_stages.REASONS.items()])
    return form


def deal_form(deal: Deal, posted: Any = None) -> DealForm:
    """The form as it was posted, else as the deal stands."""
    values: dict[str, Any] = {"who": _token(deal.for_id), "company": deal.company.token if deal.company else ""}
    if posted is None:
        values |= {"title": deal.title, "amount": _typed(deal), "closes": deal.closes_on}
    form = DealForm(posted, **values)
    form.away = deal.company_id if deal.company is None else None
    form.who.choices = _staff()
    form.company.choices = _firms([*company_contacts.companies(deal.contact), *filter(None, [deal.company])])
    return form


def new_form() -> NewDealForm:
    """The form as it was posted, or as it was filled in before somebody looked for the person."""
    person, firm = contacts.by_token(request.values.get("person", "")), _firm()
    form = NewDealForm(request.values or None, who=_token(web.person().id), company="")
    form.who.choices = _staff()
    form.person = person
    form.company.choices = _firms(firm_choices(person, firm))
    return form


def firm_choices(person: Contact | None, firm: Company | None) -> list[Company]:
    """For which companies it may be: those of the person, and the one from whose page one comes."""
    return [*company_contacts.companies(person), *filter(None, [firm])]


def _firm() -> Company | None:
    return companies.by_token(request.values.get("company", ""))


def _firms(some: list[Company]) -> Any:
    known = {one.token: one.called for one in some}
    return choices([("", _("For themselves")), *known.items()])


def _typed(deal: Deal) -> str:
    return money.typed(deal.amount, tenancy.tenant().locale) if deal.amount else ""


def _token(account_id: int | None) -> str:
    return next((row.token for row, account in memberships.staff() if account.id == account_id), "")


def _staff() -> Any:
    some = [(row.token, account.known_as) for row, account in memberships.staff()]
    return choices([("", _("Whoever gets to it")), *some])
