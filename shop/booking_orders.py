"""Bookings and their orders: one is called off while the rest stays, with its money; one is at another time."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from kernel import clock, i18n, journal, tenancy
from kernel.db import db
from kernel.i18n import _, _l
from kernel.money import Money
from kernel.refusal import Refusal
from shop import (
    booking_confirmations,
    booking_dues,
    booking_letters,
    booking_policies,
    booking_shares,
    booking_words,
    bookings,
    cancellations,
    invoices,
    local_times,
    lowering,
    order_events,
    orders,
    plan_reminders,
    receipts,
    reductions,
    refunds,
)
from shop.booking_shares import Share
from shop.bookings import Booking
from shop.orders import Order

if TYPE_CHECKING:
    from kernel.accounts import Account


class TooLate(Refusal):
    """It has begun: its guest cannot call it off any more."""

    message = _l("This booking has already begun: write to the shop.")
    status = 409


class ProofWaits(Refusal):
    """Whether money came is being looked at."""

    message = _l("The shop is looking at your proof of payment: cancel once it has answered, or write to the shop.")
    status = 409


class NoReason(Refusal):
    """Staff call off without saying why."""

    message = _l("Write why it is cancelled: the guest will read it.")


def share(booking: Booking, *, by: "Account | None" = None) -> Share:
    """What would come back now and what would be kept: all comes back when the shop calls it off."""
    return booking_shares.of(booking, _order(booking), _share_bp(booking, by))


def counted(booking: Booking, found: Share) -> Money:
    """What of that would count towards the rest of its order instead of going back."""
    return booking_shares.counted(booking, _order(booking), found)


def comes_back(back: Money, kept_in: Money) -> str:
    """What of a booking that was called off comes back to its guest, and what of that stays in the order; or ''."""
    if not back.minor:
        return ""
    told = _("%(amount)s comes back to you.", amount=receipts.shown(back))
    return f"{told} {counts(kept_in)}".strip()


def counts(kept_in: Money) -> str:
    """How much of it counts towards what the order still costs; '' when nothing does."""
    amount = receipts.shown(kept_in)
    return _("Of that, %(amount)s counts towards the rest of your order.", amount=amount) if kept_in.minor else ""


def allowed_to_guest(booking: Booking) -> bool:
    """Whether its guest can call it off alone now, whatever comes back."""
    order = booking.order
    ready = booking.state == "booked" and order is not None and order.open and order.payment != "proof"
    return ready and booking.starts_at > clock.now()


def cancel(booking: Booking, *, by: "Account | None" = None, reason: str = "", to: str = "money") -> Share | None:
    """Call a booking off, once: others can have its time, and what comes back of its price goes back.

    The shop (`by`) returns all of it; to its guest comes back what its policy says. The other things of the order
    stay; one that was for nothing else ends with it. `to`: "money" or "credit". None when it was called off before.
    """
    order = orders.lock(_order(booking))
    db.session.refresh(booking)
    if booking.state == "cancelled":
        return None
    _refuse(booking, order, by, reason)
    found = booking_shares.of(booking, order, _share_bp(booking, by))
    if booking_shares.alone(booking, order):
        _end(booking, order, found, by=by, reason=reason, to=to)
    else:
        _take_out(booking, order, found, by=by, reason=reason, to=to)
    moved(booking)
    if by is not None:
        journal.write("bookings.cancelled", about=booking, by=by, data={"number": order.number, "reason": reason})
    return found


def _refuse(booking: Booking, order: Order, by: "Account | None", reason: str) -> None:
    if booking.state != "booked" or not order.open:
        raise bookings.NotNow()
    if by is not None:
        if not reason.strip():
            raise NoReason()
        return
    if order.payment == "proof":
        raise ProofWaits()
    if booking.starts_at <= clock.now():
        raise TooLate()


def _share_bp(booking: Booking, by: "Account | None") -> int:
    return booking_policies.WHOLE if by is not None else booking_policies.back(booking)


def _end(booking: Booking, order: Order, found: Share, **told: Any) -> None:
    """It was the order's only content: this ends, and the shop keeps what the policy says and what was kept before."""
    before = max(0, order.total_minor - order.credited_minor - found.worth.minor)
    most = max(0, refunds.refundable(order).minor)
    kept = order.money(min(before + found.kept.minor, most))
    cancellations.with_booking(order, by=told["by"], reason=told["reason"], kept=kept)
    back = refunds.refundable(order).minor - order.kept_minor
    if back > 0 and (told["to"] == "credit" or not refunds.by_hands(order, some=True)):
        _give(booking, order, back, told)


def _take_out(booking: Booking, order: Order, found: Share, **told: Any) -> None:
    """The rest of the order stays: it costs less by what comes back and by what nobody has paid."""
    was_paid = order.paid
    booking_confirmations.give_up_one(booking)
    own = [line for line in order.lines if line.booking_id == booking.id]
    kept_in = booking_shares.counted(booking, order, found, to=told["to"])
    data = {"minor": found.back.minor, "counted": kept_in.minor, "reason": told["reason"], "booking": booking.id}
    order_events.record(order, "booking_cancelled", by=told["by"], **data)
    less = {"lines": {line.id: line.quantity for line in own}, "reason": told["reason"]}
    booking_dues.leave(booking, order, _day(booking.starts_at), found.unpaid)
    reductions.note(order, found.unpaid.minor, **less)
    if found.back.minor and (told["to"] == "credit" or not refunds.by_hands(order, some=True)):
        _give(booking, order, found.back.minor, told, lines=own)
    else:  # somebody returns it by hand: until then the order is paid too much
        reductions.note(order, found.back.minor, **less)
    lowering.settle(order, was_paid=was_paid)
    booking_confirmations.finish(order)
    _write(booking, order, (found.back, kept_in), **told)
    invoices.when_less(order, **less)


def _give(booking: Booking, order: Order, minor: int, told: dict[str, Any], *, lines: Sequence[Any] = ()) -> None:
    back = [{"line": line.id, "quantity": line.quantity} for line in lines]
    more = {"to": told["to"], "reason": told["reason"], "by": told["by"], "lines": back}
    refunds.give(order, amount=order.money(minor), key=f"booking:{booking.id}", **more)


def _write(booking: Booking, order: Order, back: tuple[Money, Money], **told: Any) -> None:
    with i18n.speak(order.language, tenancy.tenant().country):
        said = comes_back(*back)
    booking_letters.tell(booking, "cancelled", reason=told["reason"], back=said)
    if told["by"] is None:
        booking_letters.tell_shop(booking, "cancelled", reason=told["reason"])


def moved(booking: Booking, *, was: datetime | None = None) -> None:
    """Its order's lines tell where it stands; what was due on the day of `was` and the order's end follow it."""
    order, day = _order(booking), _day(booking.starts_at)
    for line in order.lines:
        if line.booking_id == booking.id:
            line.day, line.texts = day, booking_words.again(booking, line.texts)
    if was is not None:
        booking_dues.follow(booking, order, _day(was), day)
    db.session.flush()
    booking_confirmations.plan(order)
    plan_reminders.schedule(order)


def _day(at: datetime) -> date:
    return local_times.local(at, tenancy.tenant().timezone).date()


def _order(booking: Booking) -> Order:
    if booking.order is None:
        raise bookings.NotNow()
    return booking.order


def init_app(_app: object) -> None:
    """Say how the journal tells it."""
    journal.kind("bookings.cancelled", _l("Called off a booking of %(number)s: %(reason)s"))
