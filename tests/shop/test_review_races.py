"""Reviews at once: one person's are one, and a product's figures are those of all who were shown at the same moment."""

import time
from collections import Counter

import pytest
from sqlalchemy import func, select

from kernel import accounts, files
from kernel.db import db
from shop import review_pictures, reviews
from shop.catalog import Product
from shop.reviews import Review
from tests.kernel import hostile
from tests.shop.review_things import differing, has, say, take

ADD = "tests.shop.test_review_races:add"
DECIDE, CARELESS = "tests.shop.test_review_races:decide", "tests.shop.test_review_races:decide_unlocked"


def decide(token, state, account_id):
    """Somebody of the shop shows or hides it."""
    return reviews.decide(reviews.by_token(token), state, by=accounts.get(account_id), reason="spam")


def decide_unlocked(token, state, account_id):
    """The same with sums that are read before the product's row is held."""
    kept, reviews.count = reviews.count, _count
    try:
        return decide(token, state, account_id)
    finally:
        reviews.count = kept


def _count(product_id):
    db.session.flush()
    shown = Review.product_id == product_id, Review.state == "shown"
    sums = db.session.execute(select(func.count(Review.id), func.coalesce(func.sum(Review.stars), 0)).where(*shown))
    product = db.session.get(Product, product_id)
    product.review_count, product.review_sum = sums.one()
    time.sleep(0.01)
    db.session.flush()


def test_one_person_who_sends_at_once_says_one_thing(crew, shop):
    take("open")
    vase = shop.product("Florero")
    order = has(shop, vase)
    at = f"/orders/{order.token}/reviews/florero"
    tries = [(at, {"stars": str(1 + number % 5), "signed": "Ana", "words": "x"}, {}) for number in range(8)]
    answers = crew.race(shop, "post", tries)
    assert Counter(status for status, _where in answers) == {303: 8}
    row = db.session.scalars(select(Review)).one()
    assert (vase.review_count, vase.review_sum) == (1, row.stars)


def add(token, number):
    """Its writer sends one more picture."""
    row = reviews.by_token(token)
    review_pictures.change(row, made=[files.make(hostile.picture(size=(40 + number, 60)))])
    return row.pictured


def test_pictures_that_are_sent_at_once_are_never_more_than_three(crew, shop):
    take("open")
    vase = shop.product("Florero")
    row = say(has(shop, vase))
    answers = crew.race(shop, ADD, [(row.token, number) for number in (0, 0, 1, 2, 3, 4, 5, 5)])
    assert Counter(answer[0] for answer in answers)["done"] in (3, 4, 5)  # two of them are sent twice
    db.session.expire_all()
    assert (len(review_pictures.of(row)), row.pictured, vase.review_pictured) == (3, 3, 3)


def test_figures_are_those_of_all_at_once(crew, shop):
    vase = shop.product("Florero", stock=40)
    rows = [say(has(shop, vase, f"b{number}@example.com"), 1 + number % 5) for number in range(12)]
    tries = [(row.token, state, shop.owner_id) for row in rows for state in ("shown", "hidden", "shown")]
    answers = crew.race(shop, DECIDE, tries)
    assert {answer[0] for answer in answers} == {"done"}
    assert differing() == {}


@pytest.mark.parametrize("app", ["pg"], indirect=True)  # on SQLite nobody reads while another writes
def test_figures_that_are_read_before_the_product_is_held_go_wrong(crew, shop):
    vase = shop.product("Florero", stock=40)
    rows = [say(has(shop, vase, f"b{number}@example.com"), 1 + number % 5) for number in range(12)]
    for state in ("shown", "hidden") * 5:  # all of them may be lucky once
        crew.race(shop, CARELESS, [(row.token, state, shop.owner_id) for row in rows])
        if differing():
            break
    assert differing() != {}
