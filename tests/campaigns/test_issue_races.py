"""Eight workers that ask at once, and a death between the claim and the letter: each issue is made once."""

from datetime import timedelta

import pytest
import time_machine

from campaigns.mailings import Mailing
from kernel import jobs
from kernel.db import db
from tests.campaigns import issue_racers
from tests.campaigns.serial import BEFORE, NINE, letters, repeating, told
from tests.shop.racers import SIZE, SPAWN, Crew

MINUTE = timedelta(minutes=1)
WORKER = "tests.campaigns.issue_racers:"


@pytest.fixture(scope="module")
def crew():
    """Eight workers."""
    made = Crew(SIZE)
    yield made
    made.end()


@pytest.fixture
def waiting(shop):
    """A letter whose first issue is due on a Monday at nine."""
    with time_machine.travel(BEFORE, tick=False):
        return repeating(shop)


def test_eight_who_ask_at_once_make_one_issue(shop, crew, waiting):
    answers = crew.race(shop, f"{WORKER}make", [(waiting.id, NINE + MINUTE)] * SIZE)
    assert {answer[0] for answer in answers} == {"done"}
    assert [answer[1] for answer in answers].count(True) == 1
    assert told(waiting) == [("11-30", "1")]
    assert len(letters(waiting)) == 1


def test_without_the_claim_some_issue_is_made_more_than_once(shop, crew, waiting):
    crew.race(shop, f"{WORKER}careless_make", [(waiting.id, NINE + MINUTE)] * SIZE)
    assert db.session.scalar(db.select(db.func.count()).where(Mailing.state == "scheduled")) > 1


@pytest.mark.parametrize("careless", [False, True])
def test_a_death_between_claim_and_letter_loses_no_issue(shop, waiting, careless):
    db.session.rollback()
    known = shop.app.extensions["plaza.settings"]
    worker = SPAWN.Process(target=issue_racers.die_between, args=(known, NINE + MINUTE, careless))
    worker.start()
    worker.join(60)
    assert worker.exitcode == -9
    shop.enter()
    assert told(waiting) == []
    with time_machine.travel(NINE + 3 * jobs.LEASE):
        jobs.run_due()
        shop.enter()
        assert [became for _day, became in told(waiting)] == ([] if careless else ["1"])
