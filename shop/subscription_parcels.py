"""Parcels: which subscriptions of one person come on one day, the same way, in one order with one delivery."""

from collections.abc import Sequence

from sqlalchemy import or_, select

from kernel.db import db
from shop import renewal_days
from shop.subscription_rows import Subscription

SAME = (
    "state", "next_on", "delivery_code", "delivery_slot", "address", "payment_code", "card_id", "currency", "name",
    "email", "phone", "language", "tax_id", "fiscal",
)  # fmt: skip


def lock(row: Subscription) -> Sequence[Subscription]:
    """Hold it and what else of its person goes on, always in the same order, and read them anew."""
    mine = Subscription.contact_id == row.contact_id, or_(Subscription.id == row.id, Subscription.state == "active")
    held = select(Subscription).where(*mine).order_by(Subscription.id).with_for_update()
    return db.session.scalars(held.execution_options(populate_existing=True)).all()


def together(row: Subscription, rows: Sequence[Subscription]) -> list[Subscription]:
    """It first, then those of `rows` that come with it: asked for alike, and to be had on the same day."""
    alike = [one for one in rows if one.id != row.id and _told(one) == _told(row)]
    if not alike:
        return [row]
    seen = renewal_days.Seen()
    day = renewal_days.first(row, seen=seen)
    return [row, *(one for one in alike if day is not None and renewal_days.first(one, seen=seen) == day)]


def _told(row: Subscription) -> list[object]:
    return [getattr(row, name) for name in SAME]
