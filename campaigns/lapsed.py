"""Win back: who allowed letters and has ordered nothing more for as long as the first letter waits, until they do.

It counts from their last order that stands. Who had passed that day before it was turned on is nobody's occasion: a
list of old buyers gets no letter at once.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, or_, select
from sqlalchemy.orm import aliased

from campaigns import automations, conditions, enrolments, welcome
from campaigns.automations import Automation, Enrolment
from crm import consent
from crm.contacts import Contact
from kernel import clock, jobs, tenancy, transactions
from kernel.db import db
from shop.orders import ENDED, Order

TRIGGER = "lapsed"
SECONDS = 600  # between two looks
LATE = timedelta(days=7)  # who could not be taken in, or written to, for so long is left in peace
MOST = 500  # people at one look


def look() -> None:
    """Take in whose last order is as old as the first letter waits."""
    for automation in automations.of_trigger(TRIGGER):
        steps = automations.steps(automation)
        for order, contact in _quiet(automation, steps[0].delay) if steps else ():
            enrolments.enrol(automation, contact, f"order:{order.id}", since=order.placed_at, about=order)


def _quiet(automation: Automation, delay: timedelta) -> Sequence[Any]:
    due, since_on = clock.now() - delay, (automation.on_since or clock.now()) - delay
    came = Order.placed_at <= due, Order.placed_at > due - LATE, Order.placed_at >= since_on
    newer = aliased(Order)
    later = or_(newer.placed_at > Order.placed_at, and_(newer.placed_at == Order.placed_at, newer.id > Order.id))
    since = exists(select(newer.id).where(newer.contact_id == Order.contact_id, *_stands(newer), later))
    told = select(Enrolment.id).where(Enrolment.automation_id == automation.id, Enrolment.about_id == Order.id)
    known = exists(told.where(Enrolment.contact_id == Order.contact_id).correlate(Order))
    wanted = select(Order, Contact).join(Contact, Contact.id == Order.contact_id)
    wanted = wanted.where(*came, *_stands(Order), ~since.correlate(Order), ~known)
    wanted = wanted.where(consent.given(Contact.id, "marketing"), Contact.email.is_not(None))
    wanted = wanted.where(enrolments.whom(automation))
    return db.session.execute(wanted.order_by(Order.placed_at, Order.id).limit(MOST)).all()


def _stands(order: Any) -> tuple[ColumnElement[bool], ...]:
    return order.state.not_in(sorted(ENDED)), ~order.practice


def over(rows: Sequence[Enrolment]) -> dict[int, str]:
    """Why no more of it is right: they bought."""
    return dict.fromkeys(conditions.ordered(rows), "bought")


@jobs.job("automations.lapsed")
def look_everywhere() -> None:
    """The same in every shop that wins back."""
    for tenant_id in welcome.shops(TRIGGER):
        with tenancy.use(tenant_id):
            transactions.retry_free(look)


def init_app(_app: object) -> None:
    """Look from now on, and ask again before a letter leaves."""
    jobs.every("automations.lapsed", seconds=SECONDS)
    enrolments.until(TRIGGER, over, LATE)
