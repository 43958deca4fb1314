"""Preferences behind a link: less at once, more only after a letter to the address asked back; a look changes nothing."""

import pytest
from sqlalchemy import select

from crm import consent, contacts, facts, preferences, sources, tastes
from kernel import jobs
from kernel.db import db
from kernel.letters import Letter


@pytest.fixture
def ana(shop):
    for code in ("cafe", "te"):
        db.session.add(tastes.Interest(code=code, name={"es": code.title()}))
    ana = contacts.known(email="ana@example.com", name="Ana")
    consent.record(ana, "marketing", True, form="checkout")
    db.session.commit()
    return ana


def test_a_look_changes_nothing_and_shows_no_whole_address(shop, ana):
    answer = shop.client.get(f"/preferences/{ana.token}")
    assert answer.status_code == 200
    assert "a•••@example.com" in answer.text
    assert "ana@example.com" not in answer.text
    assert "Ana" not in answer.text.replace("Ana•", "")
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert len(db.session.scalars(select(consent.Consent)).all()) == 1


def test_what_is_chosen_is_kept_with_its_source(shop, ana):
    told = {"often": "7", "language": "en", "likes": ["te", "nothing"]}
    assert shop.client.post(f"/preferences/{ana.token}", data=told).status_code == 303
    db.session.refresh(ana)
    assert (ana.letters_every, ana.language, [one.code for one in tastes.of(ana)]) == (7, "en", ["te"])
    assert {name: row.source for name, row in sources.of(ana).items()} == {
        "language": "preferences",
        "t:te": "preferences",
    }
    shop.client.post(f"/preferences/{ana.token}", data={"often": "30", "language": "xx"})
    db.session.refresh(ana)
    assert (ana.letters_every, ana.language, tastes.of(ana)) == (30, "en", [])


def test_none_ends_letters_at_once_and_a_yes_asks_back(shop, ana):
    shop.client.post(f"/preferences/{ana.token}", data={"often": "-1"})
    assert not consent.allows(ana, "marketing")
    assert consent.newest(ana, "marketing").form == "preferences"
    assert facts.of_contact(ana)[0].data["given"] is False
    shop.client.post(f"/preferences/{ana.token}", data={"often": "0"})
    jobs.run_due()
    shop.enter()
    assert not consent.allows(contacts.by_email("ana@example.com"), "marketing")
    assert [letter.to for letter in db.session.scalars(select(Letter))] == ["ana@example.com"]


def test_a_letter_s_token_leads_to_the_same_page(shop, ana):
    preferences.reader(lambda token: ana if token == "recipient-token" else None)
    try:
        assert preferences.whose("recipient-token") is ana
    finally:
        preferences._readers.pop()


def test_an_unknown_link_and_one_of_a_neighbour_lead_to_nobody(rival, shop, ana):
    for browser, token in ((shop.client, "nobody"), (rival.client, ana.token)):
        assert browser.get(f"/preferences/{token}").status_code == 404
        assert browser.post(f"/preferences/{token}", data={"often": "-1"}).status_code == 404
    shop.enter()
    assert consent.allows(contacts.by_email("ana@example.com"), "marketing")
