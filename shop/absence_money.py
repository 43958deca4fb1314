"""Absences and money: what the terms of a booking say when nobody came; nothing goes back unless staff say so."""

from typing import TYPE_CHECKING

from kernel import money
from kernel.db import db
from kernel.i18n import _, _l
from kernel.refusal import Refusal
from shop import (
    booking_policies,
    booking_shares,
    bookings,
    invoices,
    lowering,
    order_events,
    orders,
    reductions,
    refunds,
)
from shop.booking_shares import Share
from shop.bookings import Booking

if TYPE_CHECKING:
    from kernel.accounts import Account
    from kernel.money import Money

KIND = "absence_back"


class NothingBack(Refusal):
    """The terms keep all of it, or nothing was paid."""

    message = _l("By the terms of this booking nothing goes back.")
    status = 409


def of(booking: Booking) -> Share:
    """What of what was paid for it goes back by its terms, and what the shop keeps."""
    return booking_shares.of(booking, bookings.order_of(booking), booking_policies.absent(booking.policy))


def owed(booking: Booking) -> "Money":
    """What the terms keep beyond what was paid: told, and asked for by nobody."""
    unpaid = of(booking).unpaid
    return unpaid - money.percent(unpaid, booking_policies.absent(booking.policy))


def given(booking: Booking) -> "Money | None":
    """What went back so already; None when nothing did."""
    told = (one for one in order_events.of(bookings.order_of(booking)) if one.kind == KIND)
    mine = next((one for one in told if one.data.get("booking") == booking.id), None)
    return bookings.order_of(booking).money(int(mine.data["minor"])) if mine else None


def give(booking: Booking, *, by: "Account | None", to: str = "money") -> "Money | None":
    """Give back what the terms say, once; None when that was done before. `to`: "money" or "credit".

    What a person has to return by hand makes the order paid too much until they did, as when a guest calls off.
    Raises NotNow when somebody came, NothingBack.
    """
    order = orders.lock(bookings.order_of(booking))
    db.session.refresh(booking)
    if booking.state != "missed":
        raise bookings.NotNow()
    if given(booking) is not None:
        return None
    back, was_paid = of(booking).back, order.paid
    if not back.minor:
        raise NothingBack()
    order_events.record(order, KIND, by=by, booking=booking.id, minor=back.minor)
    reason = _("Nobody came: what the terms of the booking give back")
    own = {line.id: line.quantity for line in order.lines if line.booking_id == booking.id}
    if to == "credit" or not refunds.by_hands(order, some=True):
        rows = [{"line": line, "quantity": quantity} for line, quantity in own.items()]
        refunds.give(order, amount=back, key=f"absence:{booking.id}", to=to, reason=reason, by=by, lines=rows)
    else:
        reductions.note(order, back.minor, lines=own, reason=reason)
    lowering.settle(order, was_paid=was_paid)
    invoices.when_less(order, lines=own, reason=reason)
    return back
