"""The settings: an index of what may be decided, and what its pages share."""

from typing import Any

from flask import Flask, abort, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from kernel import menu, permissions, web
from kernel.i18n import _, _l
from kernel.web import needs
from shop import settings
from shop.views import admin, product_values

SHOWN = "shop/desk/settings"


@admin.get("/settings", endpoint="settings")
@needs("settings.view")
def index() -> str:
    """What this person may decide; who may decide nothing finds nothing."""
    groups = menu.groups()
    if not groups:
        abort(404)
    return render_template(f"{SHOWN}/index.html", groups=groups)


def page(name: str, status: int = 200, **told: Any) -> tuple[str, int]:
    """A page of the settings; `sections` lead to its neighbours."""
    return render_template(f"{SHOWN}/{name}.html", sections=menu.sections(), **told), status


def saved(section: str, endpoint: str, *, what: str = "", **values: Any) -> Response:
    """Note the change, say so, and show the page again."""
    settings.told(section, by=web.person(), what=what)
    flash(_("Saved. The shop shows it already."), "message")
    return redirect(url_for(endpoint, **values), 303)


def unit() -> str:
    """The sign of the shop's currency."""
    return product_values.symbol()


def init_app(_app: Flask) -> None:
    """Put the settings into the rail; say who may decide what."""
    permissions.define("settings.view", _l("See the settings that concern them"), roles=permissions.ROLES, area="shop")
    permissions.define("settings.edit", _l("Change look, contact, delivery and taxes"), roles=("manager",), area="shop")
    permissions.define("settings.payments", _l("Change how buyers pay"), roles=(), area="shop")
    permissions.define("settings.shop", _l("Change the shop's address, close it, practise"), roles=(), area="shop")
    menu.entry(
        70, _l("Settings"), "shop_admin.settings", icon="settings", permission="settings.view", when=menu.any_section,
        match=("shop_admin.settings_", "shop_admin.zone", "shop_admin.rate", "crm_admin.custom_field"),
    )  # fmt: skip
