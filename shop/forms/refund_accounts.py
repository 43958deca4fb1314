"""What is asked of who wants money back that cannot go back by itself; how it is asked is the country's."""

from typing import Any

from wtforms import StringField
from wtforms.validators import InputRequired, Length

from kernel import tenancy
from kernel.forms import Form, trimmed
from kernel.i18n import _, _l
from kernel.refusal import Refusal
from shop import refund_accounts
from shop.refund_accounts import Where


class AccountForm(Form):
    """A number, the bank where its form does not tell it, and whose it is."""

    number = StringField(
        _l("Number of the account"), [InputRequired(_l("Fill this in.")), Length(max=60)], [trimmed],
        render_kw={"autocomplete": "off", "maxlength": 60, "spellcheck": "false"},
    )  # fmt: skip
    holder = StringField(
        _l("In whose name it is"), [InputRequired(_l("Fill this in.")), Length(max=160)], [trimmed],
        render_kw={"autocomplete": "name", "autocapitalize": "words", "maxlength": 160},
    )  # fmt: skip
    bank = StringField(
        _l("Name of the bank"), [Length(max=80)], [trimmed], render_kw={"autocomplete": "off", "maxlength": 80}
    )


def made(posted: Any = None) -> AccountForm:
    """The form with words that fit the shop's country."""
    form, country = AccountForm(posted), tenancy.tenant().country
    labels = {"CR": _("Telephone of SINPE Móvil or IBAN"), "MX": _("CLABE or number of the account")}
    form.number.label.text = labels.get(country, form.number.label.text)
    if country == "CR":
        form.number.description = _("For example 8888 7777, or CR and 20 digits")
    form.bank.description = _("Not needed for SINPE Móvil, IBAN or CLABE.") if country in labels else ""
    return form


def read(form: AccountForm) -> Where | None:
    """What it says; None when something is wrong, which then stands beside its field."""
    fine, kind, number = form.validate(), "", ""
    try:
        kind, number = refund_accounts.parse(form.number.data or "", tenancy.tenant().country)
    except Refusal as refusal:
        form.number.errors = form.number.errors or [str(refusal)]
        fine = False
    if kind == "account" and not form.bank.data:
        form.bank.errors, fine = [_("Write the bank of that account.")], False
    return Where(kind, number, form.holder.data or "", form.bank.data or "") if fine else None
