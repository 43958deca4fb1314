"""What is to be ready on each of the coming days: what is ordered, and what subscriptions will want besides.

What comes of these is what renewals would order if everybody stayed as they are: on the day to which the shop puts a
turn off, without what is left out, paused, or waits because nobody paid. An order counts when the list says that it is
to prepare, whoever made it: one that waits for its payment stands apart, also a subscription's.
Whether all of it fits into a day nobody knows yet.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import selectinload

from kernel import clock, i18n, tenancy
from kernel.db import db
from kernel.i18n import _
from shop import free_lines, order_list, renewal_days, renewals, subscription_letters
from shop.order_lines import OrderLine
from shop.orders import Order
from shop.subscription_rows import Subscription, SubscriptionEvent, whole

DAYS = 14
TO_MAKE = ("placed", "preparing")


@dataclass
class Piece:
    """So many of one variant: in orders that stand, and what subscriptions add; besides, what nobody paid yet."""

    sku: str
    name: str
    ordered: int = 0
    coming: int = 0
    unpaid: int = 0  # in orders that wait for their payment: not counted
    notes: list[str] = field(default_factory=list)  # what was written for some of them, with the order's number

    @property
    def quantity(self) -> int:
        """How many are to be ready."""
        return self.ordered + self.coming

    def add(self, other: "Piece") -> None:
        """So many more."""
        self.ordered += other.ordered
        self.coming += other.coming
        self.unpaid += other.unpaid
        self.notes += other.notes


@dataclass
class Plan:
    """The pieces of each day (None: no certain one) by variant or free line, and how many turns cannot be in time."""

    first: date
    last: date
    days: dict[date | None, dict[int | str, Piece]] = field(default_factory=dict)
    lost: int = 0

    def add(self, day: date | None, row: Subscription | OrderLine, **counts: Any) -> None:
        """So many more of it on that day; what should have been ready before is to be ready today."""
        told = self.days.setdefault(max(day, self.first) if day else None, {})
        own = free_lines.name(row)  # of these each is something else
        sku = row.variant.sku if row.variant is not None and not own else ""
        name = own or subscription_letters.name(row, i18n.language())
        piece = told.setdefault(own or row.variant_id, Piece(sku, name))
        piece.add(Piece("", "", **counts))

    def listed(self) -> list[tuple[date | None, list[Piece]]]:
        """Day by day, what is wanted most first; what is for no certain day at the end."""
        known = sorted(self.days.items(), key=lambda one: one[0] or date.max)
        return [(day, _sorted(pieces.values())) for day, pieces in known]

    def together(self) -> list[Piece]:
        """All days in one."""
        found: dict[int | str, Piece] = {}
        for pieces in self.days.values():
            for key, one in pieces.items():
                found.setdefault(key, Piece(one.sku, one.name)).add(one)
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
    sure = set(db.session.scalars(order_list.query("prepare").with_only_columns(Order.id).order_by(None)))
    goods = OrderLine.booking_id.is_(None), ~OrderLine.digital, OrderLine.returned < OrderLine.quantity
    open_ = Order.state.in_(TO_MAKE), Order.practice == tenancy.tenant().practice, ~order_list.IN_HAND
    wanted = select(OrderLine, day, Order.number, Order.gift).join(Order, Order.id == OrderLine.order_id)
    wanted = wanted.where(*goods, *open_, or_(day.is_(None), day <= plan.last)).order_by(OrderLine.id)
    loaded = selectinload(OrderLine.product), selectinload(OrderLine.variant)
    for line, on, number, gift in db.session.execute(wanted.options(*loaded)):
        count = line.quantity - line.returned
        notes = [f"{label}: {text} ({number})" for label, text in line.texts.items()]
        notes += [_("Gift (%(number)s)", number=number)] if gift else []
        plan.add(on, line, notes=notes, **{"ordered" if line.order_id in sure else "unpaid": count})


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
                plan.add(day, row, coming=row.quantity)


def _turns(row: Subscription, last: date) -> Iterator[renewal_days.Turn]:
    turn = renewal_days.coming(row)
    while turn.on <= last:
        yield turn
        turn = renewal_days.after(row, turn)


def _sorted(pieces: Iterable[Piece]) -> list[Piece]:
    return sorted(pieces, key=lambda one: (-one.quantity, one.name, one.sku))
