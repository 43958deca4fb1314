"""The page of tastes: said in words with why, theirs to change, forget and switch off, without a script or a login."""

import pytest
from sqlalchemy import select

from crm import consent, contacts, tastes
from crm.facts import Fact
from crm.visitors import Visitor
from kernel import buffer
from kernel.db import db


@pytest.fixture
def browser(shop):
    """A browser that allowed to be recognised and looked three times at something to learn from."""
    db.session.add_all(
        [
            tastes.Interest(code="aprender", name={"es": "Aprender"}),
            tastes.Interest(code="cocina", name={"es": "Cocina"}),
        ]
    )
    slug = shop.product(interests=["aprender"]).slug
    made = shop.client
    made.post("/consent", data={"behaviour": "yes"})
    for _ in range(3):
        made.get(f"/p/{slug}")
        buffer.flush(shop.app)
    shop.enter()
    return made


def text(client):
    answer = client.get("/tastes")
    assert answer.headers["Cache-Control"] == "private, no-store"
    return answer.get_data(as_text=True)


def rows():
    return {row.code: (row.weight, row.origin) for row in db.session.scalars(select(tastes.Taste))}


def test_it_says_at_once_what_was_learned_and_why(browser):
    told = text(browser)
    assert "Aprender</h2>" in told
    assert 'data-reason="porque miró 3 veces algo así"' in told
    assert 'data-action="forget"' in told
    assert rows() == {}  # looking writes nothing


def test_forgetting_all_leaves_nothing_to_learn_from(browser):
    assert browser.post("/tastes/forget").status_code == 303
    assert rows() == {"aprender": (0, "inferred")}
    assert db.session.scalars(select(Fact)).all() == []
    assert "Aprender</h2>" not in text(browser)


@pytest.mark.parametrize(("verb", "kept"), [("more", (100, "said")), ("less", (30, "said")), ("never", (0, "said")), ("forget", (0, "inferred"))])  # fmt: skip
def test_one_taste_can_be_changed_or_forgotten(browser, verb, kept):
    tastes.infer(db.session.scalars(select(Visitor)).one(), "aprender", 30)
    db.session.commit()
    assert browser.post("/tastes/one", data={"taste": "aprender", "do": verb}).status_code == 303
    assert rows() == {"aprender": kept}
    assert ("Aprender</h2>" in text(browser)) is (verb != "forget")


def test_switching_off_forgets_guesses_and_the_browser(browser):
    browser.post("/tastes", data={"taste": ["cocina"]})
    browser.post("/tastes/learning", data={"learn": "no"})
    assert rows() == {}
    assert db.session.scalars(select(Fact)).all() == []
    assert not browser.get_cookie("visitor_8000", domain="cafe.plaza.localhost")
    assert "no nos ha permitido" in text(browser)


def test_a_shopper_who_is_in_keeps_what_they_said_when_learning_stops(shop):
    db.session.add(tastes.Interest(code="cocina", name={"es": "Cocina"}))
    known = shop.contact()
    client = shop.shopper(known)
    client.post("/tastes", data={"taste": ["cocina", "no-such"]})
    tastes.infer(known, "aprender", 50)
    db.session.commit()
    client.post("/tastes/learning", data={"learn": "no"})
    assert rows() == {"cocina": (100, "said"), "aprender": (0, "inferred")}


def test_without_consent_nothing_is_kept_and_saying_asks_for_it(shop):
    db.session.add(tastes.Interest(code="cocina", name={"es": "Cocina"}))
    db.session.commit()
    client = shop.client
    assert "no nos ha permitido" in text(client)
    refused = client.post("/tastes", data={"taste": ["cocina"]})
    assert refused.status_code == 422
    assert 'value="cocina" checked' in refused.get_data(as_text=True)
    for path in ("/tastes/one", "/tastes/forget"):
        client.post(path, data={"taste": "cocina", "do": "more"})
    assert not client.get_cookie("visitor_8000", domain="cafe.plaza.localhost")
    assert db.session.scalars(select(Visitor)).all() == []
    client.post("/tastes", data={"taste": ["cocina"], "agree": "yes"})
    assert client.get_cookie("visitor_8000", domain="cafe.plaza.localhost")
    assert rows() == {"cocina": (100, "said")}


def test_typing_an_address_shows_and_changes_nothing_of_whose_it_is(browser):
    eva = contacts.known(email="eva@example.com", name="Eva")
    tastes.say(eva, ["cocina"])
    consent.record(eva, "behaviour", True, form="account")
    db.session.commit()
    browser.post("/contact", data={"email": "eva@example.com", "name": "Eva", "text": "hola"})
    assert "Cocina</h2>" not in text(browser)
    browser.post("/tastes/forget")
    browser.post("/consent", data={"behaviour": "no"})
    db.session.expire_all()
    eva = contacts.by_email("eva@example.com")
    assert [one.code for one in tastes.of(eva)] == ["cocina"]
    assert consent.allows(eva, "behaviour")
