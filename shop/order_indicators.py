"""What orders say of how a shop does: sales abroad, orders made online, promises kept, people who buy at last."""

from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import func, select

from crm import indicators
from crm.contacts import Contact
from kernel import clock, tenancy
from kernel.db import db
from kernel.i18n import _l
from shop import figures
from shop.figures import Period
from shop.order_events import OrderEvent
from shop.orders import ENDED, Order

BUYING = timedelta(days=30)  # how long somebody who is new has to buy for the first time
AT_ONCE = timedelta(hours=1)  # who ordered so soon was known by the order itself: nobody had to be won


def _abroad(first: date, last: date) -> int | None:
    """How much of the money of orders comes from other countries."""
    rows = figures.sold(Period(first, last)).order_by(None).with_only_columns(figures.COSTS, Order.address)
    away = whole = 0
    for minor, address in db.session.execute(rows):
        whole += minor
        away += minor if (address or {}).get("country", "") not in {"", tenancy.tenant().country} else 0
    return indicators.share(away, whole)


def _online(first: date, last: date) -> int | None:
    """How many of the orders buyers made themselves."""
    rows = figures.ordered(Period(first, last)).order_by(None).with_only_columns(Order.by_staff, func.count())
    counts: dict[bool, int] = {staff: int(many) for staff, many in db.session.execute(rows.group_by(Order.by_staff))}
    return indicators.share(counts.get(False, 0), sum(counts.values()))


def _on_time(first: date, last: date) -> int | None:
    """Of the orders promised for one of these days: how many were handed over by then."""
    yesterday = clock.today(tenancy.tenant().timezone) - timedelta(days=1)  # what is promised for today may still come
    inside = Order.delivery_day.between(first, min(last, yesterday)), Order.practice == tenancy.tenant().practice
    promised = select(Order.id, Order.delivery_day).where(*inside, Order.state.not_in(ENDED))
    days: dict[int, date] = {row.id: row.delivery_day or last for row in db.session.execute(promised)}
    handed = select(OrderEvent.order_id, func.min(OrderEvent.at)).where(OrderEvent.kind == "delivered")
    handed = handed.where(OrderEvent.order_id.in_(promised.with_only_columns(Order.id))).group_by(OrderEvent.order_id)
    zone = ZoneInfo(tenancy.tenant().timezone)
    kept = sum(at.astimezone(zone).date() <= days[order_id] for order_id, at in db.session.execute(handed))
    return indicators.share(kept, len(days))


def _first_purchase(first: date, last: date) -> int | None:
    """Of the people who became known and did not come by an order: how many ordered within thirty days.

    Only those whose thirty days are over inside these days are counted.
    """
    since, until = (moment - BUYING for moment in clock.span(first, last, tenancy.tenant().timezone))
    bought = select(Order.contact_id, func.min(Order.placed_at).label("at")).where(Order.contact_id.is_not(None))
    bought = bought.where(Order.state.not_in(ENDED), ~Order.practice).group_by(Order.contact_id)
    earliest = bought.subquery()
    new = select(Contact.created_at, earliest.c.at).outerjoin(earliest, earliest.c.contact_id == Contact.id)
    rows = db.session.execute(new.where(Contact.created_at >= since, Contact.created_at < until)).all()
    won = [(known, at) for known, at in rows if at is None or at - known > AT_ONCE]
    return indicators.share(sum(at is not None and at - known <= BUYING for known, at in won), len(won))


def _again(first: date, last: date) -> int | None:
    """Of the people who ordered in these days: how many had ordered before."""
    mine = figures.ordered(Period(first, last)).where(Order.contact_id.is_not(None)).order_by(None)
    people = set(db.session.scalars(mine.with_only_columns(Order.contact_id).distinct()))
    counted = select(Order.contact_id).where(Order.contact_id.in_(people), Order.state.not_in(ENDED), ~Order.practice)
    counted = counted.where(Order.placed_at < clock.span(first, last, tenancy.tenant().timezone)[1])
    twice = db.session.scalars(counted.group_by(Order.contact_id).having(func.count() > 1)).all()
    return indicators.share(len(twice), len(people))


def init_app(_app: object) -> None:
    """Define them."""
    told: dict[str, Any] = {"unit": "percent", "direction": "more"}
    indicators.define("orders.abroad", _l("Sales to other countries"), query=_abroad, **told)
    indicators.define("orders.online", _l("Orders that buyers made themselves"), query=_online, **told)
    indicators.define("orders.on_time", _l("Orders handed over on the promised day"), query=_on_time, **told)
    indicators.define("orders.first", _l("New people who buy within 30 days"), query=_first_purchase, **told)
    indicators.define("orders.again", _l("Buyers who had bought before"), query=_again, **told)
