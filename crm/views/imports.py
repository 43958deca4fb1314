"""Files of people in the back office: brought, their columns chosen, looked through, taken in, stopped, taken back."""

from typing import Any

from flask import Flask, redirect, render_template, request, url_for

from crm import import_fields, import_steps, imports
from crm.imports import ContactImport
from crm.views import admin, import_report
from kernel import file_imports, limits, once, permissions, tables, tenancy, web
from kernel.file_import_words import ENCODINGS
from kernel.file_import_words import progress as progress_of
from kernel.i18n import _, _l
from kernel.refusal import Refusal
from kernel.web import needs

FILES = "30/hour"


def init_app(_app: Flask) -> None:
    """Say who may; have whoever brought a file told of its end."""
    permissions.define("people.import", _l("Bring people in with a file"), roles=("manager", "marketer"))
    import_steps.on_ended(import_report.tell)


@admin.get("/people/imports", endpoint="imports")
@needs("people.import")
def listed() -> Any:
    """The files so far, and the form for another one."""
    return _list()


def _list(trouble: str = "", status: int = 200) -> Any:
    page = render_template(
        "crm/desk/imports/list.html", rows=[import_report.row(one) for one in imports.listed()], trouble=trouble,
        encodings=ENCODINGS, chosen=request.form.get("encoding", ""),
    )  # fmt: skip
    return page, status


@admin.post("/people/imports", endpoint="import_make")
@needs("people.import")
def make() -> Any:
    """Read a file and keep it as a draft; what cannot be read is said, and nothing of it is kept."""
    request.max_content_length = file_imports.LARGEST + 10_000
    limits.check("import", str(tenancy.current()), FILES)
    sent, chosen = request.files.get("file"), request.form.get("encoding", "")
    data = sent.read() if sent and sent.filename else b""
    if not data:
        return _list(_("Choose the file first."), 422)
    with web.reading():
        try:
            sheet, found = imports.opened(data, chosen if chosen in ENCODINGS else "")
        except Refusal as refusal:
            return _list(str(refusal), 422)
    name = (sent and sent.filename) or ""
    return once.done(lambda: _begun(imports.begin(sheet, name, encoding=found, by=web.person())))


def _begun(row: ContactImport) -> Any:
    return redirect(url_for(".import", token=row.token), 303)


@admin.get("/people/imports/<token>", endpoint="import")
@needs("people.import")
def show(token: str) -> Any:
    """How a file stands: its columns to choose, what would become of each line, how far it is."""
    return _page(imports.named(token))


def _page(row: ContactImport, trouble: str = "", status: int = 200) -> Any:
    kinds = request.args.get("show", "")
    page = render_template(
        "crm/desk/imports/show.html", row=row, trouble=trouble, told=import_report.row(row),
        columns=import_report.columns(row) if row.state in ("draft", "checked") else [],
        fields=[(field.code, str(field.label)) for field in import_fields.FIELDS],
        profiles=list(import_fields.PROFILES.items()),
        report=import_report.report(row, kinds if kinds in imports.KINDS else ""),
    )  # fmt: skip
    return page, status


@admin.get("/people/imports/<token>/progress", endpoint="import_progress")
@needs("people.import")
def progress(token: str) -> dict[str, Any]:
    """How far it is, for the page that waits."""
    return progress_of(imports.named(token))


@admin.post("/people/imports/<token>/columns", endpoint="import_columns")
@needs("people.import")
def columns(token: str) -> Any:
    """Keep which column holds what, and have the file looked through."""
    row, form = imports.named(token), request.form
    told = {form.get(f"column-{place}", ""): place for place in reversed(range(len(row.heads)))}
    mapping = {code: place for code, place in told.items() if code}
    try:
        imports.choose(row, mapping, tag=form.get("tag", ""), profile=form.get("profile", ""))
    except imports.Unreachable as refusal:
        return _page(row, str(refusal), 422)
    import_steps.check(row)
    return _back(token)


@admin.post("/people/imports/<token>/run", endpoint="import_run")
@needs("people.import")
def run(token: str) -> Any:
    """Take the people in, or go on where it was stopped."""
    import_steps.run(imports.named(token), by=web.person())
    return _back(token)


@admin.post("/people/imports/<token>/stop", endpoint="import_stop")
@needs("people.import")
def stop(token: str) -> Any:
    """Take nobody else in."""
    import_steps.stop(imports.named(token), by=web.person())
    return _back(token)


@admin.post("/people/imports/<token>/undo", endpoint="import_undo")
@needs("people.import")
def undo(token: str) -> Any:
    """Take the whole file back."""
    import_steps.undo(imports.named(token), by=web.person())
    return _back(token)


def _back(token: str) -> Any:
    return redirect(url_for(".import", token=token), 303)


@admin.get("/people/imports/<token>/report.csv", endpoint="import_csv")
@needs("people.import")
def csv(token: str) -> Any:
    """What became of each line, as a file."""
    row = imports.named(token)
    return tables.answer(f"{tenancy.tenant().slug}-import", import_report.heads(), import_report.cells(row))
