"""Shoppers log in by a link: the same answer for everybody, one use, half an hour, one shop."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from crm import consent, contacts, facts
from crm.visitors import Visitor
from kernel import clock, jobs, origins, suppression, tokens
from kernel.db import db
from kernel.letters import Letter


def _ana(shop, email="ana@example.com", **told):
    ana = contacts.known(email=email, name="Ana Mora", **told)
    db.session.commit()
    return ana


def _link(shop, email="ana@example.com", target=""):
    answer = shop.client.post("/account/login", data={"email": email, "next": target})
    assert answer.status_code == 200
    jobs.run_due()
    shop.enter()
    letter = db.session.scalars(select(Letter).where(Letter.kind == "login").order_by(Letter.id.desc())).first()
    return re.search(r"https?://[^/]+(/\S*account/login/\S+)", letter.text)[1] if letter else None


def test_the_link_logs_in_and_the_account_shows_who_it_is(shop):
    _ana(shop)
    path, browser = _link(shop), shop.client
    page = browser.get(path)
    assert page.status_code == 200
    assert "Ana" in page.text
    assert browser.get("/account").status_code == 302  # looking at the link logged nobody in
    assert browser.post(path).status_code == 303
    account = browser.get("/account")
    assert account.status_code == 200
    assert "ana@example.com" in account.text
    kinds = [fact.kind for fact in db.session.scalars(select(facts.Fact))]
    assert kinds == ["logged_in"]


def test_the_answer_is_the_same_for_a_known_and_an_unknown_address(shop):
    _ana(shop)
    told = {}
    for email in ("ana@example.com", "eva@example.com"):
        answer = shop.client.post("/account/login", data={"email": email})
        told[email] = (answer.status_code, answer.text.replace(email, ""))
    assert told["ana@example.com"] == told["eva@example.com"]
    jobs.run_due()
    shop.enter()
    assert [letter.to for letter in db.session.scalars(select(Letter))] == ["ana@example.com"]
    assert contacts.by_email("eva@example.com") is None


@pytest.mark.parametrize("relay", ["", "smtp://127.0.0.1:2525"])
def test_the_letter_is_private_where_letters_leave(shop, monkeypatch, relay):
    known = shop.app.extensions["plaza.settings"]
    monkeypatch.setitem(shop.app.extensions, "plaza.settings", replace(known, smtp_url=relay))
    _ana(shop)
    assert _link(shop)
    assert db.session.scalars(select(Letter)).one().private is bool(relay)


def test_a_link_works_once(shop):
    _ana(shop)
    path = _link(shop)
    inside, other = shop.client, shop.client
    assert inside.post(path).status_code == 303
    for again in (inside.post(path), inside.get(path)):  # who is inside already asks for nothing
        assert (again.status_code, again.location) == (303, "/account")
    somebody = shop.shopper(_ana(shop, "eva@example.com"))
    for again in (other.post(path), somebody.get(path), other.get(path)):
        assert again.status_code == 410
        assert 'action="/account/login"' in again.text  # ask for another one right here


def test_a_new_link_ends_the_former_one(shop):
    _ana(shop)
    former = _link(shop)
    newer = _link(shop)
    assert former != newer
    assert shop.client.post(former).status_code == 410
    assert shop.client.post(newer).status_code == 303


def test_a_link_ends_after_half_an_hour(shop):
    _ana(shop)
    path = _link(shop)
    db.session.execute(update(tokens.Token).values(expires_at=clock.now() - timedelta(seconds=1)))
    db.session.commit()
    assert shop.client.post(path).status_code == 410


def test_a_link_of_one_shop_opens_no_other(rival, shop):
    _ana(shop)
    path = _link(shop)
    rival.enter()
    _ana(rival)
    assert rival.client.post(path).status_code == 410
    assert rival.client.get(path).status_code == 410
    shop.enter()
    assert shop.client.post(path).status_code == 303


def test_a_session_of_one_shop_is_nobody_in_another(rival, shop):
    ana = _ana(shop)
    browser = shop.shopper(ana)
    assert browser.get("/account").status_code == 200
    browser.host = "rival.plaza.localhost:8000"
    assert browser.get("/account").status_code == 302


def test_nobody_is_flooded_with_letters(shop):
    _ana(shop)
    statuses = [shop.client.post("/account/login", data={"email": "Ana@example.com"}).status_code for _ in range(4)]
    assert statuses == [200, 200, 200, 429]


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example", "/\\evil.example"])
def test_no_link_leads_out_of_the_house(shop, target):
    _ana(shop)
    assert shop.client.post(_link(shop, target=target)).location == "/account"


def test_the_link_leads_to_the_page_they_wanted(shop):
    _ana(shop)
    assert shop.client.post(_link(shop, target="/checkout")).location == "/checkout"


def test_what_is_no_address_is_said_and_kept(shop):
    answer = shop.client.post("/account/login", data={"email": "ana@"})
    assert answer.status_code == 422
    assert 'value="ana@"' in answer.text
    assert 'aria-invalid="true"' in answer.text


def test_the_cart_of_another_device_is_poured_in(shop):
    _ana(shop)
    coffee, mug = shop.product("Café").slug, shop.product("Taza").slug
    first = shop.client
    first.post("/cart/lines", data={"product": coffee, "quantity": "2"})
    assert first.post(_link(shop)).status_code == 303
    second = shop.client
    second.post("/cart/lines", data={"product": mug, "quantity": "1"})
    second.post(_link(shop))
    page = second.get("/cart").text
    assert "Café" in page
    assert "Taza" in page
    third = shop.client  # with nothing of its own
    third.post(_link(shop))
    assert "Taza" in third.get("/cart").text


def test_logging_out_leaves_nothing_behind(shop):
    _ana(shop)
    coffee = shop.product("Moka").slug
    browser = shop.client
    browser.post("/cart/lines", data={"product": coffee, "quantity": "1"})
    browser.post(_link(shop))
    assert browser.post("/account/logout").status_code == 303
    assert browser.get("/account").status_code == 302
    assert 'class="line"' not in browser.get("/cart").text
    browser.post(_link(shop))
    assert 'class="line"' in browser.get("/cart").text


def test_who_logs_out_of_a_shared_computer_is_not_met_there_again(shop):
    ana, browser = _ana(shop).id, shop.client
    browser.post("/consent", data={"behaviour": "yes"})
    browser.post(_link(shop))
    shop.enter()
    assert db.session.scalars(select(Visitor)).one().contact_id == ana
    answers = len(db.session.scalars(select(consent.Consent)).all())
    browser.post("/account/logout")
    for name in ("visitor", "consent"):  # the next one there is asked
        assert browser.get_cookie(origins.cookie_name(name), domain="cafe.plaza.localhost") is None
    shop.enter()
    assert len(db.session.scalars(select(consent.Consent)).all()) == answers  # nobody answered anything


def test_logging_out_everywhere_ends_the_other_devices(shop):
    ana = _ana(shop)
    one, other = shop.shopper(ana), shop.shopper(ana)
    one.post("/account/logout", data={"everywhere": "1"})
    assert other.get("/account").status_code == 302


def test_the_account_keeps_what_is_changed_and_the_proof_of_what_is_allowed(shop):
    ana = _ana(shop)
    browser = shop.shopper(ana)
    told = {"name": "Ana M.", "phone": "8312 3456", "language": "en", "marketing": "y", "behaviour": "y"}
    assert browser.post("/account", data=told).status_code == 303
    assert (ana.name, ana.phone, ana.language) == ("Ana M.", "+50683123456", "en")
    row = consent.newest(ana, "marketing")
    assert (row.given, row.form, row.text_version) == (True, "account", consent.TEXT_VERSION)
    assert db.session.scalars(select(Visitor)).one().contact_id == ana.id
    browser.post("/account", data={**told, "marketing": ""} | {"behaviour": ""})
    assert browser.post("/account", data={"name": "Ana", "language": "es"}).status_code == 303
    assert not consent.allows(ana, "marketing")


def test_a_wrong_telephone_is_said_and_nothing_is_written(shop):
    ana = _ana(shop)
    answer = shop.shopper(ana).post("/account", data={"name": "Otra", "phone": "12", "language": "es"})
    assert answer.status_code == 422
    assert 'value="Otra"' in answer.text
    db.session.refresh(ana)
    assert ana.name == "Ana Mora"


def test_the_account_keeps_what_was_changed_of_letters_and_nothing_else(shop):
    ana = _ana(shop)
    consent.record(ana, "marketing", True, form="checkout")
    suppression.add(ana.email, "marketing", "letter 1")  # so they read there that no letters come
    browser, told = shop.shopper(ana), {"name": "Ana M.", "language": "es"}
    assert browser.post("/account", data=told).status_code == 303
    row = consent.newest(ana, "marketing")
    assert (row.given, row.form) == (True, "checkout")
    assert browser.post("/account", data={**told, "marketing": "y"}).status_code == 303
    row = consent.newest(ana, "marketing")
    assert (row.given, row.form) == (True, "account")
    assert not suppression.blocks(ana.email, "marketing")
