"""Purchases: an automation of one's own begins when somebody buys anything, for the first time, a product, or from a
category.

An order counts from the moment it was placed, once nothing hangs in the air: while the shop keeps it for who has not
paid, it is none. Called off, expired or paid back, it ends what it began.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, false, func, or_, select, true
from sqlalchemy.orm import aliased

from campaigns import automations, conditions, enrolments, foreseen, times, welcome
from campaigns.automations import Automation, Enrolment
from crm.contacts import Contact
from kernel import clock, jobs, tenancy, transactions
from kernel.db import db
from shop import categories
from shop.catalog import Product
from shop.order_lines import OrderLine
from shop.orders import SETTLED, Order

TRIGGER = "purchase"
SECONDS = 120  # between two looks
MOST = 500  # orders at one look


def look() -> None:
    """Take in who bought since the last look; what is seen again is taken in once."""
    for automation in automations.of_trigger(TRIGGER):
        since = times.begins(automation, clock.now())
        wanted = _those(automation, since).add_columns(times.before(automation))
        new = times.untold(automation, Order.id), times.free(automation, Order.placed_at)
        rows = db.session.execute(wanted.where(*new).order_by(Order.placed_at, Order.id).limit(MOST)).all()
        for order, contact, before in rows:
            times.take(automation, contact, before, since=order.placed_at, about=order)


def _those(automation: Automation, since: datetime) -> Any:
    """(order, who) of the purchases meant that were made since then."""
    wanted = select(Order, Contact).join(Contact, Contact.id == Order.contact_id).where(Order.placed_at >= since)
    return wanted.where(*_counts(Order), _meant(automation), *times.reachable(automation))


def _counts(order: Any) -> tuple[ColumnElement[bool], ...]:
    kept = and_(order.state == "placed", order.hold_until.is_not(None), order.payment.not_in(sorted(SETTLED)))
    return *conditions.stands(order), order.state != "asked", ~kept


def _meant(automation: Automation) -> ColumnElement[bool]:
    """In SQL: whether an order is of those that set it off."""
    if automation.which == "first":
        older = aliased(Order)
        before = or_(older.placed_at < Order.placed_at, and_(older.placed_at == Order.placed_at, older.id < Order.id))
        theirs = select(older.id).where(older.contact_id == Order.contact_id, before, *_counts(older))
        return ~exists(theirs.correlate(Order))
    if automation.which == "any":
        return true()
    inside = select(OrderLine.id).where(OrderLine.order_id == Order.id, OrderLine.quantity > OrderLine.returned)
    if automation.which == "product":
        return exists(inside.where(OrderLine.product_id == automation.product_id).correlate(Order))
    shelf = chosen_category(automation)
    if shelf is None:
        return false()
    below = categories.below(categories.all_(), shelf)
    goods = select(Product.id).where(Product.category_id.in_(below)).execution_options(binned=True)
    return exists(inside.where(OrderLine.product_id.in_(goods)).correlate(Order))


def chosen_category(automation: Automation) -> categories.Category | None:
    """The category whose things set it off; None when it was put away."""
    mine = select(categories.Category).where(categories.Category.id == automation.category_id)
    return db.session.scalar(mine)


def chosen_product(automation: Automation) -> Product | None:
    """The product that sets it off; None when it was put away."""
    return db.session.scalar(select(Product).where(Product.id == automation.product_id))


def count(automation: Automation, since: datetime) -> int:
    """How many people bought what it is about since then."""
    people = _those(automation, since).with_only_columns(func.count(func.distinct(Contact.id)))
    return int(db.session.scalar(people.order_by(None)) or 0)


def over(rows: Sequence[Enrolment]) -> dict[int, str]:
    """Of whom it is over, because the order came to nothing."""
    ids = {row.about_id for row in rows if row.about_id}
    stands = set(db.session.scalars(select(Order.id).where(Order.id.in_(ids), *conditions.stands(Order))))
    return {row.id: "undone" for row in rows if row.about_id not in stands}


@jobs.job("automations.purchases")
def look_everywhere() -> None:
    """The same in every shop that has such an automation."""
    for tenant_id in welcome.shops(TRIGGER):
        with tenancy.use(tenant_id):
            transactions.retry_free(look)


def init_app(_app: object) -> None:
    """Look from now on, count what would have been, and ask again before a letter leaves."""
    jobs.every("automations.purchases", seconds=SECONDS)
    enrolments.until(TRIGGER, over, automations.LATE)
    foreseen.by(TRIGGER, count)
