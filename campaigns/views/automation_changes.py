"""Changing an automation: whom it is for, one letter more, one less."""

from typing import Any

from flask import flash, redirect, request, url_for

from campaigns import automation_changes, automations, forms
from campaigns.views import admin
from crm import segments
from kernel import web
from kernel.i18n import _
from kernel.once import once
from kernel.refusal import Refusal
from kernel.web import needs


@admin.post("/automations/<code>/audience", endpoint="automation_audience")
@needs("mailings.edit")
def audience(code: str) -> Any:
    """Whom it is for: everybody, or who is in a segment."""
    row, chosen = automations.coded(code), request.form.get("segment", "")
    kept = segments.by_code(chosen)
    if chosen and (chosen == forms.GONE or kept is None):
        raise Refusal(_("Choose whom it is for."))
    automation_changes.only_for(row, kept, by=web.person())
    flash(_("Kept for everybody who comes in from now on."))
    return redirect(url_for(".automation", code=code), 303)


@admin.post("/automations/<code>/letters", endpoint="automation_letter_add")
@needs("mailings.edit")
@once
def add(code: str) -> Any:
    """One more letter, and on to writing it."""
    made = automation_changes.add(automations.coded(code), by=web.person())
    return redirect(url_for(".letter_edit", token=made.token), 303)


@admin.post("/automations/<code>/steps/<int:position>/out", endpoint="automation_letter_out")
@needs("mailings.edit")
def take_out(code: str, position: int) -> Any:
    """One letter less; the toast puts it back."""
    letter, ticket = automation_changes.take_out(automations.coded(code), position, by=web.person())
    said = _("“%(name)s” is out of the automation.", name=letter.called)
    web.undo(said, ".automation_letter_back", fields={"ticket": ticket}, code=code)
    return redirect(url_for(".automation", code=code), 303)


@admin.post("/automations/<code>/letters/back", endpoint="automation_letter_back")
@needs("mailings.edit")
def put_back(code: str) -> Any:
    """The letter is where it was."""
    automation_changes.put_back(automations.coded(code), request.form.get("ticket", ""), by=web.person())
    flash(_("Taken back."))
    return redirect(url_for(".automation", code=code), 303)
