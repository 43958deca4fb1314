"""Special days in the back office: when what is booked is closed or has other hours; and the national holidays."""

from datetime import date
from typing import Any

from flask import Flask, flash, redirect, render_template, request, url_for

from kernel import menu, signing, tenancy, web
from kernel.db import db
from kernel.i18n import _, _l, ngettext, pick
from kernel.refusal import Gone, Refusal
from kernel.web import needs
from shop import booking_times, days, services, special_days
from shop.forms import resources as forms
from shop.hours import Window
from shop.services import Service
from shop.special_days import Special
from shop.views import admin

UNDO, MINUTES = "special-day", 60


def init_app(_app: Flask) -> None:
    """Put the page into the settings."""
    hint = _l("Closed days and other hours of what is booked")
    menu.section(66, _l("Special days"), "shop_admin.special_days", icon="calendar", permission="products.edit",
                 hint=hint, group="selling")  # fmt: skip


@admin.get("/special-days", endpoint="special_days")
@needs("products.edit")
def listed() -> Any:
    """What is otherwise, from today on, and a form for more."""
    return _page(forms.special(None, _products()))


def _products() -> list[tuple[str, str]]:
    return [(row.product.slug, pick(row.product.name)) for row in services.every()]


def _page(form: Any) -> str:
    known = services.every()
    closing = [pick(row.product.name) for row in known if not row.holidays]
    return render_template(
        "shop/desk/resources/days.html", form=form,
        rows=[_row(one) for one in special_days.runs(special_days.coming())],
        holidays=[{"day": days.told(day, weekday=True), "name": name} for day, name in special_days.holidays()],
        closing=closing, any=bool(known),
    )  # fmt: skip


def _row(one: Special) -> dict[str, Any]:
    times = ", ".join(f"{window.opens}–{window.closes}".rstrip("–") for window in one.windows)
    return {
        "day": days.span(one.day, one.until), "iso": one.day.isoformat(), "until": one.until.isoformat(),
        "times": times, "note": one.note,
        "of": pick(one.service.product.name) if one.service else "",
        "slug": one.service.product.slug if one.service else "",
    }  # fmt: skip


@admin.post("/special-days", endpoint="special_days_save")
@needs("products.edit")
def save() -> Any:
    """Write some days; who booked there keeps it, and is counted."""
    form = forms.special(request.form, _products())
    fine, windows = form.validate(), forms.windows(form)
    if not fine or form.errors:
        return _page(form), 422
    try:
        left = _written(form, windows)
    except Refusal as refusal:
        db.session.rollback()
        form.of.errors = [str(refusal)]
        return _page(form), 422
    flash(_("Saved."))
    if not left:
        return redirect(url_for(".special_days"), 303)
    flash(_left(len(left)))
    there = web.may("bookings.view")  # where they are moved or called off
    return redirect(url_for(".bookings", day=left[0]) if there else url_for(".special_days"), 303)


def _written(form: Any, windows: list[Window]) -> list[date]:
    first, last = forms.days(form)
    told: dict[str, Any] = {"service": _service(form.of.data), "windows": windows, "note": form.note.data or ""}
    return special_days.write(first, last, **told, by=web.person())


def _left(count: int) -> Any:
    return ngettext(
        "One booking is on those days. It stays: move it or call it off yourself.",
        "%(num)s bookings are on those days. They stay: move them or call them off yourself.",
        count,
    )


def _service(slug: str) -> Service | None:
    return services.named(slug) if slug else None


@admin.post("/special-days/gone", endpoint="special_days_gone")
@needs("products.edit")
def gone() -> Any:
    """Have a day, or several in a row, like every other again; the toast takes that back."""
    day, slug = booking_times.day(request.form.get("day", "")), request.form.get("of", "")
    until = booking_times.day(request.form.get("until") or day.isoformat())
    service = _service(slug)
    known = [one for one in special_days.coming() if day <= one.day <= until and one.service == service]
    for one in known:
        special_days.forget(one.day, service)
    if known:
        kept = [_kept(one) for one in special_days.runs(known)]
        ticket = signing.make(UNDO, [tenancy.current(), slug, kept])
        told = ngettext("%(day)s is like every other again.", "%(day)s are like every other again.", len(known),
                        day=days.span(known[0].day, known[-1].day))  # fmt: skip
        web.undo(told, ".special_days_back", ticket=ticket)
    return redirect(url_for(".special_days"), 303)


def _kept(one: Special) -> list[Any]:
    windows = [[window.opens, window.closes] for window in one.windows]
    return [one.day.isoformat(), one.until.isoformat(), windows, one.note]


@admin.post("/special-days/back/<ticket>", endpoint="special_days_back")
@needs("products.edit")
def back(ticket: str) -> Any:
    """Have it otherwise, as it was."""
    told = signing.read(UNDO, ticket, minutes=MINUTES)
    if not told or told[0] != tenancy.current():
        raise Gone(_("That can no longer be taken back."))
    service = _service(told[1])
    for first, last, pairs, note in told[2]:
        windows, how = [Window(*pair) for pair in pairs], {"note": note, "by": web.person()}
        special_days.write(date.fromisoformat(first), date.fromisoformat(last), service=service, windows=windows, **how)
    return redirect(url_for(".special_days"), 303)
