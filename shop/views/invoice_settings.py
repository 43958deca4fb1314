"""Settings: when invoices are issued, how they are numbered, which accounts the books use."""

from typing import Any

from flask import Flask, abort, request

from kernel import menu, permissions, tenancy
from kernel.countries import papers
from kernel.i18n import _, _l, pick
from kernel.refusal import Refusal
from kernel.web import needs
from shop import account_codes, invoice_series, invoicing, settings
from shop.forms import invoices as forms
from shop.forms import words
from shop.views import admin
from shop.views.invoices import warnings
from shop.views.settings import page, saved

CODE = 20  # signs of an account's code
LABELS = {"invoice": _l("Invoices"), "credit_note": _l("Credit notes")}


@admin.get("/settings/invoices", endpoint="settings_invoices")
@needs("invoices.accounts")
def show() -> Any:
    """Everything about billing."""
    return _page()


def _page(status: int = 200, **told: Any) -> Any:
    row, country = invoicing.of(), papers.of(tenancy.tenant().country)
    series = [
        {"kind": kind, "label": LABELS[kind], "row": invoice_series.shown(kind),
         "form": told.get(kind) or _series(kind)} for kind in invoice_series.KINDS
    ]  # fmt: skip
    own = account_codes.Chart().own
    return page(
        "invoices", status, series=series, warnings=warnings(), example=country.number,
        when=told.get("when") or forms.when(issue_on=row.issue_on, **words.shown("footer", row.footer)),
        accounts=[(key, label, own.get(key, code)) for key, label, code in account_codes.every()],
        authorisation=pick(country.authorisation), title=pick(country.title("invoice", authorised=False)),
    )  # fmt: skip


def _series(kind: str) -> forms.SeriesForm:
    row = invoice_series.shown(kind)
    form = forms.SeriesForm(
        before=row.prefix, following=str(row.next), digits=str(row.digits), authorisation=row.authorisation,
        authorised_on=row.authorised_on, until=row.until, last=str(row.last or ""),
        range_first=str(row.range_first or ""),
    )  # fmt: skip
    return _named(form, kind)


def _named(form: forms.SeriesForm, kind: str) -> forms.SeriesForm:
    for field in form:
        field.id = f"{kind}-{field.name}"
        field.label.field_id = field.id
    form.authorisation.label.text = pick(papers.of(tenancy.tenant().country).authorisation)
    return form


@admin.post("/settings/invoices", endpoint="settings_invoices_save")
@needs("settings.edit")
def save() -> Any:
    """Keep when invoices are issued and what stands at their foot."""
    form = forms.when(request.form)
    if not form.validate():
        return _page(422, when=form)
    settings.put(invoicing.kept(), {"issue_on": form.issue_on.data, "footer": words.read(form, "footer")})
    return saved("invoices", ".settings_invoices")


@admin.post("/settings/invoices/series/<kind>", endpoint="settings_invoices_series")
@needs("settings.edit")
def number(kind: str) -> Any:
    """Say how the numbers of a kind go on."""
    if kind not in invoice_series.KINDS:
        abort(404)
    form = _named(forms.SeriesForm(request.form), kind)
    if not form.validate():
        return _page(422, **{kind: form})
    try:
        row = invoicing.number(kind, **form.told())
    except Refusal as refusal:
        form.following.errors = [str(refusal)]
        return _page(422, **{kind: form})
    return saved("invoices", ".settings_invoices", what=row.told)


@admin.post("/settings/invoices/accounts", endpoint="settings_invoices_accounts")
@needs("invoices.accounts")
def accounts() -> Any:
    """Keep the codes of the accounts."""
    known = [key for key, _label, _code in account_codes.every()]
    account_codes.keep({key: request.form.get(key, "")[:CODE] for key in known})
    return saved("invoices", ".settings_invoices", what=_("accounts"))


def init_app(_app: Flask) -> None:
    """One page of the settings; who keeps the books finds only the accounts there."""
    keeps = ("manager", "accountant")
    permissions.define("invoices.accounts", _l("Set the codes of the accounts"), roles=keeps, area="money")
    menu.section(
        55, _l("Invoices"), "shop_admin.settings_invoices", icon="receipt", group="money",
        permission="invoices.accounts",
        hint=_l("Numbers, authorisations, accounts"),
    )  # fmt: skip
