"""After an order: one letter asks how it was, another whether it is time for more; none when it came to nothing."""

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import event, select

from campaigns import after_orders, audience, automation_letters, automations, autopilot, rendering
from campaigns.automations import Enrolment
from campaigns.recipients import Recipient
from kernel import clock, jobs
from kernel.db import db
from shop import fulfilment
from shop.orders import Order
from tests.campaigns.letters import addressed, person

MORNING = "2026-11-23T15:00:00Z"  # nine o'clock in Costa Rica


@pytest.fixture
def clock_():
    """The time, to move."""
    with time_machine.travel(MORNING, tick=False) as traveller:
        yield traveller


@pytest.fixture
def on(shop, clock_):
    """Both automations as they are prepared, on."""
    addressed()
    for trigger in (after_orders.OPINION, after_orders.REORDER):
        autopilot.turn_on(automation_letters.begin(trigger, by=shop.owner), by=shop.owner)
    db.session.commit()


def had(shop, product, who):
    """An order of somebody, paid and handed over now."""
    order = shop.bought(product, email=who.email, phone="")
    fulfilment.deliver(order, by=shop.owner)
    db.session.commit()
    assert order.contact_id == who.id
    return order


def pass_by(days, traveller):
    """So many days pass, then everything that is due is done."""
    traveller.shift(timedelta(days=days))
    for trigger in (after_orders.OPINION, after_orders.REORDER):
        after_orders.look(trigger)
    db.session.commit()
    jobs.run_due()
    db.session.expire_all()


def letters():
    """(trigger, person's name) of every letter, in order."""
    steps = select(automations.AutomationStep.mailing_id, automations.Automation.trigger)
    of = {row[0]: row[1] for row in db.session.execute(steps.join(automations.Automation))}
    rows = db.session.scalars(select(Recipient).order_by(Recipient.id))
    return [(of[row.mailing_id], row.email.partition("@")[0]) for row in rows]


def test_a_week_after_it_was_handed_over_and_weeks_later(shop, on, clock_):
    had(shop, shop.product(), person("ana"))
    pass_by(6.9, clock_)
    assert letters() == []
    pass_by(0.2, clock_)
    assert letters() == [("opinion", "ana")]
    pass_by(23, clock_)
    assert letters() == [("opinion", "ana"), ("reorder", "ana")]
    pass_by(60, clock_)
    assert len(letters()) == 2


def test_the_letter_leads_to_the_page_of_the_order(shop, on, clock_):
    who = person("ana")
    order = had(shop, shop.product(), who)
    clock_.shift(timedelta(days=7))
    had(shop, shop.product("Otro"), who)  # another one that was handed over just before does not step in between
    pass_by(0.1, clock_)
    row = db.session.scalars(select(Recipient)).one()
    assert f"/orders/{order.token}" in rendering.destination(row, "{{ had_order.url }}")


@pytest.mark.parametrize(("change", "told"), [
    ({"state": "cancelled"}, []), ({"payment": "refunded"}, []), ({"practice": True}, []), ({}, [("opinion", "ana")]),
])  # fmt: skip
def test_no_order_that_came_to_nothing(shop, on, clock_, change, told):
    order = had(shop, shop.product(), person("ana"))
    for name, value in change.items():
        setattr(order, name, value)
    db.session.commit()
    pass_by(7.1, clock_)
    assert letters() == told


@pytest.mark.parametrize("between", ["before the step", "before it leaves"])
def test_paid_back_meanwhile_there_is_no_letter(shop, on, clock_, between):
    order = had(shop, shop.product(), person("ana"))
    clock_.shift(timedelta(days=7.1))
    after_orders.look("opinion")
    db.session.commit()
    if between == "before it leaves":
        jobs.run_due()
    order.payment = "refunded"
    db.session.commit()
    jobs.run_due()
    rows = db.session.scalars(select(Recipient)).all()
    if between == "before it leaves":
        assert audience.refusals(rows) == {rows[0].id: "undone"}
    else:
        assert rows == []
        assert db.session.scalars(select(Enrolment.reason)).one() == "undone"


def test_that_it_was_handed_over_is_taken_back(shop, on, clock_):
    order = had(shop, shop.product(), person("ana"))
    fulfilment.undo(order, by=shop.owner)
    db.session.commit()
    pass_by(7.1, clock_)
    assert letters() == []


def test_whoever_orders_again_is_not_reminded_and_not_asked_every_week(shop, on, clock_):
    vase, ana = shop.product(), person("ana")
    for _ in range(3):
        had(shop, vase, ana)
        pass_by(7.1, clock_)
    assert letters() == [("opinion", "ana")]
    pass_by(23, clock_)
    assert letters()[1:] == [("reorder", "ana")]


def test_no_letter_without_consent_nor_to_those_whose_day_had_passed(shop, clock_):
    addressed()
    vase = shop.product()
    had(shop, vase, person("old"))
    clock_.shift(timedelta(days=8))
    had(shop, vase, person("bea", allowed=False))
    had(shop, vase, person("new"))
    autopilot.turn_on(automation_letters.begin("opinion", by=shop.owner), by=shop.owner)
    pass_by(7.1, clock_)
    assert letters() == [("opinion", "new")]


def visit(shop, who, days):
    """A visit that somebody paid, so many days from now."""
    row = shop.booked(shop.service("Cata"), shop.when(days), paid=True)
    row.order.contact_id = who.id
    db.session.commit()
    return row


def test_a_booking_counts_from_its_end_not_from_the_order(shop, on, clock_):
    row = visit(shop, person("ana"), 10)
    pass_by(10.5, clock_)
    assert row.ends_at < clock.now()
    pass_by(6, clock_)
    assert letters() == []
    pass_by(1, clock_)
    assert letters() == [("opinion", "ana")]


@pytest.mark.parametrize("state", ["missed", "cancelled"])
def test_whoever_was_not_there_is_not_asked(shop, on, clock_, state):
    row = visit(shop, person("ana"), 3)
    row.state = state
    db.session.commit()
    pass_by(10.5, clock_)
    assert letters() == []


def test_every_shop_is_looked_at_once(shop, on, clock_):
    had(shop, shop.product(), person("ana"))
    clock_.shift(timedelta(days=7, hours=1))
    for _ in range(2):
        after_orders.look_everywhere()
    shop.enter()
    assert db.session.scalars(select(Enrolment.state)).all() == ["waiting"]


def test_whose_step_was_lately_is_read_from_an_index(shop):
    asked, now = [], clock.now()
    keep = lambda _connection, _cursor, statement, told, *_: asked.append((statement, told))  # noqa: E731
    event.listen(db.engine, "before_cursor_execute", keep)
    db.session.execute(select(Order.id).where(after_orders._lately(now - timedelta(days=7), now)))
    event.remove(db.engine, "before_cursor_execute", keep)
    connection = db.session.connection()
    lite = connection.dialect.name == "sqlite"
    if not lite:
        connection.exec_driver_sql("SET LOCAL enable_seqscan = off")  # of a small table it reads all
    statement, told = asked[-1]
    plan = connection.exec_driver_sql(f"EXPLAIN {'QUERY PLAN ' if lite else ''}{statement}", told).all()
    assert "ix_order_event_kind" in str(plan)
    used = next(str(row) for row in plan if "ix_order_event_kind" in str(row))
    assert not lite or "tenant_id=? AND kind=? AND at>?" in used
