"""More or fewer nights or people, chosen by the guest: what it costs stands there first, one tap does it."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for

from kernel import web
from kernel.db import db
from kernel.i18n import _
from kernel.refusal import Missing, Refusal
from shop import (
    added_nights,
    booking_changes,
    booking_forecasts,
    booking_moves,
    booking_story,
    bookings,
    plans,
    refunds,
)
from shop.booking_forecasts import Forecast
from shop.booking_worth import Wish
from shop.bookings import Booking
from shop.forms import booking_changes as forms
from shop.views import change_rows, guest_booking, store


@store.get("/bookings/<token>/change", endpoint="booking_change")
def show(token: str) -> Any:
    """What can be changed and, once something was chosen, what it would cost; who may not is led back."""
    booking = bookings.by_token(token)
    if not booking_forecasts.allowed_to_guest(booking):
        return redirect(url_for(".booking", token=token), 303)
    return _page(booking)


def _page(booking: Booking, refusal: Refusal | None = None) -> Any:
    sent, preview = request.values, None
    if sent:
        try:
            wish = forms.read(booking, sent, guest=True)
            found_so = booking_forecasts.look(booking, wish)
            preview = {**change_rows.told(booking, wish, found_so), "until": _until(booking, wish, found_so)}
        except Refusal as found:
            refusal = refusal or found
    arrive, leave = forms.days(booking)
    people = change_rows.people(booking, sent)
    return guest_booking.private(render_template(
        "shop/bookings/change.html", booking=booking, told=booking_story.told(booking), verb=change_rows.verb(booking),
        nights=booking.service.kind == "nights", arrive=sent.get("arrive", arrive.isoformat())[:10],
        leave=sent.get("leave", leave.isoformat())[:10], people=people, preview=preview, trouble=str(refusal or ""),
        errors=change_rows.errors(refusal), labels=change_rows.labels(people), sent=_sent(people),
        by_hand=booking.order is not None and refunds.by_hands(booking.order, some=True),
    ), refusal.status if refusal else 200)  # fmt: skip


def _until(booking: Booking, wish: Wish, found: Forecast) -> str:
    """By when the rest would have to be paid, and what happens without it; '' where it waits."""
    order = bookings.order_of(booking)
    moment = added_nights.until(order, found.difference, wish.span.starts_at)
    return added_nights.words(moment) if moment else ""


def _sent(people: Any) -> dict[str, str]:
    """What was chosen, to be sent once more by whoever agrees."""
    names = ["arrive", "leave", *(one["name"] for one in people)]
    return {name: request.values[name][:40] for name in names if name in request.values}


@store.post("/bookings/<token>/change", endpoint="booking_change_make")
def make(token: str) -> Any:
    """Have it so for exactly what the page said; when it costs another amount by now, they are asked again."""
    try:
        guest_booking.limit()
        booking = bookings.by_token(token)
        if not booking_forecasts.allowed_to_guest(booking):
            raise booking_moves.TooLate()
        wish = forms.read(booking, request.form, guest=True)
        booking_changes.change(booking, wish, seen=forms.seen(request.form))
    except Missing:
        raise
    except Refusal as refusal:
        db.session.rollback()
        with web.reading():
            found = bookings.by_token(token)
            if not booking_forecasts.allowed_to_guest(found):
                return guest_booking.page(found, refusal.status, trouble=str(refusal))
            return _page(found, refusal)
    owes = booking.order is not None and plans.due_now(booking.order).minor > 0
    flash(_("Your booking is changed. Pay what is due below.") if owes else _("Your booking is changed."))
    return redirect(url_for(".booking", token=token), 303)
