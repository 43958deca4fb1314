"""Any number of workers and a death among them: each person in an automation gets each letter once."""

from collections import Counter
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import func, select

from campaigns import enrolments
from campaigns.automations import Enrolment
from campaigns.recipients import Recipient
from crm import tags
from kernel import clock, jobs
from kernel.db import db
from tests.campaigns import automation_racers
from tests.campaigns.letters import person, segment
from tests.campaigns.test_automations import ready
from tests.campaigns.test_own_automations import buy, made
from tests.shop.racers import SPAWN, Crew

MANY = 12
WORKER = "tests.campaigns.automation_racers:"


@pytest.fixture(scope="module")
def pair():
    """Two workers."""
    crew = Crew(2)
    yield crew
    crew.end()


def waiting(shop):
    """So many people who wait for the first letter of the welcome, which is due."""
    made = ready(shop, "welcome")
    since = clock.now() - timedelta(seconds=1)
    for number in range(MANY):
        assert enrolments.enrol(made, person(f"p{number}"), "welcome", since=since)
    db.session.commit()
    return list(db.session.scalars(select(Enrolment.id)))


def letters():
    """How many letters each has."""
    db.session.expire_all()
    return Counter(db.session.scalars(select(Recipient.contact_id)))


def test_a_step_that_two_do_at_once_is_done_once(shop, pair):
    ids = waiting(shop)
    answers = pair.race(shop, f"{WORKER}step", [(one,) for one in ids for _twice in "12"])
    assert {answer[0] for answer in answers} == {"done"}
    assert set(letters().values()) == {1}
    assert len(letters()) == MANY


@pytest.mark.parametrize("app", ["pg"], indirect=True)  # where two may read at the same time
def test_without_asking_whose_turn_it_is_some_get_two(shop, pair):
    ids = waiting(shop)
    pair.race(shop, f"{WORKER}careless_step", [(one,) for one in ids for _twice in "12345678"])
    assert sum(letters().values()) > MANY


def test_two_workers_share_what_is_due(shop, pair):
    waiting(shop)
    answers = pair.race(shop, f"{WORKER}work", [(), ()])
    assert sum(answer[1] for answer in answers) >= MANY
    assert set(letters().values()) == {1}
    assert len(letters()) == MANY
    states = select(Enrolment.state, func.count()).group_by(Enrolment.state)
    assert db.session.execute(states).all() == [("done", MANY)]


def bought(shop):
    """Two purchases of each of so many people, all new to an automation of purchases."""
    made(shop, "purchase", which="any")
    vase = shop.product(stock=99)
    for number in range(4):
        for _twice in "12":
            buy(shop, vase, person(f"p{number}"))


@pytest.mark.parametrize("kind", ["buyers", "comers"])
def test_who_two_see_at_once_comes_in_once(shop, pair, kind):
    if kind == "buyers":
        bought(shop)
    else:
        made(shop, "segment", watched=segment({"tag": "vip"}), again=True)
        tags.add([person(f"p{number}").id for number in range(4)], "vip")
        db.session.commit()
    answers = pair.race(shop, f"{WORKER}{kind}", [(), ()] * 2)
    assert {answer[0] for answer in answers} == {"done"}
    assert sorted(Counter(db.session.scalars(select(Enrolment.contact_id))).values()) == [1] * 4


@pytest.mark.parametrize("app", ["pg"], indirect=True)  # where two may read at the same time
def test_without_the_number_of_the_time_some_come_in_twice(shop, pair):
    bought(shop)
    pair.race(shop, f"{WORKER}careless_buyers", [(), ()])
    assert len(db.session.scalars(select(Enrolment)).all()) > 4


@pytest.mark.parametrize("careless", [False, True])
def test_a_death_in_the_middle_of_a_step(shop, careless):
    waiting(shop)
    db.session.rollback()
    worker = SPAWN.Process(target=automation_racers.die_at, args=(shop.app.extensions["plaza.settings"], 5, careless))
    worker.start()
    worker.join(60)
    assert worker.exitcode == -9
    assert sum(letters().values()) == 4
    with time_machine.travel(clock.now() + 2 * jobs.LEASE):
        jobs.run_due()
    shop.enter()
    assert (len(letters()) == MANY) is not careless  # whose turn was kept before its letter was written gets none
    assert set(letters().values()) == {1}
