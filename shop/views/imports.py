"""Files of products in the back office: taken along, brought, columns chosen, looked through, taken in, taken back."""

from typing import Any

from flask import Flask, render_template, request

from kernel import file_import_words, tables, tenancy, web
from kernel.i18n import _, number
from kernel.views import file_imports
from kernel.web import needs
from shop import catalog_search, categories, import_fields, import_steps, imports, product_files
from shop.imports import ProductImport
from shop.views import admin, import_pictures, import_report


def init_app(_app: Flask) -> None:
    """Have whoever brought a file told of its end."""
    import_steps.on_ended(import_report.tell)


@admin.get("/products.csv", endpoint="products_csv")
@admin.get("/products.xlsx", endpoint="products_xlsx")
@needs("products.edit")
def taken() -> Any:
    """The products of the list as a file; what is read back changes nothing."""
    asked = request.args
    shelf = categories.slugged(asked.get("category", ""))
    wanted = catalog_search.query(asked.get("show", "all"), asked.get("q", "").strip(), shelf)
    return tables.answer(f"{tenancy.tenant().slug}-products", product_files.heads(), product_files.lines(wanted))


@admin.get("/products/imports", endpoint="imports")
@needs("products.edit")
def listed() -> Any:
    """The files so far, and the form for another one."""
    return _list()


def _list(trouble: str = "", status: int = 200) -> Any:
    page = render_template(
        "shop/desk/imports/list.html", rows=[import_report.row(one) for one in imports.listed()], trouble=trouble,
        **file_imports.asked(), most=number(imports.MOST),
        heads=[str(one.label) for one in import_fields.ours()],
    )  # fmt: skip
    return page, status


@admin.post("/products/imports", endpoint="import_make")
@needs("products.edit")
def make() -> Any:
    """Read a file and keep it as a draft; what cannot be read is said, and nothing of it is kept."""
    return file_imports.brought("product-import", imports, _list)


@admin.get("/products/imports/<token>", endpoint="import")
@needs("products.edit")
def show(token: str) -> Any:
    """How a file stands: its columns to choose, what would become of each line, how far it is."""
    return _page(imports.named(token))


def _page(row: ProductImport, trouble: str = "", status: int = 200, typed: dict[int, str] | None = None) -> Any:
    kind = request.args.get("show", "")
    choosing = row.state in ("draft", "checked")
    page = render_template(
        "shop/desk/imports/show.html", row=row, trouble=trouble, typed=typed, told=import_report.row(row),
        columns=file_import_words.columns(row, imports.sample(row), typed) if choosing else [],
        fields=[(field.code, str(field.label)) for field in import_fields.fields()] if choosing else [],
        pictures=import_pictures.told(row), report=import_report.report(row, kind if kind in imports.KINDS else ""),
    )  # fmt: skip
    return page, status


@admin.get("/products/imports/<token>/progress", endpoint="import_progress")
@needs("products.edit")
def progress(token: str) -> dict[str, Any]:
    """How far it is, for the page that waits."""
    return file_import_words.progress(imports.named(token))


@admin.post("/products/imports/<token>/columns", endpoint="import_columns")
@needs("products.edit")
def columns(token: str) -> Any:
    """Keep which column holds what, and have the file looked through."""
    row, form = imports.named(token), request.form
    typed, labels = file_imports.typed(row), {field.code: field.label for field in import_fields.fields()}
    try:
        mapping = file_imports.mapped(row, typed, labels)
        imports.choose(row, mapping, publish="publish" in form, shelves="shelves" in form)
    except (file_imports.Twice, imports.Unknown) as refusal:
        return _page(row, str(refusal), 422, typed)
    import_steps.check(imports.named(token))
    return file_imports.back(token)


@admin.post("/products/imports/<token>/run", endpoint="import_run")
@needs("products.edit")
def run(token: str) -> Any:
    """Take the products in, or go on where it was stopped."""
    row = imports.named(token)
    if row.state == "checked":
        row.pictures = "pictures" in request.form
    import_steps.run(row, by=web.person())
    return file_imports.back(token)


@admin.post("/products/imports/<token>/stop", endpoint="import_stop")
@needs("products.edit")
def stop(token: str) -> Any:
    """Take nothing else in."""
    import_steps.stop(imports.named(token), by=web.person())
    return file_imports.back(token)


@admin.post("/products/imports/<token>/undo", endpoint="import_undo")
@needs("products.edit")
def undo(token: str) -> Any:
    """Take the whole file back."""
    import_steps.undo(imports.named(token), by=web.person())
    return file_imports.back(token)


@admin.get("/products/imports/<token>/report.csv", endpoint="import_csv")
@admin.get("/products/imports/<token>/report.xlsx", endpoint="import_xlsx")
@needs("products.edit")
def csv(token: str) -> Any:
    """What became of each line, as a file."""
    row = imports.named(token)
    return tables.answer(f"{tenancy.tenant().slug}-import", import_report.heads(), import_report.cells(row))


@admin.get("/products/imports/<token>/refused.csv", endpoint="import_refused")
@admin.get("/products/imports/<token>/refused.xlsx", endpoint="import_refused_xlsx")
@needs("products.edit")
def refused(token: str) -> Any:
    """The lines that were not taken, as they stood there and with the reason, to be mended and brought again."""
    row = imports.named(token)
    heads = [*row.heads, _("Why")]
    return tables.answer(f"{tenancy.tenant().slug}-refused", heads, import_report.refused(row))
