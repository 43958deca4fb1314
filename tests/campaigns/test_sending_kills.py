"""Letters to many while workers die: none is lost, none arrives twice, and of whom nobody knows it is said exactly.

1,000 letters (half of them on PostgreSQL) and four `kill -9`; PLAZA_EXAMPLES=10000: so many letters, and ten kills.
"""

import contextlib
import os
import time

import pytest
from sqlalchemy import select, update

from campaigns import mailings, subject_tests
from campaigns.habits import Habits
from campaigns.mailings import Mailing
from campaigns.recipients import Recipient
from campaigns.subject_tests import SubjectTest
from kernel.db import db
from tests.campaigns import posting
from tests.campaigns.posting import WIDTH, Office, fill, left

LEAST = 1000
MANY = max(LEAST, int(os.environ.get("PLAZA_EXAMPLES", "0")))
KILLS = 4 if MANY == LEAST else 10


@pytest.fixture
def office(shop, tmp_path):
    """Opens a post office on the test's database."""
    with contextlib.ExitStack() as stack:
        yield lambda **told: Office(stack, shop.app, tmp_path, **told)


def killed(office, count, kills, **told):
    """So many letters under so many kills; what came of them."""
    mailing_id, post = fill(count), office(**told)
    post.kills(count, kills, seed=kills)
    post.bear()
    return mailing_id, post


def test_none_is_lost_and_none_arrives_twice_under_kills(shop, office):
    many = MANY if shop.app.extensions["plaza.settings"].database_url.startswith("sqlite") else MANY // 2
    mailing_id, post = killed(office, many, KILLS)
    post.until(lambda: left(mailing_id) == 0)
    found = post.look(mailing_id)
    assert (found.lost, found.doubled, found.hidden) == (set(), set(), set())
    assert len(found.unknown) <= KILLS * WIDTH


@pytest.mark.parametrize("app", ["sqlite"], indirect=True)  # the control: the same look on both databases
def test_a_sender_without_leases_would_leave_some_behind(shop, office):
    mailing_id, post = killed(office, 200, 2, without="no_lease")
    post.until(lambda: post.taken.total() > 100 and _quiet(post))
    assert left(mailing_id) > 0
    assert post.look(mailing_id).lost


@pytest.mark.parametrize("app", ["sqlite"], indirect=True)
def test_a_sender_that_marks_afterwards_would_write_twice(shop, office):
    mailing_id, post = killed(office, 200, 2, without="late_mark", lease=1.0)
    post.until(lambda: left(mailing_id) == 0)
    assert post.look(mailing_id).doubled


def _quiet(post, seconds=2.0):
    """Whether nothing arrived for a while."""
    before = post.taken.total()
    time.sleep(seconds)
    return post.taken.total() == before


def test_two_workers_at_once_and_somebody_who_pauses_again_and_again(shop, office):
    mailing_id, post = fill(300), office()
    post.bear(), post.bear()
    for number in range(1, 11 if MANY == LEAST else 26):
        goal = number * 10
        post.until(lambda goal=goal: post.taken.total() >= goal)
        step(mailing_id, "pause")
        step(mailing_id, "resume")
    post.until(lambda: left(mailing_id) == 0)
    found = post.look(mailing_id)
    assert found == posting.Found()
    assert post.taken.total() == 300


def step(mailing_id, verb):
    mailings.move(db.session.get_one(Mailing, mailing_id), verb)
    db.session.commit()


@pytest.mark.parametrize("app", ["sqlite"], indirect=True)
def test_two_workers_that_do_not_claim_would_write_twice(shop, office):
    mailing_id, post = fill(200), office(without="no_claim")
    post.bear(), post.bear()
    post.until(lambda: left(mailing_id) == 0 or post.taken.total() > 400)
    assert post.look(mailing_id).doubled


def compared(mailing_id):
    """Two subjects: every third is asked, the rest waits, at whatever hour this runs."""
    db.session.add(Habits(cap_hours=24, quiet_from="00:00", quiet_until="00:00"))
    db.session.add(SubjectTest(mailing_id=mailing_id, subject={"es": "Otro"}))
    for left_over, values in ((0, {"arm": "a"}), (1, {"arm": "b"}), (2, {"run_at": subject_tests.NEVER})):
        which = Recipient.mailing_id == mailing_id, Recipient.id % 3 == left_over
        db.session.execute(update(Recipient).where(*which).values(**values))
    db.session.commit()


def decided_under_kills(office, **told):
    """Two workers die while the better subject is decided; what came of it."""
    mailing_id, post = fill(180), office(**told)
    compared(mailing_id)
    first = post.bear()
    post.until(lambda: post.taken.total() >= 60)
    assert subject_tests.settle(db.session.scalars(select(SubjectTest)).one(), "b", "clicks")
    db.session.commit()
    post.kill(first)
    second = post.bear()
    post.until(lambda: post.taken.total() >= 130)
    post.kill(second)
    post.bear()
    post.until(lambda: left(mailing_id) == 0)
    return post.look(mailing_id)


def test_the_rest_of_two_subjects_has_one_letter_each_under_kills(shop, office):
    found = decided_under_kills(office)
    assert (found.lost, found.doubled, found.hidden) == (set(), set(), set())
    assert len(found.unknown) <= 2 * WIDTH


@pytest.mark.parametrize("app", ["sqlite"], indirect=True)  # the control
def test_the_rest_would_have_two_from_a_sender_that_marks_afterwards(shop, office):
    assert decided_under_kills(office, without="late_mark", lease=1.0).doubled
