"""Payments in parts that come at one moment: each counts once, and an end of a hold never takes what was just paid."""

from collections import Counter

import pytest

from kernel.db import db
from shop import ledger, stock
from tests.goods import only
from tests.shop.test_races import SEEDS, conserved

HERE = "tests.shop.plan_racers:"


@pytest.mark.parametrize("seed", SEEDS[:1] + SEEDS[3:])
def test_one_payment_noted_many_times_and_many_noted_once(crew, shop, seed):
    order = shop.bought(shop.product(price=10_000_00))
    told = [(order.number, 1_000_00, "same", shop.owner_id)] * 8
    told += [(order.number, 500_00, f"k{place}", shop.owner_id) for place in range(8)]
    answers = crew.race(shop, f"{HERE}collect", told, seed=seed)
    assert Counter(answers) == {("done", True): 9, ("done", False): 7}
    entries = ledger.of(order)
    assert (len(entries), sum(one.amount_minor for one in entries)) == (9, 5_000_00)
    assert (order.received_minor, order.payment) == (5_000_00, "partial")
    assert sum(one.received_minor for one in order.payments) == 5_000_00


def _late(shop, product, count):
    found = [shop.bought(product, plan="deposit", email=f"b{place}@example.com") for place in range(count)]
    for order in found:
        shop.late(order)
    return found


def _race(crew, shop, product, verb, seed=0):
    placed = _late(shop, product, 12)
    told = [("first_part", (order.number,)) for order in placed] + [(verb, (order.id,)) for order in placed]
    answers = crew.race(shop, f"{HERE}either", told, seed=seed)
    assert Counter(answer[0] for answer in answers) == {"done": 24}, answers
    db.session.expire_all()
    return [(order.state, order.payment) for order in placed]


@pytest.mark.parametrize("seed", SEEDS[:1] + SEEDS[3:])
def test_a_first_part_and_the_end_of_its_hold(crew, shop, seed):
    cake = shop.product("Torta", price=10_000_00, stock=50, deposit_bp=5000)
    ends = _race(crew, shop, cake, "expire", seed)
    assert Counter(ends) == {("placed", "partial"): 12}
    assert stock.left(only(cake)) == 38
    assert conserved(cake, 50)


def test_going_by_memory_ends_what_was_just_paid(crew, shop):
    """The same race with a decision taken before the order was locked: it must go wrong."""
    cake = shop.product("Torta", price=10_000_00, stock=50, deposit_bp=5000)
    assert ("expired", "refund_due") in _race(crew, shop, cake, "expire_by_memory")
