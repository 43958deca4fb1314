"""Tastes that are learned: what fades and what counts, only of who allowed it, and nothing comes back once forgotten."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from crm import consent, facts, taste_jobs, taste_learning, tastes, visitors
from crm.taste_learning import HALF_LIFE, Deed
from kernel import clock
from kernel.db import db

NOW = datetime(2026, 11, 26, 18, tzinfo=UTC)


def deeds(kind, *days):
    return [Deed(kind, NOW - timedelta(days=day)) for day in days]


@pytest.mark.parametrize(
    ("told", "weight"),
    [([], 0), (deeds("viewed", 0), 10), (deeds("viewed", 0, 0, 0), 30), (deeds("viewed", 30), 5), (deeds("ordered", 60), 10),
     (deeds("viewed", 30, 30) + deeds("added", 0), 30), (deeds("ordered", 0, 0, 0, 0), 99)],
)  # fmt: skip
def test_a_deed_weighs_half_after_each_half_life(told, weight):
    assert taste_learning.weight(told, NOW) == weight


@pytest.fixture
def aprende(shop):
    return shop.product(interests=["aprender"], slug="taller")


def look(who, product, times=1):
    for _ in range(times):
        facts.record("viewed", visitor=who, about=product)


def told(who):
    return {taste.code: taste.weight for taste in tastes.of(who)}


def test_nothing_is_learned_without_consent(aprende):
    visitor, _token = visitors.begin()
    look(visitor, aprende, 3)
    taste_learning.learn(visitor)
    assert tastes.every(visitor) == []
    consent.record(visitor, "behaviour", True, form="banner")
    taste_learning.learn(visitor)
    assert told(visitor) == {"aprender": 30}
    consent.record(visitor, "behaviour", False, form="banner")
    look(visitor, aprende, 3)
    taste_learning.learn(visitor)
    assert told(visitor) == {"aprender": 30}


def test_three_views_raise_a_taste_and_forgetting_brings_it_to_nothing_for_good(aprende):
    with clock.at(NOW):
        visitor, _token = visitors.begin()
        consent.record(visitor, "behaviour", True, form="banner")
        look(visitor, aprende, 3)
        for _ in range(2):  # reading twice changes nothing
            taste_learning.learn_from(db.session.scalars(select(facts.Fact)))
        (taste,) = tastes.of(visitor)
        assert (taste.code, taste.weight, taste.evidence) == ("aprender", 30, {"viewed": 3})
        tastes.forget(visitor, "aprender")
        taste_learning.learn(visitor)
        assert told(visitor) == {}
    with clock.at(NOW + timedelta(minutes=1)):
        look(visitor, aprende)
        taste_learning.learn(visitor)
        assert told(visitor) == {"aprender": 10}
    with clock.at(NOW + HALF_LIFE):
        taste_learning.learn(visitor)
        assert told(visitor) == {"aprender": 5}


def test_what_somebody_said_is_not_guessed_over(aprende):
    visitor, _token = visitors.begin()
    consent.record(visitor, "behaviour", True, form="banner")
    tastes.rate(visitor, "aprender", "never")
    look(visitor, aprende, 5)
    taste_learning.learn(visitor)
    assert told(visitor) == {}
    tastes.rate(visitor, "aprender", "less")
    taste_learning.learn(visitor)
    assert told(visitor) == {"aprender": 30}


def test_orders_of_somebody_whose_browser_allowed_it_count_after_adoption(shop, aprende):
    order = shop.bought(aprende)
    visitor, _token = visitors.begin()
    consent.record(visitor, "behaviour", True, form="banner")
    taste_learning.learn(order.contact)
    assert told(order.contact) == {}
    visitors.adopt(visitor, order.contact)
    taste_learning.learn(order.contact)
    assert told(order.contact) == {"aprender": 40}
    tastes.unlearn(order.contact)
    taste_learning.learn(order.contact)
    assert told(order.contact) == {}


def test_the_jobs_learn_what_is_new_and_let_fade_what_was_left(shop, aprende):
    with clock.at(NOW):
        visitor, _token = visitors.begin()
        consent.record(visitor, "behaviour", True, form="banner")
        look(visitor, aprende, 3)
        db.session.commit()
        taste_jobs.learn_everywhere()
        assert told(visitor) == {"aprender": 30}
    with clock.at(NOW + HALF_LIFE):
        taste_jobs.fade_everywhere()
        assert told(visitor) == {"aprender": 15}
