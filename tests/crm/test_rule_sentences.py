"""Rules read aloud: every word of the language, as it is and denied, in both languages; places that are called alike."""

import random
import re

import pytest
from bs4 import BeautifulSoup

from crm import contacts, rule_sentences, rules, segments
from crm.segments import Segment
from kernel import i18n
from kernel.db import db
from tests.crm import people_of_all_kinds as everybody

DOUBLED = re.compile(r"\b(\w+) \1\b", re.IGNORECASE)
AHEAD = {"no", "se"}  # what stands before a Spanish verb


def told(spoken, rule):
    with i18n.speak(spoken):
        return rule_sentences.sentence(rule)


def verb(sentence):
    """The verb of a sentence that begins with "People who"."""
    words = sentence.replace("(", "").split()[2:]
    return next(word for word in words if word not in AHEAD)


def rules_of(dice, term):
    for _turn in range(6):
        plain = {term.name: everybody.value(dice, term)}
        yield from (plain, {"not": plain}, {"not": {"not": plain}}, {"not": {"any": [{"not": plain}]}})
        yield {"all": [plain, {"not": {"any": [plain, {"allows": "marketing"}]}}]}


def test_every_word_as_it_is_and_denied_doubles_no_word_and_speaks_of_many(shop):
    dice = random.Random(4)
    everybody.world(dice, 12)
    for term in rules.terms().values():
        for rule in rules_of(dice, term):
            spanish, english = told("es", rule), told("en", rule)
            assert not DOUBLED.search(spanish), (rule, spanish)
            assert not DOUBLED.search(english), (rule, english)
            assert verb(spanish).endswith("n"), spanish  # están, viven, compraron: of many
            assert not verb(english).endswith("s"), english


@pytest.mark.parametrize("label", ["es", "en"])
def test_the_names_of_the_words_are_verbs_of_many_in_the_builder(shop, label):
    with i18n.speak(label):
        for term in rules.terms().values():
            first = next(word for word in str(term.label).split() if word not in AHEAD)
            assert first.endswith("n") if label == "es" else not first.endswith("s"), str(term.label)


def test_what_means_everybody_or_nobody_is_said_so(shop):
    assert told("es", {"not": {"any": []}}) == "Todas las personas."
    assert told("es", {"not": {"all": []}}) == "Personas que no están en ninguna lista."


def test_a_city_and_a_province_of_one_name_are_told_apart_and_spellings_are_one(shop):
    for number, city in enumerate(["Heredia", "heredia", "HEREDIA", "Heredia", "San José", "SAN JOSE", "San José"]):
        contacts.known(email=f"p{number}@example.com", city=city, region=city)
    db.session.commit()
    city, region = {"city": ["San José", "SAN JOSE"]}, {"region": ["San José"]}
    assert told("es", city) == "Personas que viven en la ciudad de San José."
    assert told("es", region) == "Personas que viven en la provincia de San José."
    assert told("en", {"city": ["Heredia", "heredia", ""]}) == (
        "People who live in the city of Heredia or an unknown city."
    )
    field = rules.terms()["city"].form.fields[0]
    assert list(field.labels()) == ["", "Heredia", "San José"]
    segments.keep(kept := Segment(code="", name={}, rule={}), {"es": "H"}, {"city": ["HEREDIA"]}, by=shop.owner)
    db.session.commit()
    page = BeautifulSoup(shop.admin.get(f"/admin/cafe/segments/{kept.code}").text, "html.parser")
    boxes = {one["value"]: one.has_attr("checked") for one in page.select('input[name="rule.0.city"]')}
    assert boxes == {"": False, "Heredia": True, "San José": False}
