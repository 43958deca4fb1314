"""The way out of letters: one click for a person or a mailbox, nothing for a scanner, and the way back."""

import contextlib
from dataclasses import replace
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select

from campaigns import audience, letter_events, unsubscribing
from campaigns.recipients import Recipient
from crm import consent, people
from crm.consent import Consent
from kernel import clock, suppression
from kernel.db import db
from tests.campaigns.letters import had, mailing, person

ONE_CLICK = {"List-Unsubscribe": "One-Click"}
PROVIDER = {"Sec-Fetch-Site": None, "Origin": None}  # a server, no browser: no cookie, no origin


def received(name, **told):
    row = had(person(name, **told), hours=1, of=mailing())
    db.session.commit()
    return row


@pytest.fixture
def letter(shop):
    """A letter that Lucía received."""
    return received("lucia")


def allowed(row):
    contact = unsubscribing._contact(row)
    return consent.allows(contact, "marketing")


def test_a_mailbox_unsubscribes_its_person_by_one_post(shop, letter):
    answer = shop.client.post(f"/u/{letter.token}", data=ONE_CLICK, headers=PROVIDER)
    assert (answer.status_code, answer.mimetype) == (200, "text/plain")
    assert not answer.headers.getlist("Set-Cookie")
    assert suppression.blocks(letter.email, "marketing")
    assert not suppression.blocks(letter.email)  # their orders still reach them
    row = db.session.scalars(select(Consent).order_by(Consent.id.desc())).first()
    assert (row.given, row.form, row.ip, row.contact_id) == (False, "letter", "127.0.0.1", letter.contact_id)


@pytest.mark.parametrize("app", ["sqlite"], indirect=True)
def test_what_waits_for_that_person_is_refused_from_then_on(shop, letter):
    contact = unsubscribing._contact(letter)
    waits, other = had(contact, hours=0, of=mailing(code="next")), had(person("eva"), hours=0, of=mailing(code="next"))
    for row in (waits, other):
        row.state, row.sent_at = "pending", None
    letter.sent_at -= timedelta(days=9)
    db.session.commit()
    assert audience.refusals([waits, other]) == {}
    shop.client.post(f"/u/{letter.token}", data=ONE_CLICK, headers=PROVIDER)
    assert audience.refusals([waits, other]).keys() == {waits.id}


def test_the_same_asked_again_changes_nothing(shop, letter):
    before = len(db.session.scalars(select(Consent)).all())
    for _time in range(3):
        assert shop.client.post(f"/u/{letter.token}", data=ONE_CLICK, headers=PROVIDER).status_code == 200
    assert len(db.session.scalars(select(Consent)).all()) == before + 1
    assert len(db.session.scalars(select(suppression.Suppression)).all()) == 1


@pytest.mark.parametrize("app", ["sqlite"], indirect=True)
@pytest.mark.parametrize("how", ["get", "head", "options"])
def test_who_only_looks_changes_nothing(shop, letter, how):
    assert getattr(shop.client, how)(f"/u/{letter.token}", headers=PROVIDER).status_code == 200
    assert allowed(letter)
    assert not unsubscribing.left(letter)
    assert not letter_events.of(letter)


