"""Settings: how the shop looks, with the shop itself beside as it will look."""

from typing import Any

from flask import Flask, request

from kernel import files, menu, signing, tenancy, uploads, web
from kernel.db import db
from kernel.i18n import _l
from kernel.refusal import Refusal
from kernel.web import needs
from shop import settings, storefront, themes
from shop.forms import settings as forms
from shop.forms import words
from shop.views import admin, brand_preview
from shop.views.settings import page, saved

UPLOAD = 24 * 1024 * 1024
ROLES = ("primary", "accent", "surface")
PICTURES = ("logo", "hero")


@admin.get("/settings/brand", endpoint="settings_brand")
@needs("settings.edit")
def show() -> Any:
    """Name, style, colours, words and pictures."""
    row, tenant = storefront.of(), tenancy.tenant()
    preset = themes.PRESETS.get(row.preset, themes.PRESETS["neblina"])
    values = {role: getattr(row, role) or getattr(preset, role) for role in ROLES}
    told = {**words.shown("tagline", row.tagline), **words.shown("story", row.story)}
    return _page(forms.brand(name=tenant.name, preset=row.preset, **values, **told))


def _page(form: Any, status: int = 200) -> Any:
    row = storefront.of()
    kept = {name: db.session.get(files.File, getattr(row, f"{name}_id") or 0) for name in PICTURES}
    return page("brand", status, form=form, presets=_presets(), kept=kept, preview=_preview(form), own=_own())


def _own() -> dict[str, dict[str, str]]:
    return {code: {role: getattr(known, role).lower() for role in ROLES} for code, known in themes.PRESETS.items()}


def _presets() -> list[dict[str, Any]]:
    """The presets as small pictures: their colours, how round they are, the rhythm of their motif."""
    found = []
    for code, known in themes.PRESETS.items():
        tokens = themes.palette(themes.Theme(code))
        radius = dict(known.form)["radius-button"].removesuffix("px")
        found.append({"code": code, "label": known.label, "c": tokens, "radius": min(int(radius), 9)})
    return found


@admin.post("/settings/brand", endpoint="settings_brand_save")
@needs("settings.edit")
def save() -> Any:
    """Keep the look; pictures are decoded before anything is locked."""
    request.max_content_length = UPLOAD
    form = forms.brand(request.form)
    with web.reading():
        fine, came = form.validate(), uploads.brought("brand", *PICTURES)
        wrong = [name for name in PICTURES if not _decoded(form, name, came)]
    if wrong or not fine:
        form.waiting = came.wait(single=PICTURES)
        return _page(form, 422)
    given = {name: one for name in PICTURES if (one := came.one(name))}
    _keep(form, {name: files.keep(made, name=called) for name, (made, called) in given.items()})
    return saved("brand", ".settings_brand")


def _decoded(form: Any, name: str, came: uploads.Brought) -> bool:
    """Whether what was sent in that field is a picture, or nothing was."""
    sent, wrong = request.files.get(name), ""
    try:
        came.fresh[name] = [(files.make(sent.read()), sent.filename)] if sent and sent.filename else []
        wrong = str(uploads.OVER) if name in came.lost and not came.fresh[name] else ""
    except Refusal as refusal:
        wrong = str(refusal)
    form[name].errors = [*form[name].errors, wrong] if wrong else form[name].errors
    return not wrong


def _keep(form: Any, pictures: dict[str, files.File]) -> None:
    row = settings.front()
    values = {role: form[role].data for role in ROLES}
    values |= {code: words.read(form, code) for code in ("tagline", "story")} | {"preset": form.preset.data}
    for name in PICTURES:
        if form[f"no_{name}"].data:
            values[f"{name}_id"] = None
        if name in pictures:
            values[f"{name}_id"] = pictures[name].id
    settings.put(row, values)
    settings.put(tenancy.tenant(), {"name": form.name.data})


@admin.post("/settings/brand/preview", endpoint="settings_brand_preview")
@needs("settings.edit")
def preview() -> Any:
    """Where the shop can be seen as the form says; nothing is kept."""
    form = forms.brand(request.form)
    form.validate()
    return {"preview": _preview(form)}


def _preview(form: Any) -> str:
    data = {"tenant": tenancy.current(), "by": web.person().id, "name": (form.name.data or "")[:120]}
    data |= {role: "" if form[role].errors else form[role].data or "" for role in ROLES}
    data |= {"preset": form.preset.data or "", "tagline": words.read(form, "tagline")}
    return web.shop_url("shop.preview_brand", token=signing.make(brand_preview.PREVIEW, data))


def init_app(_app: Flask) -> None:
    """One page of the settings."""
    menu.section(
        10, _l("Look"), "shop_admin.settings_brand", icon="picture", group="shop", permission="settings.edit",
        hint=_l("Name, logo, style and colours"),
    )  # fmt: skip
