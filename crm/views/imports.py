"""Files of people in the back office: brought, their columns chosen, looked through, taken in, stopped, taken back."""

from typing import Any

from flask import Flask, render_template, request

from crm import custom_fields, import_custom, import_fields, import_steps, imports
from crm.imports import ContactImport
from crm.views import admin, import_report, person_page
from kernel import permissions, tables, tenancy, web
from kernel.db import db
from kernel.file_import_words import progress as progress_of
from kernel.i18n import _l
from kernel.views import file_imports
from kernel.web import needs


def init_app(_app: Flask) -> None:
    """Say who may; have whoever brought a file told of its end."""
    permissions.define("people.import", _l("Bring people in with a file"), roles=("manager", "marketer"), area="people")
    import_steps.on_ended(import_report.tell)


@admin.get("/people/imports", endpoint="imports")
@needs("people.import")
def listed() -> Any:
    """The files so far, and the form for another one."""
    return _list()


def _list(trouble: str = "", status: int = 200) -> Any:
    page = render_template(
        "crm/desk/imports/list.html", rows=[import_report.row(one) for one in imports.listed()], trouble=trouble,
        **file_imports.asked(),
    )  # fmt: skip
    return page, status


@admin.post("/people/imports", endpoint="import_make")
@needs("people.import")
def make() -> Any:
    """Read a file and keep it as a draft; what cannot be read is said, and nothing of it is kept."""
    return file_imports.brought("import", imports, _list)


@admin.get("/people/imports/<token>", endpoint="import")
@needs("people.import")
def show(token: str) -> Any:
    """How a file stands: its columns to choose, what would become of each line, how far it is."""
    return _page(imports.named(token))


def _page(row: ContactImport, trouble: str = "", status: int = 200, typed: dict[int, str] | None = None) -> Any:
    kinds, form = request.args.get("show", ""), request.form
    page = render_template(
        "crm/desk/imports/show.html", row=row, trouble=trouble, told=import_report.row(row),
        columns=import_report.columns(row, typed) if row.state in ("draft", "checked") else [],
        fields=_offered(),
        profiles=list(import_fields.PROFILES.items()), wrong=typed is not None,
        profile=form.get("profile", row.profile), tag=form.get("tag", row.tag), letters=import_report.letters(row),
        report=import_report.report(row, kinds if kinds in import_report.SHOWS else ""),
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
    typed, labels = file_imports.typed(row), dict(_offered())
    apart = {place: f"{code}{place}" if code == import_custom.NEW else code for place, code in typed.items()}
    try:
        mapping = file_imports.mapped(row, apart, labels, import_fields.SEVERAL)
        mapping = _with_new(row, {code: places for code, places in mapping.items() if _may(code, labels)})
        imports.choose(row, mapping, tag=form.get("tag", ""), profile=form.get("profile", ""))
    except (file_imports.Twice, imports.Unreachable, custom_fields.TooMany, custom_fields.SameLabel) as refusal:
        db.session.rollback()
        return _page(imports.named(token), str(refusal), 422, typed)
    import_steps.check(row)
    return file_imports.back(token)


def _offered() -> list[tuple[str, str]]:
    """What a column can be, for whoever is looking: the shop's own fields too, or a new one of them."""
    told = [(field.code, str(field.label)) for field in import_fields.FIELDS]
    new = [(import_custom.NEW, str(import_custom.LABEL))] if web.may("people.fields") else []
    return [*told, *import_custom.offered(person_page.asked()), *new]


def _may(code: str, labels: dict[str, str]) -> bool:
    return (import_custom.NEW if code.startswith(import_custom.NEW) else code) in labels


def _with_new(row: ContactImport, mapping: dict[str, Any]) -> dict[str, Any]:
    """The same with a field for each column that is to be a new one; what they hold says of which kind."""
    if not any(code.startswith(import_custom.NEW) for code in mapping):
        return mapping
    if not import_fields.reaches(mapping):
        raise imports.Unreachable()
    return import_custom.made(mapping, row.heads, imports.sample(row, imports.AT_ONCE), by=web.person())


@admin.post("/people/imports/<token>/run", endpoint="import_run")
@needs("people.import")
def run(token: str) -> Any:
    """Take the people in, or go on where it was stopped."""
    import_steps.run(imports.named(token), by=web.person())
    return file_imports.back(token)


@admin.post("/people/imports/<token>/stop", endpoint="import_stop")
@needs("people.import")
def stop(token: str) -> Any:
    """Take nobody else in."""
    import_steps.stop(imports.named(token), by=web.person())
    return file_imports.back(token)


@admin.post("/people/imports/<token>/undo", endpoint="import_undo")
@needs("people.import")
def undo(token: str) -> Any:
    """Take the whole file back."""
    import_steps.undo(imports.named(token), by=web.person())
    return file_imports.back(token)


@admin.get("/people/imports/<token>/report.csv", endpoint="import_csv")
@admin.get("/people/imports/<token>/report.xlsx", endpoint="import_xlsx")
@needs("people.import")
def csv(token: str) -> Any:
    """What became of each line, as a file."""
    row = imports.named(token)
    told = import_report.cells(row, request.args.get("show", ""))
    return tables.answer(f"{tenancy.tenant().slug}-import", import_report.heads(), told)