@pytest.mark.parametrize("app", ["sqlite"], indirect=True)
def test_a_page_elsewhere_can_not_bring_somebody_back(shop, letter):
    shop.client.post(f"/u/{letter.token}", data=ONE_CLICK, headers=PROVIDER)
    assert shop.client.post(f"/u/{letter.token}/undo", headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
    assert unsubscribing.left(letter)


@pytest.mark.parametrize("app", ["sqlite"], indirect=True)
def test_the_page_offers_one_button_and_after_it_the_way_back(shop, letter):
    browser = shop.client
    page = browser.get(f"/u/{letter.token}").get_data(as_text=True)
    assert 'data-action="unsubscribe"' in page
    assert "l•••@example.com" in page
    assert letter.email not in page  # letters are handed on
    assert browser.post(f"/u/{letter.token}").status_code == 303
    page = browser.get(f"/u/{letter.token}").get_data(as_text=True)
    assert 'data-letters="left"' in page
    assert browser.post(f"/u/{letter.token}/undo").status_code == 303
    assert allowed(letter)
    assert not unsubscribing.left(letter)
    newest = consent.newest(unsubscribing._contact(letter), "marketing")
    assert (newest.form, newest.given) == ("letter-undo", True)


def test_the_way_back_gives_no_consent_that_was_never_there(shop):
    letter = received("mute", allowed=None)
    shop.client.post(f"/u/{letter.token}/undo")
    assert not allowed(letter)
    shop.client.post(f"/u/{letter.token}")
    shop.client.post(f"/u/{letter.token}/undo")
    assert not allowed(letter)
    assert not unsubscribing.left(letter)


def late(shop, letter):
    unsubscribing.leave(letter)
    db.session.commit()
    return time_machine.travel(clock.now() + unsubscribing.WHILE + timedelta(minutes=1))


def test_the_way_back_is_open_for_an_hour_and_then_leads_through_their_mailbox(shop, letter):
    with late(shop, letter):
        page = shop.client.get(f"/u/{letter.token}").get_data(as_text=True)
        assert "/undo" not in page
        assert 'href="/subscribe"' in page
        assert shop.client.post(f"/u/{letter.token}/undo").status_code == 303
    assert unsubscribing.left(letter)
    assert not allowed(letter)


@pytest.mark.parametrize("app", ["sqlite"], indirect=True)
@pytest.mark.parametrize("where", ["another letter", "the account", "the letter again, later"])
def test_who_holds_a_letter_cannot_undo_what_was_said_elsewhere(shop, letter, where):
    contact = unsubscribing._contact(letter)
    other = had(contact, hours=2, of=mailing(code="other"))
    db.session.commit()
    if where == "another letter":
        unsubscribing.leave(other)
        unsubscribing.leave(letter)
    elif where == "the account":
        unsubscribing.leave(letter)
        consent.record(contact, "marketing", False, form="account")
    with late(shop, letter) if "later" in where else contextlib.nullcontext():
        unsubscribing.leave(letter)  # a button pressed again opens nothing
        assert not unsubscribing.stay(letter)
    assert unsubscribing.left(letter)
    assert not allowed(letter)


def test_an_erased_person_is_not_brought_back(shop, letter):
    address = letter.email
    unsubscribing.leave(letter)
    people.erase(unsubscribing._contact(letter), by=shop.owner)
    db.session.commit()
    assert shop.client.post(f"/u/{letter.token}/undo").status_code == 303
    assert suppression.blocks(address, "marketing")


def test_it_works_after_the_person_was_erased(shop, letter):
    address = letter.email
    people.erase(unsubscribing._contact(letter), by=shop.owner)
    db.session.commit()
    row = db.session.get(Recipient, letter.id)
    assert (row.email, row.address_hmac != "") == ("", True)
    assert shop.client.get(f"/u/{row.token}").status_code == 200
    assert shop.client.post(f"/u/{row.token}", data=ONE_CLICK, headers=PROVIDER).status_code == 200
    assert suppression.blocks(address, "marketing")


def test_it_works_after_the_key_of_the_install_changed(app, shop, letter):
    known = app.extensions["plaza.settings"]
    app.extensions["plaza.settings"] = replace(known, secret_key="another key, after a leak")
    try:
        assert shop.client.post(f"/u/{letter.token}", data=ONE_CLICK, headers=PROVIDER).status_code == 200
        assert suppression.blocks(letter.email, "marketing")
    finally:
        app.extensions["plaza.settings"] = known
    assert suppression.blocks(letter.email, "marketing")


@pytest.mark.parametrize("app", ["sqlite"], indirect=True)
@pytest.mark.parametrize("token", ["A" * 22, "..%2f..", "%00", "<script>", "ñ" * 4000, "' OR 1=1 --"])
def test_a_token_of_no_letter_finds_a_page_that_helps(shop, letter, token):
    for answer in (shop.client.get(f"/u/{token}"), shop.client.post(f"/u/{token}", data=ONE_CLICK, headers=PROVIDER)):
        assert answer.status_code in {400, 403, 404}  # 403: no route at all
        assert "<script>" not in answer.get_data(as_text=True).replace('<script type="module"', "")
    assert not db.session.scalars(select(suppression.Suppression)).all()


def test_a_letter_of_another_shop_is_not_found(rival, shop):
    rival.enter()
    theirs = received("theirs")
    token = theirs.token
    shop.enter()
    assert shop.client.post(f"/u/{token}", data=ONE_CLICK, headers=PROVIDER).status_code == 404
    assert rival.client.post(f"/u/{token}", data=ONE_CLICK, headers=PROVIDER).status_code == 200


@pytest.mark.parametrize("app", ["sqlite"], indirect=True)
def test_where_all_letters_came_back_nothing_is_offered(shop, letter):
    suppression.add(letter.email, "all", "hard")
    db.session.commit()
    page = shop.client.get(f"/u/{letter.token}").get_data(as_text=True)
    assert 'data-letters="final"' in page
    assert "data-action=" not in page.partition('data-letters="final"')[2].partition("</section>")[0]
