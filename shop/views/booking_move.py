"""Moving a booking: its free times as a small grid, chosen by touch, keys or form; the toast takes it back."""

from datetime import datetime, timedelta
from typing import Any

from flask import flash, redirect, render_template, request, url_for

from kernel import tenancy, web
from kernel.db import db
from kernel.i18n import _
from kernel.refusal import Missing, Refusal
from kernel.web import needs
from shop import (
    booking_list,
    booking_moves,
    booking_prices,
    booking_story,
    booking_targets,
    booking_times,
    bookings,
    local_times,
    rates,
    resources,
)
from shop.booking_targets import Asking
from shop.bookings import Booking
from shop.forms import wrong
from shop.forms.wrong import Wrong
from shop.occupations import Span
from shop.rates import TooShort
from shop.views import admin, booking_calendar, booking_rows, target_rows


@admin.get("/bookings/<token>/move", endpoint="booking_move")
@needs("bookings.manage")
def choose(token: str) -> Any:
    """Where it can go, a week or a day at a time."""
    booking = bookings.by_token(token)
    if booking.state != "booked":
        flash(str(bookings.NotNow()), "error")
        return redirect(url_for(".booking", token=token), 303)
    return _page(booking)


def _page(booking: Booking, refusal: Refusal | None = None) -> Any:
    zone = tenancy.tenant().timezone
    here = local_times.day(booking.starts_at, zone)
    day = booking_calendar.asked(here)
    grid = booking_targets.grid(Asking.of(booking, zone), day)
    return render_template(
        "shop/desk/bookings/move.html", booking=booking, name=booking_rows.called(booking), trouble=str(refusal or ""),
        told=booking_story.told(booking), grid=target_rows.shown(grid, day, ".booking_move", token=booking.token),
        typed=request.form, time=booking_rows.time(booking.starts_at, zone), here=here,
        units=[column for column in grid.columns if column is not None] if not grid.by_day else [],
        errors=_errors(refusal) if refusal else {}, short=_sent() if isinstance(refusal, TooShort) else {},
        labels={"to-day": _("Day"), "to-time": _("Time")},
    ), refusal.status if refusal else 200  # fmt: skip


def _sent() -> dict[str, str]:
    """What was sent, to be sent once more by whoever knows that the stay is short."""
    return {name: request.values[name] for name in ("to", "day", "time", "unit", "next") if request.values.get(name)}


def _errors(refusal: Refusal) -> dict[str, str]:
    """What stands beside the fields of the form below the grid, when that was sent."""
    if request.form.get("to"):
        return {}
    return wrong.of(refusal) or {"to-day": str(refusal)}


@admin.post("/bookings/<token>/move", endpoint="booking_move_make")
@needs("bookings.manage")
def move(token: str) -> Any:
    """Have it at the time that was chosen; refused, it stays where it is and the page says why."""
    booking = bookings.by_token(token)
    before = _value(booking)
    try:
        starts_at, units = _chosen()
        span = _span(booking, starts_at)
        if booking.service.kind == "nights" and "short" not in request.form and starts_at != booking.starts_at:
            rates.refuse_short(booking.service, booking_prices.days(span))  # staff may, knowingly
        booking_moves.move(booking, span, by=web.person(), units=units)
    except Missing:
        raise
    except Refusal as refusal:
        db.session.rollback()
        with web.reading():
            return _page(bookings.by_token(token), refusal)
    when = booking_story.when(booking, tenancy.tenant().timezone)
    text = _("%(name)s is moved: %(when)s.", name=booking_rows.called(booking), when=when)
    back = request.form.get("next", "")  # a calendar on which it was dragged
    fields = {"short": "1", **({"next": back} if back else {})}
    web.undo(text, ".booking_move_make", token=token, to=before, fields=fields)
    return redirect(web.local(back, url_for(".booking", token=token)), 303)


def _chosen() -> tuple[datetime, list[int]]:
    """(the moment, the units that were chosen): from a cell of the grid, else from the fields below it."""
    to = request.values.get("to", "").strip()[:300]
    if to:
        stamp, *tokens = to.split()[:9]
        return booking_targets.moment(stamp), [resources.unit(one).id for one in tokens]
    errors: dict[str, str] = {}
    day = wrong.tried(errors, "to-day", booking_times.day_near, request.form.get("day", ""))
    time = wrong.tried(errors, "to-time", local_times.clock_time, request.form.get("time", ""))
    if errors:
        raise Wrong(errors)
    starts_at = local_times.instant(day, time, tenancy.tenant().timezone)
    token = request.form.get("unit", "")
    return starts_at, [resources.unit(token).id] if token else []


def _span(booking: Booking, starts_at: datetime) -> Span:
    """As long as it was booked; so many nights from check-in to check-out."""
    service, zone = booking.service, tenancy.tenant().timezone
    if service.kind != "nights":
        return Span(starts_at, starts_at + (booking.ends_at - booking.starts_at))
    arrive = local_times.day(starts_at, zone)
    return booking_times.between(service, arrive, arrive + timedelta(days=Asking.of(booking, zone).nights))


def _value(booking: Booking) -> str:
    """Where it is now, as a cell sends it."""
    own = [] if booking.departure_id else booking_list.units_taken(booking)
    return " ".join([booking_targets.stamp(booking.starts_at), *(unit.token for unit in own)])
