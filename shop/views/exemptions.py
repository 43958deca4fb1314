"""Settings and a person's page: who need not pay which taxes."""

from typing import Any

from flask import Flask, abort, redirect, render_template, request, url_for

from crm import contacts
from crm.contacts import Contact
from kernel import signing, slots, tenancy, web
from kernel.i18n import _
from kernel.once import once
from kernel.refusal import Gone, Refusal
from kernel.web import needs
from shop import exemptions, settings, tax_words
from shop.exemptions import TaxExemption
from shop.forms import taxes as forms
from shop.views import admin, tax_rates
from shop.views.settings import saved

UNDO, MINUTES = "tax-exemption", 60


@admin.post("/settings/taxes/exemptions", endpoint="settings_taxes_exempt")
@needs("settings.edit")
@once
def make() -> Any:
    """An exemption of a customer group or of a kind of tax id."""
    form = forms.exemption(request.form)
    if not form.validate():
        return tax_rates.shown(422, exemption=form)
    told = {"customer_group": form.group.data or "", "tax_kind": form.tax_kind.data or ""}
    try:
        exemptions.grant({**_paper(form), **told})
    except Refusal as refusal:
        form.group.errors = [str(refusal)]
        return tax_rates.shown(422, exemption=form)
    return saved("taxes", ".settings_taxes", what=form.number.data or "")


def _paper(form: Any) -> dict[str, Any]:
    return {"number": form.number.data, "until": form.until.data, "codes": form.codes.data or []}


@admin.post("/people/<token>/exemptions", endpoint="person_exempt")
@needs("settings.edit")
@once
def person(token: str) -> Any:
    """An exemption of one person."""
    contact: Contact = contacts.by_token(token) or abort(404)
    form = forms.paper(request.form)
    if not form.validate():
        raise Refusal(_("Write the number of the certificate, and a day if it ends."))
    exemptions.grant({**_paper(form), "contact_id": contact.id})
    return saved("taxes", "crm_admin.person", what=contact.called, token=token)


@admin.post("/settings/taxes/exemptions/<token>/away", endpoint="exemption_away")
@needs("settings.edit")
def away(token: str) -> Any:
    """Take an exemption out; the toast brings it back."""
    row: TaxExemption = exemptions.tokened(token) or abort(404)
    kept = {name: getattr(row, name) for name in ("customer_group", "tax_kind", "number", "codes")}
    told = {**kept, "until": row.until.isoformat() if row.until else None}
    whose = row.contact.token if row.contact else ""
    exemptions.end(row)
    settings.told("taxes", by=web.person(), what=row.number)
    ticket = signing.make(UNDO, {**told, "person": whose, "tenant": tenancy.current()})
    web.undo(_("The exemption %(number)s is gone.", number=row.number), ".exemption_back", token=ticket)
    return _where(whose)


@admin.post("/settings/taxes/back/exemptions/<token>", endpoint="exemption_back")
@needs("settings.edit")
def back(token: str) -> Any:
    """Bring an exemption back that was just taken out."""
    told = signing.read(UNDO, token, minutes=MINUTES)
    if not told or told.pop("tenant") != tenancy.current():
        raise Gone(_("That can no longer be taken back."))
    whose = told.pop("person")
    contact = contacts.by_token(whose) if whose else None
    if whose and contact is None:
        raise Gone(_("That can no longer be taken back."))
    row = exemptions.grant({**exemptions.dated(told), "contact_id": contact.id if contact else None})
    settings.told("taxes", by=web.person(), what=row.number)
    return _where(whose)


def _where(whose: str) -> Any:
    if whose:
        return redirect(url_for("crm_admin.person", token=whose), 303)
    return redirect(url_for(".settings_taxes"), 303)


def panel(contact: Contact) -> str:
    """A person's exemptions on their page, for staff who decide about taxes."""
    if not web.may("settings.edit"):
        return ""
    rows = exemptions.of_contact(contact)
    return render_template(
        "shop/desk/settings/_of_person.html",
        rows=rows,
        form=forms.paper(),
        contact=contact,
        tax_day=tax_words.day,
        taxes=dict(tax_words.codes()),
    )


def init_app(_app: Flask) -> None:
    """Fill a person's page."""
    slots.fill("crm.person", panel, order=80)
