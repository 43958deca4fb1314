"""Eight real processes want the night that one stay gives up or another takes: one has it, and money finds its order."""

from collections import Counter
from datetime import timedelta

import pytest

from kernel.db import db
from shop import added_nights, ledger
from tests.shop import booking_racers
from tests.shop.booking_racers import faults, without_walls
from tests.shop.test_booking_changes import NIGHT, change, sums
from tests.shop.test_booking_races import told
from tests.shop.test_rates import cabin

HERE = "tests.shop.booking_change_racers:"
POLICY = [{"hours": 48, "back_bp": 10_000}]


def neighbours(shop):
    """Two stays with a free night between them, and eight who want it: both guests, and visitors."""
    service = cabin(shop, policy=POLICY)
    first, last = shop.booked(service, shop.when(5), nights=2, paid=True), shop.booked(service, shop.when(8), nights=2)
    shop.pay(last.order)
    db.session.commit()
    guests = [("have", (first.id, shop.day(5), shop.day(8))), ("have", (last.id, shop.day(7), shop.day(10)))]
    return [first, last], [*guests, *[("hold", (service.id, shop.day(7), shop.day(8)))] * 6]


def test_the_night_between_goes_to_one(crew, shop):
    rows, tries = neighbours(shop)
    assert told(crew.race(shop, f"{HERE}either", tries)) == {"done": 1, "refused": 7}
    assert faults() == []
    assert sum(row.order.total_minor for row in rows) in {4 * NIGHT, 5 * NIGHT}
    for row in rows:
        assert sums(row) == (row.order.total_minor, row.order.total_minor - 2 * NIGHT)


def test_who_looked_before_has_it_with_others(crew, shop):
    """The control: this must go wrong, else the race would prove nothing."""
    with without_walls():
        _rows, tries = neighbours(shop)
        crew.race(shop, f"{HERE}thoughtless", tries)
        assert booking_racers.overlaps() > 0


def test_a_night_that_is_given_up_goes_to_one(crew, shop):
    service = cabin(shop, policy=POLICY)
    row = shop.booked(service, shop.when(5), nights=3, paid=True)
    tries = [("have", (row.id, shop.day(5), shop.day(7))), *[("hold", (service.id, shop.day(7), shop.day(8)))] * 7]
    answers = told(crew.race(shop, f"{HERE}either", tries))
    assert answers["done"] in {1, 2}
    assert faults() == []
    assert sums(row) == (2 * NIGHT, -NIGHT)


@pytest.mark.parametrize("paid", [False, True])
def test_one_form_sent_eight_times_while_the_money_comes(crew, shop, paid):
    row = shop.booked(cabin(shop, policy=POLICY), shop.when(5), nights=2, paid=paid)
    tries = [("have", (row.id, shop.day(5), shop.day(8), NIGHT))] * 8
    tries += [] if paid else [("settle", (row.order.number, 2 * NIGHT))]
    answers = told(crew.race(shop, f"{HERE}either", tries))
    assert answers == Counter(done=len(tries))  # who comes later finds it done
    db.session.expire_all()
    assert (sums(row), row.order.payment, len(ledger.of(row.order))) == ((3 * NIGHT, NIGHT), "partial", 1)
    assert row.order.payments[-1].asked.minor == NIGHT
    assert faults() == []


def added(shop):
    """A paid stay to which its guest added a night; its step and the moment after which that goes back."""
    row = shop.booked(cabin(shop, policy=POLICY, lead=0), shop.when(9), 2, nights=2, paid=True)
    shop.transfer(hold_hours=24)
    change(shop, row, 9, 3, by=None)
    step, until = added_nights.pending(row.order)
    return row, (step.id, until + timedelta(minutes=1))


def test_an_added_night_lapses_while_its_money_comes(crew, shop):
    row, lapsing = added(shop)
    tries = [("settle_added", (row.order.number, NIGHT)), *[("lapse", lapsing)] * 3]
    assert told(crew.race(shop, f"{HERE}either", tries)) == {"done": 4}
    db.session.expire_all()
    assert (sums(row), row.order.payment) == ((3 * NIGHT, 0), "paid")  # who came first does not matter
    assert faults() == []


@pytest.mark.parametrize("app", ["pg"], indirect=True)  # on SQLite nobody reads while another writes
def test_a_night_that_lapses_without_holding_its_order_is_paid_and_gone(crew, shop):
    """The control: this must go wrong, else the race would prove nothing."""
    row, lapsing = added(shop)
    crew.race(shop, f"{HERE}either", [("settle_added", (row.order.number, NIGHT)), ("lapse_unlocked", lapsing)])
    db.session.expire_all()
    assert (sums(row), row.order.payment) != ((3 * NIGHT, 0), "paid")
