"""The page that a guest keeps: when, where, for whom, what is paid, the code for the entrance; cancel by link."""

from typing import Any

from flask import flash, render_template, request, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response

from kernel import clock, limits, phones, qr, tenancy, web
from kernel.i18n import _, pick
from shop import (
    added_nights,
    amends_rows,
    booking_forecasts,
    booking_moves,
    booking_orders,
    booking_policies,
    booking_story,
    bookings,
    calendars,
    order_events,
    receipts,
    refunds,
    slugs,
)
from shop.amends_rows import CREDIT
from shop.bookings import Booking
from shop.orders import Order
from shop.views import (
    amends_part,
    approval_part,
    booked_rows,
    change_rows,
    frame,
    know_part,
    refund_accounts,
    rest_rows,
    store,
)
from shop.views import orders as order_views

RULE = "10/minute;60/hour"


@store.get("/bookings/<token>", endpoint="booking")
def show(token: str) -> Response:
    """The booking as it stands; looking changes nothing."""
    return page(bookings.by_token(token))


def page(booking: Booking, status: int = 200, *, trouble: str = "") -> Response:
    """The page, with what went wrong on top."""
    order = booking.order
    assert order is not None
    told = {**booking_story.told(booking), "state": booking_story.state(booking)}
    sure, chat = booking_story.confirmed(booking), _whatsapp(booking, told["when"])
    frame.chat(chat)
    return private(render_template(
        "shop/bookings/show.html", booking=booking, order=order, told=told, title=booking_story.title(booking),
        asked_for=approval_part.of_order(order) if booking_story.requested(booking) else None,
        code=code(booking) if sure and coming(booking) else "", money=_money(order), sure=sure,
        back=_back(booking, order), until=_until(booking), know=know_part.of_booking(booking),
        change=change_rows.verb(booking) if booking_forecasts.allowed_to_guest(booking) else "",
        others=booked_rows.beside(booking, "shop.booking"), cancel=_cancel(booking), trouble=trouble,
        reason=_reason(),
        rest=rest_rows.offers(booking, "shop.booking_rest"),
        whatsapp=chat, account=refund_accounts.of_order(order), amends=amends_part.of_booking(booking),
    ), status)  # fmt: skip


def private(page: Any, status: int = 200) -> Response:
    """A page for whoever has its link: nobody on the way keeps it, nobody else hears the link."""
    answer = Response(page, status, content_type="text/html; charset=utf-8")
    answer.headers["Cache-Control"], answer.headers["Referrer-Policy"] = "private, no-store", "same-origin"
    answer.headers["X-Robots-Tag"] = "noindex"
    return answer


def coming(booking: Booking) -> bool:
    """Whether it still takes place: a code for the entrance of what is over only puzzles."""
    return booking.state in {"booked", "came"} and booking.ends_at > clock.now()


def code(booking: Booking) -> Markup:
    """The code that staff scan: it opens the page in the back office that notes who came."""
    return qr.inline(scanned(booking))


def scanned(booking: Booking) -> str:
    """The address that stands in the code."""
    return web.admin_url("shop_admin.booking_arrive", token=booking.token)


@store.get("/bookings/<token>.png", endpoint="booking_code")
def drawn_code(token: str) -> Response:
    """The same as a picture, for letters."""
    answer = Response(qr.picture(scanned(bookings.by_token(token))), content_type="image/png")
    answer.headers["Cache-Control"], answer.headers["X-Robots-Tag"] = "private, max-age=86400", "noindex"
    return answer


def _money(order: Order) -> dict[str, Any]:
    rows = [(_("Order %(number)s", number=order.number), receipts.shown(receipts.total(order)))]
    rows += receipts.standing(order)
    owed, plan = order.balance.minor > 0 and order.open and not order.asked, receipts.plan(order)
    now = receipts.asked(order)
    rest = order.balance - now
    return {
        "rows": rows, "left": receipts.shown(order.balance) if owed else "", "owes": owed,
        "next": plan.get("next", "") if owed and not plan.get("is_due") else "",
        "until": receipts.until(order.hold_until) if owed and order.held and order.hold_until else "",
        "added": added_nights.said(order) if owed else "",
        "now": receipts.shown(now), "rest": receipts.shown(rest) if rest.minor > 0 else "",
    }  # fmt: skip


