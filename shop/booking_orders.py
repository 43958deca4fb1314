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
    refund_accounts,
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
    return booking_shares.of(booking, bookings.order_of(booking), share_bp(booking, by))


def counted(booking: Booking, found: Share) -> Money:
    """What of that would count towards the rest of its order instead of going back."""
    return booking_shares.counted([booking], bookings.order_of(booking), found)


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
    order = orders.lock(bookings.order_of(booking))
    db.session.refresh(booking)
    if booking.state == "cancelled":
        return None
    refuse(order, by, reason)
    if booking.state != "booked":
        raise bookings.NotNow()
    if by is None and booking.starts_at <= clock.now():
        raise TooLate()
    return call_off(order, [booking], by=by, reason=reason, to=to)[0]


def call_off(
    order: Order, rows: Sequence[Booking], *, by: "Account | None", reason: str = "", to: str = "money"
) -> list[Share]:
    """The same of bookings that stand, together: one letter, one refund, one credit note. What became of each.

    The caller holds the order's row and has read the bookings behind it.
    """
    found = booking_shares.of_all([(row, share_bp(row, by)) for row in rows], order)
    told = {"by": by, "reason": reason, "to": to}
    if booking_shares.alone(rows, order):
        _end(rows, order, booking_shares.total(found, order), **told)
    else:
        _take_out(rows, order, found, **told)
    for row in rows:
        _retell(row, order)
    _plan(order)
    if by is not None:
        for row in rows:
            journal.write("bookings.cancelled", about=row, by=by, data={"number": order.number, "reason": reason})
    return found


def refuse(order: Order, by: "Account | None", reason: str) -> None:
    """Raise what keeps all its bookings from being called off: it ended, a proof waits, staff gave no reason."""
    if not order.open:
        raise bookings.NotNow()
    if by is not None and not reason.strip():
        raise NoReason()
    if by is None and order.payment == "proof":
        raise ProofWaits()


def share_bp(booking: Booking, by: "Account | None") -> int:
    """Which share of what was paid for it comes back: all when the shop calls it off, else what its policy says."""
    return booking_policies.WHOLE if by is not None else booking_policies.back(booking)


def _end(rows: Sequence[Booking], order: Order, found: Share, **told: Any) -> None:
    """They were the order's only content: this ends, and the shop keeps what policies say and what was kept before."""
    before = max(0, order.total_minor - order.credited_minor - found.worth.minor)
    most = max(0, refunds.refundable(order).minor)
    kept = order.money(min(before + found.kept.minor, most))
    cancellations.with_booking(order, by=told["by"], reason=told["reason"], kept=kept)
    back = refunds.refundable(order).minor - order.kept_minor
    if back > 0 and (told["to"] == "credit" or not refunds.by_hands(order, some=True)):
        _give(rows, order, back, told)


def _take_out(rows: Sequence[Booking], order: Order, found: Sequence[Share], **told: Any) -> None:
    """The rest of the order stays: it costs less by what comes back and by what nobody has paid."""
    was_paid, whole = order.paid, booking_shares.total(found, order)
    booking_confirmations.give_up_some(order, rows)
    gone = {row.id for row in rows}
    own = [line for line in order.lines if line.booking_id in gone]
    kept_in = booking_shares.counted(rows, order, whole, to=told["to"])
    _note(rows, found, kept_in, told)
    less = {"lines": {line.id: line.quantity for line in own}, "reason": told["reason"]}
    for row, one in zip(rows, found, strict=True):
        booking_dues.leave(row, order, _day(row.starts_at), one.unpaid)
    reductions.note(order, whole.unpaid.minor, **less)
    if whole.back.minor and (told["to"] == "credit" or not refunds.by_hands(order, some=True)):
        _give(rows, order, whole.back.minor, told, lines=own)
    else:  # somebody returns it by hand: until then the order is paid too much
        reductions.note(order, whole.back.minor, **less)
    lowering.settle(order, was_paid=was_paid)
    booking_confirmations.finish(order)
    _write(rows, order, (whole.back, kept_in), **told)
    invoices.when_less(order, **less)


def _note(rows: Sequence[Booking], found: Sequence[Share], kept_in: Money, told: dict[str, Any]) -> None:
    """A step of the order for each: its page tells its own part of what came back, and of what stayed in the order."""
    left = kept_in.minor
    for row, one in zip(rows, found, strict=True):
        stays = min(left, one.back.minor)
        left -= stays
        data = {"minor": one.back.minor, "counted": stays, "reason": told["reason"], "booking": row.id}
        order_events.record(bookings.order_of(row), "booking_cancelled", by=told["by"], **data)


def _give(rows: Sequence[Booking], order: Order, minor: int, told: dict[str, Any], *, lines: Any = ()) -> None:
    back = [{"line": line.id, "quantity": line.quantity} for line in lines]
    more = {"to": told["to"], "reason": told["reason"], "by": told["by"], "lines": back}
    refunds.give(order, amount=order.money(minor), key=f"booking:{rows[0].id}", **more)  # each is called off once


def _write(rows: Sequence[Booking], order: Order, back: tuple[Money, Money], **told: Any) -> None:
    with i18n.speak(order.language, tenancy.tenant().country):
        said = f"{comes_back(*back)} {refund_accounts.said(order)}".strip()
        button = refund_accounts.button(order)
    first, *others = rows
    booking_letters.tell(first, "cancelled", others=others, reason=told["reason"], back=said, **button)
    if told["by"] is None:
        booking_letters.tell_shop(first, "cancelled", others=others, reason=told["reason"])


def moved(booking: Booking, *, was: datetime | None = None) -> None:
    """Its order's lines tell where it stands; what was due on the day of `was` and the order's end follow it."""
    order = bookings.order_of(booking)
    _retell(booking, order)
    if was is not None:
        booking_dues.follow(booking, order, _day(was), _day(booking.starts_at))
    _plan(order)


def _retell(booking: Booking, order: Order) -> None:
    for line in order.lines:
        if line.booking_id == booking.id:
            line.day, line.texts = _day(booking.starts_at), booking_words.again(booking, line.texts)


def _plan(order: Order) -> None:
    db.session.flush()
    booking_confirmations.plan(order)
    plan_reminders.schedule(order)


def _day(at: datetime) -> date:
    return local_times.day(at, tenancy.tenant().timezone)


def init_app(_app: object) -> None:
    """Say how the journal tells it."""
    journal.kind("bookings.cancelled", _l("Called off a booking of %(number)s: %(reason)s"))
