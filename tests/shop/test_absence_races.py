"""Two at the desk at once: one notes that they came, the other that they did not, and the booking is in one state."""

import time

import pytest
from sqlalchemy import func, select

from crm.facts import Fact
from kernel import accounts, clock
from kernel.db import db
from shop import arrivals, bookings, order_events

NOTE, CARELESS = "tests.shop.test_absence_races:note", "tests.shop.test_absence_races:note_unlocked"
ROUNDS = 8


def note(verb, token, account_id):
    """Somebody at the desk notes it, as if its time had begun."""
    row = bookings.by_token(token)
    with clock.at(row.starts_at):
        getattr(arrivals, verb)(row, by=accounts.get(account_id))


def note_unlocked(verb, token, account_id):
    """The same by what was read a moment ago, while nobody holds the booking or its order."""
    held = arrivals._step
    arrivals._step = _careless
    try:
        note(verb, token, account_id)
    finally:
        arrivals._step = held


def _careless(booking, step, *, done):
    if booking.state == done:
        return ""
    before = booking.state
    time.sleep(0.05)
    booking.state = bookings.MOVES[before, step]
    db.session.flush()
    return before


def agrees(row):
    """Whether what is told of it says the state that it has: each absence that was taken back, and nothing twice."""
    db.session.expire_all()
    rows = select(Fact.kind, func.count()).where(Fact.about_kind == "booking", Fact.about_id == row.id)
    facts = dict(db.session.execute(rows.group_by(Fact.kind)).all())
    standing = facts.get("missed", 0) - facts.get("missed_undone", 0)
    events = [one.kind for one in order_events.of(row.order) if one.kind in ("arrived", "missed")]
    return standing == (row.state == "missed") and len(events) == len(set(events))


def race(crew, shop, trip, verb, words):
    row = shop.booked(trip, shop.when(5), paid=True)
    return row, crew.race(shop, verb, [(word, row.token, shop.owner.id) for word in words])


def test_who_came_after_all_is_there_whoever_was_first(crew, shop):
    trip = shop.service("Paseo", capacity=40)
    row, answers = race(crew, shop, trip, NOTE, ["come", "miss"] * 4)
    assert {answer[0] for answer in answers} <= {"done", "refused"}
    assert agrees(row)
    assert row.state == "came"


def test_many_who_note_an_absence_note_it_once(crew, shop):
    trip = shop.service("Paseo", capacity=40)
    row, answers = race(crew, shop, trip, NOTE, ["miss"] * 8)
    assert {answer[0] for answer in answers} == {"done"}
    assert agrees(row)
    assert row.state == "missed"


@pytest.mark.parametrize("app", ["pg"], indirect=True)  # on SQLite nobody reads while another writes
def test_the_look_sees_what_nobody_held(crew, shop):
    trip = shop.service("Paseo", capacity=40)
    for _round in range(ROUNDS):  # they need not meet the first time
        row, _answers = race(crew, shop, trip, CARELESS, ["come", "miss"] * 4)
        if not agrees(row):
            return
    pytest.fail("every round agreed: the look would not see two states at once")
