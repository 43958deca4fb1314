"""The times of a sale at the counter: one is held as soon as it is tapped, and freed when it is taken off."""

from typing import Any

from flask import Response, request

from kernel import web
from kernel.db import db
from kernel.i18n import _l
from kernel.refusal import Missing, Refusal
from kernel.web import needs
from shop import booking_targets, counter_times, orders, sales
from shop.forms import sale_times as forms
from shop.forms import sales as sale_forms
from shop.views import admin, sale_page


class Done(Refusal):
    """The sale was made meanwhile."""

    message = _l("This sale is made already: open a new one for what else is booked.")
    status = 409


@admin.post("/sales/times", endpoint="sale_times")
@needs("sales.make")
def times() -> Any:
    """Hold a time for this sale, keep or take off one that is; all are let go when its page is left."""
    if "leave" in request.form:
        counter_times.leave(own_key())
        return Response(status=204)
    try:
        fresh = _done(sales.key_of(request.form.get("key", ""), web.person().id))
        db.session.flush()
    except Missing:
        raise
    except Refusal as refusal:
        return _refused(refusal)
    return sale_page.answer(counter(), closed=bool(fresh), fresh=fresh)


def own_key() -> str:
    """Under what this form's times are held; '' when it has no key of its own."""
    try:
        return sales.key_of(request.form.get("key", ""), web.person().id)
    except Refusal:
        return ""


def counter() -> sale_forms.Draft:
    """The form with what is held for it."""
    return sale_forms.read(request.form, own_key())


def _done(key: str) -> str:
    """The time that was held just now, by its token; '' when one was taken off or only kept."""
    form = request.form
    if "drop_time" in form:
        counter_times.drop(key, form["drop_time"])
        return ""
    if not web.may("bookings.manage"):
        raise Missing()
    if orders.by_key(key) is not None:
        raise Done()
    if "again" in form:
        counter_times.again(key, form["again"])
        return form["again"]
    if "swap" in form:
        token, _blank, starts = form["swap"].partition(" ")
        return counter_times.swap(key, token, booking_targets.moment(starts)).token
    chosen = forms.choosing(counter())
    if chosen is None:
        raise forms.NoService()
    return counter_times.hold(key, chosen.visit(form.get("to", ""))).token


def _refused(refusal: Refusal) -> Response:
    db.session.rollback()
    with web.reading():
        return sale_page.answer(counter(), held=refusal, status=refusal.status)
