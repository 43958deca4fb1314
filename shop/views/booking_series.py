"""The same time again, some weeks in a row: keeping those times beside one that is in the cart."""

from typing import Any

from flask import flash, g, redirect, request, url_for

from kernel import i18n, web
from kernel.db import db
from kernel.i18n import _, ngettext
from kernel.refusal import Missing, Refusal
from shop import booking_series, booking_waits, days
from shop import cart as carts
from shop.booking_series import Kept
from shop.bookings import Booking
from shop.departures import Full
from shop.forms import booking_series as forms
from shop.forms import wrong
from shop.forms.wrong import Wrong
from shop.occupations import JustTaken
from shop.views import booking, cart_page, store, visitor
from shop.views import cart as cart_views


@store.post("/bookings/series/<line>", endpoint="booking_series")
def keep(line: str) -> Any:
    """Hold the times after that of a line of this cart; what cannot be had is told, the rest is kept."""
    mine = cart_views.current()
    row = carts.line(mine, line).booking
    if mine is None or row is None:
        raise Missing(_("That is no longer in your cart."))
    try:
        series = forms.read(request.form, booking_series.most(row.service))
        for _time in range(1, series.times):
            booking.limit()
        how: dict[str, Any] = {"group": visitor.group(), "wait": booking_waits.of(row.service, visitor.group())}
        _tell(row, booking_series.keep(mine, row, series, **how))
    except Refusal as refusal:
        return _again(line, refusal)
    return redirect(url_for("shop.cart"), 303)


def _again(line: str, refusal: Refusal) -> Any:
    """The cart as it was, with what was chosen and why it cannot be beside the field, or on top."""
    trouble = "" if isinstance(refusal, Wrong) else str(refusal)
    db.session.rollback()
    g.series = {"line": line, "errors": wrong.of(refusal), "typed": request.form}
    with web.reading():
        return cart_page.answer(cart_views.current(), status=refusal.status, trouble=trouble)


def _tell(row: Booking, kept: Kept) -> None:
    if kept.rows:
        told = ngettext(
            "%(num)s time is kept for you for ten minutes.", "%(num)s times are kept for you for ten minutes.",
            len(kept.rows) + 1,
        )  # fmt: skip
        flash(f"{i18n.pick(row.service.product.name)}: {told}", "message")
    missed: dict[str, list[str]] = {}
    for day, why in kept.missed.items():
        known = _("Taken already.") if isinstance(why, JustTaken | Full) else str(why)
        missed.setdefault(known, []).append(days.told(day, weekday=True))
    for known, which in missed.items():
        flash(_("Not kept: %(days)s. %(why)s", days=", ".join(which), why=known), "error")
