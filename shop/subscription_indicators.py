"""What subscriptions say of how a shop does: how many go on, and how many of them stay."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, or_, select

from crm import indicators
from kernel import clock, tenancy
from kernel.db import db
from kernel.i18n import _l
from shop.catalog import Product
from shop.subscription_rows import Subscription


def _there(at: datetime, skus: Sequence[str], until: datetime | None = None) -> int:
    """How many there were at that moment, a paused one too; of these, with `until`, how many there still are then."""
    mine = select(func.count(Subscription.id)).where(Subscription.created_at < at)
    mine = mine.where(or_(Subscription.ended_at.is_(None), Subscription.ended_at >= (until or at)))
    if skus:
        mine = mine.where(Subscription.product_id.in_(select(Product.id).where(Product.sku.in_(skus))))
    return int(db.session.scalar(mine) or 0)


def _going(first: date, last: date, skus: Sequence[str]) -> int:
    """How many there are at the end of these days."""
    _since, until = clock.span(first, last, tenancy.tenant().timezone)
    return _there(min(until, clock.now()), skus)


def _kept(first: date, last: date, skus: Sequence[str]) -> int | None:
    """Of those that there were when these days began: how many did not end within them."""
    since, until = clock.span(first, last, tenancy.tenant().timezone)
    return indicators.share(_there(since, skus, min(until, clock.now())), _there(since, skus))


def init_app(_app: object) -> None:
    """Define them."""
    told: dict[str, Any] = {"direction": "more", "scoped": True}
    indicators.define("subscriptions.going", _l("Subscriptions that go on"), unit="count", query=_going, **told)
    indicators.define("subscriptions.kept", _l("Subscriptions that stayed"), unit="percent", query=_kept, **told)
