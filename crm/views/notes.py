"""Notes about a person: written on their page, corrected, put away and taken back."""

from typing import Any

from flask import abort, redirect, render_template, request, url_for

from crm import contacts, notes
from crm.contacts import Contact
from crm.notes import Written
from crm.views import admin
from crm.views.task_forms import NoteForm
from kernel import web
from kernel.i18n import _
from kernel.instants import told as moment
from kernel.once import once
from kernel.web import needs

SHOWN = 4  # the others are folded away


def rows(about: notes.About) -> list[dict[str, Any]]:
    """The notes about a person or a company as their page shows them."""
    return [
        {"token": note.token, "text": note.text, "who": note.who, "at": moment(note.at), "iso": note.at.isoformat(),
         "changed": note.changed_at is not None}
        for note in notes.of(about)
    ]  # fmt: skip


@admin.post("/people/<token>/notes", endpoint="person_note")
@needs("people.edit")
@once
def write(token: str) -> Any:
    """Keep a new one."""
    contact, form = _contact(token), NoteForm(request.form)
    if not form.validate():
        return _page(contact, None, form, 422)
    notes.write(contact, form.text.data or "", by=web.person())
    return _home(contact)


@admin.get("/people/<token>/notes/<note>", endpoint="person_note_edit")
@needs("people.edit")
def edit(token: str, note: str) -> Any:
    """One of them, to correct."""
    contact = _contact(token)
    row = notes.named(contact, note)
    return _page(contact, row, NoteForm(text=row.text))


@admin.post("/people/<token>/notes/<note>", endpoint="person_note_save")
@needs("people.edit")
def save(token: str, note: str) -> Any:
    """Keep what was corrected."""
    contact, form = _contact(token), NoteForm(request.form)
    row = notes.named(contact, note)
    if not form.validate():
        return _page(contact, row, form, 422)
    notes.change(contact, row, form.text.data or "", by=web.person())
    return _home(contact)


@admin.post("/people/<token>/notes/<note>/bin", endpoint="person_note_bin")
@needs("people.edit")
def put_away(token: str, note: str) -> Any:
    """Into the bin; the toast takes it back."""
    contact = _contact(token)
    notes.put_away(contact, notes.named(contact, note), by=web.person())
    web.undo(_("The note is in the bin."), ".person_note_back", token=token, note=note)
    return _home(contact)


@admin.post("/people/<token>/notes/<note>/back", endpoint="person_note_back")
@needs("people.edit")
def take_back(token: str, note: str) -> Any:
    """Out of the bin."""
    contact = _contact(token)
    notes.take_back(contact, notes.named(contact, note, binned=True), by=web.person())
    return _home(contact)


def _contact(token: str) -> Contact:
    return contacts.by_token(token) or abort(404)


def _home(contact: Contact) -> Any:
    return redirect(url_for(".person", token=contact.token) + "#notes", 303)


def _page(contact: Contact, note: Written | None, form: NoteForm, status: int = 200) -> Any:
    return render_template("crm/desk/notes/edit.html", about=contact, of="person", note=note, form=form), status
