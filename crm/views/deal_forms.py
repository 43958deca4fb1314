"""What is checked of the forms about deals: the title, the amount, who it is, and why one was lost."""

from typing import Any

from flask import request
from wtforms import DateField, Field, SelectField, StringField
from wtforms.validators import InputRequired, Length, Optional, ValidationError

from crm import contacts, deal_stages, deals
from crm.contacts import Contact
from crm.deal_stages import Deal
from crm.deals import Told
from crm.views import task_forms
from kernel import accounts, memberships, money, phones, tenancy, web
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
    value: Money | None = None

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
        return Told(self.title.data or "", self.value, task_forms.account(self.who.data or ""), self.closes.data)


class NewDealForm(DealForm):
    """The same with a person: somebody known, or new with a name and how to reach them."""

    name = StringField(
        _l("Name"), [Length(max=160)], [trimmed], render_kw={"maxlength": 160, "autocomplete": "off"},
    )  # fmt: skip
    reach = StringField(
        _l("Phone or e-mail"), [Length(max=254)], [trimmed], render_kw={"maxlength": 254, "autocomplete": "off"},
    )  # fmt: skip
    email, phone = "", ""
    person: Contact | None = None

    def validate_reach(self, field: Field) -> None:
        """An address or a number, whichever it is."""
        if not field.data or self.person is not None:
            return
        try:
            if "@" in field.data:
                self.email = accounts.given(field.data)
            else:
                self.phone = phones.parse(field.data, tenancy.tenant().country)
        except Refusal as refusal:
            raise ValidationError(str(refusal)) from None

    def validate(self, *args: Any, **values: Any) -> bool:
        """Somebody is known, or has a name, an e-mail or a telephone at least."""
        fine = super().validate(*args, **values)
        if self.person is None and not (self.name.data or self.reach.data):
            self.name.errors = [_("Write a name, an e-mail or a telephone.")]
            return False
        return bool(fine)

    def whom(self) -> Contact:
        """The person, made when nobody has that address or number."""
        if self.person is not None:
            return self.person
        there = contacts.by_email(self.email) or contacts.by_phone(self.phone)
        new = {} if there else {"source": "staff", "stage": "prospecto", "country": tenancy.tenant().country}
        told = {"name": self.name.data or "", "language": tenancy.tenant().language, "learned": "staff", **new}
        return contacts.known(email=self.email or None, phone=self.phone or None, vouched=True, **told)


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
    values: dict[str, Any] = {"who": _token(deal.for_id)}
    if posted is None:
        values |= {"title": deal.title, "amount": _typed(deal), "closes": deal.closes_on}
    form = DealForm(posted, **values)
    form.who.choices = _staff()
    return form


def new_form() -> NewDealForm:
    """The form as it was posted, or as it was filled in before somebody looked for the person."""
    form = NewDealForm(request.values or None, who=_token(web.person().id))
    form.who.choices = _staff()
    form.person = contacts.by_token(request.values.get("person", ""))
    return form


def _typed(deal: Deal) -> str:
    return money.typed(deal.amount, tenancy.tenant().locale) if deal.amount else ""


def _token(account_id: int | None) -> str:
    return next((row.token for row, account in memberships.staff() if account.id == account_id), "")


def _staff() -> Any:
    some = [(row.token, account.known_as) for row, account in memberships.staff()]
    return choices([("", _("Whoever gets to it")), *some])
