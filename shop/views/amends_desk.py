"""Choosing for a guest what becomes of a booking whose departure was called off: they said it by telephone."""

from typing import Any

from flask import flash, redirect, render_template, url_for

from kernel import web
from kernel.db import db
from kernel.i18n import _
from kernel.refusal import Missing, Refusal
from kernel.web import needs
from shop import amends, amends_rows, booking_story, bookings
from shop.amends_rows import Amends
from shop.views import admin, amends_part, booking_rows, guest_amends

PATH = "/bookings/<token>/choice"


@admin.get(PATH, endpoint="booking_choose")
@needs("orders.cancel")
def show(token: str) -> Any:
    """What the guest may choose; what was decided is told by the departure."""
    row = _row(token)
    return _page(row) if row.open else redirect(_departure(row), 303)


def _row(token: str) -> Amends:
    row = amends_rows.of(bookings.by_token(token))
    if row is None:
        raise Missing()
    return row


def _page(row: Amends, trouble: str = "") -> str:
    booking = row.booking
    return render_template(
        "shop/desk/bookings/amends.html", booking=booking, row=row, name=booking_rows.called(booking),
        told=booking_story.told(booking), amends=amends_part.told(row, desk=True), trouble=trouble,
        departure_url=_departure(row), action=url_for(".booking_choose_take", token=booking.token),
    )  # fmt: skip


def _departure(row: Amends) -> str:
    departure = amends_rows.departure(row)
    return booking_rows.slot_url(departure.service, departure.starts_at)


@admin.post(PATH, endpoint="booking_choose_take")
@needs("orders.cancel")
def take(token: str) -> Any:
    """It is so from now on, and the guest is told by letter."""
    row = _row(token)
    try:
        guest_amends.choose(row, by=web.person())
    except Missing:
        raise
    except Refusal as refusal:
        told = refusal
        db.session.rollback()
        with web.reading():
            return _again(_row(token), told)
    flash(_("Chosen: %(what)s The guest is told by letter.", what=amends_part.outcome(row)))
    return redirect(_departure(row), 303)


def _again(row: Amends, refusal: Refusal) -> Any:
    if row.open:
        return _page(row, str(refusal)), refusal.status
    if not (isinstance(refusal, amends.Chosen) and guest_amends.same(row)):
        flash(str(refusal), "error")
    return redirect(_departure(row), 303)
