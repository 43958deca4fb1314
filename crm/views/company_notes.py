"""Notes about a company: written on its page, corrected, put away and taken back."""

from typing import Any

from flask import redirect, render_template, request, url_for

from crm import companies, notes
from crm.companies import Company
from crm.notes import Written
from crm.views import admin
from crm.views.task_forms import NoteForm
from kernel import web
from kernel.i18n import _
from kernel.once import once
from kernel.web import needs


@admin.post("/companies/<token>/notes", endpoint="company_note")
@needs("companies.edit")
@once
def write(token: str) -> Any:
    """Keep a new one."""
    company, form = companies.named(token), NoteForm(request.form)
    if not form.validate():
        return _page(company, None, form, 422)
    notes.write(company, form.text.data or "", by=web.person())
    return _home(company)


@admin.get("/companies/<token>/notes/<note>", endpoint="company_note_edit")
@needs("companies.edit")
def edit(token: str, note: str) -> Any:
    """One of them, to correct."""
    company = companies.named(token)
    row = notes.named(company, note)
    return _page(company, row, NoteForm(text=row.text))


@admin.post("/companies/<token>/notes/<note>", endpoint="company_note_save")
@needs("companies.edit")
def save(token: str, note: str) -> Any:
    """Keep what was corrected."""
    company, form = companies.named(token), NoteForm(request.form)
    row = notes.named(company, note)
    if not form.validate():
        return _page(company, row, form, 422)
    notes.change(company, row, form.text.data or "", by=web.person())
    return _home(company)


@admin.post("/companies/<token>/notes/<note>/bin", endpoint="company_note_bin")
@needs("companies.edit")
def put_away(token: str, note: str) -> Any:
    """Into the bin; the toast takes it back."""
    company = companies.named(token)
    notes.put_away(company, notes.named(company, note), by=web.person())
    web.undo(_("The note is in the bin."), ".company_note_back", token=token, note=note)
    return _home(company)


@admin.post("/companies/<token>/notes/<note>/back", endpoint="company_note_back")
@needs("companies.edit")
def take_back(token: str, note: str) -> Any:
    """Out of the bin."""
    company = companies.named(token)
    notes.take_back(company, notes.named(company, note, binned=True), by=web.person())
    return _home(company)


def _home(company: Company) -> Any:
    return redirect(url_for(".company", token=company.token) + "#notes", 303)


def _page(company: Company, note: Written | None, form: NoteForm, status: int = 200) -> Any:
    return render_template("crm/desk/notes/edit.html", about=company, of="company", note=note, form=form), status
