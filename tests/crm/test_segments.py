"""The words of the rule language: SQL and Python mean the same people."""

import random

import pytest

from crm import contacts, segments
from crm.contacts import Contact
from kernel.db import db

VALUES = {"group": ["", "mayorista", "vip"], "country": ["CR", "GT", ""], "language": ["es", "en"]}


def _rule(dice, depth=0):
    kind = dice.choice(["all", "any", "not", "word", "word", "word"]) if depth < 3 else "word"
    if kind in {"all", "any"}:
        return {kind: [_rule(dice, depth + 1) for _ in range(dice.randint(0, 3))]}
    if kind == "not":
        return {"not": _rule(dice, depth + 1)}
    name = dice.choice(sorted(VALUES))
    return {name: dice.choice(VALUES[name])}


def test_every_word_is_in_the_property_test():
    assert set(segments.terms()) >= set(VALUES)


@pytest.mark.parametrize("seed", range(3))
def test_sql_and_python_mean_the_same_people(shop, seed):
    dice = random.Random(seed)
    for number in range(25):
        told = {name: dice.choice(values) for name, values in VALUES.items()}
        contacts.known(email=f"p{number}@example.com", **told)
    everybody = db.session.scalars(segments.who({"all": []})).all()
    assert len(everybody) == 25
    for _ in range(60):
        rule = _rule(dice)
        assert {one.id for one in db.session.scalars(segments.who(rule))} == {
            one.id for one in everybody if segments.means(rule, one)
        }, rule


def test_the_comparison_sees_two_readings_that_differ(shop):
    segments.term("planted", "x", sql=lambda value: Contact.group == value, python=lambda who, value: True)
    try:
        someone = contacts.known(email="a@example.com", group="vip")
        assert segments.means({"planted": "other"}, someone)
        assert segments.count({"planted": "other"}) == 0
    finally:
        segments._terms.pop("planted")


@pytest.mark.parametrize("rule", [{}, {"unknown": 1}, {"group": "a", "country": "CR"}])
def test_what_cannot_be_read_is_refused(shop, rule):
    with pytest.raises(segments.BadRule):
        segments.who(rule)


def test_a_rule_means_nobody_of_another_shop(rival, shop):
    rival.enter()
    contacts.known(email="theirs@example.com", group="vip")
    db.session.commit()
    shop.enter()
    assert segments.count({"group": "vip"}) == 0
