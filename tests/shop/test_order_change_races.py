"""Changes of one order at one moment: one of the same counts, an end and a change leave one story, money finds both."""

from collections import Counter

import pytest

from kernel.db import db
from shop import ledger, reductions, stock
from tests.goods import only
from tests.shop.test_order_delivery import DAYS, SLOTS, placed, sums, taken
from tests.shop.test_races import conserved

HERE = "tests.shop.order_change_racers:"


def taken_off(crew, shop, verb):
    order = shop.bought(shop.product(price=1_000_01, stock=20), 8)
    answers = crew.race(shop, f"{HERE}{verb}", [(order.number, 8, 7, shop.owner_id)] * 8)
    return order, Counter(answer[0] for answer in answers)


def test_eight_take_the_same_one_off_and_it_is_one(crew, shop):
    order, answers = taken_off(crew, shop, "take_off")
    assert answers == {"done": 1, "refused": 7}
    assert (order.lines[0].returned, order.credited_minor, len(reductions.of(order))) == (1, 1_000_01, 1)
    assert conserved(order.lines[0].product, 20)


def test_going_by_memory_takes_off_many(crew, shop):
    """The same race with a decision taken before the order was locked: it must go wrong."""
    order, answers = taken_off(crew, shop, "take_off_by_memory")
    assert answers["done"] > 1
    assert order.lines[0].returned > 1


@pytest.mark.parametrize("paid", [False, True])
def test_a_change_and_an_end_at_once(crew, shop, paid):
    vase = shop.product(price=1_000_01, stock=50)
    made = [shop.bought(vase, 3, paid=paid, email=f"b{place}@example.com") for place in range(8)]
    told = [("take_off", (order.number, 3, 1, shop.owner_id)) for order in made]
    told += [("cancel", (order.number, shop.owner_id)) for order in made]
    answers = crew.race(shop, f"{HERE}either", told)
    assert Counter(answer[0] for answer in answers)["done"] >= 8
    for order in made:
        assert order.state == "cancelled"
        assert order.payment == ("refund_due" if paid else "void")
        assert order.credited_minor in {0, 2_000_02}
    assert stock.on_hand(vase) == 50
    assert conserved(vase, 50)


def test_what_is_added_while_the_money_comes_is_still_owed(crew, shop):
    vase = shop.product(price=1_000_00, stock=50)
    made = [shop.bought(vase, 1, email=f"b{place}@example.com") for place in range(8)]
    told = [("add", (order.number, shop.owner_id)) for order in made]
    told += [("settle", (order.number, 1_000_00)) for order in made]
    answers = crew.race(shop, f"{HERE}either", told)
    assert Counter(answer[0] for answer in answers) == {"done": 16}, answers
    for order in made:
        assert (sums(order), order.payment, order.received_minor) == (1_000_00, "partial", 1_000_00)
        assert order.payments[-1].asked.minor == 1_000_00
        assert len(ledger.of(order)) == 1
    assert stock.left(only(vase)) == 34


def moved(crew, shop, verb):
    courier = shop.delivery(price=2_000_00, days=DAYS, slots=SLOTS, slot_capacity=1, code="moto")
    vase = shop.product(stock=50)
    made = [placed(shop, vase, shipping="moto", at=place + 1, email=f"b{place}@example.com") for place in range(8)]
    day = shop.day(2)
    told = [(order.number, day.isoformat(), SLOTS[1], shop.owner_id) for order in made]
    answers = crew.race(shop, f"{HERE}{verb}", told)
    db.session.expire_all()
    there = [order for order in made if (order.delivery_day, order.delivery_slot) == (day, SLOTS[1])]
    assert taken(courier, day, SLOTS[1]) == len(there)
    assert sum(taken(courier, shop.day(place + 2), SLOTS[0]) for place in range(8)) == 8 - len(there)
    return Counter(answer[0] for answer in answers)["done"]


def test_eight_move_to_the_last_place_and_one_gets_it(crew, shop):
    assert moved(crew, shop, "move") == 1


def test_who_does_not_ask_fills_it_over(crew, shop):
    """The same race without the condition: it must go wrong."""
    assert moved(crew, shop, "move_unasked") == 8
