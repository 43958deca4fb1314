"""What the shop teaches the rule language: whose carts are seen, without a log-in and only with consent."""

from datetime import timedelta

import pytest

from crm import contacts, rule_sentences, segments, visitors
from crm.contacts import Contact
from crm.segments import Person, Segment
from crm.visitors import Visitor
from kernel import clock
from kernel.db import db

RULE = {"cart_has": ["BOLSO"]}


@pytest.fixture
def bag(shop):
    """A product that the rule names."""
    product = shop.product("Bolso")
    product.sku = "BOLSO"
    db.session.add(Segment(code="bolsos", name={"es": "Bolsos"}, rule=RULE))
    db.session.commit()
    return product


def fill(shop, product, answer, name):
    """A browser that answers the banner and fills a cart without a log-in, and turns out to be somebody's."""
    browser = shop.client
    browser.post("/consent", data={"behaviour": "yes"})
    browser.post("/cart/lines", data={"product": product.slug, "quantity": "2"})
    shop.enter()
    contact = contacts.known(email=f"{name.lower()}@example.com", name=name)
    visitors.adopt(db.session.scalars(db.select(Visitor).where(Visitor.contact_id.is_(None))).one(), contact)
    db.session.commit()
    if answer == "no":
        browser.post("/consent", data={"behaviour": "no"})
    shop.enter()


def meant(rule):
    """Whom a rule means in SQL; Python must say the same."""
    found = {one.name for one in db.session.scalars(segments.who(rule))}
    people = db.session.scalars(db.select(Contact))
    assert found == {one.name for one in people if segments.means(rule, one)}
    return found


def test_a_cart_counts_that_a_known_browser_filled_without_a_log_in(shop, bag):
    fill(shop, bag, "yes", "Ana")
    contacts.known(email="cora@example.com", name="Cora")
    assert meant(RULE) == {"Ana"}
    assert meant({"not": RULE}) == {"Cora"}


def test_who_takes_their_consent_back_is_not_known_by_their_cart(shop, bag):
    fill(shop, bag, "no", "Bea")
    assert meant(RULE) == set()


def test_why_somebody_is_in_says_the_same_of_a_cart_without_a_log_in(shop, bag):
    fill(shop, bag, "yes", "Ana")
    ana = contacts.by_email("ana@example.com")
    assert rule_sentences.why(RULE, Person(contact=ana)).held
    page = shop.admin.get(f"/admin/cafe/segments/bolsos/people/{ana.token}").get_data(as_text=True)
    assert "state-good" in page
    assert "state-off" not in page


def test_a_cart_of_another_shop_is_nobodys_here(rival, shop, bag):
    rival.enter()
    theirs = rival.product("Bolso")
    theirs.sku = "BOLSO"
    db.session.commit()
    fill(rival, theirs, "yes", "Otra")
    shop.enter()
    assert meant(RULE) == set()


def ordered(shop, contact, product, days):
    """That somebody ordered it so many days ago."""
    with clock.at(clock.now() - timedelta(days=days)):
        order = shop.bought(product)
        order.contact_id, order.placed_at = contact.id, clock.now()
        db.session.commit()
    return order


def test_bought_twice_in_ninety_days_counts_orders_and_their_days(shop):
    coffee, cup = shop.product("Café"), shop.product("Taza")
    coffee.sku = "CAFE"
    names = "often", "once", "long ago", "something else"
    often, once, long, other = (contacts.known(email=f"{name[:4]}@example.com", name=name) for name in names)
    for who, what, days in (
        (often, coffee, 2), (often, coffee, 80), (once, coffee, 2), (long, coffee, 2), (long, coffee, 100),
        (other, cup, 1), (other, cup, 3),
    ):  # fmt: skip
        ordered(shop, who, what, days)
    assert meant({"bought": {"product": ["CAFE"], "least": 2, "days": 90}}) == {"often"}
    assert meant({"bought": {"product": ["CAFE"], "least": 2}}) == {"often", "long ago"}
    assert meant({"bought": {"product": ["CAFE"], "days": 1}}) == set()
    assert meant({"bought": {"product": ["CAFE"]}}) == {"often", "once", "long ago"}


def test_bought_is_said_with_how_often_and_since_when(shop):
    shop.product("Café").sku = "CAFE"
    db.session.commit()
    rule = {"bought": {"product": ["CAFE"], "least": 2, "days": 90}}
    assert rule_sentences.sentence(rule) == "Personas que pidieron Café al menos 2 veces en los últimos 90 días."
