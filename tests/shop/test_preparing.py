"""What is to be ready is told day by day: what is ordered, and of subscriptions what renewals would order."""

from datetime import datetime, time, timedelta

import time_machine
from sqlalchemy import select

from kernel import clock, jobs, tenancy
from kernel.db import db
from shop import (
    cancellations,
    catalog,
    delivery_slots,
    order_list,
    payments,
    preparing,
    renewals,
    shipping,
    subscriptions,
)
from shop.subscription_rows import Subscription
from tests.shop.review_things import asked
from tests.shop.test_renewal_days import DAILY, close, ordered


def today():
    """That of the shop."""
    return clock.today(tenancy.tenant().timezone)


def began(shop, product, quantity=1, **how):
    """Somebody subscribed; their first order was handed over."""
    order = shop.bought(product, quantity, paid=True, **how)
    order.state = "delivered"
    db.session.commit()
    return db.session.scalars(select(Subscription).order_by(Subscription.id.desc())).first()


def bread(shop, name="Pan", every="1w"):
    """Something that comes again, to be picked up on any day."""
    shop.pickup(days=DAILY)
    return shop.product(name, stock=None, kind="subscription", every=every)


def plan():
    """How many of what by day, and how many turns there are no days for."""
    made = preparing.made()
    return {day: {one.name: one.quantity for one in rows} for day, rows in made.listed()}, made.lost


def test_turns_of_all_are_added_up_by_day_as_often_as_they_come(shop):
    pan, torta = bread(shop), bread(shop, "Torta", "1m")
    one, _two, late = began(shop, pan, 2), began(shop, pan, 3), began(shop, torta)
    found, lost = plan()
    week = timedelta(days=7)
    days = [day for day in (one.next_on, one.next_on + week) if day < today() + timedelta(days=preparing.DAYS)]
    assert found == {day: {"Pan": 5} for day in days}
    assert late.next_on not in found
    assert lost == 0
    assert [(piece.name, piece.quantity) for piece in preparing.made().together()] == [("Pan", 5 * len(days))]


def test_an_order_that_was_made_is_counted_once_until_it_is_called_off(shop):
    row = began(shop, bread(shop), 4)
    due = row.next_on
    before, _lost = plan()
    with time_machine.travel(datetime.combine(due - timedelta(days=3), time(18), clock.now().tzinfo), tick=False):
        jobs.run_due()
        [order] = ordered(row)
        assert order.delivery_day == due
        made = preparing.made()
        assert [(one.quantity, one.unpaid) for one in made.days[due].values()] == [(0, 4)]  # as the list says
        assert order.id not in [one.id for one in db.session.scalars(order_list.query("prepare"))]
        payments.settle(payments.current(order), key="paid")
        made = preparing.made()
        assert [(one.quantity, one.ordered) for one in made.days[due].values()] == [(4, 4)]
        assert order.id in [one.id for one in db.session.scalars(order_list.query("prepare"))]
        assert plan()[0][due] == before[due]
        db.session.rollback()
        cancellations.by_buyer(order)
        db.session.commit()
        assert due not in plan()[0]


def test_who_leaves_it_out_pauses_or_did_not_pay_twice_is_not_counted(shop, monkeypatch):
    pan = bread(shop)
    left, paused, ended, stays = (began(shop, pan, 10**place) for place in range(4))
    due = left.next_on
    assert plan()[0][due] == {"Pan": 1111}
    subscriptions.skip(left, turn=left.turn)
    subscriptions.pause(paused)
    subscriptions.end(ended)
    db.session.commit()
    assert plan()[0][due] == {"Pan": 1000}
    monkeypatch.setattr(renewals, "unpaid", lambda ids: {stays.id} & set(ids))
    assert "Pan" not in plan()[0].get(due, {})


