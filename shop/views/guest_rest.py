"""Several times of an order called off at once by their guest: a page shows what becomes of each, one tap does it."""

from typing import Any

from flask import redirect, render_template, request, url_for

from kernel import limits, web
from kernel.refusal import Refusal
from shop import booking_rest, bookings
from shop.bookings import Booking
from shop.views import guest_booking, rest_rows, store


@store.get("/bookings/<token>/rest", endpoint="booking_rest")
def show(token: str) -> Any:
    """What would become of each; who may not cancel any is led back to the booking."""
    booking = bookings.by_token(token)
    if not _any(booking):
        return redirect(url_for(".booking", token=token), 303)
    return _page(booking)


def _any(booking: Booking) -> bool:
    order = booking.order
    return (
        order is not None
        and booking_rest.open_to_guest(order)
        and bool(booking_rest.of(booking, every=rest_rows.every()))
    )


def _page(booking: Booking, status: int = 200, *, trouble: str = "") -> Any:
    rest = booking_rest.look(booking, every=rest_rows.every())
    return guest_booking.private(render_template(
        "shop/bookings/rest.html", booking=booking, rest=rest_rows.told(rest), trouble=trouble,
        which="every" if rest_rows.every() else "after", reason=request.form.get("reason", "")[:300],
    ), status)  # fmt: skip


@store.post("/bookings/<token>/rest/cancellation", endpoint="booking_rest_cancel")
def cancel(token: str) -> Any:
    """Call off what was shown; when something else comes back by now, they are asked again."""
    try:
        guest_booking.limit()
    except limits.TooMany as many:
        with web.reading():
            return _refused(bookings.by_token(token), many)
    return rest_rows.cancel(token, _refused)


def _refused(booking: Booking, refusal: Refusal) -> Any:
    if _any(booking):
        return _page(booking, refusal.status, trouble=str(refusal))
    return guest_booking.page(booking, refusal.status, trouble=str(refusal))
