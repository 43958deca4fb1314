"""Settings: how buyers pay: transfers with their accounts, at pick-up, at delivery."""

from typing import Any

from flask import Flask, abort, flash, redirect, request, url_for
from flask_babel.speaklater import LazyString

from kernel import countries, i18n, menu, tenancy, web
from kernel.db import db
from kernel.i18n import _, _l
from kernel.money import Money
from kernel.once import once
from kernel.web import needs
from shop import pay_numbers, payment_methods, settings, slugs
from shop.forms import amounts, methods, product_rows, words
from shop.payment_methods import PaymentMethod
from shop.views import admin
from shop.views.settings import page, saved, unit


def transfers() -> str:
    """What an owner looks for: `SINPE Móvil o transferencia`, as people where the shop is call it."""
    return i18n.pick(countries.profile(tenancy.tenant().country).payment_name("transfer"), i18n.language())


KINDS = {"transfer": LazyString(transfers), "on_pickup": _l("Pay at pick-up"), "on_delivery": _l("Pay at delivery")}
MOST_FIELDS = 8
HOURS = 48  # of a new transfer


@admin.get("/settings/payments", endpoint="settings_payments")
@needs("settings.payments")
def show() -> Any:
    """Every way, offered or put away; the practice card while the shop practises."""
    practice = tenancy.tenant().practice
    rows = [_row(method) for method in payment_methods.every() if method.kind != "practice" or practice]
    had = {row["kind"] for row in rows}
    new = [(kind, label) for kind, label in KINDS.items() if kind == "transfer" or kind not in had]
    return page("payments", rows=rows, new=new)


def _row(method: PaymentMethod) -> dict[str, Any]:
    tenant, most = tenancy.tenant(), method.max_total_minor
    account = " · ".join(f"{i18n.pick(line['label'])}: {line['value']}" for line in method.account if line["value"])
    limit = Money(most, tenant.currency).format(tenant.locale, cents=False) if most is not None else ""
    return {
        "code": method.code, "name": i18n.pick(method.label) or method.code, "active": method.active,
        "kind": method.kind, "account": account, "editable": method.kind in KINDS,
        "missing": method.kind == "transfer" and not account, "limit": limit,
    }  # fmt: skip


@admin.get("/settings/payments/new", endpoint="settings_payments_new")
@needs("settings.payments")
def new() -> Any:
    """A new way; `kind` says which."""
    method = _blank()
    return _page(method, _form(method), _fields(method))


def _blank() -> PaymentMethod:
    kind = request.args.get("kind", "transfer")
    if kind not in KINDS:
        abort(404)
    profile = countries.profile(tenancy.tenant().country)
    known = {code: text for code, text in profile.payment_name(kind).items() if code in words.languages()}
    made = payment_methods.blank(kind, known)
    made.hold_hours = HOURS if kind == "transfer" else None
    return made


@admin.get("/settings/payments/<code>", endpoint="settings_payments_edit")
@needs("settings.payments")
def edit(code: str) -> Any:
    """One way."""
    method = _method(code)
    return _page(method, _form(method), _fields(method))


def _method(code: str) -> PaymentMethod:
    found = payment_methods.named(code)
    return found if found is not None and found.kind in KINDS else abort(404)


def _form(method: PaymentMethod) -> Any:
    return methods.payment(
        max_total=amounts.typed(method.max_total_minor), hold_hours=method.hold_hours, zones=method.zones,
        customer_groups=product_rows.written(method.customer_groups),
        **words.shown("label", method.label), **words.shown("instructions", method.instructions),
    )  # fmt: skip


def _fields(method: PaymentMethod) -> list[dict[str, str]]:
    """The lines of the account: what the country's people expect first, then the shop's own, then a free one."""
    if method.kind != "transfer":
        return []
    kept = {i18n.pick(line["label"]): str(line["value"]) for line in method.account}
    usual = countries.profile(tenancy.tenant().country).payments.get("account_fields", [_("Account")])
    labels = list(dict.fromkeys([*kept, *usual]))[: MOST_FIELDS - 1]
    return [{"label": label, "value": kept.get(label, "")} for label in (*labels, "")]


