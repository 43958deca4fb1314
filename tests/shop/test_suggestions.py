"""Suggestions: near by what the same people did, each with its reason; nothing sold out, hidden, bought or in the cart."""

from datetime import timedelta

import pytest

from crm import consent, facts, tastes, visitors
from crm.segments import Person
from kernel import clock
from kernel.db import db
from shop import catalog, favourites, neighbours, suggestions
from tests.goods import only
from tests.shop.test_fitting import publish

ROW = {"id": "row", "kind": "new_for_you", "data": {}}


@pytest.mark.parametrize(
    ("baskets", "found"),
    [
        ([{1: 4, 2: 4}, {1: 4, 2: 4}], {(1, 2): 1000, (2, 1): 1000}),
        ([{1: 4, 2: 4}, {1: 4}, {1: 4, 2: 4}], {(1, 2): 816, (2, 1): 816}),
        ([{1: 4, 2: 1}, {1: 4, 2: 1}, {2: 1}], {(1, 2): 816, (2, 1): 816}),
        ([{1: 4, 2: 4}], {}),  # one person's basket is their own affair
    ],
)
def test_near_is_the_cosine_over_people(baskets, found):
    told = {("contact", place): basket for place, basket in enumerate(baskets)}
    assert {(row.product_id, row.other_id): row.score for row in neighbours.near(told)} == found


def test_the_table_says_what_was_reckoned_and_only_what_differs_is_written(shop):
    a, b, c = (shop.product(name).id for name in "abc")
    assert neighbours.write([neighbours.Near(a, b, 900), neighbours.Near(a, c, 500)]) == 2
    assert neighbours.write([neighbours.Near(a, b, 900), neighbours.Near(a, c, 400), neighbours.Near(b, a, 900)]) == 2
    assert neighbours.of(a) == [b, c]
    assert neighbours.write([neighbours.Near(a, b, 900)]) == 2


@pytest.fixture
def world(shop):
    """Two buyers of both `uno` and `dos`; `tres` is apart."""
    goods = {name: shop.product(name, stock=20) for name in ("uno", "dos", "tres")}
    for mail in ("a@example.com", "b@example.com"):
        for name in ("uno", "dos"):
            shop.bought(goods[name], email=mail)
    suggestions.rebuild()
    return goods


def person(shop, mail="a@example.com", **more):
    return Person(contact=shop.contact(mail), **more)


def told(rows):
    return [(one.product_id, one.why, one.about) for one in rows]


def test_new_is_near_what_was_bought_and_never_what_was(shop, world):
    order = shop.bought(world["uno"], email="c@example.com")
    (first, *rest) = suggestions.new(Person(contact=order.contact), 3)
    assert (first.product_id, first.why, first.about) == (world["dos"].id, "bought", world["uno"].id)
    assert world["uno"].id not in {one.product_id for one in rest}


def test_again_leaves_out_what_was_just_bought_and_what_is_sold_out(shop, world):
    assert suggestions.again(person(shop), 4) == []
    with clock.at(clock.now() + timedelta(days=8)):
        assert {one.product_id for one in suggestions.again(person(shop), 4)} == {world["uno"].id, world["dos"].id}
        only(world["uno"]).on_hand = 0
        world["dos"].state = "draft"
        db.session.commit()
        assert suggestions.again(person(shop), 4) == []


def test_only_their_group_sees_what_is_for_a_group(shop, world):
    world["dos"].customer_groups = ["mayorista"]
    from_now = shop.bought(world["uno"], email="c@example.com").contact
    catalog.changed(world["dos"])
    db.session.commit()
    assert world["dos"].id not in {one.product_id for one in suggestions.new(Person(contact=from_now), 4)}
    group = suggestions.new(Person(contact=from_now), 4, group="mayorista")
    assert group[0].product_id == world["dos"].id


def test_a_stranger_sees_what_sells_best_where_they_are_and_a_taste_counts_more(shop, world):
    world["tres"].interests = ["cocina"]
    db.session.commit()
    suggestions.rebuild()
    best = told(suggestions.new(Person(country="CR"), 3))
    assert {one for one, _why, _about in best[:2]} == {world["uno"].id, world["dos"].id}
    assert {why for _one, why, _about in best[:2]} <= {"country", "shop"}
    visitor, _token = visitors.begin()
    tastes.rate(visitor, "cocina", "more")
    assert told(suggestions.new(Person(visitor=visitor), 1)) == [(world["tres"].id, "taste", "cocina")]
    tastes.rate(visitor, "cocina", "never")
    assert world["tres"].id not in {one.product_id for one in suggestions.new(Person(visitor=visitor), 3)}


def test_a_shop_that_sold_nothing_shows_what_it_puts_first(shop):
    first = shop.product("primero")
    suggestions.rebuild()
    assert told(suggestions.new(Person(), 3)) == [(first.id, "first", None)]
    assert favourites.of([favourites.SHOP]) == {}


def test_every_item_says_why_and_who_is_held_out_sees_no_row(shop, world):
    publish(ROW)
    visitor, token = visitors.begin()
    consent.record(visitor, "behaviour", True, form="banner")
    facts.record("viewed", visitor=visitor, about=world["uno"])
    client = shop.client
    client.set_cookie("visitor_8000", token, domain="cafe.plaza.localhost")
    for arm in ("shown", "held_out"):
        visitor = db.session.get(visitors.Visitor, visitor.id)
        visitor.arm = arm
        db.session.commit()
        drawn = client.get("/").get_data(as_text=True)
        assert ('data-suggestions="new_for_you"' in drawn) is (arm == "shown")
        assert ('data-reason="parecido a uno"' in drawn) is (arm == "shown")


def test_a_product_page_shows_what_goes_with_it(shop, world):
    drawn = shop.client.get("/p/uno").get_data(as_text=True)
    assert "También le puede gustar" in drawn
    assert '<li data-reason="parecido a uno">' in drawn
    assert 'href="/p/dos"' in drawn.split('data-suggestions="beside"')[1]
