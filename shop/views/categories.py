"""The back office's categories: their tree, their order, each one's words and picture."""

from functools import partial
from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for

from kernel import files, once, tenancy, uploads, web
from kernel.db import db
from kernel.i18n import _, ngettext, pick
from kernel.refusal import Refusal
from kernel.web import needs
from shop import bin as rubbish
from shop import categories, facets, slugs
from shop.categories import Category
from shop.forms import categories as forms
from shop.forms import words
from shop.views import admin, product_values
from shop.views.goods import pictures_of

UPLOAD = 64 * 1024 * 1024


@admin.get("/categories", endpoint="categories")
@needs("products.edit")
def listed() -> Any:
    """The tree."""
    every = categories.all_()
    pictures, own = pictures_of([row.picture_id for row in every]), words.languages()[0]
    rows = [
        {
            "row": row,
            "depth": depth,
            "name": pick(row.name, own),
            "pic": pictures.get(row.picture_id or 0),
            "count": row.facets.get("count", 0),
        }
        for row, depth in categories.tree(every)
    ]
    return render_template("shop/desk/categories/list.html", rows=rows)


@admin.get("/categories/new", endpoint="category_new")
@needs("products.edit")
def blank() -> Any:
    """An empty form."""
    return _page(None, forms.made(None, None, product_values.shelves()))


@admin.post("/categories/new", endpoint="category_make")
@needs("products.edit")
def make() -> Any:
    """Write a new category."""
    return _saved("")


@admin.get("/categories/<slug>", endpoint="category")
@needs("products.edit")
def edit(slug: str) -> Any:
    """One category."""
    row = _row(slug)
    return _page(row, forms.made(None, row, product_values.shelves()))


@admin.post("/categories/<slug>", endpoint="category_save")
@needs("products.edit")
def save(slug: str) -> Any:
    """Write what was changed."""
    return _saved(slug)


@admin.post("/categories/order", endpoint="categories_order")
@needs("products.edit")
def order() -> Any:
    """The order in which they were dragged."""
    categories.order(request.form.getlist("slug")[:1000])
    tenancy.touch()
    return {"said": _("Saved.")} if web.wants_json() else redirect(url_for(".categories"), 303)


@admin.post("/categories/<slug>/move", endpoint="category_move")
@needs("products.edit")
def move(slug: str) -> Any:
    """One place up or down."""
    categories.shift(_row(slug), -1 if request.form.get("do") == "up" else 1)
    tenancy.touch()
    return redirect(url_for(".categories") + f"#c-{slug}", 303)


@admin.post("/categories/<slug>/bin", endpoint="category_bin")
@needs("products.edit")
def put_away(slug: str) -> Any:
    """Put it into the bin with what is below it; its products stay."""
    gone = rubbish.put("category", [_row(slug)], by=web.person())
    told = ngettext("One category is in the bin.", "%(num)s categories are in the bin.", len(gone))
    web.undo(told, ".bin_undo", ticket=rubbish.ticket("category", gone))
    return redirect(url_for(".categories"), 303)


def _row(slug: str) -> Category:
    return categories.slugged(slug) or abort(404)


def _page(row: Category | None, form: Any) -> str:
    picture = db.session.get(files.File, row.picture_id) if row and row.picture_id else None
    return render_template("shop/desk/categories/edit.html", row=row, form=form, picture=picture, others=words.others())


def _saved(slug: str) -> Any:
    request.max_content_length = UPLOAD
    sent = request.files.get("picture")
    data = sent.read() if sent and sent.filename else None
    with web.reading():
        row = _row(slug) if slug else None
        form = forms.made(request.form, row, product_values.shelves())
        came, fine = uploads.brought(f"category:{row.id if row else 0}", "picture"), form.validate()
        came.fresh["picture"] = _decoded(form, data, sent.filename or "" if sent else "", lost=bool(came.lost))
    if form.form_errors or not fine:
        form.waiting = came.wait(single=["picture"])
        return _page(_row(slug) if slug else None, form), 422
    kept = partial(_kept, slug, form, came.one("picture"))
    return kept() if slug else once.done(kept)


def _kept(slug: str, form: Any, picture: uploads.Named | None) -> Any:
    row = _written(slug, form)
    if picture is not None:
        row.picture_id = files.keep(picture[0]).id
    elif request.form.get("gone"):
        row.picture_id = None
    db.session.flush()
    facets.refresh_all()
    tenancy.touch()
    flash(_("Saved."))
    return redirect(url_for(".categories"), 303)


def _decoded(form: Any, data: bytes | None, name: str, *, lost: bool) -> list[uploads.Named]:
    wrong, made = str(uploads.OVER) if lost and not data else "", None
    try:
        made = files.make(data) if data is not None else None
    except Refusal as refusal:
        wrong = str(refusal)
    if wrong:
        form.picture_error = wrong
        form.form_errors.append(wrong)
    return [(made, name)] if made else []


def _written(slug: str, form: Any) -> Category:
    name, parent = words.read(form, "name"), categories.slugged(form.parent.data or "")
    row = (
        _row(slug) if slug else Category(slug=slugs.free(Category, form.slug.data or pick(name, words.languages()[0])))
    )
    if not slug:
        slugs.forget("category", row.slug)
    elif form.slug.data and form.slug.data != row.slug:
        slugs.rename(row, "category", form.slug.data)
    return categories.save(row, name=name, intro=words.read(form, "intro"), parent=parent)
