"""A hold ends: a reminder before, the goods back once, a letter; a proof or money stops the clock."""

from datetime import datetime, timedelta

import pytest
import time_machine

from kernel import accounts, clock, files, jobs
from kernel import letters as post
from kernel.db import db
from shop import expiry, fulfilment, holds, order_events, payments, proofs, reversals, stock
from tests.goods import only
from tests.shop.test_proofs_desk import picture


def run(at):
    """Do what is due then."""
    with time_machine.travel(at, tick=False):
        jobs.run_due()
    db.session.expire_all()


def kinds(order):
    return [row.kind.removeprefix("orders.") for row in reversed(post.about(order))]


def test_a_transfer_is_reminded_then_expires_and_gives_back(shop):
    coffee = shop.product(stock=5)
    order = shop.bought(coffee, 2)
    until = order.hold_until
    assert timedelta(hours=47) < until - clock.now() <= timedelta(hours=48)
    run(until - timedelta(hours=13))
    assert "reminded" not in kinds(order)
    run(until - timedelta(hours=11))
    assert kinds(order).count("reminded") == 1
    [told] = [row for row in post.about(order) if row.kind == "orders.reminded"]
    assert datetime.fromisoformat(told.data["not_after"]) == until
    assert stock.left(only(coffee)) == 3
    run(until + timedelta(seconds=1))
    assert (order.state, order.payment, stock.left(only(coffee))) == ("expired", "void", 5)
    assert kinds(order)[-1] == "expired"
    ended, *_before, placed = post.about(order)
    way = order.delivery_label["es"]
    assert way in placed.text
    assert way not in ended.text, "nobody comes for what has ended"
    run(until + timedelta(days=2))
    assert (stock.left(only(coffee)), kinds(order).count("expired")) == (5, 1)


def test_the_place_of_the_day_is_free_again(shop):
    cake = shop.product("Torta", daily=1)
    order = shop.bought(cake)
    day = order.delivery_day
    assert stock.left(only(cake), day) == 0
    run(order.hold_until + timedelta(seconds=1))
    assert stock.left(only(cake), day) == 1


def test_twice_is_once(shop):
    coffee = shop.product(stock=5)
    order = shop.bought(coffee, 2)
    shop.late(order)
    for _ in range(3):
        expiry.expire(order.id)
    assert stock.left(only(coffee)) == 5


def test_too_early_does_nothing(shop):
    order = shop.bought(shop.product())
    expiry.expire(order.id)
    assert order.state == "placed"


def stop_by_proof(shop, order):
    proofs.send(order, files.make(picture(), kinds=proofs.KINDS), reference="1")


def stop_by_part(shop, order):
    payments.settle(payments.current(order), key="p", amount=order.money(100))


def stop_by_money(shop, order):
    payments.settle(payments.current(order), key="p")


def stop_by_work(shop, order):
    fulfilment.prepare(order, by=shop.owner)


@pytest.mark.parametrize("stop", [stop_by_proof, stop_by_part, stop_by_money, stop_by_work])
def test_what_stops_the_clock(shop, stop):
    coffee = shop.product(stock=5)
    order = shop.bought(coffee)
    until = order.hold_until
    stop(shop, order)
    db.session.commit()
    run(until + timedelta(hours=1))
    assert order.state != "expired"
    assert stock.left(only(coffee)) == 4
    assert "reminded" not in kinds(order)


def test_a_refused_proof_gives_another_day(shop):
    order = shop.bought(shop.product())
    proof = proofs.send(order, files.make(picture(), kinds=proofs.KINDS), reference="1")
    db.session.commit()
    with time_machine.travel(order.hold_until + timedelta(hours=5)):
        proofs.refuse(proof, by=shop.owner, reason="No se lee")
        db.session.commit()
        assert holds.SECOND_CHANCE - (order.hold_until - clock.now()) < timedelta(minutes=1)
    run(order.hold_until - timedelta(minutes=5))
    assert order.state == "placed"
    run(order.hold_until + timedelta(minutes=5))
    assert order.state == "expired"


def test_pay_at_pick_up_never_expires(shop):
    order = shop.bought(shop.product(), payment="pickup")
    assert order.hold_until is None
    run(clock.now() + timedelta(days=60))
    assert order.state == "placed"


def test_money_after_the_end_takes_the_goods_again(shop):
    coffee = shop.product(stock=5)
    order = shop.bought(coffee, 2)
    run(order.hold_until + timedelta(seconds=1))
    payments.settle(payments.current(order), key="late", by=shop.owner)
    db.session.commit()
    assert (order.state, order.payment, stock.left(only(coffee))) == ("placed", "paid", 3)
    assert "revived" in [event.kind for event in order_events.of(order)]


def test_an_undone_step_begins_a_hold_again(shop):
    order = shop.bought(shop.product())
    fulfilment.prepare(order, by=shop.owner)
    fulfilment.undo(order, by=shop.owner)
    db.session.commit()
    assert order.hold_until - clock.now() > timedelta(hours=23)
    run(order.hold_until + timedelta(seconds=1))
    assert order.state == "expired"


def test_a_payment_noted_by_mistake_does_not_keep_the_goods_for_ever(shop):
    coffee = shop.product(stock=5)
    order, owner = shop.bought(coffee, 2), accounts.get(shop.owner_id)
    payments.settle(payments.current(order), key="desk:1", by=owner)
    assert order.hold_until is None
    reversals.reverse(order, by=owner)
    db.session.commit()
    assert order.held
    run(order.hold_until + timedelta(seconds=1))
    assert (order.state, stock.left(only(coffee))) == ("expired", 5)
    payments.settle(payments.current(order), key="desk:2", by=owner)  # its one invoice was taken back: it has to return
    assert (order.state, order.payment, stock.left(only(coffee))) == ("expired", "refund_due", 5)
