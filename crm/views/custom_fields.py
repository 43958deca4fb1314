"""Settings: the fields that a shop adds to what it knows of people; ordered, archived, taken back."""

from typing import Any

from flask import Flask, redirect, render_template, request, url_for

from crm import custom_fields, custom_values
from crm.custom_fields import KINDS, CustomField
from crm.views import admin
from crm.views.custom_forms import FieldForm
from kernel import menu, permissions, web
from kernel.db import db
from kernel.i18n import _, _l
from kernel.once import once
from kernel.refusal import Missing, Refusal
from kernel.web import needs


@admin.get("/settings/fields", endpoint="custom_fields")
@needs("people.fields")
def listed() -> str:
    """Those in use, in their order, and the archive."""
    rows = custom_fields.every()
    return render_template(
        "crm/desk/fields/list.html", rows=[one for one in rows if one.archived_at is None], kinds=KINDS,
        archive=[one for one in rows if one.archived_at is not None], most=custom_fields.MOST,
    )  # fmt: skip


@admin.get("/settings/fields/new", endpoint="custom_field_new")
@needs("people.fields")
def new() -> Any:
    """A field to describe."""
    return _page(None, FieldForm())


@admin.post("/settings/fields/new", endpoint="custom_field_make")
@needs("people.fields")
@once
def make() -> Any:
    """Keep it, the last of them."""
    return _kept(None, FieldForm(request.form))


@admin.get("/settings/fields/<code>", endpoint="custom_field")
@needs("people.fields")
def show(code: str) -> Any:
    """One of them, to change."""
    row = custom_fields.named(code)
    return _page(row, FieldForm(row=row))


@admin.post("/settings/fields/<code>", endpoint="custom_field_save")
@needs("people.fields")
def save(code: str) -> Any:
    """Keep what was changed; what people have stays."""
    row = custom_fields.named(code)
    return _kept(row, FieldForm(request.form, row))


def _kept(row: CustomField | None, form: FieldForm) -> Any:
    if not form.validate():
        return _page(row, form, 422)
    told = form.told(_typed(row))
    try:
        custom_fields.change(row, told, by=web.person()) if row else custom_fields.add(told, by=web.person())
    except Refusal as refusal:
        db.session.rollback()
        wrong = form.more if isinstance(refusal, custom_fields.NoOptions) else form.label
        wrong.errors = [str(refusal)]
        return _page(custom_fields.named(row.code) if row else None, form, 422)
    return redirect(url_for(".custom_fields"), 303)


def _typed(row: CustomField | None) -> dict[str, str]:
    """How the options that are there are called now."""
    codes = [code for code, _label in row.offered] if row and row.kind in custom_fields.LISTS else []
    return {code: request.form.get(f"option-{code}", "") for code in codes}


def _page(row: CustomField | None, form: FieldForm, status: int = 200) -> Any:
    options = row.offered if row and row.kind in custom_fields.LISTS else []
    typed = [(code, request.form.get(f"option-{code}", label)) for code, label in options]
    used = bool(row and custom_values.used([row]))
    told = {"row": row, "form": form, "options": typed, "kinds": KINDS, "used": used}
    return render_template("crm/desk/fields/edit.html", **told), status


@admin.post("/settings/fields/order", endpoint="custom_fields_order")
@needs("people.fields")
def order() -> Any:
    """The order in which they were dragged."""
    custom_fields.order(request.form.getlist("slug")[: custom_fields.MOST])
    return {"said": _("Saved.")} if web.wants_json() else redirect(url_for(".custom_fields"), 303)


@admin.post("/settings/fields/<code>/move", endpoint="custom_field_move")
@needs("people.fields")
def move(code: str) -> Any:
    """One place up or down."""
    row = custom_fields.named(code)
    if row.archived_at is not None:
        raise Missing()
    custom_fields.shift(row, -1 if request.form.get("do") == "up" else 1)
    return redirect(url_for(".custom_fields") + f"#f-{code}", 303)


@admin.post("/settings/fields/<code>/away", endpoint="custom_field_away")
@needs("people.fields")
def put_away(code: str) -> Any:
    """Into the archive; the toast takes it back."""
    row = custom_fields.named(code)
    custom_fields.put_away(row, by=web.person())
    said = _("“%(name)s” is in the archive. What people have in it stays.", name=row.label)
    web.undo(said, ".custom_field_back", code=code)
    return redirect(url_for(".custom_fields"), 303)


@admin.post("/settings/fields/<code>/back", endpoint="custom_field_back")
@needs("people.fields")
def take_back(code: str) -> Any:
    """Out of the archive, with what people have in it."""
    custom_fields.take_back(custom_fields.named(code), by=web.person())
    return redirect(url_for(".custom_fields") + f"#f-{code}", 303)


def init_app(_app: Flask) -> None:
    """One page of the settings; say who may decide this, and who sees what is sensitive."""
    permissions.define("people.fields", _l("Decide what else is noted of people"), roles=("manager",), area="people")
    permissions.define(
        "people.sensitive", _l("See and change what is sensitive of people"), roles=("manager",), area="people"
    )
    menu.section(
        68, _l("Fields of people"), "crm_admin.custom_fields", icon="people", permission="people.fields",
        group="selling", hint=_l("What else you want to know of them"),
    )  # fmt: skip
