"""Settings: the taxes in prices, and the firm behind the shop."""

from typing import Any

from flask import Flask, abort, redirect, request, url_for
from sqlalchemy import select

from kernel import countries, menu, signing, tenancy, web
from kernel.db import db
from kernel.forms import choices
from kernel.i18n import _, _l
from kernel.refusal import Gone, Refusal
from kernel.web import needs
from shop import catalog, settings, slugs, taxes
from shop.forms.settings import FirmForm, RateForm
from shop.taxes import TaxRate
from shop.views import admin
from shop.views.settings import page, saved

UNDO, MINUTES = "tax-rate", 60


@admin.get("/settings/taxes", endpoint="settings_taxes")
@needs("settings.edit")
def show() -> Any:
    """The rates, a new one, and the firm."""
    return _page()


def _page(status: int = 200, **told: Any) -> Any:
    rows = [{"rate": rate, "percent": percent(rate.rate_bp)} for rate in taxes.rates()]
    forms = {"firm": told.get("firm") or _firm(), "rate": told.get("rate") or RateForm()}
    return page("taxes", status, rows=rows, **forms)


def percent(rate_bp: int) -> str:
    """Hundredths of a percent as one writes them: 1300 → 13."""
    whole, rest = divmod(rate_bp, 100)
    return f"{whole}.{rest:02}".rstrip("0").rstrip(".") if rest else str(whole)


def _firm(posted: Any = None) -> FirmForm:
    tenant = tenancy.tenant()
    kinds = countries.profile(tenant.country).tax_ids
    mine = next((kind.code for kind in kinds if tenant.tax_id and kind.clean(tenant.tax_id)), "")
    company = next((kind.code for kind in kinds if kind.company), "")
    form = FirmForm(posted, legal_name=tenant.legal_name, tax_id=tenant.tax_id, kind=mine or company)
    form.kind.choices = choices((kind.code, kind.label) for kind in kinds)
    return form


@admin.post("/settings/taxes/firm", endpoint="settings_taxes_firm")
@needs("settings.edit")
def firm() -> Any:
    """Keep the firm's name and tax id."""
    form = _firm(request.form)
    if not form.validate():
        return _page(422, firm=form)
    settings.put(tenancy.tenant(), {"legal_name": form.legal_name.data or "", "tax_id": form.tax_id.data or ""})
    return saved("taxes", ".settings_taxes")


@admin.post("/settings/taxes/rates", endpoint="settings_taxes_make")
@needs("settings.edit")
def make() -> Any:
    """A new rate."""
    form = RateForm(request.form)
    if not form.validate():
        return _page(422, rate=form)
    code, known = slugs.make(form.name.data or "")[:30], {rate.code for rate in taxes.rates()}
    code = next(one for one in [code, *(f"{code}-{n}" for n in range(2, len(known) + 3))] if one not in known)
    rate = TaxRate(code=code, name=form.name.data, rate_bp=form.rate_bp, included=bool(form.included.data))
    rate.is_default = taxes.default() is None
    db.session.add(rate)
    return saved("taxes", ".settings_taxes", what=rate.name)


@admin.get("/settings/taxes/<code>", endpoint="rate")
@needs("settings.edit")
def edit(code: str) -> Any:
    """One rate."""
    row = _rate(code)
    form = RateForm(name=row.name, percent=percent(row.rate_bp), included=row.included)
    return page("tax", rate=row, form=form)


def _rate(code: str) -> TaxRate:
    return taxes.named(code) or abort(404)


@admin.post("/settings/taxes/<code>", endpoint="rate_save")
@needs("settings.edit")
def save(code: str) -> Any:
    """Keep a rate; orders that were placed keep the one they had."""
    row, form = _rate(code), RateForm(request.form)
    if not form.validate():
        return page("tax", 422, rate=row, form=form)
    settings.put(row, {"name": form.name.data, "rate_bp": form.rate_bp, "included": bool(form.included.data)})
    return saved("taxes", ".settings_taxes", what=row.name)


@admin.post("/settings/taxes/<code>/default", endpoint="rate_prefer")
@needs("settings.edit")
def prefer(code: str) -> Any:
    """Make it the rate of products that name none."""
    row = _rate(code)
    taxes.prefer(row)
    return saved("taxes", ".settings_taxes", what=row.name)


@admin.post("/settings/taxes/<code>/away", endpoint="rate_away")
@needs("settings.edit")
def away(code: str) -> Any:
    """Take a rate out that no product names; the toast brings it back."""
    row = _rate(code)
    mine = select(catalog.Product.id).where(catalog.Product.tax_rate_id == row.id).limit(1)
    if db.session.scalar(mine.execution_options(binned=True)) is not None:
        raise Refusal(_("Products have this rate. Give them another one first."))
    kept = {name: getattr(row, name) for name in ("code", "name", "rate_bp", "included", "is_default")}
    db.session.delete(row)
    settings.told("taxes", by=web.person(), what=row.name)
    token = signing.make(UNDO, {**kept, "tenant": tenancy.current()})
    web.undo(_("The rate “%(name)s” is gone.", name=row.name), ".rate_back", token=token)
    return redirect(url_for(".settings_taxes"), 303)


@admin.post("/settings/taxes/back/<token>", endpoint="rate_back")
@needs("settings.edit")
def back(token: str) -> Any:
    """Bring a rate back that was just taken out."""
    told = signing.read(UNDO, token, minutes=MINUTES)
    if not told or told.pop("tenant") != tenancy.current():
        raise Gone(_("That can no longer be taken back."))
    if taxes.named(told["code"]) is None:
        db.session.add(TaxRate(**{**told, "is_default": told["is_default"] and taxes.default() is None}))
        settings.told("taxes", by=web.person(), what=told["name"])
    return redirect(url_for(".settings_taxes"), 303)


def init_app(_app: Flask) -> None:
    """One page of the settings."""
    menu.section(
        50, _l("Taxes"), "shop_admin.settings_taxes", icon="figures", permission="settings.edit",
        hint=_l("Rates and tax id"),
    )  # fmt: skip
