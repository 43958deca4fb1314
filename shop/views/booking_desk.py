"""One booking in the back office: who, when, what they answered, what is due; came, moved, cancelled, a note."""

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from functools import wraps
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from sqlalchemy.orm import joinedload

from kernel import clock, phones, signing, tenancy, web
from kernel.db import db
from kernel.i18n import _, pick
from kernel.once import once
from kernel.refusal import Missing, Refusal
from kernel.web import needs
from shop import (
    absence_money,
    arrivals,
    ask_rows,
    booking_answers,
    booking_forecasts,
    booking_list,
    booking_orders,
    booking_story,
    bookings,
    local_times,
    notes,
    order_events,
    order_story,
    owed_words,
    receipts,
    services,
    vacant_places,
)
from shop.bookings import Booking
from shop.forms import arrivals as forms
from shop.forms import booking_changes
from shop.services import Service
from shop.views import (
    absence_rows,
    admin,
    amends_part,
    approval_part,
    arrival_rows,
    ask_part,
    booked_rows,
    booking_rows,
    change_rows,
    kept_part,
    know_part,
    rest_rows,
)

BESIDE = 40


def at_booking(view: Callable[..., Any]) -> Callable[..., Any]:
    """The view takes a step of one booking, then shows it; a refusal becomes a message there, and nothing is kept."""

    @wraps(view)
    def stepped(token: str) -> Any:
        try:
            answer = view(bookings.by_token(token))
        except Missing:
            raise
        except Refusal as refusal:
            db.session.rollback()
            bookings.by_token(token)
            flash(str(refusal), "error")
            answer = None
        return answer or redirect(url_for("shop_admin.booking", token=token), 303)

    return stepped


@admin.get("/bookings/<token>", endpoint="booking")
@needs("bookings.view")
def show(token: str) -> str:
    """Everything about one booking, beside the others of its day."""
    return page(bookings.by_token(token))


def page(booking: Booking, *, typed: Mapping[str, str] | None = None, **told: Any) -> str:
    """The page, with what was typed when something was refused; `typed`: answers by the code of their question."""
    order, zone = booking.order, tenancy.tenant().timezone
    if order is None:
        raise Missing()
    day = local_times.day(booking.starts_at, zone)
    return render_template(
        "shop/desk/bookings/show.html", booking=booking, order=order, told=booking_story.told(booking), day=day,
        request_told=approval_part.of_desk(order), read=know_part.agreed(booking), asks=ask_part.of(order, booking),
        day_title=receipts.day(day), name=booking_rows.called(booking), money=order_story.money(order),
        phone=phones.show(order.phone, tenancy.tenant().country) if order.phone else "", whatsapp=_whatsapp(booking),
        owed=owed_words.sentences(order), kept=kept_part.of(booking), more=_night_more(booking),
        units=[unit.name for unit in booking_list.units_taken(booking)], sums=_sums(order), notes=_notes(order),
        back=_back(booking), asked=booking_answers.open_to(booking, typed or {}) if steps(booking)["move"] else [],
        beside=_beside(day), page_url=_page(booking), steps=steps(booking),
        change=change_rows.verb(booking) if booking_forecasts.changeable(booking) else "",
        other_day=booking.state == "booked" and arrivals.other_day(booking), key=signing.token(),
        counts=arrival_rows.counts(booking), came=booking_rows.came(booking),
        others=booked_rows.beside(booking, ".booking"), amends=amends_part.of_desk(booking),
        rest=rest_rows.offers(booking, ".booking_rest", by=web.person()),
        often=absence_rows.often(order.contact), absent=absence_rows.money(booking),
        departure_url=booking_rows.slot_url(booking.service, booking.starts_at) if booking.departure_id else "", **told,
    )  # fmt: skip


def _night_more(booking: Booking) -> str:
    """Where one more night of a stay is looked at, as it is often asked in the evening; '' of everything else."""
    if booking.service.kind != "nights" or not booking_forecasts.changeable(booking):
        return ""
    arrive, leave = booking_changes.days(booking)
    told: Any = {"arrive": arrive, "leave": leave + timedelta(days=1), "where": vacant_places.own(booking)}
    return url_for(".booking_change", token=booking.token, places=booking.places, **told)


def _sums(order: Any) -> list[tuple[str, str]]:
    return [(_("Total"), receipts.shown(receipts.total(order))), *receipts.standing(order)]


def steps(booking: Booking) -> dict[str, bool]:
    """What can be done with it now."""
    can = {step for state, step in bookings.MOVES if state == booking.state}
    begun = booking.starts_at <= clock.now()
    return {"come": "come" in can, "miss": "miss" in can and begun, "undo": "undo" in can,
            "move": booking.state == "booked", "cancel": "cancel" in can and not booking.off}  # fmt: skip