def _back(booking: Booking, order: Order) -> str:
    """What comes or came back of one that was called off."""
    if booking.state != "cancelled":
        return ""
    chosen = amends_rows.of(booking)
    if chosen is not None and chosen.choice == CREDIT:
        return amends_part.outcome(chosen)
    told = [row.data for row in order_events.of(order) if row.kind == "booking_cancelled"]
    own = next((one for one in told if one.get("booking") == booking.id), None)
    if own is None:  # its order ended with it
        gone = sum(row.amount_minor for row in refunds.of(order) if row.state != "failed")
        own = {"minor": gone + max(0, refunds.refundable(order).minor - order.kept_minor)}
    if own["minor"] and not (own.get("counted") or order.refunding_minor or refunds.owed(order)):
        return _("%(amount)s went back to you.", amount=receipts.shown(order.money(own["minor"])))
    return booking_orders.comes_back(order.money(own["minor"]), order.money(own.get("counted", 0)))


def _until(booking: Booking) -> str:
    """Until when the guest may choose another time; '' when that is over."""
    return receipts.until(booking_moves.until(booking)) if booking_moves.allowed_to_guest(booking) else ""


def _cancel(booking: Booking) -> dict[str, Any]:
    """What would come back, said exactly before the guest decides; {} when it cannot be called off here any more."""
    if not booking_orders.allowed_to_guest(booking):
        return {}
    share, until = booking_orders.share(booking), booking_policies.until(booking)
    back, kept = receipts.shown(share.back), receipts.shown(share.kept)
    if share.back.minor and share.kept.minor:
        text = _("If you cancel now, %(back)s comes back to you and the shop keeps %(kept)s.", back=back, kept=kept)
    elif share.back.minor:
        text = _("If you cancel now, %(back)s comes back to you: all that you paid for it.", back=back)
    elif share.kept.minor:
        text = _("If you cancel now, nothing comes back: the shop keeps the %(kept)s that you paid for it.", kept=kept)
    else:
        return {"text": _("You have paid nothing for it: to cancel costs you nothing."), "until": "", "back": 0}
    counts = booking_orders.counts(booking_orders.counted(booking, share))
    text = f"{text} {counts}".strip()
    return {"text": text, "back": share.back.minor, "until": receipts.until(until) if until else ""}


def _whatsapp(booking: Booking, when: str) -> str:
    phone, url = order_views.shop_phone(), web.shop_url("shop.booking", token=booking.token)
    text = _("Hello, I write about my booking: %(when)s.", when=when)
    return phones.whatsapp(f"{text}\n{url}", phone) if phone else ""


@store.get("/bookings/<token>.ics", endpoint="booking_calendar")
def calendar(token: str) -> Response:
    """The booking for the guest's own calendar."""
    booking = bookings.by_token(token)
    answer = Response(calendars.of_booking(booking), content_type="text/calendar; charset=utf-8; method=PUBLISH")
    answer.headers["Content-Disposition"] = f'attachment; filename="{slugs.make(pick(booking.name))}.ics"'
    answer.headers["Cache-Control"], answer.headers["X-Robots-Tag"] = "private, no-store", "noindex"
    return answer


@store.post("/bookings/<token>/cancellation", endpoint="booking_cancel")
def cancel(token: str) -> Any:
    """The guest calls it off for what the page said: when another amount comes back by now, they are asked again."""
    try:
        limit()
    except limits.TooMany as many:
        with web.reading():
            return page(bookings.by_token(token), many.status, trouble=str(many))
    booking = bookings.by_token(token)
    told = _cancel(booking)
    if told and request.form.get("back") != str(told["back"]):
        return page(booking, 409, trouble=_("What comes back has changed meanwhile. Look at it again."))
    booking_orders.cancel(booking, reason=_reason())
    flash(_("Your booking is cancelled."))  # what comes back stands on its page
    return refund_accounts.onward(booking.order, url_for(".booking", token=token))


def _reason() -> str:
    return request.form.get("reason", "").strip()[:300]


def limit() -> None:
    """Not more often than a person taps."""
    limits.check("booking", f"{tenancy.current()}:{limits.network(request.remote_addr)}", RULE)
