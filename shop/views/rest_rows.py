"""Times that go together, as pages tell them: each with what comes back of it, what is kept, and by what way."""

from collections.abc import Callable
from typing import Any

from flask import flash, redirect, request, url_for

from kernel import web
from kernel.db import db
from kernel.i18n import _, ngettext, pick
from kernel.refusal import Missing, Refusal
from shop import booking_orders, booking_rest, booking_story, bookings, receipts, refunds
from shop.booking_rest import Rest
from shop.booking_shares import Share
from shop.bookings import Booking
from shop.forms import booking_rest as forms
from shop.orders import Order


def offers(booking: Booking, page: str, *, by: Any = None) -> list[tuple[str, str]]:
    """(verb, address of that page) of what can be called off at once beside this one."""
    counts, alone = booking_rest.offered(booking, by=by), not booking_story.soon(booking)
    return [
        (_verb(choice, count, alone=alone), url_for(page, token=booking.token, which=choice))
        for choice, count in counts.items()
    ]


def _verb(choice: str, count: int, *, alone: bool) -> str:
    """`alone`: those after a time that itself stays."""
    if choice == "every":
        return _("Cancel all %(num)s that are still to come", num=count)
    if alone:
        return _("Cancel the %(num)s times after it", num=count)
    return ngettext("Cancel this and the %(num)s after it", "Cancel this and the %(num)s times after it", count - 1)


def of_order(order: Order) -> str:
    """Where all times of an order are called off by their guest; '' unless several are still to come."""
    return _of_order(order, "shop.booking_rest") if booking_rest.open_to_guest(order) else ""


def of_desk_order(order: Order) -> str:
    """The same for staff."""
    return _of_order(order, ".booking_rest") if order.open and web.may("orders.cancel") else ""


def _of_order(order: Order, page: str) -> str:
    rows = [row for row in bookings.of_order(order) if booking_story.soon(row)]
    return url_for(page, token=rows[0].token, which="every") if len(rows) > 1 else ""


def told(rest: Rest, *, desk: bool = False) -> dict[str, Any]:
    """What happens to each and in all; `desk`: as staff read it."""
    pairs = zip(rest.rows, rest.found, strict=True)
    rows = [{**_time(row), **_money(share)} for row, share in pairs]
    names = {one["name"] for one in rows}
    return {
        "rows": rows, "name": names.pop() if len(names) == 1 else "", "values": forms.written(rest),
        "stays": [{**_time(row), "why": why} for row, why in rest.stays],
        "sums": _sums(rest.whole), "counts": booking_orders.counts(rest.counted), "way": _way(rest, desk=desk),
        "ends": rest.ends, "back": receipts.shown(rest.whole.back),
    }  # fmt: skip


def _time(row: Booking) -> dict[str, str]:
    return {"when": booking_story.when(row), "name": pick(row.name)}


def _money(share: Share) -> dict[str, str]:
    return {
        "back": receipts.shown(share.back), "kept": receipts.shown(share.kept) if share.kept else "",
        "paid": receipts.shown(share.back + share.kept) if share.back or share.kept else "",
    }  # fmt: skip


def _sums(whole: Share) -> list[tuple[str, str]]:
    rows = [(_("The shop keeps"), receipts.shown(whole.kept))] if whole.kept else []
    return [*rows, (_("No longer to be paid"), receipts.shown(whole.unpaid))] if whole.unpaid else rows


def _way(rest: Rest, *, desk: bool) -> str:
    """By what way it comes back; '' when nothing does, or all of it stays in the order."""
    if rest.whole.back <= rest.counted:
        return ""
    if not refunds.by_hands(rest.order, some=True):
        return _("It goes back the way it was paid.")
    return _("You return it by hand: the order says how much.") if desk else _("The shop returns it and writes to you.")


def cancel(token: str, refused: Callable[[Booking, Refusal], Any], *, by: Any = None) -> Any:
    """Call off what was shown and lead back to the booking; else what `refused` answers, the rest undone."""
    booking, reason = bookings.by_token(token), request.form.get("reason", "").strip()[:300]
    try:
        rest = booking_rest.cancel(booking, forms.read(request.form.getlist("time")), by=by, reason=reason)
    except Missing:
        raise
    except Refusal as refusal:
        told = refusal
        db.session.rollback()
        with web.reading():
            return refused(bookings.by_token(token), told)
    _flash(rest)
    return redirect(url_for(".booking", token=token), 303)


def every() -> bool:
    """Whether all times of the order are meant, not those after one."""
    return request.values.get("which") == "every"


def _flash(rest: Rest) -> None:
    """How many were called off and what comes back, and of each that stays why."""
    if rest.rows:
        done = ngettext("%(num)s time is cancelled.", "%(num)s times are cancelled.", len(rest.rows))
        flash(f"{done} {booking_orders.comes_back(rest.whole.back, rest.counted)}".strip())
    if rest.stays:
        stay = "; ".join(f"{booking_story.when(row)} ({why})" for row, why in rest.stays)
        flash(_("Not cancelled: %(times)s.", times=stay), "error")
