"""Eight real processes: shoppers want the nights that a calendar from outside closes just then; nobody has both."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from kernel.db import db
from shop import outside_calendars
from shop.bookings import LIVE, Booking
from shop.closures import Closure
from tests.shop.booking_racers import browsers, faults, overlaps, without_walls
from tests.shop.test_booking_races import told

HERE = "tests.shop.outside_racers:"


@pytest.fixture
def tries(shop):
    """Two places tell of each of four nights, while twelve shoppers want one each; each night 21 hours."""
    cabin = shop.service("Cabaña", "nights", resource=shop.resource("Cabaña", seats=4), capacity=4)
    [unit] = cabin.needs[0].resource.units
    ids = [outside_calendars.add(unit, name, f"https://{name}.example/a.ics").id for name in ("airbnb", "booking")]
    db.session.commit()
    nights = [shop.span(cabin, shop.when(day)).starts_at for day in range(7, 11)]
    holds = [("hold", (secret, cabin.id, nights[place % 4], 21 * 60)) for place, secret in enumerate(browsers(12))]
    says = [("says", (ids[place % 2], nights[place // 2 % 4], 21 * 60)) for place in range(12)]
    return [one for pair in zip(holds, says, strict=True) for one in pair]


def test_a_night_is_somebody_s_here_or_somebody_s_elsewhere(crew, shop, tries):
    answers = told(crew.race(shop, f"{HERE}either", tries))
    assert answers["done"] >= 12  # what comes from outside is never refused
    assert (overlaps(), faults()) == (0, [])
    held = {row.starts_at for row in db.session.scalars(select(Booking).where(Booking.state.in_(LIVE)))}
    for row in db.session.scalars(select(Closure)):
        assert row.outcome in {"taken", "covered"}
        assert row.starts_at + timedelta(hours=21) == row.ends_at
        assert row.outcome != "taken" or row.starts_at not in held


def test_without_a_lock_the_database_keeps_them_apart(crew, shop, tries):
    crew.race(shop, f"{HERE}unlocked", tries)  # some break on the way: nothing of them is kept
    assert (overlaps(), faults()) == (0, [])


def test_with_neither_a_night_is_let_twice(crew, shop, tries):
    """The control: this must go wrong, else the races would prove nothing."""
    with without_walls():
        crew.race(shop, f"{HERE}unlocked", tries)
        found = overlaps()
    assert found
