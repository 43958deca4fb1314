"""Segments: what a rule may say, whom it means, what is wrong with it, segments inside segments."""

import pytest

from crm import contacts, rule_sentences, rules, segments
from crm.contacts import Contact
from crm.segments import Person, Segment
from kernel.db import db

BAD = [
    {}, [], None, "CR", {"unknown": 1}, {"group": "a", "country": "CR"}, {"all": {"group": "a"}}, {"not": []},
    {"orders": {"least": "1"}}, {"orders": {"least": 0}}, {"orders": {"least": 1, "weeks": 2}}, {"tag": []},
    {"spent": {"least": 100}}, {"spent": {"least": 1.5, "currency": "CRC"}}, {"local_time": ["20:00", "25:00"]},
    {"season": {"first": "02-30", "last": "03-01"}}, {"city": ["x" * 300]}, {"interest": {"code": ["a"], "least": True}},
    {"country": [["CR"]]}, {"all": [{"all": [{"all": [{"all": [{"all": [{"all": [{"group": "a"}]}]}]}]}]}]},
    {"any": [{"group": "a"}] * 300},
]  # fmt: skip


def test_what_cannot_be_read_is_refused_in_a_sentence(shop):
    for rule in BAD:
        with pytest.raises(segments.BadRule):
            segments.who(rule)
        with pytest.raises(segments.BadRule):
            segments.means(rule, Person())
        assert len(segments.problems(rule)) == 1, rule


def test_a_rule_means_nobody_of_another_shop(rival, shop):
    rival.enter()
    contacts.known(email="theirs@example.com", group="vip")
    db.session.commit()
    shop.enter()
    assert segments.count({"group": "vip"}) == 0
    assert segments.count({"not": {"group": "x"}}) == 0


def test_who_lies_in_the_bin_is_in_no_segment(shop):
    gone = contacts.known(email="a@example.com", country="CR")
    assert segments.count({"country": "CR"}) == 1
    gone.binned_at = gone.created_at
    db.session.flush()
    assert segments.count({"country": "CR"}) == 0


def _keep(code, rule):
    db.session.add(Segment(code=code, name={"es": code.upper()}, rule=rule))
    db.session.flush()


def test_a_segment_inside_another_is_read_in_its_place(shop):
    contacts.known(email="a@example.com", country="CR", group="vip")
    contacts.known(email="b@example.com", country="CR")
    _keep("ticos", {"country": ["CR"]})
    rule = {"all": [{"segment": "ticos"}, {"not": {"group": ["vip"]}}]}
    assert [one.email for one in db.session.scalars(segments.who(rule))] == ["b@example.com"]
    assert segments.checked(rule) == rule


def test_a_segment_made_of_itself_is_refused(shop):
    _keep("a", {"segment": "b"})
    _keep("b", {"not": {"segment": "a"}})
    with pytest.raises(segments.BadRule, match=r"«[ab]»"):
        segments.who({"segment": "a"})


def test_a_segment_that_is_gone_is_named(shop):
    assert "ticos" in segments.problems({"segment": "ticos"})[0]
    with pytest.raises(segments.BadRule, match="ticos"):
        segments.count({"segment": "ticos"})


def test_a_tag_that_is_gone_is_named_and_means_nobody(shop):
    rule = {"all": [{"tag": ["feria"]}]}
    assert "feria" in segments.problems(rule)[0]
    with pytest.raises(segments.BadRule, match="feria"):
        segments.checked(rule)
    assert segments.count(rule) == 0
    contacts.known(email="a@example.com", tags=["feria"])
    assert segments.problems(rule) == []
    assert segments.count(rule) == 1


def test_somebody_unknown_is_known_by_what_their_browser_says(shop):
    here = Person(language="en", country="US", referrer="l.instagram.com")
    for rule in ({"language": "en"}, {"country": ["US"]}, {"referrer": "instagram.com"}, {"first_visit": True}):
        assert segments.means(rule, here), rule
    for rule in ({"tag": "vip"}, {"orders": 1}, {"interest": "te"}, {"allows": "marketing"}, {"last_order": {}}):
        assert not segments.means(rule, here), rule


