"""Added nights: by when what a guest added to a paid booking has to be paid, and how that is said."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from kernel import clock, jobs
from kernel.i18n import _
from kernel.money import Money
from shop import booking_worth, order_events, payment_methods, plans, receipts, repricing

if TYPE_CHECKING:
    from shop.order_events import OrderEvent
    from shop.orders import Order
    from shop.payment_methods import PaymentMethod


def until(order: "Order", difference: Money, begins: datetime) -> datetime | None:
    """The last moment to pay what it would cost more: the way of paying says how long that may take, at most until it
    `begins`. None where nothing of it is asked for at once, or the whole order waits for its money anyway.
    """
    if difference.minor <= 0 or not order.open or order.hold_until is not None or not _asked_now(order, difference):
        return None
    method, now, known = _way(order), clock.now(), pending(order)
    if method is None:
        return None
    term: timedelta = method.time_before(begins, now)
    return min([now + term, begins, *([known[1]] if known else [])])


def _asked_now(order: "Order", difference: Money) -> bool:
    """Whether it is due by itself: a plan that goes on takes it into its next part."""
    if (order.balance + difference).minor <= 0:  # so much was paid too much before
        return False
    if plans.due_now(order).minor > 0:
        return pending(order) is not None
    return not order.plan or all(not part.left for part in plans.parts(order))


def _way(order: "Order") -> "PaymentMethod | None":
    """By which its money comes: as before; who paid at the counter pays from afar now. None: when they come."""
    method = repricing.way(order)
    if method is not None and method.kind == "counter":
        method = next((one for one in payment_methods.active() if one.kind not in payment_methods.UNHELD), None)
    return None if method is None or method.kind in payment_methods.UNHELD else method


def wait(step: "OrderEvent", moment: datetime) -> None:
    """Look then whether what that step added was paid."""
    key = f"{step.id}:{int(moment.timestamp())}"
    jobs.later("bookings.added_unpaid", step.id, at=moment, key=key)


def pending(order: "Order") -> "tuple[OrderEvent, datetime] | None":
    """(the first change whose money is waited for, until when); None where none is, or it came."""
    if plans.due_now(order).minor <= 0:
        return None
    steps = [one for one in order_events.of(order) if one.kind == booking_worth.KIND and one.undone_at is None]
    waits = [one for one in steps if one.data.get("until") and not one.data.get("over")]
    return (waits[0], datetime.fromisoformat(waits[0].data["until"])) if waits else None


def words(moment: datetime) -> str:
    """What happens without the money, and when."""
    told = receipts.until(moment)
    return _("It has to be paid by %(until)s; without that, the booking goes back to what was paid.", until=told)


def said(order: "Order") -> str:
    """The same of what is waited for now; '' of nothing."""
    known = pending(order)
    return words(known[1]) if known and known[1] > clock.now() else ""
