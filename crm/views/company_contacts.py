"""Who acts for a company: added among the people or new, as what, made the main contact, taken off and put back."""

from typing import Any

from flask import abort, redirect, render_template, request, url_for

from crm import companies, company_contacts, contacts
from crm.companies import Company
from crm.company_contacts import CompanyContact
from crm.contacts import Contact
from crm.views import admin, whom
from crm.views.company_forms import JoinForm, NewContactForm, RoleForm, role_form, roles
from kernel import web
from kernel.i18n import _
from kernel.once import once
from kernel.web import needs


@admin.get("/companies/<token>/contacts/new", endpoint="company_contact_new")
@needs("companies.edit")
def new(token: str) -> Any:
    """Somebody known or new; who it is can be looked for."""
    return _new(companies.named(token), _new_form())


@admin.post("/companies/<token>/contacts", endpoint="company_contact_make")
@needs("companies.edit")
@once
def make(token: str) -> Any:
    """They act for it from now on."""
    company, form = companies.named(token), _new_form()
    if request.form.get("person") and form.person is None:
        abort(404)
    if not form.validate():
        return _new(company, form, 422)
    role, main = form.role.data or "", bool(form.main.data)
    company_contacts.join(company, form.whom(), by=web.person(), role=role, main=main)
    return _home(company)


def _new_form() -> NewContactForm:
    form = NewContactForm(request.values or None)
    form.person = contacts.by_token(request.values.get("person", ""))
    return form


def _new(company: Company, form: NewContactForm, status: int = 200) -> Any:
    return render_template(
        "crm/desk/companies/contact_new.html", company=company, form=form, roles=roles(),
        find_url=url_for(".company_contact_new", token=company.token), **whom.found(form),
    ), status  # fmt: skip


@admin.get("/companies/<token>/contacts/<person>", endpoint="company_contact")
@needs("companies.edit")
def edit(token: str, person: str) -> Any:
    """As what they act for it."""
    company = companies.named(token)
    row = company_contacts.named(company, person)
    return _edit(company, row, role_form(row))


@admin.post("/companies/<token>/contacts/<person>", endpoint="company_contact_save")
@needs("companies.edit")
def save(token: str, person: str) -> Any:
    """Keep what was changed."""
    company = companies.named(token)
    row, form = company_contacts.named(company, person), RoleForm(request.form)
    if not form.validate():
        return _edit(company, row, form, 422)
    company_contacts.change(row, role=form.role.data or "", main=bool(form.main.data))
    return _home(company)


def _edit(company: Company, row: CompanyContact, form: RoleForm, status: int = 200) -> Any:
    told = {"company": company, "row": row, "form": form, "roles": roles()}
    return render_template("crm/desk/companies/contact.html", **told), status


@admin.post("/companies/<token>/contacts/<person>/remove", endpoint="company_contact_remove")
@needs("companies.edit")
def remove(token: str, person: str) -> Any:
    """They act for it no more; the toast takes it back."""
    company = companies.named(token)
    row = company_contacts.named(company, person)
    name, kept = row.contact.called if row.contact else "", {"role": row.role, "main": "yes" if row.main else ""}
    company_contacts.leave(row, by=web.person())
    said = _("%(name)s is no contact of %(company)s any more.", name=name, company=company.called)
    web.undo(said, ".company_contact_back", fields=kept, token=token, person=person)
    return web.back(url_for(".company", token=token))


@admin.post("/companies/<token>/contacts/<person>/back", endpoint="company_contact_back")
@needs("companies.edit")
def take_back(token: str, person: str) -> Any:
    """They act for it again, as before."""
    company, contact, form = companies.named(token), _contact(person), request.form
    main = form.get("main") == "yes"
    company_contacts.join(company, contact, by=web.person(), role=form.get("role", ""), main=main)
    return web.back(url_for(".company", token=token))


@admin.post("/people/<token>/companies", endpoint="person_company")
@needs("companies.edit")
@once
def join(token: str) -> Any:
    """A person acts for a company: one that is known by that name, or new."""
    contact, form = _contact(token), JoinForm(request.form)
    if not form.validate():
        return _join(contact, form, 422)
    company = companies.known(form.company.data or "", by=web.person())
    company_contacts.join(company, contact, by=web.person(), role=form.role.data or "")
    return redirect(url_for(".person", token=token) + "#companies", 303)


@admin.get("/people/<token>/companies/new", endpoint="person_company_new")
@needs("companies.edit")
def join_new(token: str) -> Any:
    """For which company they act."""
    return _join(_contact(token), JoinForm())


def _join(contact: Contact, form: JoinForm, status: int = 200) -> Any:
    told = {"person": contact, "form": form, "roles": roles(), "names": companies.names()}
    return render_template("crm/desk/companies/join.html", **told), status


def _contact(token: str) -> Contact:
    return contacts.by_token(token) or abort(404)


def _home(company: Company) -> Any:
    return redirect(url_for(".company", token=company.token) + "#contacts", 303)
