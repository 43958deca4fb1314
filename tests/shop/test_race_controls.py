"""The races once more with one lock off each: they must fail, else the tests of races would prove nothing."""

from collections import Counter
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from kernel import clock, files
from kernel.db import db
from shop import delivery_slots, ledger, numbering, proofs, stock
from shop.orders import Order
from tests.goods import only
from tests.shop import unlocked
from tests.shop.racers import SPAWN
from tests.shop.test_races import carts_with

HERE = "tests.shop.unlocked:"


def done(answers):
    """How many got what they asked for; nothing broke on the way."""
    assert not [answer for answer in answers if answer[0] == "broke"]
    return sum(answer[0] == "done" for answer in answers)


def test_stock_that_is_read_and_then_written_oversells(crew, shop):
    vase = shop.product(stock=10)
    shop.transfer()
    answers = crew.race(shop, f"{HERE}place", [(secret,) for secret in carts_with(shop, vase, 80)])
    assert done(answers) > 10


def test_a_slot_without_its_condition_overflows(crew, shop):
    vase = shop.product(stock=None)
    shop.transfer()
    way = shop.pickup("slots", slots=["09:00-12:00"], slot_capacity=2)
    day = clock.today("America/Costa_Rica") + timedelta(days=2)
    told = [(secret, "slots", day, "09:00-12:00") for secret in carts_with(shop, vase, 8)]
    assert done(crew.race(shop, f"{HERE}uncounted_place", told)) > 2
    assert delivery_slots.taken(way.id, day, day)[day, "09:00-12:00"] > 2


def test_a_day_without_its_condition_bakes_more_than_it_can(crew, shop):
    cake = shop.product("Torta", daily=3)
    shop.transfer()
    choice = shop.choice(cake)
    told = [(secret, "retiro", choice.day, choice.slot) for secret in carts_with(shop, cake, 16)]
    assert done(crew.race(shop, f"{HERE}uncounted_place", told)) > 3


def test_a_counter_without_its_condition_goes_beyond_its_limit(crew, shop):
    row = (3, only(shop.product()).id, clock.today("America/Costa_Rica"))
    answers = crew.race(shop, f"{HERE}uncounted", [("count", row)] * 16)
    assert Counter(answers)["done", True] > 3


def test_clicks_without_a_key_are_several_orders(crew, shop):
    vase = shop.product(stock=100)
    shop.transfer()
    [secret] = carts_with(shop, vase, 1)
    assert done(crew.race(shop, f"{HERE}click", [(secret,)] * 16)) > 1
    assert db.session.scalar(select(func.count()).select_from(Order)) > 1


def test_approvals_that_do_not_wait_are_money_twice(crew, shop):
    order = shop.bought(shop.product())
    sent = proofs.send(order, files.make(b"%PDF-1.4 proof", kinds=("pdf",)), reference="123")
    db.session.commit()
    done(crew.race(shop, f"{HERE}approve", [(sent.token, shop.owner_id)] * 16))
    assert len(ledger.of(order)) > 1


def test_cancellations_that_do_not_wait_give_back_twice(crew, shop):
    vase = shop.product(stock=5)
    order = shop.bought(vase, quantity=2)
    done(crew.race(shop, f"{HERE}cancel", [(order.number,)] * 16))
    assert stock.on_hand(vase) > 5


def test_numbers_follow_each_other_by_the_row_of_their_series(crew, shop):
    numbering.take("control")
    db.session.commit()
    taken = crew.race(shop, "number", [("control",)] * 48)
    assert sorted(int(number) for _done, number in taken) == list(range(1002, 1050))
    loose = crew.race(shop, f"{HERE}number", [("control",)] * 48)
    assert len({number for _done, number in loose}) < 48


@pytest.mark.parametrize("app", ["pg"], indirect=True)  # on SQLite nobody looks while another writes
def test_people_who_are_looked_for_and_then_written_break(crew, shop):
    answers = crew.race(shop, f"{HERE}known", [("ana@example.com",)] * 16)
    assert [answer for answer in answers if answer[0] == "broke" and "uq_contact_email" in answer[1]]


def test_an_order_that_is_told_before_it_is_committed_is_lost(shop):
    shop.transfer()
    [secret] = carts_with(shop, shop.product(stock=10), 1)
    known = shop.app.extensions["plaza.settings"]
    db.session.rollback()
    mine, theirs = SPAWN.Pipe(duplex=False)
    process = SPAWN.Process(target=unlocked.order_and_tell_too_early, args=(theirs, known, shop.tenant_id, secret))
    process.start()
    _done, number = mine.recv()
    process.kill()
    process.join()
    assert number not in set(db.session.scalars(select(Order.number)))
