"""Settings: one tax rate, with what else it charges, from when it changes, and what it is elsewhere."""

from typing import Any

from flask import abort, redirect, request, url_for

from kernel import signing, tenancy, web
from kernel.db import db
from kernel.i18n import _
from kernel.once import once
from kernel.refusal import Gone
from kernel.web import needs
from shop import settings, slugs, tax_words, taxes
from shop.forms import taxes as forms
from shop.forms.taxes import OwnForm
from shop.taxes import TaxRate
from shop.views import admin
from shop.views.settings import page, saved
from shop.views.tax_rates import MINUTES, coded, rule_kept

UNDO = "tax-rule"


@admin.get("/settings/taxes/<code>", endpoint="rate")
@needs("settings.edit")
def edit(code: str) -> Any:
    """One rate."""
    return _page(coded(code))


def _page(row: TaxRate, status: int = 200, **told: Any) -> Any:
    rules = taxes.rules(row)
    groups: dict[str, list[dict[str, str]]] = {"parts": [], "changes": [], "places": []}
    for rule in rules:
        group = "places" if rule.zone else "changes" if rule.code == row.tax else "parts"
        groups[group].append({"token": rule.token, "says": tax_words.rule_said(row, rule)})
    own = OwnForm(
        name=row.name, percent=tax_words.percent(taxes.current(row)), included=row.included, tax_name=row.tax_name
    )
    blank = {
        "form": own,
        "part": forms.part(included=row.included),
        "change": forms.change(),
        "place": forms.place(included=row.included),
    }
    charged = tax_words.today(row)
    return page(
        "tax", status, rate=row, groups=groups, says=tax_words.sentence(charged), example=tax_words.example(charged),
        **{**blank, **told},
    )  # fmt: skip


@admin.post("/settings/taxes/<code>", endpoint="rate_save")
@needs("settings.edit")
def save(code: str) -> Any:
    """Keep a rate; orders that were placed keep the one they had."""
    row, form = coded(code), OwnForm(request.form)
    if not form.validate():
        return _page(row, 422, form=form)
    taxes.alter(row, form.rate_bp)
    settings.put(row, {"name": form.name.data, "included": bool(form.included.data)})
    taxes.call(row, form.tax_name.data or "")
    return saved("taxes", ".rate", what=row.name, code=row.code)


@admin.post("/settings/taxes/<code>/parts", endpoint="rate_part")
@needs("settings.edit")
@once
def part(code: str) -> Any:
    """Something more that is charged with it."""
    row, form = coded(code), forms.part(request.form)
    if not form.validate():
        return _page(row, 422, part=form)
    own = slugs.make(form.name.data or "")[:36]
    taken = {row.tax} | {rule.code for rule in taxes.rules(row)}
    return _kept(row, {
        "code": next(one for one in [own, *(f"{own}-{n}" for n in range(2, 99))] if one not in taken),
        "name": form.name.data, "kind": form.kind.data, "rate_bp": form.rate_bp,
        "included": bool(form.included.data), "compound": bool(form.compound.data),
    })  # fmt: skip


@admin.post("/settings/taxes/<code>/changes", endpoint="rate_change")
@needs("settings.edit")
@once
def change(code: str) -> Any:
    """A new percentage from a day on, at midnight where the shop is."""
    row, form = coded(code), forms.change(request.form)
    if not form.validate():
        return _page(row, 422, change=form)
    name = (row.tax_name or row.name).replace(tax_words.percent(row.rate_bp), tax_words.percent(form.rate_bp), 1)
    return _kept(row, {
        "code": row.tax, "name": name, "rate_bp": form.rate_bp, "included": row.included,
        "valid_from": form.begins.data, "valid_to": form.ends.data,
    })  # fmt: skip


@admin.post("/settings/taxes/<code>/places", endpoint="rate_place")
@needs("settings.edit")
@once
def place(code: str) -> Any:
    """What is charged in a zone instead."""
    row, form = coded(code), forms.place(request.form)
    if not form.validate():
        return _page(row, 422, place=form)
    return _kept(row, {
        "code": slugs.make(form.name.data or "")[:40], "name": form.name.data, "rate_bp": form.rate_bp,
        "included": bool(form.included.data), "zone": form.zone.data,
    })  # fmt: skip


def _kept(row: TaxRate, told: dict[str, Any]) -> Any:
    db.session.add(taxes.ruled(row, told))
    return saved("taxes", ".rate", what=row.name, code=row.code)


@admin.post("/settings/taxes/<code>/rules/<token>/away", endpoint="rate_rule_away")
@needs("settings.edit")
def away(code: str, token: str) -> Any:
    """Take a rule out; the toast brings it back."""
    row = coded(code)
    rule = next((one for one in taxes.rules(row) if one.token == token), None) or abort(404)
    ticket = signing.make(UNDO, {**rule_kept(rule), "rate": row.code, "tenant": tenancy.current()})
    said = tax_words.rule_said(row, rule)
    db.session.delete(rule)
    settings.told("taxes", by=web.person(), what=row.name)
    web.undo(_("“%(what)s” is gone.", what=said), ".rate_rule_back", token=ticket)
    return redirect(url_for(".rate", code=code), 303)


@admin.post("/settings/taxes/back/rules/<token>", endpoint="rate_rule_back")
@needs("settings.edit")
def back(token: str) -> Any:
    """Bring a rule back that was just taken out."""
    told = signing.read(UNDO, token, minutes=MINUTES)
    if not told or told.pop("tenant") != tenancy.current():
        raise Gone(_("That can no longer be taken back."))
    row = taxes.named(told.pop("rate"))
    if row is None:
        raise Gone(_("That can no longer be taken back."))
    return _kept(row, told)
