"""Settings: how often and when the shop writes to many, in whose name, and the address below its letters."""

from typing import Any

from flask import Flask, flash, redirect, render_template, request, url_for

from campaigns import forms, habits
from campaigns.views import admin
from kernel import address, menu, tenancy, web
from kernel.i18n import _, _l
from kernel.web import needs
from shop import storefront


@admin.get("/settings/mailings", endpoint="settings_letters")
@needs("mailings.edit")
def show() -> Any:
    """The shop's habits."""
    return _page(forms.habits_of(habits.of()))


def _page(form: Any, status: int = 200) -> Any:
    own = address.lines(dict(storefront.of().address), here=tenancy.tenant().country)
    return render_template("campaigns/desk/habits.html", form=form, own=own, sections=menu.sections()), status


@admin.post("/settings/mailings", endpoint="settings_letters_save")
@needs("mailings.edit")
def save() -> Any:
    """Keep them."""
    form = forms.habits_of(habits.of(), request.form)
    if not form.validate():
        return _page(form, 422)
    habits.change(forms.write_habits(form, habits.of()), by=web.person())
    flash(_("Saved. It holds from the next letter on."))
    return redirect(url_for(".settings_letters"), 303)


def init_app(_app: Flask) -> None:
    """One page of the settings."""
    menu.section(
        68, _l("Mailings"), "campaigns_admin.settings_letters", icon="send", permission="mailings.edit",
        group="selling", hint=_l("Sender, postal address, how often and when"),
    )  # fmt: skip
