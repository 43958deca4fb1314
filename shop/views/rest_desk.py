"""Several times of an order called off at once in the back office: what becomes of each first, then one tap."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for

from kernel import web
from kernel.refusal import Refusal
from kernel.web import needs
from shop import booking_rest, bookings
from shop.bookings import Booking
from shop.views import admin, booking_rows, rest_rows


@admin.get("/bookings/<token>/rest", endpoint="booking_rest")
@needs("orders.cancel")
def show(token: str) -> Any:
    """What would become of each; where nothing is left to cancel, the booking."""
    booking = bookings.by_token(token)
    if not booking_rest.of(booking, every=rest_rows.every()):
        return redirect(url_for(".booking", token=token), 303)
    return _page(booking)


def _page(booking: Booking, *, trouble: str = "") -> str:
    rest = booking_rest.look(booking, by=web.person(), every=rest_rows.every())
    return render_template(
        "shop/desk/bookings/rest.html", booking=booking, rest=rest_rows.told(rest, desk=True), trouble=trouble,
        name=booking_rows.called(booking), which="every" if rest_rows.every() else "after",
        reason=request.form.get("reason", "")[:300],
    )  # fmt: skip


def _refused(booking: Booking, refusal: Refusal) -> Any:
    """The page with what was typed, or the booking when somebody else called all of them off meanwhile."""
    if booking_rest.of(booking, every=rest_rows.every()):
        return _page(booking, trouble=str(refusal)), refusal.status
    flash(str(refusal), "error")
    return redirect(url_for(".booking", token=booking.token), 303)


@admin.post("/bookings/<token>/rest/cancellation", endpoint="booking_rest_cancel")
@needs("orders.cancel")
def cancel(token: str) -> Any:
    """Call off what was shown, with all its money back; the guest reads why."""
    return rest_rows.cancel(token, _refused, by=web.person())
