"""Settings: for how long buyers may ask to return something, and the reasons they choose from."""

from typing import Any

from flask import Flask, request

from kernel import menu
from kernel.i18n import _l
from kernel.web import needs
from shop import return_policies
from shop.forms.returns import PolicyForm
from shop.views import admin
from shop.views.settings import page, saved


@admin.get("/settings/returns", endpoint="settings_returns")
@needs("settings.edit")
def show() -> Any:
    """The shop's rule."""
    row = return_policies.of()
    return page("returns", form=PolicyForm(days=row.days, reasons="\n".join(return_policies.reasons())))


@admin.post("/settings/returns", endpoint="settings_returns_save")
@needs("settings.edit")
def save() -> Any:
    """Keep it."""
    form = PolicyForm(request.form)
    if not form.validate():
        return page("returns", 422, form=form)
    wanted = [line.strip()[:120] for line in (form.reasons.data or "").splitlines() if line.strip()]
    return_policies.change(days=form.days.data or 0, reasons=list(dict.fromkeys(wanted)))
    return saved("returns", ".settings_returns")


def init_app(_app: Flask) -> None:
    """One page of the settings."""
    menu.section(
        65, _l("Returns"), "shop_admin.settings_returns", icon="undo", group="delivery", permission="settings.edit",
        hint=_l("Days and reasons"),
    )  # fmt: skip
