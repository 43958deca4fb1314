"""What is still due for bookings that are paid in parts: it follows each to its new day, and goes with it."""

from datetime import date, timedelta
from typing import TYPE_CHECKING

from kernel.money import Money
from shop import plans
from shop.plans import Due

if TYPE_CHECKING:
    from shop.bookings import Booking
    from shop.orders import Order


def follow(booking: "Booking", order: "Order", was: date, day: date) -> None:
    """What was due for the day on which it `was` is due for its new one; where others are then, for the earlier."""
    before = _before(booking)
    others = any(line.day == was for line in order.lines if line.booking_id != booking.id)
    on = (min(was, day) if others else day) - before
    dues = _dues(order)
    _write(
        order, [Due(one.amount, on if place and one.on == was - before else one.on) for place, one in enumerate(dues)]
    )


def leave(booking: "Booking", order: "Order", day: date, less: Money) -> None:
    """It was called off: what of it was due on its day, and of its deposit what nobody paid, is not asked for any more.

    To be said before the order costs so much less, which is taken off the last part (see `plans.parts`): there it goes.
    """
    dues = _dues(order) if order.plan == "deposit" else []
    place = next((place for place, one in enumerate(dues) if place and one.on == day - _before(booking)), 0)
    if not place:
        return
    own = min(less.minor, dues[place].amount.minor)
    unpaid = max(0, dues[0].amount.minor - max(1, order.received_minor))
    deposit = min(less.minor - own, unpaid)
    for at, minor in ((place, -own), (0, -deposit), (-1, own + deposit)):
        dues[at] = Due(dues[at].amount + order.money(minor), dues[at].on)
    _write(order, dues)


def _before(booking: "Booking") -> timedelta:
    """So many days before its day the rest of its price is due."""
    product = booking.service.product  # None: it lies in the bin
    return timedelta(days=product.deposit_days if product else 0)


def _dues(order: "Order") -> list[Due]:
    """Its parts, the first one first."""
    return [Due(order.money(row.amount_minor), row.due_on) for row in order.instalments]


def _write(order: "Order", dues: list[Due]) -> None:
    """Have these, after the first in the order of their days: what comes in pays the earliest first."""
    if dues != _dues(order):
        first, *later = dues
        plans.write(order, order.plan, [first, *sorted(later, key=lambda one: one.on or date.max)])
