"""Resources in the back office: what bookings occupy, how many of it there are, and which of them are in use."""

from typing import Any

from flask import Flask, flash, redirect, render_template, request, url_for

from kernel import i18n, menu, tenancy, web
from kernel.i18n import _, _l, ngettext, pick
from kernel.once import once
from kernel.web import needs
from shop import resource_sheets, resources
from shop.forms import resources as forms
from shop.forms import words
from shop.resources import Resource
from shop.views import admin, service_values


def init_app(_app: Flask) -> None:
    """Put the pages into the settings."""
    hint = _l("Rooms, guides, boats, tables: what nobody has twice")
    menu.section(
        65, _l("Resources"), "shop_admin.resources", icon="store", group="selling", permission="products.edit",
        hint=hint,
    )  # fmt: skip


@admin.get("/resources", endpoint="resources")
@needs("products.edit")
def listed() -> Any:
    """All of them, with who occupies them."""
    users = service_values.users()
    rows = [_row(row, users.get(row.id, "")) for row in resources.every()]
    return render_template("shop/desk/resources/list.html", rows=rows)


def _row(row: Resource, users: str) -> dict[str, Any]:
    return {
        "row": row,
        "name": pick(row.name, words.languages()[0]),
        "units": sum(unit.active for unit in row.units),
        "seats": row.seats,
        "users": users,
    }


@admin.get("/resources/new", endpoint="resource_new")
@needs("products.edit")
def new() -> Any:
    """An empty sheet."""
    return _page(None, forms.made(None, {"units": "1", "seats": "1"}))


@admin.post("/resources/new", endpoint="resource_make")
@needs("products.edit")
@once
def make() -> Any:
    """Write a new one."""
    form = forms.made(request.form)
    if not form.validate():
        return _page(None, form), 422
    units, seats = form.units.number or 1, form.seats.number or 1
    row = resource_sheets.make(words.read(form, "name"), units=units, seats=seats, by=web.person())
    flash(_("“%(name)s” can be occupied now.", name=_name(row)))
    return redirect(url_for(".resources"), 303)


@admin.post("/resources/example", endpoint="resource_example")
@needs("products.edit")
@once
def example() -> Any:
    """Write one to see how it is: a room with ten seats; the toast takes it out again."""
    row = resource_sheets.make(_example(), units=1, seats=10, by=web.person())
    told = _("“%(name)s” is there: change it as you like.", name=_name(row))
    web.undo(told, ".resource_example_gone", token=row.token)
    return redirect(url_for(".resources"), 303)


@admin.post("/resources/<token>/example-gone", endpoint="resource_example_gone")
@needs("products.edit")
def example_gone(token: str) -> Any:
    """Take an example out wholly, unless somebody uses it by now."""
    resource_sheets.drop(resources.by_token(token), by=web.person())
    return redirect(url_for(".resources"), 303)


def _example() -> dict[str, str]:
    return {"es": "Sala de talleres", "en": "Workshop room"}


@admin.get("/resources/<token>", endpoint="resource")
@needs("products.edit")
def edit(token: str) -> Any:
    """One of them."""
    row = resources.by_token(token)
    units = [{"token": unit.token, "name": unit.name, "active": unit.active, "seats": str(unit.seats or "")}
             for unit in row.units]  # fmt: skip
    return _page(row, forms.made(None, {**words.shown("name", row.name), "seats": str(row.seats), "rows": units}))


@admin.post("/resources/<token>", endpoint="resource_save")
@needs("products.edit")
def save(token: str) -> Any:
    """Write what was changed; who booked a unit that goes is told about."""
    row, form = resources.by_token(token), forms.made(request.form)
    if not form.validate():
        return _page(row, form), 422
    told: dict[str, Any] = {
        "seats": form.seats.number or row.seats,
        "said": forms.said(form),
        "more": form.more.number or 0,
    }
    left = resource_sheets.save(row, words.read(form, "name"), **told, by=web.person())
    flash(_("Saved."))
    if left:
        flash(_left(left))
    return redirect(url_for(".resource", token=token), 303)


def _left(count: int) -> Any:
    return ngettext(
        "One booking to come is on what you stopped using. It stays: move it in the calendar.",
        "%(num)s bookings to come are on what you stopped using. They stay: move them in the calendar.",
        count,
    )


@admin.post("/resources/<token>/away", endpoint="resource_away")
@needs("products.edit")
def away(token: str) -> Any:
    """Offer it no more; the toast brings it back."""
    row = resources.by_token(token)
    resource_sheets.put_away(row, by=web.person())
    web.undo(_("“%(name)s” is not used any more.", name=_name(row)), ".resource_back", token=token)
    return redirect(url_for(".resources"), 303)


@admin.post("/resources/<token>/back", endpoint="resource_back")
@needs("products.edit")
def back(token: str) -> Any:
    """Offer it again."""
    resource_sheets.bring_back(resources.by_token(token), by=web.person())
    return redirect(url_for(".resources"), 303)


def _name(row: Resource) -> str:
    return i18n.pick(row.name, tenancy.tenant().language)


def _page(row: Resource | None, form: Any) -> str:
    return render_template("shop/desk/resources/edit.html", resource=row, form=form, own=words.languages(),
                           kept=_kept(row) if row else [])  # fmt: skip


def _kept(row: Resource) -> list[dict[str, Any]]:
    """What occupies it with its own number of people in each, which another number here does not change."""
    found = [(one.product, need) for one in resource_sheets.users(row) for need in one.needs if need.resource is row]
    return [
        {"name": pick(product.name), "url": url_for(".product_booking", slug=product.slug, _anchor="needs"),
         "seats": _("%(num)s in each", num=need.seats) if need.seats else _("however many come")}
        for product, need in found
    ]  # fmt: skip
