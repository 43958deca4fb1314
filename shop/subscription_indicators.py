"""What subscriptions say of how a shop does: how many go on, and how many of them stay."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, func, or_, select

from crm import indicators
from kernel import clock, tenancy
from kernel.db import db
from kernel.i18n import _l
from shop import intervals
from shop.catalog import Product
from shop.subscription_rows import Subscription, SubscriptionEvent

THIRD = 3  # months
SHORT = timedelta(days=3)  # by so much a month without that day moves it


def _there(at: datetime, skus: Sequence[str], until: datetime | None = None) -> int:
    """How many there were at that moment, a paused one too; of these, with `until`, how many there still are then."""
    mine = select(func.count(Subscription.id)).where(Subscription.created_at < at)
    mine = mine.where(or_(Subscription.ended_at.is_(None), Subscription.ended_at >= (until or at)))
    if skus:
        mine = mine.where(_about(skus))
    return int(db.session.scalar(mine) or 0)


def _going(first: date, last: date, skus: Sequence[str]) -> int:
    """How many there are at the end of these days."""
    _since, until = clock.span(first, last, tenancy.tenant().timezone)
    return _there(min(until, clock.now()), skus)


def _kept(first: date, last: date, skus: Sequence[str]) -> int | None:
    """Of those that there were when these days began: how many did not end within them."""
    since, until = clock.span(first, last, tenancy.tenant().timezone)
    return indicators.share(_there(since, skus, min(until, clock.now())), _there(since, skus))


def _third(first: date, last: date, skus: Sequence[str]) -> int | None:
    """Of those whose third month was over on one of these days: how many had not ended before.

    It is the retention of a cohort in its third month as it is usually counted: everybody is judged on the same age,
    whoever began less than three months ago is not counted yet. A paused one has not ended; one whose first order
    came to nothing never began.
    """
    zone = tenancy.tenant().timezone
    last = min(last, clock.today(zone))
    whole = stayed = 0
    for began, ended in db.session.execute(_begun(first, last, zone, skus)):
        day = intervals.months(began.astimezone(ZoneInfo(zone)).date(), THIRD)
        if first <= day <= last:
            whole += 1
            stayed += ended is None or ended.astimezone(ZoneInfo(zone)).date() >= day
    return indicators.share(stayed, whole)


def _begun(first: date, last: date, zone: str, skus: Sequence[str]) -> Select[datetime, datetime | None]:
    """When those began whose third month may be over then, and when they ended."""
    since, until = clock.span(intervals.months(first, -THIRD) - SHORT, intervals.months(last, -THIRD) + SHORT, zone)
    never = select(SubscriptionEvent.subscription_id).where(
        SubscriptionEvent.kind == "ended", SubscriptionEvent.reason == "first"
    )
    mine = select(Subscription.created_at, Subscription.ended_at).where(
        Subscription.created_at >= since, Subscription.created_at < until, Subscription.id.not_in(never)
    )
    return mine.where(_about(skus)) if skus else mine


def _about(skus: Sequence[str]) -> ColumnElement[bool]:
    return Subscription.product_id.in_(select(Product.id).where(Product.sku.in_(skus)))


def init_app(_app: object) -> None:
    """Define them."""
    told: dict[str, Any] = {"direction": "more", "scoped": True}
    indicators.define("subscriptions.going", _l("Subscriptions that go on"), unit="count", query=_going, **told)
    indicators.define("subscriptions.kept", _l("Subscriptions that stayed"), unit="percent", query=_kept, **told)
    indicators.define(
        "subscriptions.third_month", _l("Subscriptions that go on in their third month"), unit="percent", query=_third,
        **told,
    )  # fmt: skip
