"""Changing a booking in the back office: nights, people, cabin; what it costs and who hears what stands there first."""

from collections.abc import Sequence
from typing import Any

from flask import flash, redirect, render_template, request, url_for

from kernel import i18n, tenancy, web
from kernel.db import db
from kernel.i18n import _
from kernel.once import once
from kernel.refusal import Missing, Refusal
from kernel.web import needs
from shop import (
    booking_changes,
    booking_forecasts,
    booking_letters,
    booking_list,
    booking_prices,
    booking_story,
    booking_worth,
    bookings,
    changed_letters,
    rates,
    refunds,
    vacant_places,
)
from shop.booking_changes import BACK
from shop.booking_forecasts import NotFree
from shop.booking_worth import Wish
from shop.bookings import Booking
from shop.forms import booking_changes as forms
from shop.occupations import JustTaken
from shop.rates import TooShort
from shop.views import admin, booking_rows, change_rows
from shop.views.booking_desk import at_booking

KEPT = ("arrive", "leave", "where", "keep", "back")  # what the form says besides people


@admin.get("/bookings/<token>/change", endpoint="booking_change")
@needs("bookings.manage")
def show(token: str) -> Any:
    """What can be changed and, once something was chosen, what that comes to."""
    booking = bookings.by_token(token)
    if not booking_forecasts.changeable(booking):
        flash(str(bookings.NotNow()), "error")
        return redirect(url_for(".booking", token=token), 303)
    return _page(booking)


def _page(booking: Booking, refusal: Refusal | None = None) -> Any:
    sent, preview, wish = request.values, None, None
    people, (arrive, leave) = change_rows.people(booking, sent), forms.days(booking)
    if sent:
        try:
            wish = forms.read(booking, sent, guest=False)
            preview = _preview(booking, wish)
        except Refusal as found:
            refusal = refusal or found
    nights, errors = booking.service.kind == "nights", change_rows.errors(refusal)
    asked = wish or forms.roughly(booking, sent)
    if isinstance(refusal, NotFree | JustTaken) and nights:
        errors = {"where": str(refusal)}
    return render_template(
        "shop/desk/bookings/change.html", booking=booking, told=booking_story.told(booking),
        verb=change_rows.verb(booking), name=booking_rows.called(booking), nights=nights,
        arrive=sent.get("arrive", arrive.isoformat())[:10], leave=sent.get("leave", leave.isoformat())[:10],
        people=people, places=vacant_places.of(booking, asked, by=web.person()) if nights else [], keep="keep" in sent,
        where=_where(booking, sent), preview=preview, trouble=str(refusal or ""), labels=change_rows.labels(people),
        errors=errors, sent=_sent(people),
    ), refusal.status if refusal else 200  # fmt: skip


def _where(booking: Booking, sent: Any) -> str:
    return str(sent.get("where", ""))[:200] or vacant_places.own(booking)


def _sent(people: Sequence[dict[str, Any]]) -> dict[str, str]:
    names = [*KEPT[:4], *(one["name"] for one in people)]
    return {name: request.values[name][:200] for name in names if name in request.values}


def _preview(booking: Booking, wish: Wish) -> dict[str, Any]:
    """What it comes to, what speaks against it, what becomes of the money and what the guest reads."""
    by, order = web.person(), booking.order
    assert order is not None
    found = booking_forecasts.look(booking, wish, by=by)
    with i18n.speak(order.language, tenancy.tenant().country):
        money = changed_letters.money(order, found.difference, order.balance + found.difference)
        words = booking_letters.GUEST["changed"]
        letter = [str(words.heading), str(words.lead) % {"was": changed_letters.said(booking)}, money]
    return change_rows.told(booking, wish, found, units=booking_list.units_of(wish.units)) | {
        "short": _short(booking, wish), "letter": [one for one in letter if one],
        "by_hand": refunds.by_hands(order, some=True), "credit": refunds.creditable(order),
    }  # fmt: skip


def _short(booking: Booking, wish: Wish) -> str:
    """Why the stay is too short for guests who book by themselves; '' when it is not, or its nights stay."""
    try:
        _long_enough(booking, wish)
    except TooShort as refusal:
        return str(refusal)
    return ""


def _long_enough(booking: Booking, wish: Wish) -> None:
    if wish.service.kind == "nights" and (wish.span.starts_at, wish.span.ends_at) != (
        booking.starts_at,
        booking.ends_at,
    ):
        rates.refuse_short(wish.service, booking_prices.days(wish.span))


@admin.post("/bookings/<token>/change", endpoint="booking_change_make")
@needs("bookings.manage")
@once
def make(token: str) -> Any:
    """Have it so for what was shown; refused, it stays as it is and the page says why."""
    booking = bookings.by_token(token)
    try:
        if not booking_forecasts.changeable(booking):
            raise bookings.NotNow()
        wish = forms.read(booking, request.form, guest=False)
        if "short" not in request.form:
            _long_enough(booking, wish)
        back = request.form.get("back", "money") if web.may("orders.refund") else "stay"
        told: Any = {"seen": forms.seen(request.form), "back": back if back in BACK else "money"}
        found = booking_changes.change(booking, wish, by=web.person(), **told)
    except Missing:
        raise
    except Refusal as refusal:
        db.session.rollback()
        with web.reading():
            again = bookings.by_token(token)
            if booking_forecasts.changeable(again):
                return _page(again, refusal)
            flash(str(refusal), "error")
            return redirect(url_for(".booking", token=token), 303)
    name = booking_rows.called(booking)
    if found.other and booking.order is not None:
        step = booking_worth.changes(booking, booking.order)[-1]
        web.undo(_("%(name)s is changed.", name=name), ".booking_change_undo", token=token, fields={"step": step.id})
    else:
        flash(_("Nothing has changed."))
    return redirect(url_for(".booking", token=token), 303)


@admin.post("/bookings/<token>/change/undo", endpoint="booking_change_undo")
@needs("bookings.manage")
@at_booking
def undo(booking: Booking) -> None:
    """Have it as it was before the change, for exactly what it cost then."""
    step = request.form.get("step", "")
    booking_changes.undo(booking, int(step) if step.isdecimal() and len(step) < 19 else 0, by=web.person())
    flash(_("It is again as it was."))
