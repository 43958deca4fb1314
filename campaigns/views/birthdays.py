"""Greeting by itself: how many days before the birthday its letters begin."""

from flask import flash, redirect, request, url_for
from werkzeug.wrappers import Response

from campaigns import automations, birthdays
from campaigns.views import admin
from kernel import web
from kernel.i18n import _
from kernel.web import needs


@admin.post("/automations/<code>/before", endpoint="automation_before")
@needs("mailings.edit")
def begin(code: str) -> Response:
    """From now on it begins so many days before."""
    typed = request.form.get("days", "")
    days = int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 4 else -1
    birthdays.lead(automations.coded(code), days, by=web.person())
    flash(_("Kept for everybody who comes in from now on."))
    return redirect(url_for(".automation", code=code), 303)
