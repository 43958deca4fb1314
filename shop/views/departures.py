"""One departure in the back office: who comes, how many places, on sale or not, called off with the money back."""

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any

from flask import flash, redirect, render_template, request, url_for

from kernel import clock, phones, tenancy, web
from kernel.db import db
from kernel.i18n import _, ngettext, pick
from kernel.refusal import Missing, Refusal
from kernel.web import needs
from shop import arrivals, booking_list, booking_targets, departure_changes, departures, local_times, receipts, services
from shop.bookings import Booking
from shop.departures import Departure
from shop.forms import amends as amends_form
from shop.slots import Slot
from shop.views import admin, amends_part, booking_rows, roll_calls, time_wait_part, untold

PATH = "/bookings/departures/<slug>/<at>"


def at_departure(view: Callable[..., Any]) -> Callable[..., Any]:
    """The view changes one departure, then shows it; a refusal becomes a message there, and nothing is kept."""

    @wraps(view)
    def stepped(slug: str, at: str) -> Any:
        try:
            answer = view(written(slug, at))
        except Missing:
            raise
        except Refusal as refusal:
            db.session.rollback()
            flash(str(refusal), "error")
            answer = None
        return answer or redirect(url_for("shop_admin.departure", slug=slug, at=at), 303)

    return stepped


def found(slug: str, at: str) -> Slot:
    """The departure that an address names, written or planned; raises Missing."""
    try:
        moment = booking_targets.moment(at)
    except Refusal:
        raise Missing() from None
    slot = booking_list.slot(services.named(slug, binned=True), moment)
    if slot is None:
        raise Missing()
    return slot


def written(slug: str, at: str) -> Departure:
    """The same as a row: it is written when staff change it."""
    slot = found(slug, at)
    return slot.departure or departures.at(slot.service, slot.starts_at)


@admin.get(PATH, endpoint="departure")
@needs("bookings.view")
def show(slug: str, at: str) -> str:
    """Who comes, how many more could, and what can be changed."""
    return page(slug, at)


def page(slug: str, at: str, errors: Mapping[str, str] | None = None) -> str:
    """The page, with what was typed when calling it off was refused; `errors`: why, by the field."""
    slot, zone = found(slug, at), tenancy.tenant().timezone
    row = slot.departure
    return render_template(
        "shop/desk/bookings/departure.html", trip=slot, at=at, name=pick(services.product_of(slot.service).name),
        people=[_person(one) for one in slot.bookings], shut=booking_rows.shut(slot), why=row.note if row else "",
        gone=[_person(one) for one in departure_changes.cancelled(row)] if row else [],
        when=receipts.until(slot.starts_at), filled=booking_rows.filled(slot), lacks=booking_rows.lacks(slot),
        day=local_times.day(slot.starts_at, zone), slug=slug, over=booking_rows.over(slot),
        expected=sum(row.state == "booked" for row in slot.bookings), add=booking_rows.add_url(slot),
        late=booking_rows.late_url(slot), roll=roll_calls.of(slot.bookings, slug=slug, at=at),
        here=booking_rows.here(slot.bookings),
        waited=_waited(slot), errors=errors or {}, typed=request.form,
        waits=time_wait_part.count(slot.service, slot.starts_at),
        amends=amends_part.of_departure(row), offer=_offer(errors), untold=untold.before(slot),
        silent=untold.after(row) if not booking_rows.over(slot) else [],
    )  # fmt: skip


def _person(row: Booking) -> dict[str, Any]:
    order = row.order
    phone = phones.show(order.phone, tenancy.tenant().country) if order else ""
    return {**booking_rows.person(row), "phone": phone, "due": booking_rows.owed(order) if order else ""}


def _waited(slot: Slot) -> int:
    """How many bookings nobody noted anything of, once it has left."""
    return sum(row.state == "booked" for row in slot.bookings) if slot.starts_at <= clock.now() else 0


@admin.post(f"{PATH}/absence", endpoint="departure_missed")
@needs("bookings.manage")
@at_departure
def missed(departure: Departure) -> None:
    """Whoever is still waited for did not come."""
    done = arrivals.miss_rest(departure_changes.standing(departure), by=web.person())
    if done:
        told = ngettext("%(num)s booking did not come.", "%(num)s bookings did not come.", len(done))
        _undo(told, "missed_undo", departure, fields={"tokens": " ".join(row.token for row in done)})


@admin.post(f"{PATH}/absence/undo", endpoint="departure_missed_undo")
@needs("bookings.manage")
@at_departure
def missed_undo(departure: Departure) -> None:
    """Those that were noted so together are waited for again."""
    tokens = request.form.get("tokens", "").split()
    arrivals.undo_rest(departure_changes.noted(departure, tokens), by=web.person())


@admin.post(f"{PATH}/places", endpoint="departure_places")
@needs("bookings.manage")
@at_departure
def places(departure: Departure) -> None:
    """More places, or fewer."""
    was = departure.capacity
    typed = request.values.get("places", "").strip()
    if not (typed.isascii() and typed.isdigit() and len(typed) < 6):
        raise departure_changes.BadCapacity()
    departure_changes.resize(departure, int(typed), by=web.person())
    _undo(_("It has %(places)s places.", places=departure.capacity), "places", departure, places=was)


@admin.post(f"{PATH}/sale", endpoint="departure_sale")
@needs("bookings.manage")
@at_departure
def sale(departure: Departure) -> None:
    """On sale, or no more; who has a place keeps it."""
    on = request.values.get("on") == "yes"
    departure_changes.sell(departure, on, by=web.person())
    _undo(_("It is on sale again.") if on else _("No more are taken."), "sale", departure, on="no" if on else "yes")


@admin.post(f"{PATH}/cancellation", endpoint="departure_cancel")
@needs("orders.cancel")
@at_departure
def call_off(departure: Departure) -> Any:
    """End every booking; their number is typed, because nobody can take this back.

    Whoever was sure of a place chooses between what is ticked; the others, and all where nothing is, get their money.
    """
    terms, errors = amends_form.read(request.form)
    typed, reason = request.form.get("count", "").strip(), request.form.get("reason", "")[:300]
    number = int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 6 else -1
    slug, at = services.product_of(departure.service).slug, booking_targets.stamp(departure.starts_at)
    if errors:
        db.session.rollback()
        with web.reading():
            return page(slug, at, errors), 422
    try:
        done = departure_changes.call_off(departure, by=web.person(), reason=reason, typed=number, terms=terms)
    except (departure_changes.NoReason, departure_changes.OtherNumber) as refusal:
        db.session.rollback()
        field = "off-reason" if isinstance(refusal, departure_changes.NoReason) else "off-count"
        with web.reading():
            return page(slug, at, {field: str(refusal)}), refusal.status
    flash(ngettext("Called off: %(num)s booking.", "Called off: %(num)s bookings.", done))
    return None


def _offer(errors: Mapping[str, str] | None) -> dict[str, Any]:
    """What stands in the form of what people may choose: as it was typed when it was refused."""
    if errors is None:
        day = amends_form.proposed().isoformat()
        return {"ways": ["date", "money"], "extra": "10", "until": day, "fallback": "money"}
    typed = request.form
    return {"ways": typed.getlist("ways"), **{name: typed.get(name, "") for name in ("extra", "until", "fallback")}}


def _undo(text: str, what: str, departure: Departure, **values: Any) -> None:
    at = booking_targets.stamp(departure.starts_at)
    web.undo(text, f".departure_{what}", slug=services.product_of(departure.service).slug, at=at, **values)
