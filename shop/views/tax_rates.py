"""Settings: the taxes in prices, and the firm behind the shop."""

from typing import Any

from flask import Flask, abort, redirect, request, url_for
from sqlalchemy import select

from crm import people
from kernel import countries, menu, signing, tenancy, web
from kernel.db import db
from kernel.forms import choices
from kernel.i18n import _, _l
from kernel.once import once
from kernel.refusal import Gone, Refusal
from kernel.web import needs
from shop import catalog, exemptions, settings, slugs, tax_words, taxes
from shop.forms import fiscal
from shop.forms import taxes as forms
from shop.forms.settings import FirmForm
from shop.forms.taxes import RateForm
from shop.tax_rules import TaxRule
from shop.taxes import TaxRate
from shop.views import admin
from shop.views.settings import page, saved

UNDO, MINUTES = "tax-rate", 60
WORDS = {"firm", "rates", "samples", "delivery", "exemptions", "back"}  # of addresses: no rate's code
KEPT = ("code", "name", "rate_bp", "included", "is_default", "tax_code", "tax_name", "on_delivery")
RULE = ("code", "name", "kind", "rate_bp", "included", "compound", "zone", "valid_from", "valid_to")


@admin.get("/settings/taxes", endpoint="settings_taxes")
@needs("settings.edit")
def show() -> Any:
    """The rates, a new one, who is exempt, and the firm."""
    return shown()


def shown(status: int = 200, **told: Any) -> Any:
    """The page, with the forms that were sent and refused."""
    book, every = taxes.book(), taxes.rates()
    rows = [_row(rate) for rate in every]
    like = all(rate.included for rate in book.usual)  # a further rate is most often told as the usual one is
    given = {"rate": RateForm(included=like), "exemption": forms.exemption(), **told}
    given.setdefault("firm", _firm())
    return page(
        "taxes", status, rows=rows, says=tax_words.sentence(book.usual), example=tax_words.example(book.usual),
        local=countries.profile(tenancy.tenant().country).local_taxes, samples=tax_words.samples(),
        delivery=next((one.code for one in every if one.on_delivery), ""),
        exempt=exemptions.general(), kinds={kind.code: kind.label for kind in _profile().tax_ids},
        groups=[group for group, _count in people.by_group() if group], tax_day=tax_words.day,
        fiscal=fiscal.names("tenant"), **given,
    )  # fmt: skip


def _row(rate: TaxRate) -> dict[str, Any]:
    more = tax_words.more(rate, taxes.rules(rate))
    return {"rate": rate, "percent": tax_words.percent(taxes.current(rate)), "more": more}


def _profile() -> countries.Profile:
    return countries.profile(tenancy.tenant().country)


def _firm(posted: Any = None) -> FirmForm:
    tenant, kinds = tenancy.tenant(), _profile().tax_ids
    cls: Any = type("FirmForm", (FirmForm,), fiscal.fields("tenant"))
    mine = next((kind.code for kind in kinds if tenant.tax_id and kind.clean(tenant.tax_id)), "")
    company = next((kind.code for kind in kinds if kind.company), "")
    told = {"legal_name": tenant.legal_name, "tax_id": tenant.tax_id, "kind": mine or company}
    form: FirmForm = cls(posted, data={**told, **fiscal.shown("tenant", tenant.fiscal)})
    form.kind.choices = choices((kind.code, kind.label) for kind in kinds)
    return form


@admin.post("/settings/taxes/firm", endpoint="settings_taxes_firm")
@needs("settings.edit")
def firm() -> Any:
    """Keep the firm's name and tax id, and what the tax office wants to know of it."""
    form = _firm(request.form)
    if not form.validate():
        return shown(422, firm=form)
    told = {"legal_name": form.legal_name.data or "", "tax_id": form.tax_id.data or ""}
    settings.put(tenancy.tenant(), {**told, "fiscal": fiscal.read(form, "tenant")})
    return saved("taxes", ".settings_taxes")