def _typed() -> list[dict[str, str]]:
    pairs = zip(request.form.getlist("account-label"), request.form.getlist("account-value"), strict=False)
    return [{"label": label.strip()[:60], "value": value.strip()[:120]} for label, value in pairs][:MOST_FIELDS]


def _page(method: PaymentMethod, form: Any, fields: list[dict[str, str]], status: int = 200, **told: Any) -> Any:
    return page(
        "payment_method", status, method=method, form=form, own=words.languages(), unit=unit(), fields=fields,
        kind=KINDS[method.kind], wrong=told.get("wrong", {}),
    )  # fmt: skip


@admin.post("/settings/payments/new", endpoint="settings_payments_make")
@needs("settings.payments")
@once
def make() -> Any:
    """Write a new way."""
    return _save(_blank())


@admin.post("/settings/payments/<code>", endpoint="settings_payments_save")
@needs("settings.payments")
def save(code: str) -> Any:
    """Keep a way."""
    return _save(_method(code))


def _save(method: PaymentMethod) -> Any:
    form, fields = methods.payment(request.form), _typed()
    account = [line for line in fields if line["value"]]
    wrong = _wrong(method, fields)
    if not form.validate() or wrong:
        return _page(method, form, fields, 422, wrong=wrong)
    values = {
        "label": words.read(form, "label"), "instructions": words.read(form, "instructions"),
        "max_total_minor": form.max_total.minor, "zones": [] if method.kind == "on_pickup" else form.zones.data,
        "customer_groups": product_rows.listed(form.customer_groups.data),
    }  # fmt: skip
    if method.kind == "transfer":
        values |= {"account": account, "hold_hours": form.hold_hours.number or HOURS}
    settings.put(method, values)
    if method.id is None:
        method.code = _free(method)
        db.session.add(method)
        db.session.flush()
    return saved("payments", ".settings_payments", what=i18n.pick(method.label))


def _wrong(method: PaymentMethod, fields: list[dict[str, str]]) -> dict[str, str]:
    """What is wrong with the account, by the id of the field that it stands beside."""
    if method.kind == "transfer" and not any(line["value"] for line in fields):
        return {"account-value-1": _("Write at least one number to which buyers can send the money.")}
    written = [(place, line) for place, line in enumerate(fields, 1) if line["value"]]
    nameless = {f"account-label-{place}": _("Say what each number is.") for place, line in written if not line["label"]}
    checked = {f"account-value-{place}": pay_numbers.wrong(**line) for place, line in written}
    return nameless | {name: error for name, error in checked.items() if error}


def _free(method: PaymentMethod) -> str:
    known = {row.code for row in (*payment_methods.every(), *payment_methods.counter())} | {"new"}
    wish = {"on_pickup": "pickup", "on_delivery": "delivery"}.get(method.kind) or slugs.make(i18n.pick(method.label))[
        :36
    ]
    return next(code for code in [wish, *(f"{wish}-{n}" for n in range(2, len(known) + 3))] if code not in known)


@admin.post("/settings/payments/<code>/away", endpoint="settings_payments_away")
@needs("settings.payments")
def away(code: str) -> Any:
    """No longer offer a way; orders that use it keep it."""
    return _offer(code, offered=False)


@admin.post("/settings/payments/<code>/back", endpoint="settings_payments_back")
@needs("settings.payments")
def back(code: str) -> Any:
    """Offer a way again."""
    return _offer(code, offered=True)


def _offer(code: str, *, offered: bool) -> Any:
    method = _method(code)
    method.active, name = offered, i18n.pick(method.label)
    settings.told("payments", by=web.person(), what=name)
    if offered:
        flash(_("“%(name)s” is offered again.", name=name), "message")
    else:
        web.undo(_("“%(name)s” is no longer offered.", name=name), ".settings_payments_back", code=code)
    return redirect(url_for(".settings_payments"), 303)


def init_app(_app: Flask) -> None:
    """One page of the settings."""
    menu.section(
        40, _l("Payments"), "shop_admin.settings_payments", icon="bank", group="money", permission="settings.payments",
        hint=LazyString(lambda: _("%(transfer)s, at pick-up, at delivery", transfer=transfers())),
    )  # fmt: skip
