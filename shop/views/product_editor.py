"""The product editor: few fields first, the rest folded, a preview beside; an error keeps all that was typed."""

from typing import Any

from flask import Flask, abort, flash, redirect, render_template, request, url_for
from werkzeug.exceptions import RequestEntityTooLarge

from kernel import files, once, permissions, tenancy, uploads, web
from kernel.db import db
from kernel.forms import choices
from kernel.i18n import _, _l, pick
from kernel.refusal import Refusal
from kernel.web import needs
from shop import bin as rubbish
from shop import catalog, catalog_search, categories, options, pictures, services, sheets
from shop.catalog import Product
from shop.forms import fiscal, product_rows, words
from shop.forms import products as forms
from shop.views import admin, pages, product_values, saved_rows, stock_wait_part
from shop.views.goods import pictures_of

UPLOAD = 80 * 1024 * 1024  # bytes of one save, pictures and download together
DOWNLOAD = 50 * 1024 * 1024


def init_app(_app: Flask) -> None:
    """Say who may."""
    permissions.define("products.edit", _l("Make and change products"), roles=["manager"], area="goods")


@admin.get("/products/new", endpoint="product_new")
@needs("products.edit")
def blank() -> Any:
    """An empty sheet."""
    shelf = categories.slugged(request.args.get("category", ""))
    values = {**product_values.BLANK, "category": shelf.slug if shelf else ""}
    if request.args.get("kind") in catalog.KINDS:
        values["kind"] = request.args["kind"]
    return _page(None, _form(None, values))


@admin.post("/products/new", endpoint="product_make")
@needs("products.edit")
def make() -> Any:
    """Write a new product, and publish it when that was the button."""
    return _saved("")


@admin.get("/products/<slug>", endpoint="product")
@needs("products.edit")
def edit(slug: str) -> Any:
    """A product's sheet."""
    product = _product(slug)
    return _page(product, _form(None, product_values.of(product)))


@admin.post("/products/<slug>", endpoint="product_save")
@needs("products.edit")
def save(slug: str) -> Any:
    """Write what was changed."""
    return _saved(slug)


@admin.post("/products/<slug>/withdraw", endpoint="product_withdraw")
@needs("products.edit")
def withdraw(slug: str) -> Any:
    """Take it off the shop."""
    product = _product(slug)
    catalog.withdraw(product)
    web.undo(_("“%(name)s” is a draft again.", name=pick(product.name)), ".product_publish", slug=slug)
    return redirect(url_for(".product", slug=slug), 303)


@admin.post("/products/<slug>/publish", endpoint="product_publish")
@needs("products.edit")
def publish(slug: str) -> Any:
    """Let the public see it as it is kept."""
    product = _product(slug)
    catalog.publish(product)
    flash(_("“%(name)s” is on sale.", name=pick(product.name)))
    return redirect(url_for(".product", slug=slug), 303)


@admin.post("/products/<slug>/bin", endpoint="product_bin")
@needs("products.edit")
def put_away(slug: str) -> Any:
    """Put it into the bin."""
    product = _product(slug)
    gone = rubbish.put("product", [product], by=web.person())
    told = _("“%(name)s” is in the bin.", name=pick(product.name))
    web.undo(told, ".bin_undo", ticket=rubbish.ticket("product", gone))
    return redirect(url_for(".products"), 303)


def _product(slug: str) -> Product:
    return catalog.slugged(slug) or abort(404)


def _form(posted: Any, values: dict[str, Any] | None = None) -> Any:
    form: Any = forms.made(posted, product_values.shelves(), values)
    form.picture_errors = []  # told beside the pictures
    return form


