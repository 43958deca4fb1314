"""After an order: so many days after it was handed over, or its booking took place, a letter asks for an opinion, or
says that it may be time to order again.

Whose day had passed before it was turned on gets none; nor does an order that was called off or paid back. Who orders
every week is not asked every week.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy import ColumnElement, case, exists, func, or_, select

from campaigns import automations, conditions, enrolments, fields, welcome
from campaigns.automations import Automation, AutomationStep, Enrolment
from crm import consent
from crm.contacts import Contact
from kernel import clock, jobs, tenancy, transactions
from kernel.db import db
from kernel.i18n import _l
from shop.bookings import Booking
from shop.order_events import OrderEvent
from shop.order_lines import OrderLine
from shop.orders import Order

OPINION, REORDER = "opinion", "reorder"
SECONDS = 600  # between two looks
LATE = timedelta(days=7)  # who could not be taken in, or written to, for so long is left in peace
REST = timedelta(days=30)  # between two such letters to one person
MOST = 500  # people at one look
BEEN = ("booked", "came")  # states of a booking whose time, once over, was had


def look(trigger: str) -> None:
    """Take in whose order was handed over as long ago as the first letter waits."""
    for automation in automations.of_trigger(trigger):
        steps, seen = automations.steps(automation), set[int]()
        for order, contact, at in _had(automation, steps[0].delay) if steps else ():
            if contact.id in seen:
                continue
            seen.add(contact.id)
            enrolments.enrol(automation, contact, f"order:{order.id}", since=at, about=order)


def handed() -> ColumnElement[datetime]:
    """In SQL: when an order was handed over: its last booking is over, or it was delivered and that stands."""
    mine = OrderLine.order_id == Order.id, Booking.state.in_(BEEN)
    over = select(func.max(Booking.ends_at)).join(OrderLine, OrderLine.booking_id == Booking.id).where(*mine)
    step = OrderEvent.order_id == Order.id, OrderEvent.kind == "delivered", OrderEvent.undone_at.is_(None)
    given = select(func.max(OrderEvent.at)).where(*step)
    ended, delivered = (one.correlate(Order).scalar_subquery() for one in (over, given))
    later = case((ended > delivered, ended), else_=delivered)
    return case((Order.state == "delivered", func.coalesce(later, ended)), else_=ended)


def _had(automation: Automation, delay: timedelta) -> Sequence[Any]:
    """(order, who, when) of those whose day has come, the latest order of each first."""
    at, due, since_on = handed(), clock.now() - delay, automation.on_since or clock.now()
    mine = Enrolment.automation_id == automation.id, Enrolment.contact_id == Order.contact_id
    told = select(Enrolment.id).where(*mine, or_(Enrolment.about_id == Order.id, Enrolment.since > due - REST))
    wanted = select(Order, Contact, at).join(Contact, Contact.id == Order.contact_id)
    wanted = wanted.where(_lately(due - LATE, due), at <= due, at > due - LATE, at >= since_on - delay)
    wanted = wanted.where(*conditions.stands(Order), _all_over(), ~exists(told.correlate(Order)))
    wanted = wanted.where(consent.given(Contact.id, "marketing"), Contact.email.is_not(None))
    wanted = wanted.where(enrolments.whom(automation)).order_by(at.desc(), Order.id.desc())
    return db.session.execute(wanted.limit(MOST)).all()


def _lately(since: datetime, until: datetime) -> ColumnElement[bool]:
    """In SQL: orders of which a step or a booking ended in that time, so that not all that ever were are asked."""
    steps = select(OrderEvent.order_id).where(OrderEvent.kind == "delivered", OrderEvent.at.between(since, until))
    lines = select(OrderLine.order_id).join(Booking, OrderLine.booking_id == Booking.id)
    return Order.id.in_(steps) | Order.id.in_(lines.where(Booking.ends_at.between(since, until)))


def _all_over() -> ColumnElement[bool]:
    """In SQL: nothing of the order is still to come."""
    coming = OrderLine.order_id == Order.id, Booking.state.in_(BEEN), Booking.ends_at > clock.now()
    lines = select(Booking.id).join(OrderLine, OrderLine.booking_id == Booking.id).where(*coming)
    return ~exists(lines.correlate(Order))


def _over(trigger: str, rows: Sequence[Enrolment]) -> Mapping[int, str]:
    """Of whom it is over, and why: the order no longer stands; of a reminder also who has bought since."""
    ids = {row.about_id for row in rows if row.about_id}
    mine = select(Order.id).where(Order.id.in_(ids), handed().is_not(None), _all_over(), *conditions.stands(Order))
    stands = set(db.session.scalars(mine)) if ids else set()
    found = dict.fromkeys(conditions.ordered(rows), "bought") if trigger == REORDER else {}
    return found | {row.id: "undone" for row in rows if row.about_id not in stands}


def _everywhere(trigger: str) -> None:
    for tenant_id in welcome.shops(trigger):
        with tenancy.use(tenant_id):
            transactions.retry_free(partial(look, trigger))


@jobs.job("automations.after_orders")
def look_everywhere() -> None:
    """The same in every shop that writes after an order."""
    for trigger in (OPINION, REORDER):
        _everywhere(trigger)


def _theirs(about: fields.About) -> dict[str, str]:
    """The page of the order that set this letter off, else of their last one: there they say how it was."""
    if about.contact is None:
        return {"url": f"{about.root}/"}
    at = handed()
    mine = select(Order.token).where(Order.contact_id == about.contact.id, at <= clock.now(), *conditions.stands(Order))
    newest = mine.order_by(at.desc(), Order.id.desc()).limit(1)
    token = db.session.scalar(mine.where(Order.id == _occasion(about))) or db.session.scalar(newest)
    return {"url": f"{about.root}/orders/{token}" if token else f"{about.root}/"}


def _occasion(about: fields.About) -> Any:
    """In SQL: the order for which they came into the automation of this letter, the last time."""
    steps = select(AutomationStep.automation_id).join(Automation, Automation.id == AutomationStep.automation_id)
    steps = steps.where(AutomationStep.mailing_id == about.mailing_id, Automation.trigger.in_((OPINION, REORDER)))
    who: Any = about.contact
    theirs = (Enrolment.contact_id == who.id) & Enrolment.automation_id.in_(steps)
    found = select(Enrolment.about_id).where(theirs).order_by(Enrolment.since.desc(), Enrolment.id.desc())
    return found.limit(1).scalar_subquery()


def init_app(_app: object) -> None:
    """Look from now on, ask again before a letter leaves, and let letters lead to the order."""
    jobs.every("automations.after_orders", seconds=SECONDS)
    for trigger in (OPINION, REORDER):
        enrolments.until(trigger, partial(_over, trigger), LATE)
    page = _l("What they received last: the page of that order")
    fields.define("had_order", _l("What they received last"), {}, _theirs, parts={"url": page})
