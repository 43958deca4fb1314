"""Several times of an order called off at once in the back office: what becomes of each first, then one tap."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for

from kernel import web
from kernel.db import db
from kernel.refusal import Missing, Refusal
from kernel.web import needs
from shop import booking_rest, bookings
from shop.bookings import Booking
from shop.forms import booking_rest as forms
from shop.views import admin, booking_rows, rest_rows


@admin.get("/bookings/<token>/rest", endpoint="booking_rest")
@needs("orders.cancel")
def show(token: str) -> Any:
    """What would become of each; where nothing is left to cancel, the booking."""
    booking = bookings.by_token(token)
    if not booking_rest.of(booking, every=_every()):
        return redirect(url_for(".booking", token=token), 303)
    return _page(booking)


def _every() -> bool:
    return request.values.get("which") == "every"


def _page(booking: Booking, *, trouble: str = "") -> str:
    rest = booking_rest.look(booking, by=web.person(), every=_every())
    return render_template(
        "shop/desk/bookings/rest.html", booking=booking, rest=rest_rows.told(rest, desk=True), trouble=trouble,
        name=booking_rows.called(booking), which="every" if _every() else "after",
        reason=request.form.get("reason", "")[:300],
    )  # fmt: skip


def _refused(booking: Booking, refusal: Refusal) -> Any:
    """The page with what was typed, or the booking when somebody else called all of them off meanwhile."""
    if booking_rest.of(booking, every=_every()):
        return _page(booking, trouble=str(refusal)), refusal.status
    flash(str(refusal), "error")
    return redirect(url_for(".booking", token=booking.token), 303)


@admin.post("/bookings/<token>/rest/cancellation", endpoint="booking_rest_cancel")
@needs("orders.cancel")
def cancel(token: str) -> Any:
    """Call off what was shown, with all its money back; the guest reads why."""
    booking, reason = bookings.by_token(token), request.form.get("reason", "").strip()[:300]
    try:
        shown = forms.read(request.form.getlist("time"))
        rest = booking_rest.cancel(booking, shown, by=web.person(), reason=reason)
    except Missing:
        raise
    except Refusal as refusal:
        told = refusal
        db.session.rollback()
        with web.reading():
            return _refused(bookings.by_token(token), told)
    rest_rows.flash_result(rest)
    return redirect(url_for(".booking", token=token), 303)
