"""Settings: how buyers reach the shop, where it is and when it is open."""

import re
from collections.abc import Mapping
from typing import Any

from babel.dates import get_day_names
from flask import Flask, flash, request

from kernel import address, countries, i18n, menu, phones, tenancy
from kernel.db import db
from kernel.i18n import _, _l
from kernel.web import needs
from shop import settings, shipping, storefront
from shop.forms.settings import ContactForm
from shop.views import admin
from shop.views.settings import page, saved

CLOCK = re.compile(r"([01]\d|2[0-3]):[0-5]\d")


@admin.get("/settings/contact", endpoint="settings_contact")
@needs("settings.edit")
def show() -> Any:
    """What is kept."""
    row, country = storefront.of(), tenancy.tenant().country
    told: dict[str, Any] = {name: phones.show(getattr(row, name), country) for name in ("phone", "whatsapp")}
    return _page(ContactForm(email=row.email, ask_letters=row.ask_letters, **told), dict(row.address), _hours(row))


def _page(form: Any, kept: Mapping[str, Any], hours: list[dict[str, str]], status: int = 200, **told: Any) -> Any:
    lines = address.asked(tenancy.tenant().country, kept)
    wrong = told.get("wrong", {})
    return page("contact", status, form=form, lines=lines, hours=hours, wrong=wrong, errors=_errors(form, wrong, hours))


def _errors(form: Any, wrong: Mapping[str, str], hours: list[dict[str, str]]) -> list[tuple[str, str, str]]:
    """All that is wrong, in the order of the page: (where to go, what it is, what to do)."""
    found = [(field.id, field.label.text, field.errors[0]) for field in form if field.errors]
    found += [(line.key, line.label, wrong[line.key]) for line in _lines() if line.key in wrong]
    return found + [(f"opens-{day['day']}", day["label"], day["error"]) for day in hours if day["error"]]


def _lines() -> list[countries.Field]:
    return address.fields(tenancy.tenant().country)


def _hours(row: storefront.Storefront) -> list[dict[str, str]]:
    names = get_day_names("wide", locale=i18n.locale())
    spans = {day.day: day for day in storefront.week(row)}
    return [
        {
            "day": day, "label": names[place].capitalize(), "opens": spans[day].opens if day in spans else "",
            "closes": spans[day].closes if day in spans else "", "error": "",
        }
        for place, day in enumerate(storefront.DAYS)
    ]  # fmt: skip


def _read_hours(posted: Mapping[str, str]) -> tuple[dict[str, str | None], list[dict[str, str]]]:
    names = get_day_names("wide", locale=i18n.locale())
    kept: dict[str, str | None] = {}
    shown = []
    for place, day in enumerate(storefront.DAYS):
        opens, closes = (posted.get(f"{which}-{day}", "").strip()[:5] for which in ("opens", "closes"))
        fine = not (opens or closes) or (CLOCK.fullmatch(opens) and CLOCK.fullmatch(closes) and opens < closes)
        kept[day] = f"{opens}-{closes}" if opens and fine else None
        error = "" if fine else _("Write when it opens and, later, when it closes.")
        shown.append({"day": day, "label": names[place].capitalize(), "opens": opens, "closes": closes, "error": error})
    return kept if any(kept.values()) else {}, shown


@admin.post("/settings/contact", endpoint="settings_contact_save")
@needs("settings.edit")
def save() -> Any:
    """Keep it."""
    form = ContactForm(request.form)
    typed = {line.key: request.form.get(line.key, "") for line in _lines()}
    kept, wrong, lacks = _address(typed)
    hours, shown = _read_hours(request.form)
    if not form.validate() or wrong or any(day["error"] for day in shown):
        db.session.rollback()
        return _page(form, typed, shown, 422, wrong=wrong)
    values = {"phone": form.phone.data or "", "whatsapp": form.whatsapp.data or "", "email": form.email.data or ""}
    asks, before = {"ask_letters": bool(form.ask_letters.data)}, storefront.of().placed
    settings.put(settings.front(), {**values, **asks, "address": kept, "hours": hours})
    settings.put(tenancy.tenant(), {"phone": values["phone"], "email": values["email"]})
    _tell(lacks, before=before)
    return saved("contact", ".settings_contact")


def _tell(lacks: list[str], *, before: bool) -> None:
    """What it means for who picks up; `before`: whether the shop had said already where it is."""
    ways = [one for one in shipping.every() if one.active]
    way = next((one for one in ways if one.is_pickup), None)
    after = storefront.of().placed
    if way is None:
        return
    alone = all(one.is_pickup for one in ways)  # it is offered anyway
    if lacks:
        flash(_("Buyers who pick up need the whole address. It still lacks: %(what)s.", what=", ".join(lacks)))
    elif after and not before and not alone:
        flash(_("Buyers can come for it now: “%(name)s” is offered.", name=i18n.pick(way.label)))
    elif before and not after and not alone:
        flash(_("Without an address “%(name)s” is no longer offered.", name=i18n.pick(way.label)))


def _address(typed: Mapping[str, str]) -> tuple[dict[str, str], dict[str, str], list[str]]:
    """(the address to keep, errors by key, what it lacks): one left as it was holds up nothing else on the page."""
    had = storefront.of().address
    kept, wrong = address.check(typed, tenancy.tenant().country) if any(typed.values()) else ({}, {})
    same = all(" ".join(text.split()) == " ".join(had.get(key, "").split()) for key, text in typed.items())
    if not (wrong and same):
        return kept, wrong, []
    return dict(had), {}, [line.label for line in _lines() if line.key in wrong]


def init_app(_app: Flask) -> None:
    """One page of the settings."""
    menu.section(
        20, _l("Contact and hours"), "shop_admin.settings_contact", icon="pin", permission="settings.edit",
        group="shop", hint=_l("Address, telephone, WhatsApp, opening hours"),
    )  # fmt: skip
