"""Automations of one's own in the back office: a new one, its settings, a copy, the bin, the order of its letters."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for

from campaigns import automation_changes, automations, own_automations
from campaigns.automations import OWN, Automation
from campaigns.forms import own_automations as forms
from campaigns.views import admin
from crm import tags
from kernel import web
from kernel.i18n import _, pick
from kernel.once import once
from kernel.refusal import Missing
from kernel.web import needs


@admin.get("/automations/new", endpoint="automation_new")
@needs("mailings.edit")
def new() -> Any:
    """What sets it off and for whom; its letters come next."""
    return _page(None, forms.automation(None))


@admin.post("/automations/new", endpoint="automation_make")
@needs("mailings.edit")
@once
def make() -> Any:
    """Begin it, and go on to its letters."""
    form = forms.automation(None, request.form)
    if not form.validate():
        return _page(None, form, 422)
    row = own_automations.make(form.told, by=web.person())
    flash(_("Now write its letters. Nothing is sent until you turn it on."))
    return redirect(url_for(".automation", code=row.code), 303)


@admin.get("/automations/<code>/edit", endpoint="automation_edit")
@needs("mailings.edit")
def edit(code: str) -> Any:
    """The same of one that is there."""
    row = _own(code)
    return _page(row, forms.automation(row))


@admin.post("/automations/<code>/edit", endpoint="automation_save")
@needs("mailings.edit")
def save(code: str) -> Any:
    """Keep what was said of it."""
    row = _own(code)
    form = forms.automation(row, request.form)
    if not form.validate():
        return _page(row, form, 422)
    try:
        own_automations.change(row, form.told, by=web.person())
    except automation_changes.Running as why:
        form.happens.errors = [str(why)]
        return _page(row, form, 409)
    flash(_("“%(name)s” is kept.", name=pick(row.name)))
    return redirect(url_for(".automation", code=code), 303)


def _page(row: Automation | None, form: forms.AutomationForm, status: int = 200) -> Any:
    known = [word for word, _many in tags.counted()]
    name = pick(row.name) if row else ""
    page = "campaigns/desk/automations/own.html"
    return render_template(page, form=form, known=known, name=name, code=row.code if row else ""), status


def _own(code: str) -> Automation:
    row = automations.coded(code)
    if row.trigger not in OWN:
        raise Missing()
    return row


@admin.post("/automations/<code>/copy", endpoint="automation_copy")
@needs("mailings.edit")
@once
def copy(code: str) -> Any:
    """The same once more, off."""
    made = own_automations.twin(_own(code), by=web.person())
    flash(_("This is the copy: it is off."))
    return redirect(url_for(".automation", code=made.code), 303)


@admin.post("/automations/<code>/bin", endpoint="automation_bin")
@needs("mailings.edit")
def put_away(code: str) -> Any:
    """Into the bin; the toast brings it back, and so does the list for thirty days."""
    row = _own(code)
    own_automations.put_away(row, by=web.person())
    web.undo(_("“%(name)s” is in the bin.", name=pick(row.name)), ".automation_back", code=code)
    return redirect(url_for(".automations"), 303)


@admin.post("/automations/<code>/back", endpoint="automation_back")
@needs("mailings.edit")
def take_back(code: str) -> Any:
    """Out of the bin, off."""
    row = own_automations.take_back(code, by=web.person())
    flash(_("“%(name)s” is back.", name=pick(row.name)))
    return redirect(url_for(".automation", code=code), 303)


@admin.post("/automations/<code>/steps/<int:position>/move", endpoint="automation_letter_move")
@needs("mailings.edit")
def move(code: str, position: int) -> Any:
    """One letter changes places with the one before it, or after it."""
    up = request.form.get("to") != "down"
    automation_changes.move(automations.coded(code), position, up=up, by=web.person())
    return redirect(url_for(".automation", code=code) + "#letters", 303)
