"""Signing up: nobody is on a list, or written down at all, before the button of the letter; the proof stays."""

import re
from datetime import timedelta

import pytest
import segno
from bs4 import BeautifulSoup
from sqlalchemy import select, update

from crm import consent, contacts, facts, subscribing, tastes, visitors
from kernel import clock, jobs, suppression, tokens
from kernel.db import db
from kernel.letters import Letter

ASK = {"email": "Eva@Example.com", "name": "Eva Sol", "source": "feria"}


def _link(shop, browser=None, **told):
    answer = (browser or shop.client).post("/subscribe", data={**ASK, **told})
    assert answer.status_code == 200, answer.text
    return _written(shop, "subscribe")


def _written(shop, kind):
    """The link in the newest letter of that kind."""
    jobs.run_due()
    shop.enter()
    letter = db.session.scalars(select(Letter).where(Letter.kind == kind).order_by(Letter.id.desc())).first()
    return re.search(rf"https?://[^/]+(/\S*{kind}/\S+)", letter.text)[1] if letter else None


def test_the_button_of_the_letter_allows_and_nothing_before_it_does(shop):
    db.session.add(tastes.Interest(code="cafe", name={"es": "Café"}))
    db.session.commit()
    path = _link(shop, interests=["cafe", "nothing"])
    assert contacts.by_email("eva@example.com") is None
    for _ in range(2):
        assert shop.client.get(path).status_code == 200  # whoever looks, a scanner of links too, allows nothing
    assert contacts.by_email("eva@example.com") is None
    done = shop.client.post(path)
    assert done.status_code == 200
    shop.enter()
    eva = contacts.by_email("eva@example.com")
    assert (eva.name, eva.source, [one.code for one in tastes.of(eva)]) == ("Eva Sol", "feria", ["cafe"])
    proof = consent.newest(eva, "marketing")
    assert (proof.given, proof.form, proof.ip, proof.text_version) == (
        True, "subscribe", "127.0.0.1", consent.TEXT_VERSION,
    )  # fmt: skip
    fact = facts.of_contact(eva)[0]
    assert (fact.kind, fact.data["given"], fact.data["confirmed"], fact.data["asked_ip"]) == (
        "allowed", True, True, "127.0.0.1",
    )  # fmt: skip


def test_a_link_is_used_once_and_ends_after_a_week(shop):
    path = _link(shop)
    assert shop.client.post(path).status_code == 200
    for again in (shop.client.post(path), shop.client.get(path)):
        assert again.status_code == 410
        assert 'action="/subscribe"' in again.text
    path = _link(shop, email="otra@example.com")
    db.session.execute(update(tokens.Token).values(expires_at=clock.now() - timedelta(seconds=1)))
    db.session.commit()
    assert shop.client.post(path).status_code == 410


def test_a_link_of_one_shop_allows_nothing_in_another(rival, shop):
    path = _link(shop)
    assert rival.client.post(path).status_code == 410
    shop.enter()
    assert shop.client.post(path).status_code == 200


def test_a_known_address_is_answered_like_an_unknown_one(shop):
    contacts.known(email="eva@example.com")
    db.session.commit()
    known = shop.client.post("/subscribe", data=ASK)
    unknown = shop.client.post("/subscribe", data={**ASK, "email": "new@example.com"})
    assert known.text.replace("eva@example.com", "") == unknown.text.replace("new@example.com", "")


def test_whoever_left_and_signs_up_again_is_written_to_again(shop):
    suppression.add("Eva@example.com", "marketing", "letter 1")
    db.session.commit()
    shop.client.post(_link(shop))
    shop.enter()
    assert not suppression.blocks("Eva@example.com", "marketing")


def test_an_address_that_does_not_exist_gets_no_letter(shop):
    suppression.add("Eva@example.com", "all", "bounced")
    db.session.commit()
    assert _link(shop) is None


def test_the_browser_in_which_the_button_is_pressed_is_theirs(shop):
    browser = shop.client
    browser.post("/consent", data={"behaviour": "yes"})
    browser.post(_link(shop))
    shop.enter()
    assert db.session.scalars(select(visitors.Visitor)).one().contact_id == contacts.by_email("eva@example.com").id


def test_that_browser_keeps_what_it_likes_and_allowed_until_somebody_logs_in_there(shop):
    db.session.add(tastes.Interest(code="cafe", name={"es": "Café"}))
    db.session.commit()
    browser = shop.client
    browser.post("/consent", data={"behaviour": "yes"})
    browser.post("/tastes", data={"taste": ["cafe"]})
    browser.post(_link(shop))
    shop.enter()
    eva, visitor = contacts.by_email("eva@example.com"), db.session.scalars(select(visitors.Visitor)).one()
    assert [one.code for one in tastes.of(visitor)] == ["cafe"]
    assert (list(tastes.of(eva)), consent.newest(eva, "behaviour")) == ([], None)
    assert 'id="t-cafe"' in browser.get("/tastes").text
    browser.post("/account/login", data={"email": "eva@example.com"})
    assert browser.post(_written(shop, "login")).status_code == 303
    shop.enter()
    eva = contacts.by_email("eva@example.com")
    assert [one.code for one in tastes.of(eva)] == ["cafe"]
    assert consent.allows(eva, "behaviour")


def test_a_form_elsewhere_brings_the_address_and_the_person_confirms_it_here(shop):
    page = shop.client.get("/subscribe?email=eva%40example.com&name=Eva&source=mi+sitio").text
    assert 'value="eva@example.com"' in page
    assert 'value="mi sitio"' in page
    assert db.session.scalars(select(tokens.Token)).all() == []
    foreign = {"Origin": "https://elsewhere.example", "Sec-Fetch-Site": "cross-site"}
    assert shop.client.post("/subscribe", data=ASK, headers=foreign).status_code == 403


def test_the_owner_finds_the_lines_to_paste(shop):
    page = shop.admin.get("/admin/cafe/people/forms").text
    assert "&lt;form action=&#34;http://cafe.plaza.localhost:8000/subscribe&#34; method=&#34;get&#34;&gt;" in page


@pytest.mark.parametrize("told", [{"email": "eva@"}, {"email": ""}])
def test_what_is_no_address_is_said_and_kept(shop, told):
    answer = shop.client.post("/subscribe", data={**ASK, **told})
    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.text
    assert 'value="Eva Sol"' in answer.text


def test_a_program_that_fills_in_everything_signs_nobody_up(shop):
    assert _link(shop, website="https://spam.example") is None


def test_an_address_is_not_flooded(shop):
    statuses = [shop.client.post("/subscribe", data=ASK).status_code for _ in range(4)]
    assert statuses == [200, 200, 200, 429]


def test_confirming_lets_letters_go_to_the_spelling_that_is_kept(shop):
    eva = contacts.known(email="eva@example.com")
    suppression.add("eva@example.com", "marketing", "letter 1")
    subscribing.lift(eva, "EVA+x@example.com")
    assert not suppression.blocks("eva@example.com", "marketing")


def test_the_code_for_the_counter_leads_to_the_page_and_says_so(shop):
    page = shop.admin.get("/admin/cafe/people/forms").text
    found = BeautifulSoup(page, "html.parser")
    assert found.select_one("svg.qr path")
    told = segno.make("http://cafe.plaza.localhost:8000/subscribe?source=mostrador", error="m")
    assert found.select_one("a[download='cafe-qr.svg']")["href"] == told.svg_data_uri(border=3, scale=8)
    there = shop.client.get("/subscribe?source=mostrador").text
    assert BeautifulSoup(there, "html.parser").select_one("input[name=source]")["value"] == "mostrador"