def test_a_closed_or_full_day_puts_it_off_here_too(shop):
    row = began(shop, bread(shop))
    due, method = row.next_on, shipping.named("retiro")
    method.slot_capacity = 1
    close(due, due + timedelta(days=1))
    db.session.add(delivery_slots.SlotTaken(method_id=method.id, day=due + timedelta(days=1), slot="", taken=1))
    db.session.commit()
    found, _lost = plan()
    assert due not in found
    assert found[due + timedelta(days=2)] == {"Pan": 1}
    assert row.next_on == due  # looking moves nothing


def test_what_cannot_be_had_is_said_apart(shop):
    pan = bread(shop, every="1m")
    row = began(shop, pan)
    with time_machine.travel(datetime.combine(row.next_on - timedelta(days=5), time(18), clock.now().tzinfo)):
        assert plan() == ({row.next_on: {"Pan": 1}}, 0)
        pan.state = "draft"
        catalog.changed(pan)
        db.session.commit()
        assert plan() == ({}, 1)


def test_those_that_are_alike_are_looked_up_once(shop):
    pan = bread(shop)
    began(shop, pan)
    few = len(asked(preparing.made))
    for _one in range(4):
        began(shop, pan)
    db.session.expunge_all()
    assert len(asked(preparing.made)) <= few + 3


def test_orders_are_added_up_by_day_and_what_nobody_paid_stands_apart(shop):
    shop.pickup(days=DAILY)
    loaf, cake = shop.product("Hogaza", stock=None), shop.product("Pastel", stock=None)
    first, second = today() + timedelta(days=1), today() + timedelta(days=2)
    for product, count, day, paid in (
        (loaf, 2, first, True), (loaf, 3, first, True), (loaf, 4, second, False), (cake, 1, second, True),
    ):  # fmt: skip
        order = shop.bought(product, count, paid=paid)
        order.delivery_day = day
    plain, late, done = shop.bought(cake, paid=True), shop.bought(cake, paid=True), shop.bought(cake, 9, paid=True)
    plain.delivery_day, late.delivery_day, done.state = None, today() - timedelta(days=3), "ready"
    late.lines[0].texts = {"Dedicatoria": "Feliz cumpleaños"}
    db.session.commit()
    made = preparing.made()
    told = [(day, [(one.name, one.quantity, one.unpaid) for one in rows]) for day, rows in made.listed()]
    assert told == [
        (today(), [("Pastel", 1, 0)]), (first, [("Hogaza", 5, 0)]),
        (second, [("Pastel", 1, 0), ("Hogaza", 0, 4)]), (None, [("Pastel", 1, 0)]),
    ]  # fmt: skip
    assert made.listed()[0][1][0].notes == [f"Dedicatoria: Feliz cumpleaños ({late.number})"]
    assert [(one.name, one.quantity, one.unpaid) for one in made.together()] == [("Hogaza", 5, 4), ("Pastel", 3, 0)]


def test_what_comes_back_and_what_is_booked_is_not_prepared(shop):
    shop.pickup(days=DAILY)
    order = shop.bought(shop.product("Hogaza", stock=None), 3, paid=True)
    order.lines[0].returned = 2
    shop.booked(shop.service("Taller"), shop.when(3), paid=True)
    db.session.commit()
    assert [(one.name, one.quantity) for one in preparing.made().together()] == [("Hogaza", 1)]


def test_the_page_and_its_paper(shop):
    row = began(shop, bread(shop), 3)
    base = f"/admin/{shop.tenant.slug}"
    assert f"{base}/orders/plan" in shop.admin.get(f"{base}/subscriptions").text
    assert f"{base}/orders/plan" in shop.admin.get(f"{base}/orders").text
    page = shop.admin.get(f"{base}/orders/plan").text
    assert f'data-plan="{row.next_on.isoformat()}"' in page
    assert f'data-sku="{row.variant.sku}"><strong>3</strong>' in page
    assert "de suscripciones: 3" in page
    paper = shop.admin.get(f"{base}/orders/plan.pdf")
    assert paper.status_code == 200
    assert paper.headers["Content-Type"].startswith(("application/pdf", "text/html"))
    subscriptions.end(row)
    db.session.commit()
    assert "Nada que preparar" in shop.admin.get(f"{base}/orders/plan").text
