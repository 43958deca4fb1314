"""Until when a booking is kept for its money: put off or brought forward by staff; its guest reads it."""

from datetime import date
from typing import Any

from flask import request

from kernel import web
from kernel.i18n import _
from kernel.web import needs
from shop import bookings, kept_until, receipts
from shop.bookings import Booking
from shop.views import admin, kept_part
from shop.views.booking_desk import at_booking, page
from shop.walk_in_terms import BadDay


@admin.post("/bookings/<token>/kept", endpoint="booking_kept")
@needs("bookings.manage")
@at_booking
def put_off(booking: Booking) -> Any:
    """Keep it until the day that was sent; one that cannot be stays in its field."""
    order, typed = booking.order, request.form.get("day", "").strip()[:20]
    if order is None or order.hold_until is None:
        raise kept_until.NotKept()
    was = kept_part.day(booking)
    try:
        other = kept_until.put_off(order, _day(typed, order), by=web.person())
    except BadDay as refusal:
        return page(bookings.by_token(booking.token), bad_day=str(refusal), typed_day=typed), 422
    if other:
        told = _("Kept until %(until)s.", until=receipts.until(order.hold_until))
        web.undo(told, ".booking_kept", fields={"day": was.isoformat()}, token=booking.token)
    return None


def _day(text: str, order: Any) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        last = kept_until.last_day(order)
        raise BadDay(last=receipts.due_day(last)) from None
