"""Calendars from outside in the back office: what comes in for each unit, another one, reading now, taking away."""

from typing import Any

from flask import Flask, flash, redirect, request, url_for

from kernel import today, web
from kernel.db import db
from kernel.i18n import _, _l
from kernel.once import once
from kernel.refusal import Missing, Refusal
from kernel.web import needs
from shop import booking_list, outside_calendars, outside_closures, resources
from shop.gateways import calendar_reader
from shop.resources import ResourceUnit
from shop.views import admin, calendar_feeds

__all__ = ["calendar_reader"]  # its jobs are everybody's who knows these pages


@admin.post("/bookings/calendars/<token>/outside", endpoint="bookings_outside_add")
@needs("bookings.manage")
@once
def add(token: str) -> Any:
    """Follow another calendar for a unit: it is read at once, by the worker."""
    unit = resources.unit(token)
    typed = {name: request.form.get(name, "")[:3000] for name in ("name", "address")}
    try:
        row = outside_calendars.add(unit, typed["name"], typed["address"], by=web.person())
    except Missing:
        raise
    except Refusal as refusal:
        db.session.rollback()
        with web.reading():
            return calendar_feeds.page({"unit": token, "why": str(refusal), **typed}), refusal.status
    _say(row)
    return _back(unit)


@admin.post("/bookings/outside/<token>/reading", endpoint="bookings_outside_read")
@needs("bookings.manage")
def read_now(token: str) -> Any:
    """Read it before its time."""
    row = outside_calendars.by_token(token)
    outside_calendars.read_now(row)
    return _back(row.unit)


@admin.post("/bookings/outside/<token>/removal", endpoint="bookings_outside_remove")
@needs("bookings.manage")
def remove(token: str) -> Any:
    """It closes nothing any more; the toast brings it back."""
    row = outside_calendars.by_token(token)
    outside_closures.open_all(row)
    outside_calendars.put_away(row, by=web.person())
    told = _("%(name)s closes nothing of %(unit)s any more.", name=row.name, unit=row.unit.name)
    web.undo(told, ".bookings_outside_back", token=token)
    return _back(row.unit)


@admin.post("/bookings/outside/<token>/return", endpoint="bookings_outside_back")
@needs("bookings.manage")
def bring_back(token: str) -> Any:
    """What was just taken away closes again."""
    row = outside_calendars.by_token(token, binned=True)
    outside_calendars.bring_back(row, by=web.person())
    _say(row)
    return _back(row.unit)


def _say(row: outside_calendars.OutsideCalendar) -> None:
    """It is not promised that it works: nobody has read it yet."""
    told = {"name": row.name, "unit": row.unit.name}
    flash(_("%(name)s is being read. Here you see in a moment whether it closes %(unit)s.", **told))


def _back(unit: ResourceUnit) -> Any:
    return redirect(url_for(".bookings_feeds", _anchor=f"in-{unit.token}"), 303)


def init_app(_app: Flask) -> None:
    """Put what somebody should look at onto the first page."""
    told: Any = {"permission": "bookings.view", "icon": "calendar", "when": outside_calendars.any_at_all}
    today.line(
        "bookings.clashes", _l("Booked here and elsewhere"), booking_list.clashing, order=6,
        list_url=lambda: url_for("shop_admin.bookings_feeds", _anchor="clashes"), **told,
    )  # fmt: skip
    today.line(
        "bookings.unread", _l("Calendars that cannot be read"), outside_calendars.stale, order=26,
        list_url=lambda: url_for("shop_admin.bookings_feeds"), **told,
    )  # fmt: skip
