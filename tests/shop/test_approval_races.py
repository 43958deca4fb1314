"""Eight real processes answer one request at the moment at which its time is over: one answer stands, with its time."""

from collections import Counter

import pytest
from sqlalchemy import func, select

from kernel.db import db
from shop import approval_rows, bookings
from shop.bookings import Booking
from shop.payments import Payment
from tests.shop.booking_racers import faults
from tests.shop.test_approvals import cabin, requested

HERE = "tests.shop.approval_racers:"
END = {"yes": ("placed", "booked"), "late": ("expired", "expired"), "no": ("cancelled", "cancelled")}


def tries(shop, order, verbs):
    """These verbs, each so often, of that order."""
    told = order.id, shop.owner_id, approval_rows.of(order).until
    return [(verb, told) for verb, times in verbs.items() for _ in range(times)]


def done(answers):
    """Which verbs did something."""
    assert not [answer for answer in answers if answer[0] == "broke"], answers
    return Counter(told for state, told in answers if state == "done" and told)


@pytest.mark.parametrize("seed", range(3))
def test_a_yes_and_the_end_of_its_time_are_never_both(crew, shop, seed):
    order = requested(shop, cabin(shop))
    answers = done(crew.race(shop, f"{HERE}either", tries(shop, order, {"approve": 4, "run_out": 4}), seed=seed))
    assert sum(answers.values()) == 1
    said = approval_rows.of(order).answer
    assert list(answers) == [said]
    assert (order.state, bookings.of_order(order)[0].state) == END[said]
    assert db.session.scalar(select(func.count(Payment.id))) == (1 if said == "yes" else 0)
    assert faults() == []


@pytest.mark.parametrize("seed", range(2))
def test_nobody_has_the_time_of_an_order_that_stands(crew, shop, seed):
    order = requested(shop, cabin(shop))
    verbs = {"approve": 3, "run_out": 2, "hold": 3, "refuse": 2}
    answers = done(crew.race(shop, f"{HERE}either", tries(shop, order, verbs), seed=seed))
    other = answers.pop("other", 0)
    assert sum(answers.values()) == 1
    assert other <= 1
    said = approval_rows.of(order).answer
    assert list(answers) == [said]
    assert order.state == END[said][0]
    live = db.session.scalars(select(Booking.order_id).where(Booking.state.in_(("held", "booked")))).all()
    assert live == ([order.id] if said == "yes" else [None] * other)
    assert faults() == []


def test_without_asking_who_was_first_it_is_answered_twice(crew, shop):
    """The control: this must go wrong, else the races would prove nothing."""
    order = requested(shop, cabin(shop))
    answers = crew.race(shop, f"{HERE}thoughtless", tries(shop, order, {"approve": 4, "run_out": 4}))
    assert len([answer for answer in answers if answer[0] == "done" and answer[1]]) > 1
