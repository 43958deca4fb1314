"""One person of a shop: who they are, what is changed, put away, taken out as a file, erased."""

from typing import Any

from flask import Flask, abort, jsonify, redirect, render_template, request, url_for

from crm import contacts, custom_people, custom_values, people
from crm.contacts import Contact
from crm.forms import PersonForm
from crm.views import admin, custom_forms, person_page
from kernel import address, i18n, menu, permissions, phones, signing, tenancy, web
from kernel.db import db
from kernel.forms import choices
from kernel.i18n import _, _l
from kernel.once import once
from kernel.refusal import Refusal
from kernel.web import needs


@admin.get("/people/new", endpoint="person_new")
@needs("people.edit")
def new() -> Any:
    """Somebody whom the shop knows from elsewhere."""
    return _page(_blank(), _form(_blank()))


def _blank() -> Contact:
    tenant = tenancy.tenant()
    return Contact(
        token=signing.token(), language=tenant.language, country=tenant.country, address={}, source="staff",
        name="", group="", note="", birthday=0,
    )  # fmt: skip


@admin.get("/people/<token>", endpoint="person")
@needs("people.view")
def person(token: str) -> Any:
    """Who they are, what they allowed, what they did."""
    contact = _contact(token)
    return _page(contact, _form(contact))


def _contact(token: str) -> Contact:
    return contacts.by_token(token) or abort(404)


def _form(contact: Contact, posted: Any = None) -> PersonForm:
    tenant = tenancy.tenant()
    kept: dict[str, Any] = {} if posted is not None else {
        "name": contact.name, "email": contact.email or "", "language": contact.language, "group": contact.group,
        "phone": phones.show(contact.phone, tenant.country) if contact.phone else "", "note": contact.note,
        "tags": ", ".join(contact.tags), "birthday": contact.birthday,
    }  # fmt: skip
    form = PersonForm(posted, **kept)
    form.country = tenant.country
    spoken = dict.fromkeys([*i18n.languages_of(tenant), contact.language])
    form.language.choices = choices((code, i18n.NAMES.get(code, code)) for code in spoken)
    return form


def _page(contact: Contact, form: PersonForm, status: int = 200, **told: Any) -> Any:
    country = contact.address.get("country") or contact.country or tenancy.tenant().country
    lines = address.asked(country, told.get("typed") or contact.address)
    custom = told.get("custom") or person_page.custom(contact)
    told = {"wrong": told.get("wrong", {}), "groups": [group for group, _count in people.by_group()], "custom": custom}
    more = person_page.told(contact) if contact.id else {}
    return render_template("crm/desk/people/show.html", person=contact, form=form, lines=lines, **told, **more), status


@admin.post("/people/new", endpoint="person_make")
@needs("people.edit")
@once
def make() -> Any:
    """Write somebody new."""
    return _save(_blank())


@admin.post("/people/<token>", endpoint="person_save")
@needs("people.edit")
def save(token: str) -> Any:
    """Keep what was changed."""
    return _save(_contact(token))


def _save(contact: Contact) -> Any:
    form, country = _form(contact, request.form), contact.country or tenancy.tenant().country
    custom = person_page.custom(contact, request.form)
    typed = {line.key: request.form.get(line.key, "") for line in address.fields(country)}
    kept, wrong = address.check(typed, country) if any(typed.values()) else ({}, {})
    fine, more = form.validate(), custom.validate()
    if not fine or not more or wrong:
        db.session.rollback()
        return _page(contact, form, 422, typed=typed, wrong=wrong, custom=custom)
    try:
        emptied = bool(contact.address) and bool(typed.keys() & request.form.keys())
        new, told = contact.id is None, custom.values(request.form.getlist(custom_forms.THERE))
        people.change(contact, _values(form, kept, bool(kept) or emptied), by=web.person())
        custom_values.keep(contact, told, "staff") if new else custom_people.change(contact, told, by=web.person())
    except Refusal as refusal:
        db.session.rollback()
        form.email.errors = [str(refusal)]
        return _page(contact, form, 422, typed=typed, custom=custom)
    return redirect(url_for(".person", token=contact.token), 303)


def _values(form: PersonForm, kept: dict[str, str], posted: bool) -> dict[str, Any]:
    placed = {"address": kept, "region": kept.get("region", ""), "city": kept.get("city", "")} if posted else {}
    born = {"birthday": form.birthday} if form.birthday is not None else {}
    return placed | born | {
        "name": form.name.data or "", "email": form.email.data or None, "phone": form.phone.data or None,
        "language": form.language.data, "group": (form.group.data or "").lower(), "note": form.note.data or "",
        "tags": form.tags.data or "",
    }  # fmt: skip


@admin.post("/people/<token>/bin", endpoint="person_bin")
@needs("people.edit")
def put_away(token: str) -> Any:
    """Into the bin; the toast takes it back."""
    contact = _contact(token)
    people.put_away(contact, by=web.person())
    web.undo(_("%(name)s is in the bin.", name=contact.called), ".person_back", token=token)
    return redirect(url_for(".people"), 303)


@admin.post("/people/<token>/back", endpoint="person_back")
@needs("people.edit")
def take_back(token: str) -> Any:
    """Out of the bin."""
    people.take_back(token, by=web.person())
    return redirect(url_for(".person", token=token), 303)


@admin.get("/people/<token>/copy.json", endpoint="person_copy")
@needs("people.export")
def copy(token: str) -> Any:
    """Everything that the shop holds about them, as the law gives them a right to."""
    contact = _contact(token)
    told = people.export(contact)
    if not web.may("people.sensitive"):
        told["custom_fields"] = custom_people.copy(contact, sensitive=False)
    answer = jsonify(told)
    answer.headers["Content-Disposition"] = 'attachment; filename="person.json"'
    return answer


@admin.post("/people/<token>/erasure", endpoint="person_erase")
@needs("people.erase")
def erase(token: str) -> Any:
    """Make nobody's what the shop holds about them; there is no way back, so it is asked twice."""
    contact = _contact(token)
    if request.form.get("sure") != "yes":
        raise Refusal(_("Tick the box first: this cannot be undone."))
    people.erase(contact, by=web.person())
    return redirect(url_for(".people"), 303)


def init_app(_app: Flask) -> None:
    """Put the people into the rail; say who may do what with them."""
    permissions.define("people.view", _l("See people"), roles=("manager", "marketer", "clerk"), area="people")
    permissions.define(
        "people.edit", _l("Change what is known of people"), roles=("manager", "marketer", "clerk"), area="people"
    )
    permissions.define("people.export", _l("Take people out as a file"), roles=("manager", "marketer"), area="people")
    permissions.define("people.erase", _l("Erase people for good"), roles=(), area="people")
    menu.entry(
        40, _l("People"), "crm_admin.people", icon="people", permission="people.view",
        match=("crm_admin.person", "crm_admin.segment", "crm_admin.task", "crm_admin.deal", "crm_admin.compan"),
    )  # fmt: skip
