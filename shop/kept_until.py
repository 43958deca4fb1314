"""Kept until: staff say until which day what was booked waits for its money, and put that off or bring it forward."""

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from kernel import clock, journal, letters, tenancy
from kernel.i18n import _l
from kernel.refusal import Refusal
from shop import bookings, days, holds, local_times, order_events, orders, plan_reminders, plans
from shop import letters as order_letters
from shop.plans import Due
from shop.walk_in_terms import BadDay

if TYPE_CHECKING:
    from kernel.accounts import Account
    from shop.orders import Order


class NotKept(Refusal):
    """It was paid, or it ended."""

    message = _l("Its money is not waited for any more: look at it again.")
    status = 409


def begin(order: "Order", until: datetime, *, by: "Account | None") -> None:
    """Staff write it down so: kept until then, whatever way of paying is chosen later."""
    holds.begin(order, until)
    order_events.record(order, holds.KEPT, by=by, now=until.isoformat())


def open_to(order: "Order") -> bool:
    """Whether it waits for its money, and what it is for has not begun."""
    return holds.waits(order) and _first(order) is not None


def last_day(order: "Order") -> date:
    """The last day that can be chosen: that of its first booking, or of the next part of its price."""
    first = _first(order)
    if first is None:
        raise NotKept()
    later = [row.due_on for row in order.instalments if row.position and row.due_on]
    return min([_day(first), *later])


def put_off(order: "Order", day: date, *, by: "Account") -> bool:
    """Keep it until the end of that day, or until it begins; whether that is another time than before.

    The buyer reads it, once. Raises NotKept, BadDay.
    """
    orders.lock(order)
    first = _first(order)
    if not holds.waits(order) or order.hold_until is None or first is None:
        raise NotKept()
    last = last_day(order)
    if not plans.today() <= day <= last:
        raise BadDay(last=days.told(last, weekday=True))
    ends = clock.span(day, day, tenancy.tenant().timezone)[1] - timedelta(minutes=1)
    until, was = min(ends, first), order.hold_until
    if until == was:
        return False
    before = order_events.last(order, holds.KEPT)
    holds.begin(order, until)
    _due(order, day)
    order_events.record(order, holds.KEPT, by=by, was=was.isoformat(), now=until.isoformat())
    journal.write("bookings.kept", about=order, by=by, data={"number": order.number})
    unread = letters.waiting(order, "orders.kept")
    back = unread is not None and letters.take_back(unread)
    heard = before is None or before.data.get("was") is None or datetime.fromisoformat(before.data["was"]) != until
    if heard or not back:  # else it is again as it was before anybody read that it is not
        with letters.resting(f"kept:{order.id}"):
            order_letters.tell(order, "kept", not_after=until)
    return True


def _due(order: "Order", day: date) -> None:
    """The first part of its price is due on that day, where it has one."""
    rows = [Due(order.money(row.amount_minor), row.due_on) for row in order.instalments]
    if rows and rows[0].on is not None:
        plans.write(order, order.plan, [Due(rows[0].amount, day), *rows[1:]])
        plan_reminders.schedule(order)


def _first(order: "Order") -> datetime | None:
    """When the first of its bookings begins; None when it has begun, or there is none."""
    begins = [row.starts_at for row in bookings.of_order(order) if row.state == "booked"]
    first = min(begins, default=None)
    return first if first is not None and first > clock.now() else None


def _day(at: datetime) -> date:
    return local_times.day(at, tenancy.tenant().timezone)


def init_app(_app: object) -> None:
    """Say how the journal tells it."""
    journal.kind("bookings.kept", _l("Changed until when %(number)s is kept"))
