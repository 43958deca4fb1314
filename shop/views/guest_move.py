"""Another time for a booking, chosen by its guest: the month and times of its service, as on the product's page."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from flask import flash, redirect, render_template, request, url_for

from kernel import clock, web
from kernel.db import db
from kernel.i18n import _
from kernel.refusal import Missing, Refusal
from shop import availability, booking_forecasts, booking_moves, booking_prices, booking_story, bookings
from shop.availability import Time
from shop.bookings import Booking
from shop.forms import bookings as forms
from shop.forms.bookings import PEOPLE, Draft
from shop.occupations import JustTaken, Span
from shop.views import booking_month, booking_offers, booking_page, guest_booking, store

CHOICE = frozenset({"month", "day", "time", "arrive", "again"})  # what an address or the form may say


@store.get("/bookings/<token>/move", endpoint="booking_move")
def choose(token: str) -> Any:
    """The times that it can have; who may not change it any more is led back to its page."""
    booking = bookings.by_token(token)
    if not booking_moves.allowed_to_guest(booking):
        return redirect(url_for(".booking", token=token), 303)
    return _page(booking, _draft(booking, request.args))


@store.post("/bookings/<token>/move", endpoint="booking_move_take")
def take(token: str) -> Any:
    """Have it at the chosen time; when somebody was quicker, nothing changes and the next free times are offered."""
    try:
        guest_booking.limit()
        booking = bookings.by_token(token)
        if not booking_moves.allowed_to_guest(booking):
            raise booking_moves.TooLate()
        booking_moves.move(booking, forms.when(_draft(booking, request.form)))
    except Missing:
        raise
    except Refusal as refusal:
        told, again = refusal, isinstance(refusal, JustTaken)
        db.session.rollback()
        with web.reading():
            found = bookings.by_token(token)
            if not booking_moves.allowed_to_guest(found):
                return guest_booking.page(found, told.status, trouble=str(told))
            return _refused(found, told, again=again)
    new = {"when": booking_story.when(booking)}
    stay = _("Your stay has its new dates: %(when)s.", **new)
    flash(stay if booking.service.kind == "nights" else _("Your booking has its new time: %(when)s.", **new))
    return redirect(url_for(".booking", token=token), 303)


def _refused(booking: Booking, refusal: Refusal, *, again: bool) -> Any:
    draft = _draft(booking, request.form)
    others = _others(booking, draft) if again else ()
    spot = "" if again else "when" if draft.nights or draft.day() is None else "time"
    return _page(booking, draft, refusal.status, trouble=str(refusal), again=others, spot=spot)


def _others(booking: Booking, draft: Draft) -> Sequence[Time]:
    after = max(forms.when(draft).starts_at, clock.now())
    found = availability.next_free(booking.service, after, booking.places, **draft.how)
    return [one for one in found if booking.service.kind != "nights" or _nights(one.span) == _nights(_own(booking))]


def _draft(booking: Booking, sent: Any) -> Draft:
    """What was chosen, for as many people and nights as are booked."""
    told = {name: sent.get(name, "") for name in CHOICE if sent.get(name)}
    if told.keys() <= {"time"}:
        told["month"] = f"{booking_offers.local(booking.starts_at):%Y-%m}"
    told |= {"places": str(booking.places), "timezone": booking.timezone}
    if booking.service.kind == "departure":
        told |= {PEOPLE + line.variant.sku: str(line.left) for line in booking.lines if line.left}
    wait = booking_moves.wait(booking)
    draft = forms.read(booking.service, told, booking, wait=wait)
    arrive = draft.day("arrive")
    if draft.nights and arrive is not None:
        leave = arrive + timedelta(days=_nights(_own(booking)))
        told |= {"arrive": arrive.isoformat(), "leave": leave.isoformat()}
        draft = forms.read(booking.service, told, booking, wait=wait)
    return draft


def _own(booking: Booking) -> Span:
    return Span(booking.starts_at, booking.ends_at)


def _nights(span: Span) -> int:
    return len(booking_prices.days(span))


def _page(
    booking: Booking, draft: Draft, status: int = 200, *, trouble: str = "", again: Sequence[Time] = (), spot: str = ""
) -> Any:
    box = booking_page.parts(draft)
    if box["open"]:
        box["errors"] = {spot: trouble} if spot else {}
        _lead_here(booking, box)
        _mark(booking, box)
        if box["nights"]:
            _dear(booking, box["month"])
    return guest_booking.private(render_template(
        "shop/bookings/move.html", booking=booking, box=box, told=booking_story.told(booking), trouble=trouble,
        again=[booking_offers.button(draft, one) for one in again],
    ), status)  # fmt: skip


def _mark(booking: Booking, box: dict[str, Any]) -> None:
    """What the booking has already is told in the month and among the times."""
    own = {day.isoformat() for day in booking_prices.days(_own(booking))} if box["nights"] else set[str]()
    own |= {f"{booking_offers.local(booking.starts_at):%Y-%m-%d}"}
    for cell in (cell for cell in booking_month.cells(box["month"]) if cell.get("value") in own):
        cell["look"], cell["word"] = f"{cell['look']} mine", _("yours")
        cell["label"] = f"{cell['number']} {cell['word']}, {cell['label']}"  # what is heard has what is seen in it
    for one in box["times"] if box["day"]["value"] in own else ():
        if one["value"] == booking_story.hour(booking_offers.local(booking.starts_at)):
            one["word"] = _("yours")


def _dear(booking: Booking, month: dict[str, Any]) -> None:
    """Days from which as many nights cost more or less say so, and lead to where one sees how much before it is so."""
    taken = [cell for cell in booking_month.cells(month) if cell["url"]]
    other = [cell for cell in taken if not booking_moves.costs_the_same(booking, date.fromisoformat(cell["value"]))]
    open_ = booking_forecasts.allowed_to_guest(booking)
    for cell in other:
        url = _changed(booking, date.fromisoformat(cell["value"])) if open_ else ""
        cell |= {"url": url, "away": True, "word": _("other"), "label": f"{cell['label']}, {_('has another price')}"}
        cell["look"] = cell["look"] if open_ else ""
    if other:
        told = _("“other”: a stay from that day has another price. Tap it: you see how much before anything changes.")
        by_shop = _("“other”: a stay from that day has another price. For one of those write to the shop.")
        month["prices"] = told if open_ else by_shop


def _changed(booking: Booking, arrive: date) -> str:
    leave = arrive + timedelta(days=_nights(_own(booking)))
    told: dict[str, Any] = {"arrive": arrive, "leave": leave, "places": booking.places}
    return url_for(".booking_change", token=booking.token, **told)


def _lead_here(booking: Booking, box: dict[str, Any]) -> None:
    """The days of the month lead to this page instead of the product's."""
    month = box["month"]
    for place in [month, *booking_month.cells(month)]:
        for name in {"url", "before", "after"} & place.keys():
            place[name] = _here(booking, place[name])


def _here(booking: Booking, address: str) -> str:
    if not address:
        return ""
    parts = urlsplit(address)
    told = {name: value for name, value in parse_qsl(parts.query) if name in CHOICE}
    return url_for(".booking_move", token=booking.token, _anchor=parts.fragment or None, **told)  # type: ignore[arg-type]
