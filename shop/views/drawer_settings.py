"""Settings: whether who counts the drawer sees before what should be in it."""

from typing import Any

from flask import Flask, request
from wtforms import BooleanField

from kernel import menu
from kernel.forms import Form
from kernel.i18n import _l
from kernel.web import needs
from shop import settings, storefront
from shop.views import admin
from shop.views.settings import page, saved


class DrawerForm(Form):
    """What the shop decides about its drawer."""

    blind = BooleanField(
        _l("Count without seeing what should be there"),
        description=_l("Whoever counts reads it afterwards. The owner and managers always see it."),
    )


@admin.get("/settings/drawer", endpoint="settings_drawer")
@needs("settings.payments")
def show() -> Any:
    """What the shop says."""
    return page("drawer", form=DrawerForm(data={"blind": storefront.of().drawer_blind}))


@admin.post("/settings/drawer", endpoint="settings_drawer_save")
@needs("settings.payments")
def save() -> Any:
    """Keep it."""
    form = DrawerForm(request.form)
    settings.put(settings.front(), {"drawer_blind": bool(form.blind.data)})
    return saved("drawer", ".settings_drawer")


def init_app(_app: Flask) -> None:
    """One page of the settings."""
    menu.section(
        47, _l("Cash drawer"), "shop_admin.settings_drawer", icon="cash", permission="settings.payments",
        group="money", hint=_l("What clerks see while they count it"),
    )  # fmt: skip