@admin.post("/settings/taxes/rates", endpoint="settings_taxes_make")
@needs("settings.edit")
@once
def make() -> Any:
    """A new rate."""
    form = RateForm(request.form)
    if not form.validate():
        return shown(422, rate=form)
    code, known = slugs.make(form.name.data or "")[:30], {rate.code for rate in taxes.rates()} | WORDS
    code = next(one for one in [code, *(f"{code}-{n}" for n in range(2, len(known) + 3))] if one not in known)
    rate = TaxRate(code=code, name=form.name.data, rate_bp=form.rate_bp, included=bool(form.included.data))
    rate.is_default = taxes.default() is None
    db.session.add(rate)
    return saved("taxes", ".settings_taxes", what=rate.name)


@admin.post("/settings/taxes/samples", endpoint="settings_taxes_sample")
@needs("settings.edit")
def sample() -> Any:
    """A rate that is usual in the country, in one tap."""
    code = request.form.get("code", "")
    if taxes.named(code) is not None:
        return redirect(url_for(".settings_taxes"), 303)
    rate = taxes.sample(code) or abort(404)
    rate.is_default = taxes.default() is None
    return saved("taxes", ".settings_taxes", what=rate.name)


@admin.post("/settings/taxes/delivery", endpoint="settings_taxes_delivery")
@needs("settings.edit")
def delivery() -> Any:
    """What deliveries are charged: a rate of their own, or what the goods are."""
    code = request.form.get("code", "")
    taxes.deliver((taxes.named(code) or abort(404)) if code else None)
    return saved("taxes", ".settings_taxes")


@admin.post("/settings/taxes/<code>/default", endpoint="rate_prefer")
@needs("settings.edit")
def prefer(code: str) -> Any:
    """Make it the rate of products that name none."""
    row = coded(code)
    taxes.prefer(row)
    return saved("taxes", ".settings_taxes", what=row.name)


def coded(code: str) -> TaxRate:
    """The rate with that code, or nothing is found."""
    return taxes.named(code) or abort(404)


@admin.post("/settings/taxes/<code>/away", endpoint="rate_away")
@needs("settings.edit")
def away(code: str) -> Any:
    """Take a rate out that no product names; the toast brings it back."""
    row = coded(code)
    mine = select(catalog.Product.id).where(catalog.Product.tax_rate_id == row.id).limit(1)
    if db.session.scalar(mine.execution_options(binned=True)) is not None:
        raise Refusal(_("Products have this rate. Give them another one first."))
    kept = {name: getattr(row, name) for name in KEPT}
    kept["rules"] = [rule_kept(rule) for rule in taxes.rules(row)]
    taxes.drop(row)
    settings.told("taxes", by=web.person(), what=row.name)
    token = signing.make(UNDO, {**kept, "tenant": tenancy.current()})
    web.undo(_("The rate “%(name)s” is gone.", name=row.name), ".rate_back", token=token)
    return redirect(url_for(".settings_taxes"), 303)


def rule_kept(rule: TaxRule) -> dict[str, Any]:
    """A rule as a ticket holds it."""
    told = {name: getattr(rule, name) for name in RULE}
    days = {name: told[name].isoformat() for name in ("valid_from", "valid_to") if told[name]}
    return {**told, **days}


@admin.post("/settings/taxes/back/<token>", endpoint="rate_back")
@needs("settings.edit")
def back(token: str) -> Any:
    """Bring a rate back that was just taken out."""
    told = signing.read(UNDO, token, minutes=MINUTES)
    if not told or told.pop("tenant") != tenancy.current():
        raise Gone(_("That can no longer be taken back."))
    rules = told.pop("rules", [])
    if taxes.named(told["code"]) is None:
        rate = TaxRate(**{**told, "is_default": told["is_default"] and taxes.default() is None})
        db.session.add(rate)
        db.session.flush()
        db.session.add_all(taxes.ruled(rate, rule) for rule in rules)
        settings.told("taxes", by=web.person(), what=told["name"])
    return redirect(url_for(".settings_taxes"), 303)


def init_app(_app: Flask) -> None:
    """One page of the settings."""
    menu.section(
        50, _l("Taxes"), "shop_admin.settings_taxes", icon="figures", group="money", permission="settings.edit",
        hint=_l("Rates, exemptions and tax id"),
    )  # fmt: skip
