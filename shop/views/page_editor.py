"""The editor of pages: blocks in order, a draft that keeps itself, a preview beside, and one verb that publishes."""

from typing import Any

from flask import Flask, abort, flash, redirect, render_template, request, url_for
from sqlalchemy import select

from kernel import blocks, files, journal, permissions, tenancy, web
from kernel.db import db
from kernel.i18n import _, _l, pick
from kernel.refusal import Gone, Refusal
from kernel.web import needs
from shop import bin as rubbish
from shop import pages
from shop.catalog import Product
from shop.forms import pages as forms
from shop.forms import words
from shop.pages import Page
from shop.views import admin, home, product_values
from shop.views import pages as previews

UPLOAD = 64 * 1024 * 1024
MOST_LISTED = 300


def init_app(_app: Flask) -> None:
    """Say who may, and how the journal tells it."""
    permissions.define("pages.edit", _l("Write the pages of the shop"), roles=["manager", "marketer"])
    journal.kind("page.published", _l("Published “%(name)s”"))
    journal.kind("page.discarded", _l("Threw the draft of “%(name)s” away"))


@admin.get("/pages/<slug>", endpoint="page")
@needs("pages.edit")
def edit(slug: str) -> Any:
    """The draft of a page."""
    page = _page(slug)
    return render_template(
        "shop/desk/pages/edit.html",
        page=page,
        kinds=blocks.kinds(),
        rows=_rows(page),
        own=words.languages()[0],
        languages=words.languages(),
        names=words.NAMES,
        titles=words.shown("title", page.working_title),
        preview=_preview(page),
        address=_address(page),
        version=page.version,
    )


@admin.post("/pages/<slug>", endpoint="page_save")
@needs("pages.edit")
def save(slug: str) -> Any:
    """Keep the draft; then publish it, or add, move or remove a block, when that was the button."""
    request.max_content_length, request.max_form_memory_size = UPLOAD, 4 * 1024 * 1024
    sent = {key: one.read() for key, one in request.files.items() if one.filename}
    with web.reading():
        made, wrong = _decoded(sent)
    page, verb = _written(slug), request.form.get("do", "")
    rows, place = forms.done(forms.read(request.form), verb)
    for row, code in forms.picture_spots(rows):
        if (name := f"{row['id']}-{code}-file") in made:
            row["data"][code] = files.keep(made[name]).sha256
    pages.save(page, rows, forms.title(request.form))
    if wrong:
        flash(wrong, "error")
    elif verb == "publish":
        pages.publish(page)
        journal.write("page.published", about=page, by=web.person(), data={"name": rubbish.name(page)})
        flash(_("“%(name)s” is published.", name=rubbish.name(page)))
    elif not place:
        flash(_("Draft kept."))
    return redirect(url_for(".page", slug=page.slug) + (f"#b-{place}" if place else ""), 303)


@admin.post("/pages/<slug>/draft", endpoint="page_draft")
@needs("pages.edit")
def draft(slug: str) -> Any:
    """Keep what is being typed; the public page does not change."""
    request.max_content_length, request.max_form_memory_size = UPLOAD, 4 * 1024 * 1024
    page = _written(slug)
    pages.save(page, forms.read(request.form), forms.title(request.form))
    return {"preview": _preview(page), "changed": page.changed}


@admin.post("/pages/<slug>/discard", endpoint="page_discard")
@needs("pages.edit")
def discard(slug: str) -> Any:
    """Throw the draft away; the toast brings it back."""
    page = _written(slug)
    kept = {"name": rubbish.name(page), "draft": page.draft, "title": page.working_title}
    journal.write("page.discarded", about=page, by=web.person(), data=kept)
    pages.discard(page)
    web.undo(_("The draft is gone."), ".page_undiscard", slug=page.slug)
    return redirect(url_for(".page", slug=page.slug), 303)


@admin.post("/pages/<slug>/undiscard", endpoint="page_undiscard")
@needs("pages.edit")
def undiscard(slug: str) -> Any:
    """Bring the draft back that was thrown away last."""
    page = _page(slug)
    last = next((one for one in reversed(journal.of(page)) if one.verb == "page.discarded"), None)
    if last is None:
        raise Gone(_("That can no longer be taken back."))
    pages.save(page, last.data["draft"], last.data["title"])
    flash(_("Taken back."))
    return redirect(url_for(".page", slug=slug), 303)


def _page(slug: str) -> Page:
    """The page, or the first page as every shop begins with, not kept yet."""
    found = pages.named(slug)
    if found is not None:
        return found
    return blank_home() if slug == "home" and pages.home() is None else abort(404)


def blank_home() -> Page:
    """The first page of a shop that has not written its own."""
    return Page(
        id=0,
        tenant_id=tenancy.current(),
        slug="home",
        kind="home",
        title=_home_title(),
        draft=home.DEFAULT,
        live=home.DEFAULT,
        draft_title={},
        version=0,
        in_menu=False,
    )


def _home_title() -> dict[str, str]:
    return {words.languages()[0]: _("First page")}


def _written(slug: str) -> Page:
    if slug == "home" and pages.named(slug) is None:
        return pages.first_page(home.DEFAULT, _home_title())
    return pages.named(slug) or abort(404)


def _decoded(sent: dict[str, bytes]) -> tuple[dict[str, files.Made], str]:
    made, wrong = {}, ""
    for name, data in sent.items():
        try:
            made[name] = files.make(data)
        except Refusal as refusal:
            wrong = str(refusal)
    return made, wrong


def _preview(page: Page) -> str:
    return web.shop_url("shop.preview", token=previews.preview_token("page", page, web.person()))


def _address(page: Page) -> str:
    if page.kind == "home":
        return web.shop_url("shop.home")
    return web.shop_url("shop.page" if page.kind == "page" else "shop.policy", slug=page.slug)


def _rows(page: Page) -> list[dict[str, Any]]:
    """The blocks with what their fields need to be shown."""
    known = [(block, blocks.known(str(block.get("kind")))) for block in page.draft]
    shown = [(block, kind) for block, kind in known if kind is not None]
    kinds = {field.kind for _block, kind in shown for field in kind.fields}
    choices: dict[str, list[tuple[str, str]]] = {"products": _products() if "products" in kinds else []}
    choices["categories"] = choices["category"] = product_values.shelves()
    pictures = _pictures([block for block, _kind in shown])
    return [
        {"id": block["id"], "kind": kind, "data": block.get("data") or {}, "choices": choices, "pictures": pictures}
        for block, kind in shown
    ]


def _products() -> list[tuple[str, str]]:
    own = words.languages()[0]
    wanted = select(Product.slug, Product.name).where(Product.state == "live").order_by(Product.sort_name)
    return [(slug, pick(name, own)) for slug, name in db.session.execute(wanted.limit(MOST_LISTED))]


def _pictures(kept: list[dict[str, Any]]) -> dict[str, files.File]:
    shas = {
        value
        for block in kept
        for value in (block.get("data") or {}).values()
        if isinstance(value, str) and len(value) == 64
    }
    wanted = select(files.File).where(files.File.sha256.in_(shas), files.File.private.is_(False))
    return {row.sha256: row for row in db.session.scalars(wanted)} if shas else {}
