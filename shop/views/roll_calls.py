"""Everybody of a departure or a day is here, or everybody but a few, in one tap; taken back in one as well."""

from collections.abc import Iterable
from typing import Any

from flask import flash, redirect, request, url_for

from kernel import tenancy, web
from kernel.db import db
from kernel.i18n import _, ngettext, pick
from kernel.refusal import Refusal
from kernel.web import needs
from shop import arrivals, bookings, services
from shop.bookings import Booking
from shop.views import admin, booking_rows

MOST = 500  # bookings that one form names
PLACE = ("slug", "at", "day")  # of the page where it was pressed


def of(rows: Iterable[Booking], **place: Any) -> dict[str, Any]:
    """Whom one can still check in of these, for the page at that `place`; {} of none, and for who may not."""
    waited = [row for row in rows if row.state == "booked" and arrivals.expected(row)][:MOST]
    if not waited or not web.may("bookings.manage"):
        return {}
    zone = tenancy.tenant().timezone
    told = [
        {"token": row.token, "name": booking_rows.called(row), "count": booking_rows.heads(row.places),
         "time": booking_rows.time(row.starts_at, zone), "title": pick(services.product_of(row.service).name)}
        for row in waited
    ]  # fmt: skip
    return {"rows": told, "fields": {"tokens": " ".join(row.token for row in waited), **place}}


@admin.post("/bookings/arrivals", endpoint="bookings_came")
@needs("bookings.manage")
def came() -> Any:
    """Those that the page showed are here, but for those that are ticked: they are waited for."""
    missing = set(request.form.getlist("missing"))
    try:
        done = arrivals.come_all([row for row in _named() if row.token not in missing], by=web.person())
    except Refusal as refusal:
        db.session.rollback()
        flash(str(refusal), "error")
        return _back()
    if not done:
        flash(_("Nothing was left to note: look at the list again."))
        return _back()
    told = ngettext("%(num)s booking came: %(people)s.", "%(num)s bookings came: %(people)s.", len(done),
                    people=booking_rows.heads(sum(row.here for row in done)))  # fmt: skip
    place = {name: request.form[name] for name in PLACE if request.form.get(name)}
    web.undo(told, ".bookings_came_undo", fields={"tokens": " ".join(row.token for row in done), **place})
    return _back()


@admin.post("/bookings/arrivals/undo", endpoint="bookings_came_undo")
@needs("bookings.manage")
def undo() -> Any:
    """Those that were noted so together are waited for again."""
    arrivals.undo_all(_named(), by=web.person())
    return _back()


def _named() -> list[Booking]:
    return list(bookings.by_tokens(request.form.get("tokens", "").split()[:MOST]))


def _back() -> Any:
    slug, at, day = (request.form.get(name, "") for name in PLACE)
    if slug and at:
        return redirect(url_for(".departure", slug=slug, at=at), 303)
    return redirect(url_for(".bookings", day=day or None), 303)
