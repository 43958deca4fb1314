"""The two readings of a rule: what SQL says of everybody, Python says of each; every registered word, both databases."""

import os
import random
from collections import Counter
from datetime import UTC, datetime

import pytest

from crm import rules, segments
from crm.contacts import Contact
from kernel import clock
from kernel.db import db
from tests.campaigns import letters
from tests.crm import people_of_all_kinds as everybody
from tests.crm import shopping

RULES = int(os.environ.get("PLAZA_EXAMPLES", "150"))
SEEDS = range(int(os.environ.get("PLAZA_SEEDS", "1")))
LEAST = 20  # how often each word has its turn
NOON = datetime(2026, 11, 26, 18, tzinfo=UTC)


def disagreements(dice, count):
    """(rules on which the two readings differ, how often each word was read)."""
    used, differ = Counter(), []
    people = [rules.Person(contact=one) for one in db.session.scalars(db.select(Contact))]
    while count > 0 or min(used[name] for name in rules.terms()) < LEAST:
        told = everybody.rule(dice) if count > 0 else _rarest(dice, used)
        tree, count = rules.read(told), count - 1
        used.update(node.kind for node in tree.words())
        meant = set(db.session.scalars(segments.who(told).with_only_columns(Contact.id)))
        if meant != {one.contact.id for one in people if tree.means(one)}:
            differ.append(told)
    return differ, used


def _rarest(dice, used):
    """A rule with the word that was read least."""
    term = min(rules.terms().values(), key=lambda one: (used[one.name], one.name))
    return {"all": [{term.name: everybody.value(dice, term)}, {"not": {term.name: everybody.value(dice, term)}}]}


@pytest.mark.parametrize("seed", SEEDS)
def test_sql_and_python_mean_the_same_people(shop, seed):
    dice = random.Random(seed)
    with clock.at(NOON):
        everybody.world(dice)
        shopping.go(shop, dice)
        letters.had_some(dice)
        db.session.commit()
        with db.engine.begin() as bare:  # PostgreSQL does so by itself where somebody works: else each plan is a guess
            bare.exec_driver_sql("ANALYZE")
        differ, used = disagreements(dice, RULES)
    assert differ == []
    assert set(used) >= set(rules.terms())
    assert min(used[name] for name in rules.terms()) >= LEAST


def test_the_comparison_sees_two_readings_that_differ(shop):
    planted = {"sql": lambda value: Contact.country.in_(value), "python": lambda who, value: True}
    lands = [(code, code) for code in everybody.LANDS]
    segments.term("planted", "x", **planted, form=(segments.Field("land", "x", "choices", lambda: lands, blank="x"),))
    try:
        with clock.at(NOON):
            everybody.world(random.Random(1), 30)
            differ, used = disagreements(random.Random(2), 1)
    finally:
        rules._terms.pop("planted")
    assert used["planted"] >= LEAST
    assert differ
    assert all("planted" in str(told) for told in differ)
