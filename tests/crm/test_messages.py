"""Writing to the shop by its form, on the contact page and in a block: a letter to the shop and a fact."""

import time_machine
from sqlalchemy import select

from crm import contacts, facts, messages, visitors
from kernel import blocks
from kernel.db import db
from kernel.letters import Letter

TOLD = {"name": "Eva Sol", "email": "eva@example.com", "text": "¿Abren el lunes?\n<b>Gracias</b>"}


def test_a_message_reaches_the_shop_once_and_stands_in_the_timeline(shop):
    browser = shop.client
    browser.post("/consent", data={"behaviour": "yes"})
    assert 'name="text"' in browser.get("/contact").text
    for _ in range(2):
        answer = browser.post("/contact", data=TOLD)
        assert (answer.status_code, answer.location) == (303, "/contact/sent")
    assert browser.get("/contact/sent").status_code == 200
    shop.enter()
    eva = contacts.by_email("eva@example.com")
    letter = db.session.scalars(select(Letter)).one()
    assert (letter.to, letter.reply_to, letter.kind) == (shop.tenant.email, "eva@example.com", "message")
    assert "&lt;b&gt;Gracias" in letter.html
    assert "le llegará a la tienda" not in letter.html  # an answer goes to who wrote, as the letter says above
    assert [(fact.kind, fact.data["text"][:5]) for fact in facts.of_contact(eva)] == [("wrote", "¿Abre")]
    assert db.session.scalars(select(visitors.Visitor)).one().contact_id == eva.id


def test_what_is_missing_is_said_and_what_was_typed_stays(shop):
    answer = shop.client.post("/contact", data={**TOLD, "email": "eva@"})
    assert answer.status_code == 422
    assert "¿Abren el lunes?" in answer.text
    assert db.session.scalars(select(Letter)).all() == []


def test_the_shop_is_not_flooded(shop):
    statuses = [shop.client.post("/contact", data={**TOLD, "text": f"{number}"}).status_code for number in range(6)]
    assert statuses == [303] * 5 + [429]


def test_a_page_has_either_form_as_a_block(shop):
    with shop.app.test_request_context("/", base_url="http://cafe.plaza.localhost:8000"):
        shop.enter()
        rows = [{"id": "a", "kind": "form", "data": {"what": "subscribe"}},
                {"id": "b", "kind": "form", "data": {"what": "contact", "title": {"es": "Escríbanos"}}}]  # fmt: skip
        drawn = blocks.render(rows)
    assert 'data-action="subscribe"' in drawn
    assert '/contact"' in drawn
    assert "Escríbanos" in drawn


def test_the_same_sentence_on_another_day_is_another_message(shop):
    for day in ("2026-08-01T15:00:00Z", "2026-10-30T15:00:00Z"):
        with time_machine.travel(day):
            messages.write("¿Abren hoy?", email="eva@example.com")
    assert len(db.session.scalars(select(Letter)).all()) == 2
