"""The page that a guest keeps: when, where, for whom, what is paid, the code for the entrance; cancel by link."""

from typing import Any

import segno
from flask import render_template, request
from markupsafe import Markup
from werkzeug.wrappers import Response

from kernel import limits, tenancy, web
from kernel.i18n import _
from shop import (
    booking_moves,
    booking_story,
    bookings,
    calendars,
    receipts,
    sharing,
)
from shop.bookings import Booking
from shop.orders import Order
from shop.views import orders as order_views
from shop.views import store

RULE = "10/minute;60/hour"


@store.get("/bookings/<token>", endpoint="booking")
def show(token: str) -> Response:
    """The booking as it stands; looking changes nothing."""
    booking = bookings.by_token(token)
    order = booking.order
    assert order is not None
    told = booking_story.told(booking)
    return private(render_template(
        "shop/bookings/show.html", booking=booking, order=order, told=told, title=booking_story.title(booking),
        code=code(booking) if booking.state in {"booked", "came"} else "", money=_money(booking, order),
        until=_until(booking), cancel="", whatsapp=_whatsapp(booking, told["when"]),
    ))  # fmt: skip


def private(page: Any, status: int = 200) -> Response:
    """A page for whoever has its link: nobody on the way keeps it, nobody else hears the link."""
    answer = Response(page, status, content_type="text/html; charset=utf-8")
    answer.headers["Cache-Control"], answer.headers["Referrer-Policy"] = "private, no-store", "same-origin"
    answer.headers["X-Robots-Tag"] = "noindex"
    return answer


def code(booking: Booking) -> Markup:
    """The code that staff scan: it opens the page in the back office that notes who came."""
    address = web.admin_url("shop_admin.booking_arrive", token=booking.token)
    return Markup(segno.make(address, error="m").svg_inline(border=3, svgclass="qr", lineclass=None, omitsize=True))  # noqa: S704


def _money(booking: Booking, order: Order) -> dict[str, Any]:
    rows = [(_("Order %(number)s", number=order.number), receipts.shown(order.total))]
    rows.append((_("Received"), receipts.shown(order.received)))
    owed, plan = order.balance.minor > 0 and order.open, receipts.plan(order)
    if owed:
        rows.append((_("Still to be paid"), receipts.shown(order.balance)))
    return {
        "rows": rows, "left": receipts.shown(order.balance) if owed else "", "owes": owed,
        "next": plan.get("next", "") if owed and not plan.get("is_due") else "",
    }  # fmt: skip


def _until(booking: Booking) -> str:
    """Until when the guest may choose another time; '' when that is over."""
    return receipts.until(booking_moves.until(booking)) if booking_moves.allowed_to_guest(booking) else ""


def _whatsapp(booking: Booking, when: str) -> str:
    phone = order_views.shop_phone()
    url = web.shop_url("shop.booking", token=booking.token)
    text = _("Hello, I write about my booking: %(when)s.", when=when)
    return sharing.whatsapp(f"{text}\n{url}", phone) if phone else ""


@store.get("/bookings/<token>.ics", endpoint="booking_calendar")
def calendar(token: str) -> Response:
    """The booking for the guest's own calendar."""
    booking = bookings.by_token(token)
    answer = Response(calendars.of_booking(booking), content_type="text/calendar; charset=utf-8; method=PUBLISH")
    answer.headers["Content-Disposition"] = f'attachment; filename="{booking.service.product.slug}.ics"'
    answer.headers["Cache-Control"], answer.headers["X-Robots-Tag"] = "private, no-store", "noindex"
    return answer


def limit() -> None:
    """Not more often than a person taps."""
    limits.check("booking", f"{tenancy.current()}:{limits.network(request.remote_addr)}", RULE)
