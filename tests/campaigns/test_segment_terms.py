"""What letters to many teach the rule language: whom the shop has not written to for a while can be found."""

import random
from datetime import timedelta

import pytest
from bs4 import BeautifulSoup

from campaigns import letter_events, reports, segment_terms
from campaigns.recipients import Recipient
from crm import people, rule_drafts, rule_sentences, segments
from crm.contacts import Contact
from crm.views import rule_builder
from kernel import clock
from kernel.db import db
from tests.campaigns.letters import had, had_some, mailing, person


def meant(rule):
    """Whom a rule means in SQL; Python must say the same."""
    found = {one.name for one in db.session.scalars(segments.who(rule))}
    assert found == {one.name for one in db.session.scalars(db.select(Contact)) if segments.means(rule, one)}
    return found


def test_who_was_not_written_to_for_thirty_days(shop):
    had(person("lately"), hours=24 * 5)
    had(person("before"), hours=24 * 40)
    person("never")
    left_out = Recipient(mailing_id=mailing().id, contact_id=person("spared").id, state="skipped", reason="cap")
    db.session.add(left_out)
    db.session.commit()
    assert meant({"written": {"days": 30}}) == {"Lately"}
    assert meant({"not": {"written": {"days": 30}}}) == {"Before", "Never", "Spared"}
    assert meant({"written": {}}) == {"Lately", "Before"}


def test_who_was_written_to_more_than_once(shop):
    often, once = person("often"), person("once")
    for hours in (24, 48):
        had(often, hours=hours, of=mailing(name=f"Hace {hours}"))
    had(once, hours=24)
    db.session.commit()
    assert meant({"written": {"least": 2, "days": 7}}) == {"Often"}
    assert meant({"written": {"least": 2, "days": 2}}) == set()


def test_it_is_said_and_can_be_chosen(shop):
    rule = {"all": [{"written": {"days": 30}}, {"not": {"written": {"least": 3}}}]}
    assert rule_sentences.sentence(rule) == (
        "Personas que recibieron un correo con novedades en los últimos 30 días y no recibieron al menos 3 correos con"
        " novedades."
    )
    page = BeautifulSoup(shop.admin.get("/admin/cafe/segments/new").text, "html.parser")
    assert page.select_one("option[value=unopened]").get_text(strip=True) == "recibieron correos y no abrieron ninguno"
    assert page.select_one("option[value=written]").get_text(strip=True) == "recibieron un correo con novedades"


FIGURES = ("opened", "clicked", "unopened", "unclicked")


@pytest.fixture
def first(shop):
    """A letter of three days ago: one opened it today, one followed a link, one's mailbox hides it, one did nothing."""
    made = mailing(state="sent", started_at=clock.now() - timedelta(days=3))
    rows = {name: had(person(name), hours=72, of=made) for name in ("ana", "bea", "caro", "dora", "eva")}
    letter_events.add(rows["ana"], "opened", dedupe="1", verdict="human")
    before = {"at": clock.now() - timedelta(days=2), "verdict": "human"}
    letter_events.add(rows["bea"], "clicked", dedupe="1", link=1, **before)
    letter_events.add(rows["caro"], "opened", dedupe="1", verdict="machine", reason="privacy")
    letter_events.add(rows["eva"], "bounced", dedupe="1", reason="hard")
    person("never")
    db.session.commit()
    return made


def test_who_opened_a_letter_or_followed_a_link_and_who_did_not(first):
    of = {"letter": [first.token]}
    assert meant({"opened": of}) == {"Ana"}
    assert meant({"clicked": of}) == {"Bea"}
    assert meant({"clicked": {**of, "days": 1}}) == set()  # it was two days ago
    assert meant({"unopened": of}) == {"Dora"}  # nobody knows of Caro, and Eva's letter came back
    assert meant({"unclicked": {"days": 4}}) == {"Ana", "Caro", "Dora"}
    assert meant({"unopened": {"days": 2}}) == set()  # nothing was sent since
    assert meant({"written": of}) == {"Ana", "Bea", "Caro", "Dora", "Eva"}


def test_a_second_letter_that_was_opened_makes_the_first_no_matter(first):
    second = had(next(iter(db.session.scalars(select_named("Dora")))), hours=24, of=mailing(name="Otra", state="sent"))
    letter_events.add(second, "opened", dedupe="1", verdict="unknown")
    assert meant({"unopened": {"letter": [first.token]}}) == {"Dora"}
    assert meant({"unopened": {}}) == set()


def select_named(name):
    return db.select(Contact).where(Contact.name == name)


def test_they_are_the_people_of_the_report(shop):
    dice, seen = random.Random(3), set()
    for number in range(60):
        person(f"p{number}")
    had_some(dice)
    for letter in db.session.scalars(db.select(segment_terms.Mailing)):
        for name in FIGURES:
            told = {who.name for _row, who in db.session.execute(reports.rows(letter, name))}
            assert told == meant({name: {"letter": [letter.token]}})
            seen |= {name} if told else set()
    assert seen == set(FIGURES)  # else the comparison says nothing


def test_who_was_erased_is_among_none_of_them(first, shop):
    ana = db.session.scalars(select_named("Ana")).one()
    people.erase(ana, by=shop.owner)
    db.session.commit()
    assert "Ana" not in meant({"opened": {"letter": [first.token]}})


def test_a_letter_is_chosen_by_name_and_stays_known_in_the_bin(first, shop):
    assert [token for token, _label in segment_terms.sent()] == [first.token]
    rule = {"unopened": {"letter": [first.token], "days": 30}}
    said = rule_sentences.sentence(rule)
    assert said.startswith("Personas que recibieron «Novedades · ")
    assert said.endswith("» en los últimos 30 días sin abrirlo.")
    first.binned_at = clock.now()
    db.session.commit()
    assert meant(rule) == {"Dora"}
    assert segments.problems(rule) == []
    field = rule_builder.shown(rule_drafts.of(rule, "rule"))["parts"][0]["fields"][0]
    assert field["said"].startswith("Novedades · ")
    assert segments.problems({"opened": {"letter": ["nothing"]}})