def _back(booking: Booking) -> str:
    """What happens to the money when staff cancel it; '' when nothing was paid."""
    if booking.state != "booked":
        return ""
    found = booking_orders.share(booking, by=web.person())
    if not found.back.minor:
        return ""
    counts = booking_orders.counts(booking_orders.counted(booking, found))
    told = _("%(amount)s goes back to the guest, and the time is free again.", amount=receipts.shown(found.back))
    return f"{told} {counts}".strip()


def _whatsapp(booking: Booking) -> str:
    return owed_words.chat(booking, _page(booking)) if booking.order and booking.order.phone else ""


def _page(booking: Booking) -> str:
    assert booking.order is not None
    return web.shop_url("shop.booking", token=booking.token, language=booking.order.language)


def _notes(order: Any) -> list[dict[str, str]]:
    return [
        {"text": str(event.data.get("text", "")), "at": receipts.day_and_time(event.at)}
        for event in order_events.of(order)
        if event.kind == "note"
    ]


def _beside(day: date) -> list[dict[str, Any]]:
    zone, whole = tenancy.tenant().timezone, joinedload(Booking.service).joinedload(Service.product)
    rows = db.session.scalars(booking_list.on(day).options(booking_list.who(), whole).limit(BESIDE))
    return [
        {**booking_rows.person(row), "token": row.token, "time": booking_rows.time(row.starts_at, zone),
         "title": pick(services.product_of(row.service).name)}
        for row in rows
    ]  # fmt: skip


@admin.post("/bookings/<token>/arrival", endpoint="booking_came")
@needs("bookings.manage")
@at_booking
def came(booking: Booking) -> Any:
    """They are here, all or as many as were counted; a number that cannot be stays in its field."""
    was, noted, typed = booking.here, booking.state == "came", request.form.get("count", "").strip()[:12]
    try:
        arrivals.come(booking, by=web.person(), count=forms.count(booking, typed) if typed else None)
    except arrivals.BadCount as refusal:
        return page(booking, bad_count=str(refusal), typed_count=typed), 422
    name, counted = booking_rows.called(booking), booking_rows.came(booking)
    said = _("%(name)s came: %(count)s.", name=name, count=counted) if counted else _("%(name)s came.", name=name)
    if noted:
        web.undo(said, ".booking_came", fields={"count": was}, token=booking.token)
    else:
        web.undo(said, ".booking_undo", token=booking.token)
    return None


@admin.post("/bookings/<token>/absence", endpoint="booking_missed")
@needs("bookings.manage")
@at_booking
def missed(booking: Booking) -> None:
    """They did not come."""
    arrivals.miss(booking, by=web.person())
    web.undo(_("%(name)s did not come.", name=booking_rows.called(booking)), ".booking_undo", token=booking.token)


@admin.post("/bookings/<token>/absence/back", endpoint="booking_absence_back")
@needs("orders.refund")
@at_booking
def give_back(booking: Booking) -> None:
    """Give back what the terms say when nobody came."""
    to = "credit" if request.form.get("to") == "credit" else "money"
    if absence_money.give(booking, by=web.person(), to=to) is not None:
        flash(_("What the terms give back is on its way; the order says how."))


@admin.post("/bookings/<token>/undo", endpoint="booking_undo")
@needs("bookings.manage")
@at_booking
def undo(booking: Booking) -> None:
    """Take back whether they came."""
    arrivals.undo(booking, by=web.person())


@admin.post("/bookings/<token>/cancellation", endpoint="booking_cancel")
@needs("orders.cancel")
@at_booking
def cancel(booking: Booking) -> None:
    """Call it off with all its money back; the guest reads why."""
    booking_orders.cancel(booking, by=web.person(), reason=request.form.get("reason", "")[:300])
    if booking.order is not None:
        ask_rows.settle(booking.order, "cancel", by=web.person(), booking=booking)
    flash(_("The booking is cancelled."))


@admin.post("/bookings/<token>/answers", endpoint="booking_answer")
@needs("bookings.manage")
@at_booking
def answer(booking: Booking) -> Any:
    """What its service asks, of who was not asked or says it now; what is too long stays in its field."""
    told = {name.removeprefix("answer."): text for name, text in request.form.items() if name.startswith("answer.")}
    try:
        booking_answers.write(booking, told, by=web.person())
    except booking_answers.TooLong as refusal:
        return page(booking, typed=told, too_long=str(refusal)), 422
    flash(_("The answers are kept."))
    return None


@admin.post("/bookings/<token>/notes", endpoint="booking_note")
@needs("bookings.manage")
@once
@at_booking
def note(booking: Booking) -> None:
    """A note for colleagues, kept with the order."""
    if booking.order is not None:
        notes.write(booking.order, request.form.get("text", ""), by=web.person())
        flash(_("The note is kept."))
