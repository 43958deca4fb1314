"""Settings: the ways in which orders reach their buyers."""

from datetime import time
from typing import Any

from flask import Flask, abort, flash, redirect, request, url_for

from kernel import i18n, menu, tenancy, web
from kernel.db import db
from kernel.i18n import _, _l
from kernel.money import Money
from kernel.once import once
from kernel.web import needs
from shop import settings, shipping, slugs, storefront, zones
from shop.forms import amounts, methods, product_rows, words
from shop.shipping import DeliveryMethod
from shop.views import admin
from shop.views.settings import page, saved, unit


@admin.get("/settings/delivery", endpoint="settings_delivery")
@needs("settings.edit")
def show() -> Any:
    """Every way, offered or put away, and the zones."""
    places = {zone.code: i18n.pick(zone.name) for zone in zones.all_of_tenant()}
    ways = shipping.every()
    placed = storefront.of().placed
    rows = [{**_row(method, places), "nowhere": method.is_pickup and not placed} for method in ways]
    nowhere = any(row["active"] and row["nowhere"] for row in rows)
    alone = not any(row["active"] and not row["pickup"] for row in rows)
    reached = {code for method in ways if method.active for code in method.zones}
    known = [{"code": code, "name": name, "idle": code not in reached} for code, name in places.items()]
    return page("delivery", rows=rows, nowhere=nowhere, alone=alone, zones=known)


def _row(method: DeliveryMethod, places: dict[str, str]) -> dict[str, Any]:
    tenant = tenancy.tenant()
    price = Money(method.price_minor, tenant.currency)
    reach = ", ".join(places.get(code, code) for code in method.zones)
    return {
        "code": method.code, "name": i18n.pick(method.label) or method.code, "active": method.active,
        "pickup": method.is_pickup, "reach": "" if method.is_pickup else reach or _("The whole country"),
        "price": price.format(tenant.locale, cents=False) if price else _("Free"),
        "when": ", ".join(str(methods.DAYS[day]) for day in method.days if day in methods.DAYS),
    }  # fmt: skip


@admin.get("/settings/delivery/new", endpoint="settings_delivery_new")
@needs("settings.edit")
def new() -> Any:
    """A new way; `kind` says which."""
    kind = request.args.get("kind", "delivery")
    if kind not in shipping.KINDS:
        abort(404)
    return _page(shipping.blank(kind), _form(shipping.blank(kind)))


@admin.get("/settings/delivery/<code>", endpoint="settings_delivery_edit")
@needs("settings.edit")
def edit(code: str) -> Any:
    """One way."""
    method = _method(code)
    return _page(method, _form(method))


def _method(code: str) -> DeliveryMethod:
    return shipping.named(code) or abort(404)


def _form(method: DeliveryMethod) -> Any:
    least, most = (*method.eta_days, None, None)[:2]
    until = str(method.cutoff.get("time") or "")
    hour, _sep, minute = until.partition(":")
    return methods.delivery(
        price=amounts.typed(method.price_minor or None), free_over=amounts.typed(method.free_over_minor),
        least=least, most=most, days=method.days, slots="\n".join(method.slots), capacity=method.slot_capacity,
        cutoff=time(int(hour), int(minute or 0)) if hour else None, days_before=method.cutoff.get("days_before"),
        zones=method.zones, customer_groups=product_rows.written(method.customer_groups),
        **words.shown("label", method.label),
    )  # fmt: skip


def _page(method: DeliveryMethod, form: Any, status: int = 200) -> Any:
    return page("delivery_method", status, method=method, form=form, own=words.languages(), unit=unit())


@admin.post("/settings/delivery/new", endpoint="settings_delivery_make")
@needs("settings.edit")
@once
def make() -> Any:
    """Write a new way."""
    kind = request.args.get("kind", "delivery")
    return _save(shipping.blank(kind if kind in shipping.KINDS else abort(404)))


@admin.post("/settings/delivery/<code>", endpoint="settings_delivery_save")
@needs("settings.edit")
def save(code: str) -> Any:
    """Keep a way."""
    return _save(_method(code))


def _save(method: DeliveryMethod) -> Any:
    form = methods.delivery(request.form)
    if not form.validate():
        return _page(method, form, 422)
    settings.put(method, _values(form, method))
    if method.id is None:
        method.code = _free(i18n.pick(method.label))
        db.session.add(method)
        db.session.flush()
    return saved("delivery", ".settings_delivery", what=i18n.pick(method.label))


def _values(form: Any, method: DeliveryMethod) -> dict[str, Any]:
    least, most = form.least.number, form.most.number
    cutoff = (
        {"time": f"{form.cutoff.data:%H:%M}", "days_before": form.days_before.number or 0} if form.cutoff.data else {}
    )
    days = [day for day in methods.DAYS if day in (form.days.data or [])]
    return {
        "label": words.read(form, "label"), "price_minor": form.price.minor or 0,
        "free_over_minor": form.free_over.minor, "eta_days": _eta(least, most),
        "days": days, "slots": sorted(form.spans), "slot_capacity": form.capacity.number if days else None,
        "cutoff": cutoff, "zones": [] if method.is_pickup else form.zones.data,
        "customer_groups": product_rows.listed(form.customer_groups.data),
    }  # fmt: skip


def _eta(least: int | None, most: int | None) -> list[int]:
    if least is None and most is None:
        return []
    return [least or 0, max(least or 0, most if most is not None else least or 0)]


def _free(name: str) -> str:
    wish, known = slugs.make(name)[:36], {method.code for method in shipping.every()} | {"new"}
    tries = [wish, *(f"{wish}-{n}" for n in range(2, len(known) + 3))]
    return next(code for code in tries if code not in known)


@admin.post("/settings/delivery/<code>/away", endpoint="settings_delivery_away")
@needs("settings.edit")
def away(code: str) -> Any:
    """No longer offer a way; orders that used it keep it."""
    return _offer(code, offered=False)


@admin.post("/settings/delivery/<code>/back", endpoint="settings_delivery_back")
@needs("settings.edit")
def back(code: str) -> Any:
    """Offer a way again."""
    return _offer(code, offered=True)


def _offer(code: str, *, offered: bool) -> Any:
    method = _method(code)
    method.active, name = offered, i18n.pick(method.label)
    settings.told("delivery", by=web.person(), what=name)
    if offered:
        flash(_("“%(name)s” is offered again.", name=name), "message")
    else:
        web.undo(_("“%(name)s” is no longer offered.", name=name), ".settings_delivery_back", code=code)
    return redirect(url_for(".settings_delivery"), 303)


def init_app(_app: Flask) -> None:
    """One page of the settings."""
    menu.section(
        30, _l("Delivery"), "shop_admin.settings_delivery", icon="truck", group="delivery", permission="settings.edit",
        hint=_l("Ways, prices, days and zones"),
    )  # fmt: skip
