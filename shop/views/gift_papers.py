"""A booked time to be handed over as a gift: when and where, the words, the code for the entrance; no prices."""

from typing import Any

from flask import Response, render_template

from kernel import pdf, qr
from kernel.refusal import Missing
from shop import booking_story, bookings, papers, presents
from shop.bookings import Booking
from shop.views import guest_booking, store


def printable(booking: Booking) -> bool:
    """Whether there is a paper to hand over: it was bought as a gift, is confirmed and still to come."""
    order = booking.order
    return bool(order and order.gift) and guest_booking.coming(booking) and booking_story.confirmed(booking)


@store.get("/bookings/<token>/gift.pdf", endpoint="booking_gift")
def paper(token: str) -> Any:
    """A PDF where it can be made, else the page to print."""
    booking = bookings.by_token(token)
    order = booking.order
    if order is None or not printable(booking):
        raise Missing()
    with papers.spoken(order.language):
        told = {**booking_story.told(booking), "gift": presents.told(order), "number": order.number}
        code = qr.address(guest_booking.scanned(booking))
        data = {**papers.of_shop(), "told": told, "code": code, "language": order.language}
        if not pdf.available():
            return guest_booking.private(render_template("pdf/booking_gift.html", **data, printable=True))
        made = Response(pdf.render("pdf/booking_gift.html", **data), mimetype="application/pdf")
    made.headers["Content-Disposition"] = f'inline; filename="{order.number}.pdf"'
    made.headers["Cache-Control"], made.headers["X-Robots-Tag"] = "private, no-store", "noindex"
    return made
