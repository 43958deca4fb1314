"""Win back: who has not bought for a while hears from the shop once, nobody all at once, and none after they buy."""

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select

from campaigns import audience, automation_letters, automations, autopilot, lapsed
from campaigns.automations import Enrolment
from campaigns.recipients import Recipient
from kernel import jobs
from kernel.db import db
from tests.campaigns.letters import addressed, person

MORNING = "2026-11-23T15:00:00Z"  # nine o'clock in Costa Rica


@pytest.fixture
def clock_():
    """The time, to move."""
    with time_machine.travel(MORNING, tick=False) as traveller:
        yield traveller


@pytest.fixture
def won(shop, clock_):
    """The automation as it is prepared, on."""
    addressed()
    made = automation_letters.begin("lapsed", by=shop.owner)
    autopilot.turn_on(made, by=shop.owner)
    db.session.commit()
    return made


def bought(shop, product, who):
    """An order of somebody, now, handed over at once."""
    order = shop.bought(product, email=who.email, phone="")
    order.state = "delivered"
    db.session.commit()
    assert order.contact_id == who.id
    return order


def pass_by(days, traveller):
    """So many days pass, then everything that is due is done."""
    traveller.shift(timedelta(days=days))
    lapsed.look()
    db.session.commit()
    jobs.run_due()
    db.session.expire_all()


def letters():
    """(letter's place, person's name) of every letter, in order."""
    place = {step.mailing_id: step.position for step in db.session.scalars(select(automations.AutomationStep))}
    rows = db.session.scalars(select(Recipient).order_by(Recipient.id))
    return [(place[row.mailing_id], row.email.partition("@")[0]) for row in rows]


def test_sixty_days_after_the_last_order_one_letter_and_thirty_later_another(shop, won, clock_):
    vase, ana = shop.product(), person("ana")
    bought(shop, vase, ana)
    pass_by(20, clock_)
    bought(shop, vase, ana)  # the days count from the last one
    pass_by(59, clock_)
    assert letters() == []
    pass_by(1.1, clock_)
    assert letters() == [(0, "ana")]
    pass_by(30, clock_)
    assert letters() == [(0, "ana"), (1, "ana")]
    pass_by(60, clock_)
    assert len(letters()) == 2


def test_who_buys_again_gets_no_more_and_begins_anew(shop, won, clock_):
    vase, ana = shop.product(), person("ana")
    bought(shop, vase, ana)
    pass_by(60.1, clock_)
    bought(shop, vase, ana)
    pass_by(31, clock_)
    assert letters() == [(0, "ana")]
    assert db.session.scalars(select(Enrolment.reason)).one() == "bought"
    pass_by(30, clock_)
    assert letters() == [(0, "ana"), (0, "ana")]


def test_turning_it_on_writes_to_nobody_whose_day_had_passed(shop, clock_):
    addressed()
    vase = shop.product()
    bought(shop, vase, person("old"))
    clock_.shift(timedelta(days=20))
    bought(shop, vase, person("new"))
    clock_.shift(timedelta(days=45))  # 65 and 45 days ago
    autopilot.turn_on(automation_letters.begin("lapsed", by=shop.owner), by=shop.owner)
    pass_by(0.1, clock_)
    assert letters() == []
    pass_by(15, clock_)
    assert letters() == [(0, "new")]


def test_no_order_that_came_to_nothing_and_nobody_without_consent(shop, won, clock_):
    vase = shop.product()
    cancelled = bought(shop, vase, person("ana"))
    cancelled.state = "cancelled"
    bought(shop, vase, person("bea", allowed=False))
    db.session.commit()
    pass_by(60.1, clock_)
    assert letters() == []


def test_right_before_it_leaves_it_is_asked_again(shop, won, clock_):
    vase, ana, bea = shop.product(), person("ana"), person("bea")
    bought(shop, vase, ana)
    bought(shop, vase, bea)
    pass_by(60.1, clock_)
    rows = {row.contact_id: row for row in db.session.scalars(select(Recipient))}
    bought(shop, vase, ana)
    assert audience.refusals([rows[ana.id], rows[bea.id]]) == {rows[ana.id].id: "bought"}
    clock_.shift(timedelta(days=8))
    assert audience.refusals([rows[bea.id]]) == {rows[bea.id].id: "late"}


def test_every_shop_that_wins_back_is_looked_at(shop, won, clock_):
    bought(shop, shop.product(), person("ana"))
    clock_.shift(timedelta(days=60, hours=1))
    lapsed.look_everywhere()
    shop.enter()
    assert [row.about_id is not None for row in db.session.scalars(select(Enrolment))] == [True]
    assert db.session.scalars(select(Enrolment.state)).all() == ["waiting"]
