"""The lift: its interval holds what is true as often as it says, nothing is seen where nothing is, few is said to be few."""

import os
import random
from datetime import timedelta

import pytest

from crm import facts, visitors
from kernel import clock
from kernel.db import db
from kernel.money import Money
from shop import lift
from shop.lift import Arm, Lift
from shop.views import lift_part

SHOPS = 100 * int(os.environ.get("PLAZA_SEEDS", "3"))
BUY, MEAN = 0.15, 12_000_00


def amounts(chance, count, buys=BUY):
    return [round(chance.lognormvariate(0, 0.8) * MEAN) if chance.random() < buys else 0 for _ in range(count)]


def shops(buys):
    chance = random.Random(7)
    for _ in range(SHOPS):
        yield Lift(Arm.of(amounts(chance, 1800, buys)), Arm.of(amounts(chance, 200)))


def expected(buys):
    return (buys - BUY) * MEAN * 2.718281828 ** (0.8**2 / 2)


@pytest.mark.parametrize("buys", [BUY, 0.2])
def test_the_interval_holds_the_truth_as_often_as_it_says(buys):
    inside = sum(found.low <= expected(buys) <= found.high for found in shops(buys))
    assert 0.90 <= inside / SHOPS <= 0.99


def test_where_nothing_is_nothing_is_seen():
    assert sum(found.seen for found in shops(BUY)) / SHOPS <= 0.1


def test_a_difference_of_one_half_is_seen_once_there_are_enough():
    chance = random.Random(11)
    many = lift.needed(Arm.of(amounts(chance, 50_000)))
    held, seen = many // 10, 0
    for _ in range(40):
        found = Lift(Arm.of(amounts(chance, many - held, 1.5 * BUY)), Arm.of(amounts(chance, held)))
        seen += found.low > 0
    assert seen >= 28


@pytest.mark.parametrize(("visitors_", "held", "missing"), [(0, 0, 35_000), (40_000, 10, 200), (40_000, 4_000, 0)])
def test_how_many_are_missing_while_nobody_bought(visitors_, held, missing):
    assert Lift(Arm(visitors_), Arm(held)).missing == missing


def test_arms_are_those_of_browsers_and_who_saw_both_is_left_out(shop):
    def visitor(arm, contact=None):
        row, _token = visitors.begin()
        row.arm, row.first_seen = arm, clock.now() - timedelta(days=3)
        if contact:
            visitors.adopt(row, contact)
        return row

    ana, luis, eva = (shop.contact(f"{name}@example.com") for name in ("ana", "luis", "eva"))
    for arm, contact in (("shown", ana), ("held_out", luis), ("shown", eva), ("held_out", eva), ("shown", None)):
        visitor(arm, contact)
    for contact, amount in ((ana, 900_00), (luis, 500_00), (eva, 700_00)):
        facts.record("paid", contact=contact, amount=Money(amount, "CRC"))
    facts.record("refunded", contact=ana, amount=Money(-100_00, "CRC"))
    facts.record("paid", contact=ana, amount=Money(5_000_00, "CRC"), at=clock.now() - timedelta(days=9))
    db.session.commit()
    found = lift.now()
    assert (found.shown, found.held_out, found.left_out) == (Arm.of([800_00], 1), Arm.of([500_00]), 1)
    drawn = shop.admin.get("/admin/cafe/pages").get_data(as_text=True)
    assert "solo se puede medir con muchas visitas" in drawn
    assert "hacen falta unos" in drawn.split("Cómo se calcula")[1]


@pytest.mark.parametrize(
    ("shown", "said"),
    [([30_000_00] * 600, "deja ₡15,000 más"), ([15_000_00] * 600, "No se nota diferencia"), ([5_000_00] * 600, "deja ₡10,000 menos")],
)  # fmt: skip
def test_the_owner_reads_one_sentence(shop, shown, said):
    held = [10_000_00, 20_000_00] * 300
    with shop.app.test_request_context("/"):
        assert said.replace(",", "") in lift_part.sentence(Lift(Arm.of(shown), Arm.of(held))).replace("\xa0", "").replace(",", "").replace(".", "").replace(" 000", "000")  # fmt: skip
