"""What subscriptions will want on each of the coming days: what is ordered already and what is still to come.

What comes is what renewals would order if everybody stayed as they are: on the day to which the shop puts a turn off,
without what is left out, paused, or waits because nobody paid. Whether all of it fits into a day nobody knows yet.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import selectinload

from kernel import clock, i18n, tenancy
from kernel.db import db
from shop import renewal_days, renewals, subscription_letters
from shop.order_lines import OrderLine
from shop.orders import Order
from shop.subscription_rows import Subscription, SubscriptionEvent, whole

DAYS = 14
TO_MAKE = ("placed", "preparing")


@dataclass
class Piece:
    """So many of one variant; of these, how many are in orders that were made."""

    sku: str
    name: str
    quantity: int = 0
    ordered: int = 0


@dataclass
class Plan:
    """The pieces of each day by variant, those of all days together, and how many turns cannot be had in time."""

    first: date
    last: date
    days: dict[date, dict[int, Piece]] = field(default_factory=dict)
    lost: int = 0

    def add(self, day: date, row: Subscription | OrderLine, quantity: int, *, ordered: bool = False) -> None:
        """So many more of it on that day."""
        told = self.days.setdefault(day, {})
        piece = told.get(row.variant_id) or _piece(row)
        piece.quantity += quantity
        piece.ordered += quantity if ordered else 0
        told[row.variant_id] = piece

    def listed(self) -> list[tuple[date, list[Piece]]]:
        """Day by day, what is wanted most first."""
        return [(day, _sorted(pieces.values())) for day, pieces in sorted(self.days.items())]

    def together(self) -> list[Piece]:
        """All days in one."""
        found: dict[int, Piece] = {}
        for pieces in self.days.values():
            for key, one in pieces.items():
                sum_ = found.setdefault(key, Piece(one.sku, one.name))
                sum_.quantity += one.quantity
                sum_.ordered += one.ordered
        return _sorted(found.values())


def made() -> Plan:
    """That of the coming days, today's among them."""
    today = clock.today(tenancy.tenant().timezone)
    plan = Plan(today, today + timedelta(days=DAYS - 1))
    _ordered(plan)
    _coming(plan)
    return plan


def _ordered(plan: Plan) -> None:
    turn = select(func.min(SubscriptionEvent.day)).where(SubscriptionEvent.order_id == Order.id)
    day = func.coalesce(Order.delivery_day, turn.correlate(Order).scalar_subquery())
    lines = select(OrderLine, day).join(Order, Order.id == OrderLine.order_id).where(OrderLine.every != "")
    lines = lines.where(Order.state.in_(TO_MAKE), ~Order.practice, day >= plan.first, day <= plan.last)
    loaded = selectinload(OrderLine.product), selectinload(OrderLine.variant)
    for line, on in db.session.execute(lines.order_by(OrderLine.id).options(*loaded)):
        if line.quantity > line.returned:
            plan.add(on, line, line.quantity - line.returned, ordered=True)


def _coming(plan: Plan) -> None:
    wanted = select(Subscription).where(Subscription.state == "active", Subscription.next_on <= plan.last)
    wanted = wanted.order_by(Subscription.id).options(*whole(), selectinload(Subscription.contact))
    rows, seen = db.session.scalars(wanted).all(), renewal_days.Seen()
    waiting = renewals.unpaid([row.id for row in rows])
    for row in rows:
        if row.contact is None or row.id in waiting:
            continue  # it is paused when its time comes
        for turn in _turns(row, plan.last):
            day = renewal_days.first(row, turn, seen)
            if day is None:
                plan.lost += 1
            elif day <= plan.last:
                plan.add(day, row, row.quantity)


def _turns(row: Subscription, last: date) -> Iterator[renewal_days.Turn]:
    turn = renewal_days.coming(row)
    while turn.on <= last:
        yield turn
        turn = renewal_days.after(row, turn)


def _piece(row: Subscription | OrderLine) -> Piece:
    sku = row.variant.sku if row.variant is not None else ""
    return Piece(sku, subscription_letters.name(row, i18n.language()))


def _sorted(pieces: Iterable[Piece]) -> list[Piece]:
    return sorted(pieces, key=lambda one: (-one.quantity, one.name, one.sku))
