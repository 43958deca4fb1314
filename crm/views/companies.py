"""Companies in the back office: the list, one of them with whom and what it has, changed, put away, as a file."""

from typing import Any

from flask import Flask, Response, flash, redirect, render_template, request, url_for

from crm import companies, people
from crm.companies import Company
from crm.views import admin, company_rows
from crm.views.company_forms import CompanyForm, company_form
from kernel import about, address, permissions, tables, tenancy, web
from kernel.db import db
from kernel.i18n import _, _l
from kernel.once import once
from kernel.web import needs

MANY = 6  # tags that are offered at once


@admin.get("/companies", endpoint="companies")
@needs("companies.view")
def listed() -> str:
    """One page of a filter."""
    text, tag, binned = _asked()
    number = web.page_asked()
    rows, pages = people.page(companies.query(text, tag=tag, binned=binned), number)
    return render_template(
        "crm/desk/companies/list.html", rows=company_rows.rows(rows), q=text, tag=tag, binned=binned,
        chips=_chips(text, tag, binned=binned), any=bool(rows) or companies.any_at_all(), page=min(number, pages),
        pages=pages, page_url=lambda at: web.page_url(".companies", at),
        csv=url_for(".companies_csv", **_kept(text, tag, binned=binned)),
    )  # fmt: skip


def _asked() -> tuple[str, str, bool]:
    given = request.args
    return given.get("q", "").strip()[:120], given.get("tag", "")[:80], given.get("show") == "bin"


def _kept(text: str, tag: str, *, binned: bool) -> dict[str, Any]:
    told = {"q": text, "tag": tag, "show": "bin" if binned else ""}
    return {name: value for name, value in told.items() if value}


def _chips(text: str, tag: str, *, binned: bool) -> list[dict[str, Any]]:
    """All, the tags that are common, the bin."""
    known = companies.tags_counted(MANY)
    some = [(tag, 0)] if tag and tag not in dict(known) else []
    found: list[dict[str, Any]] = [
        {"label": f"#{one}", "active": one == tag, "url": url_for(".companies", **_kept(text, one, binned=False)),
         **({"count": count} if count else {})}
        for one, count in [*some, *known]
    ]  # fmt: skip
    whole = {"label": _("All"), "active": not (tag or binned), "url": url_for(".companies", q=text or None)}
    gone = {"label": _("In the bin"), "active": binned, "url": url_for(".companies", show="bin")}
    return [whole, *found, gone]


@admin.get("/companies.csv", endpoint="companies_csv")
@admin.get("/companies.xlsx", endpoint="companies_xlsx")
@needs("people.export")
def csv() -> Response:
    """The companies of the filter as a file for a spreadsheet."""
    text, tag, binned = _asked()
    found = db.session.scalars(companies.query(text, tag=tag, binned=binned)).all()
    return tables.answer(f"{tenancy.tenant().slug}-companies", company_rows.heads(), company_rows.lines(found))


@admin.get("/companies/new", endpoint="company_new")
@needs("companies.edit")
def new() -> Any:
    """A company to write down."""
    return _page(None, company_form(None))


@admin.post("/companies/new", endpoint="company_make")
@needs("companies.edit")
@once
def make() -> Any:
    """Keep it; then its people."""
    return _save(None)


@admin.get("/companies/<token>", endpoint="company")
@needs("companies.view")
def show(token: str) -> Any:
    """Who acts for it, what is talked about with it, what it bought."""
    company = companies.named(token)
    return _page(company, company_form(company))


@admin.post("/companies/<token>", endpoint="company_save")
@needs("companies.edit")
def save(token: str) -> Any:
    """Keep what was changed."""
    return _save(companies.named(token))


def _save(company: Company | None) -> Any:
    form, country = company_form(company, request.form), tenancy.tenant().country
    typed = {line.key: request.form.get(line.key, "") for line in address.fields(country)}
    kept, wrong = address.check(typed, country) if any(typed.values()) else ({}, {})
    if not form.validate() or wrong:
        return _page(company, form, 422, typed=typed, wrong=wrong)
    told = form.told(kept)
    if company is not None:
        companies.change(company, told, by=web.person())
        flash(_("Saved."))
        return redirect(url_for(".company", token=company.token), 303)
    made = companies.add(told, by=web.person())
    flash(_("Written down. Who acts for it?"))
    return redirect(url_for(".company", token=made.token), 303)


def _page(company: Company | None, form: CompanyForm, status: int = 200, **told: Any) -> Any:
    lines = address.asked(tenancy.tenant().country, told.get("typed") or (company.address if company else {}))
    more = company_rows.told(company) if company else {}
    return render_template(
        "crm/desk/companies/show.html", company=company, form=form, lines=lines, wrong=told.get("wrong", {}), **more
    ), status


@admin.post("/companies/<token>/bin", endpoint="company_bin")
@needs("companies.edit")
def put_away(token: str) -> Any:
    """Into the bin; the toast takes it back."""
    company = companies.named(token)
    companies.put_away(company, by=web.person())
    web.undo(_("%(name)s is in the bin.", name=company.called), ".company_back", token=token)
    return redirect(url_for(".companies"), 303)


@admin.post("/companies/<token>/back", endpoint="company_back")
@needs("companies.edit")
def take_back(token: str) -> Any:
    """Out of the bin."""
    return redirect(url_for(".company", token=companies.take_back(token, by=web.person()).token), 303)


def _told(ids: Any) -> dict[int, about.Told]:
    rows = db.session.scalars(db.select(Company).where(Company.id.in_(ids)))
    return {row.id: about.Told(row.called, about.page("crm_admin.company", token=row.token)) for row in rows}


def init_app(_app: Flask) -> None:
    """Say who may do what; the journal leads here."""
    staff = ("manager", "marketer", "clerk")
    permissions.define("companies.view", _l("See companies"), roles=staff, area="people")
    permissions.define("companies.edit", _l("Change companies and who acts for them"), roles=staff, area="people")
    about.kind("company", _told)