def _saved(slug: str) -> Any:
    """Read, decode, check without the writer's turn; then write, or show everything again."""
    request.max_content_length, request.max_form_parts = UPLOAD, 5000
    request.max_form_memory_size = 4 * 1024 * 1024
    try:
        posted, sent = request.form, _sent()
    except RequestEntityTooLarge:
        raise files.TooBig(limit=files.LIMIT // (1024 * 1024)) from None
    with web.reading():
        product = _product(slug) if slug else None
        form, about = _form(posted), f"product:{product.id if product else 0}"
        came = uploads.brought(about, "new_pictures", "download")
        sheet = _sheet(form, product, sent, came)
    product = _product(slug) if slug else None
    if sheet is not None:
        try:
            return once.done(lambda: _written(None, sheet)) if product is None else _written(product, sheet)
        except Refusal as refusal:
            db.session.rollback()
            form.form_errors.append(str(refusal))
    form.waiting = came.wait(single=["download"])
    return _page(_product(slug) if slug else None, form), 422


def _sent() -> dict[str, list[tuple[str, bytes]]]:
    found = {}
    for name in ("new_pictures", "download"):
        found[name] = [(one.filename or "", one.read()) for one in request.files.getlist(name) if one.filename]
    return found


def _sheet(
    form: Any, product: Product | None, sent: dict[str, list[tuple[str, bytes]]], came: uploads.Brought
) -> sheets.Sheet | None:
    """What the form says with what came along; None when something is wrong, told at its field."""
    fine = form.validate()
    parts = product_rows.parts(form, product)
    came.fresh["new_pictures"] = _decoded(form, sent["new_pictures"])
    came.fresh["download"] = _download(form, sent["download"])
    form.picture_errors += [str(uploads.OVER)] if came.lost else []
    if not fine or form.form_errors or form.picture_errors or any(entry.form.errors for entry in form.parts):
        return None
    shelves = {row.slug: row.id for row in categories.all_()}
    sheet = forms.sheet(form, product, shelves)
    sheet.fresh = [made for made, _name in came.of("new_pictures")]
    sheet.parts, sheet.download = parts, came.one("download")
    product_values.keep_languages(sheet, product)
    return sheet


def _decoded(form: Any, sent: list[tuple[str, bytes]]) -> list[uploads.Named]:
    made = []
    for name, data in sent[: pictures.MOST]:
        try:
            made.append((files.make(data), name))
        except Refusal as refusal:
            form.picture_errors.append(f"{name}: {refusal}")
    return made


def _download(form: Any, sent: list[tuple[str, bytes]]) -> list[uploads.Named]:
    for name, data in sent[:1]:
        try:
            return [(files.make(data, kinds=("download",), limit=DOWNLOAD), name)]
        except Refusal as refusal:
            form.form_errors.append(f"{name}: {refusal}")
    return []


def _written(product: Product | None, sheet: sheets.Sheet) -> Any:
    uncounted = sheet.options and sheet.counted == "onhand" and set(sheet.rows) <= {""}
    if product is None:
        product = sheets.new(sheet, by=web.person())
    else:
        sheets.save(product, sheet, by=web.person())
    if product.kind == services.KIND and services.of(product) is None:
        flash(_("Kept as a draft: now say how it is booked."))
        return redirect(url_for(".product_booking", slug=product.slug), 303)
    if uncounted:  # nobody could say yet how many there are of each: not sold out at once
        flash(_uncounted(product, typed=bool(sheet.rows[""].units and sheet.rows[""].units.now)))
        return redirect(url_for(".product", slug=product.slug) + "#variants", 303)
    if request.form.get("do") == "publish":
        catalog.publish(product)
        flash(_("“%(name)s” is on sale.", name=pick(product.name)))
    else:
        flash(_("Saved."))
    return redirect(url_for(".product", slug=product.slug), 303)


def _uncounted(product: Product, *, typed: bool) -> str:
    first = options.label(product, product.variants[0], words.languages()[0])
    if product.state != "live" and typed:
        return _("Kept as a draft. What you counted stands at “%(first)s”: now say how many there are of each.",
                 first=first)  # fmt: skip
    if product.state != "live":
        return _("Kept as a draft: now say how many there are of each variant, and what it costs.")
    return _("Saved. Now say how many there are of each: what you had is sold as “%(first)s”, the rest is sold out.",
             first=first)  # fmt: skip


def _page(product: Product | None, form: Any) -> str:
    shown = {row.sha.data for entry in form.pictures if (row := entry.form)}
    found = pictures_of(product_values.picture_ids(product)) if product else {}
    thumbs = {file.sha256: file for file in found.values() if file.sha256 in shown}
    own = words.languages()[0]
    rows = list(product.variants) if product else []
    known = options.standing(rows)
    numbered = [(sha, str(at)) for at, sha in enumerate(thumbs, 1)]
    for entry in form.variants:
        entry.form.picture.choices = choices([("", "–"), *numbered])
    product_rows.offer(product_rows.roomy(form), product)
    return render_template(
        "shop/desk/products/edit.html",
        product=product,
        form=form,
        thumbs=thumbs,
        variants=known,
        waits=stock_wait_part.told(rows),
        hearts=saved_rows.counts([product.id]).get(product.id, "") if product else "",
        labels={key: options.label(product, row, own) for key, row in known.items()} if product else {},
        others=words.others(),
        language_names=words.NAMES,
        symbol=product_values.symbol(),
        fiscal=fiscal.names("product"),
        own=own,
        empty_row=_empty(form),
        preview=web.shop_url("shop.preview", token=_token(product)),
        skus=product_values.known_skus() if _bundles(form) else [],
        download=db.session.get(files.File, product.download_id) if product and product.download_id else None,
        low=catalog_search.PAGE,
        opened=_opened(form),
        unplanned=product is not None and product.kind == services.KIND and services.of(product) is None,
        wrong=_wrong(form),
    )


def _empty(form: Any) -> bool:
    return not form.options.entries


def _bundles(form: Any) -> bool:
    return bool(form.kind.data == "bundle")


def _token(product: Product | None) -> str:
    if product is not None:
        return pages.preview_token("product", product, web.person())
    return pages.preview_token("product", Product(id=0, tenant_id=tenancy.current()), web.person())


def _wrong(form: Any) -> list[tuple[str, str]]:
    """All that is wrong, for one list: (where to go, what it says), of rows too."""
    found = [("", told) for told in form.form_errors]
    found += [("new_pictures", f"{_('Pictures')}: {told}") for told in form.picture_errors]
    rows = [f for many in form if many.type == "FieldList" for entry in many for f in entry.form]
    plain = [f for f in form if f.type != "FieldList"]
    return found + [(f.id, f"{f.label.text}: {f.errors[0]}") for f in (*plain, *rows) if f.errors]


def _opened(form: Any) -> set[str]:
    """The folded parts that hold an error: they are shown open."""
    wrong = set(form.errors) - {None}
    found = {name for name, fields in product_values.FOLDED.items() if wrong & set(fields)}
    found |= {"price"} if wrong & set(fiscal.names("product")) else set()
    return found | ({"parts"} if any(entry.form.errors for entry in form.parts) else set())
