"""Who goes on in the third month: everybody is judged on the same age, and only who really began."""

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from sqlalchemy import select

from crm import indicators
from kernel.db import db
from shop import subscriptions
from shop.subscription_rows import Subscription
from tests.shop.test_subscriptions import EVERY, began

CODE = "subscriptions.third_month"


def noon(day):
    """It is noon of that day where the shop is."""
    return time_machine.travel(datetime(day.year, day.month, day.day, 18, tzinfo=UTC), tick=False)


def begun(shop, product, *days):
    """Somebody began on each of these days."""
    rows = []
    for day in days:
        row = began(shop, product, paid=True)
        row.created_at = datetime(day.year, day.month, day.day, 18, tzinfo=UTC)
        rows.append(row)
    db.session.commit()
    return rows


def ended(row, day, reason=""):
    """They ended it that day."""
    with noon(day):
        subscriptions.end(row, reason=reason)
        db.session.commit()


def value(first, last, skus=()):
    """The share that the figure tells for these days."""
    return indicators.value(CODE, first, last, skus)


def test_each_is_judged_when_its_third_month_is_over(shop):
    club, other = shop.product("Club", **EVERY), shop.product("Otro", **EVERY)
    january, days = date(2026, 1, 10), (date(2026, 4, 1), date(2026, 4, 30))
    stays, early, later, paused, never = begun(shop, club, *[january + timedelta(days=one) for one in range(5)])
    begun(shop, other, january)
    begun(shop, club, date(2025, 12, 31), date(2026, 2, 1))  # of March and of May
    ended(early, date(2026, 4, 10))  # its third month is over on the eleventh
    ended(later, date(2026, 4, 12))  # on the very day: it went on till then
    ended(never, date(2026, 1, 16), reason="first")
    subscriptions.pause(paused)
    db.session.commit()
    assert stays.state == "active"
    with noon(date(2026, 5, 20)):
        assert value(*days) == indicators.share(4, 5)
        assert value(*days, [club.sku]) == indicators.share(3, 4)
        assert value(date(2026, 4, 11), date(2026, 4, 11)) == 0
        assert value(date(2026, 6, 1), date(2026, 6, 30)) is None
    with noon(date(2026, 4, 11)):  # of who began later nobody knows yet
        assert value(*days) == indicators.share(2, 3)


@pytest.mark.parametrize(
    ("began_on", "over"), [(date(2025, 11, 30), date(2026, 2, 28)), (date(2026, 3, 31), date(2026, 6, 30))]
)
def test_a_month_without_that_day_ends_on_its_last(shop, began_on, over):
    begun(shop, shop.product(**EVERY), began_on)
    assert db.session.scalars(select(Subscription.id)).all()
    with noon(date(2026, 8, 1)):
        assert value(over, over) == 10_000
        assert value(over - timedelta(days=1), over - timedelta(days=1)) is None
        assert value(over + timedelta(days=1), over + timedelta(days=1)) is None