ELSEWHERE = [  # whom a rule means of people in Costa Rica, in the United States and of an unknown country
    ({"country": ["CR"]}, "cr"),
    ({"not": {"country": ["CR"]}}, "us"),
    ({"not": {"not": {"country": ["CR"]}}}, "cr"),
    ({"country": [""]}, "?"),
    ({"not": {"country": [""]}}, "cr us"),
    ({"country": ["CR", ""]}, "cr ?"),
    ({"any": [{"not": {"country": ["CR"]}}, {"country": [""]}]}, "us ?"),
    ({"not": {"any": [{"country": ["CR"]}, {"city": ["Heredia"]}]}}, "us"),
    ({"not": {"all": [{"country": ["CR"]}, {"city": ["Miami"]}]}}, "cr us"),
    ({"not": {"city": ["Heredia"]}}, "us"),
    ({"not": {"region": ["Heredia"]}}, ""),
    ({"not": {"segment": "cr"}}, "us ?"),
    ({"not": {"segment": "lejos"}}, "cr ?"),
    ({"not": {"group": ["vip"]}}, "cr us ?"),
]


@pytest.fixture
def lands(shop):
    """Somebody here, somebody elsewhere, somebody of whom nobody knows where they are."""
    contacts.known(email="a@example.com", name="cr", country="CR", city="Heredia")
    contacts.known(email="b@example.com", name="us", country="US", city="Miami")
    contacts.known(email="c@example.com", name="?")
    _keep("cr", {"country": ["CR"]})
    _keep("lejos", {"not": {"country": ["CR"]}})


@pytest.mark.usefixtures("lands")
def test_who_is_not_in_a_place_is_known_to_be_elsewhere():
    for rule, wanted in ELSEWHERE:
        assert {one.name for one in db.session.scalars(segments.who(rule))} == set(wanted.split()), rule
        people = db.session.scalars(db.select(Contact))
        assert {one.name for one in people if segments.means(rule, one)} == set(wanted.split()), rule


def test_a_visitor_of_an_unknown_country_is_told_nothing_about_elsewhere(shop):
    away = {"not": {"country": ["CR"]}}
    assert not segments.means(away, Person())
    assert segments.means(away, Person(country="US"))
    assert not segments.means(away, Person(country="CR"))
    assert segments.means({"country": [""]}, Person())
    assert segments.means({"not": {"language": ["es"]}}, Person(language="en"))


@pytest.mark.usefixtures("lands")
def test_the_sentence_and_the_reason_say_what_a_not_leaves_out():
    away = {"all": [{"not": {"country": ["CR"]}}, {"country": ["CR", "US"]}]}
    said = "están en un país conocido distinto de Costa Rica"
    assert said in rule_sentences.sentence(away)
    assert "conocido" not in rule_sentences.sentence({"not": {"not": {"country": ["CR"]}}})
    assert said in rule_sentences.sentence({"not": {"any": [{"country": ["CR"]}]}})
    assert "viven en una ciudad conocida distinta de Dota o Jacó." in rule_sentences.sentence(
        {"not": {"city": ["Dota", "Jacó"]}}
    )
    assert "están en un país conocido." in rule_sentences.sentence({"not": {"country": [""]}})
    nowhere = contacts.by_email("c@example.com")
    line = rule_sentences.why(away, Person(contact=nowhere))
    assert (line.parts[0].text, line.parts[0].held) == (said, False)
    line = rule_sentences.why({"not": {"any": [{"country": ["CR"]}]}}, Person(contact=nowhere))
    assert [(part.text, part.held) for part in line.parts] == [("están en Costa Rica o un país desconocido", True)]
    assert not line.held


def test_how_people_came_is_said_and_offered_in_words(shop):
    contacts.known(email="ana@example.com", source="counter")
    contacts.known(email="beto@example.com", source="feria")
    db.session.commit()
    said = rule_sentences.sentence({"source": ["counter", "feria"]})
    assert "una venta o reserva anotada en el mostrador" in said
    assert "feria" in said
    offered = rules.terms()["source"].form.fields[0].labels()
    assert offered == {"counter": "una venta o reserva anotada en el mostrador", "feria": "feria"}
