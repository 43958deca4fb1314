"""A turn for which the shop is closed or full comes on the next day that it can, told before; only else it is missed."""

from datetime import UTC, datetime, time, timedelta

import time_machine
from sqlalchemy import select

from kernel import clock, jobs, tenancy
from kernel.db import db
from kernel.letters import Letter
from shop import delivery_slots, holidays, intervals, shipping, subscription_rows
from shop.subscription_rows import Subscription

WEEKLY = {"kind": "subscription", "every": "1w"}
DAILY = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]


def began(shop, every="1w", **method):
    """Somebody subscribed, to be picked up on a day of its own."""
    shop.pickup(days=DAILY, **method)
    shop.bought(shop.product("Pan", stock=None, kind="subscription", every=every), paid=True)
    return db.session.scalars(select(Subscription)).one()


def close(first, until):
    """Holidays from the morning of one day to that of another."""
    holidays.plan(datetime.combine(first, time()), until, {})
    db.session.commit()


def run(day):
    """What is due by noon of that day is done."""
    with time_machine.travel(datetime.combine(day, time(18), UTC), tick=False):
        jobs.run_due()
    db.session.expire_all()


def kinds(row):
    """Its steps, the first first."""
    return [one.kind for one in reversed(subscription_rows.events(row))]


def ordered(row):
    """The orders that were made of it since it began, the newest first."""
    return [one.order for one in subscription_rows.events(row) if one.kind == "ordered"]


def letters(kind):
    """What letters of that kind said, the first first."""
    mine = select(Letter).where(Letter.kind == f"subscriptions.{kind}").order_by(Letter.id)
    return [one.data for one in db.session.scalars(mine)]


def test_holidays_on_its_day_put_it_off_and_the_letter_before_says_so(shop):
    row = began(shop)
    due = row.next_on
    close(due, due + timedelta(days=2))
    run(due - timedelta(days=6))
    assert (row.next_on, row.step) == (due + timedelta(days=2), 1)
    [told] = letters("soon")
    assert "no podemos" in told["lead"]
    assert kinds(row) == ["began", "put_off", "noticed"]
    run(due - timedelta(days=3))
    assert kinds(row)[-1] == "noticed"  # not yet, and not told twice
    run(due - timedelta(days=1))
    assert [one.delivery_day for one in ordered(row)] == [due + timedelta(days=2)]
    assert row.next_on == intervals.after(row.anchor, "1w", 2)  # the rhythm stays
    assert (len(letters("soon")), letters("missed")) == (1, [])


def test_holidays_when_its_order_would_be_made_do_not_lose_it(shop):
    row = began(shop)
    due = row.next_on
    close(due - timedelta(days=4), due - timedelta(days=1))
    run(due - timedelta(days=6))
    run(due - timedelta(days=3))
    assert kinds(row) == ["began", "noticed"]
    run(due - timedelta(days=1))
    assert [one.delivery_day for one in ordered(row)] == [due]
    assert letters("missed") == []


def test_holidays_that_begin_after_the_letter_are_told_by_another(shop):
    row = began(shop)
    due = row.next_on
    run(due - timedelta(days=6))
    close(due - timedelta(days=3), due + timedelta(days=1))
    run(due - timedelta(days=3))
    assert [("no podemos" in one["lead"]) for one in letters("soon")] == [False, True]
    run(due)  # closed still
    assert kinds(row)[-1] == "noticed"
    run(due + timedelta(days=1))
    assert [one.delivery_day for one in ordered(row)] == [due + timedelta(days=1)]


def test_what_cannot_be_put_off_within_its_interval_is_missed(shop):
    row = began(shop)
    due = row.next_on
    close(due - timedelta(days=4), due + timedelta(days=8))
    for day in range(-6, 1):
        run(due + timedelta(days=day))
    assert kinds(row).count("missed") == 1
    assert len(letters("missed")) == 1
    run(due + timedelta(days=9))
    assert len(ordered(row)) == 1  # that of the week after


def test_a_full_day_is_put_off_too_as_far_as_it_must(shop):
    row = began(shop, "1m", slot_capacity=1)
    due, method = row.next_on, shipping.named("retiro")
    for ahead in range(18):  # farther than one can choose a day for
        full = due + timedelta(days=ahead)
        db.session.add(delivery_slots.SlotTaken(method_id=method.id, day=full, slot="", taken=1))
    db.session.commit()
    run(due - timedelta(days=6))
    assert row.next_on == due + timedelta(days=18)
    run(row.next_on - timedelta(days=3))
    assert subscription_rows.events(row)[0].order.delivery_day == due + timedelta(days=18)
    assert row.next_on == intervals.after(row.anchor, "1m", 2)


def test_without_a_day_to_choose_it_waits_for_the_return(shop):
    shop.bought(shop.product("Mañanera", **WEEKLY), paid=True)
    row = db.session.scalars(select(Subscription)).one()
    due = row.next_on
    close(due - timedelta(days=1), due + timedelta(days=3))
    run(due - timedelta(days=6))
    assert row.next_on == due + timedelta(days=3)
    run(row.next_on - timedelta(days=3))
    assert kinds(row)[-1] == "noticed"  # the shop sells nothing then
    run(due + timedelta(days=3))
    assert len(ordered(row)) == 1


def test_its_page_says_when_its_order_is_made(shop):
    row = began(shop)
    close(row.next_on - timedelta(days=4), row.next_on - timedelta(days=1))
    page = shop.client.get(f"/subscriptions/{row.token}").text
    from_ = row.next_on - timedelta(days=1)
    assert f"Su pedido se hace el {from_.day} de" in page
    assert clock.today(tenancy.tenant().timezone) < from_
