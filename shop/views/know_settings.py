"""Settings: what guests should know of every service that says nothing of its own."""

from typing import Any

from flask import Flask, request

from kernel import menu
from kernel.i18n import _l
from kernel.web import needs
from shop import settings, storefront
from shop.forms import knowing as forms
from shop.forms import words
from shop.views import admin
from shop.views.settings import page, saved


@admin.get("/settings/know", endpoint="settings_know")
@needs("settings.edit")
def show() -> Any:
    """What the shop says."""
    row = storefront.of()
    return page("know", form=forms.made(None, {**words.shown("know", row.know), "know_read": row.know_read}))


@admin.post("/settings/know", endpoint="settings_know_save")
@needs("settings.edit")
def save() -> Any:
    """Keep it; who has booked reads it on the page of their booking."""
    form = forms.made(request.form)
    if not form.validate():
        return page("know", 422, form=form)
    settings.put(settings.front(), forms.read(form))
    return saved("know", ".settings_know")


def init_app(_app: Flask) -> None:
    """One page of the settings."""
    menu.section(
        35, _l("What guests should know"), "shop_admin.settings_know", icon="info", group="shop",
        permission="settings.edit", hint=_l("House rules for all that is booked"),
    )  # fmt: skip
