"""What a guest chooses when the shop called their departure off: another date, credit, or the money; by link, once."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for

from kernel import web
from kernel.db import db
from kernel.i18n import _
from kernel.refusal import Missing, Refusal
from shop import amends, amends_rows, back_words, booking_story, booking_targets, bookings
from shop.amends_rows import CREDIT, DATE, MONEY, WAYS, Amends
from shop.bookings import Booking
from shop.views import amends_part, guest_booking, refund_accounts, store


@store.get("/bookings/<token>/choice", endpoint="booking_choice")
def show(token: str) -> Any:
    """What there is to choose, or what was chosen; looking changes nothing."""
    booking = bookings.by_token(token)
    row = amends_rows.of(booking)
    return _page(row) if row is not None else redirect(url_for(".booking", token=token), 303)


def _page(row: Amends, status: int = 200, trouble: str = "") -> Any:
    booking = row.booking
    return guest_booking.private(render_template(
        "shop/bookings/amends.html", booking=booking, order=booking.order, told=booking_story.told(booking), row=row,
        amends=amends_part.told(row), trouble=trouble, **_money(row),
        action=url_for(".booking_choice_take", token=booking.token),
    ), status)  # fmt: skip


def _money(row: Amends) -> dict[str, Any]:
    """How the money stands that was chosen, and where one says where it goes."""
    if row.choice != MONEY or row.booking.order is None:
        return {"back": {}, "account": {}}
    return {"back": back_words.told(row.booking.order), "account": refund_accounts.of_order(row.booking.order)}


@store.post("/bookings/<token>/choice", endpoint="booking_choice_take")
def take(token: str) -> Any:
    """It is so from now on; what was decided before stays, and what somebody else just took is told with the others."""
    try:
        guest_booking.limit()
        booking = bookings.by_token(token)
        row = amends_rows.of(booking)
        if row is None:
            raise Missing()
        way = choose(row)
    except Missing:
        raise
    except Refusal as refusal:
        told = refusal
        db.session.rollback()
        with web.reading():
            return _again(bookings.by_token(token), told)
    if way == DATE:
        flash(_("Your booking has its new time: %(when)s.", when=booking_story.when(booking)))
        return redirect(url_for(".booking", token=token), 303)
    page = url_for(".booking_choice", token=token)
    return redirect(page, 303) if way == CREDIT else refund_accounts.onward(booking.order, page)


def choose(row: Amends, **by: Any) -> str:
    """Do what the form says; the way. `by`: who, where staff choose for the guest."""
    way, minor = request.form.get("way", ""), request.form.get("minor", "")
    if way not in WAYS:
        raise amends.NotThat()
    at = booking_targets.moment(request.form.get("at", "")) if way == DATE else None
    seen = int(minor) if minor.isascii() and minor.isdigit() and len(minor) < 16 else -1
    amends.choose(row, way, starts_at=at, minor=seen, **by)
    return way


def same(row: Amends) -> bool:
    """Whether what was chosen before is what the form says: it was sent twice."""
    way = request.form.get("way", "")
    at = booking_targets.stamp(row.booking.starts_at)
    return row.choice == way and (way != DATE or request.form.get("at", "").strip() == at)


def _again(booking: Booking, refusal: Refusal) -> Any:
    row = amends_rows.of(booking)
    if row is None:
        raise Missing()
    if isinstance(refusal, amends.Chosen) and same(row):
        return redirect(url_for(".booking_choice", token=booking.token), 303)
    return _page(row, refusal.status, str(refusal))
