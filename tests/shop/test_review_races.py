"""Reviews at once: one person's are one, and a product's figures are those of all who were shown at the same moment."""

from collections import Counter

from sqlalchemy import select

from kernel import accounts
from kernel.db import db
from shop import reviews
from shop.reviews import Review
from tests.shop.review_things import differing, has, say, take

DECIDE = "tests.shop.test_review_races:decide"


def decide(token, state, account_id):
    """Somebody of the shop shows or hides it."""
    return reviews.decide(reviews.by_token(token), state, by=accounts.get(account_id), reason="spam")


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


def test_figures_are_those_of_all_at_once(crew, shop):
    vase = shop.product("Florero", stock=40)
    rows = [say(has(shop, vase, f"b{number}@example.com"), 1 + number % 5) for number in range(12)]
    tries = [(row.token, state, shop.owner_id) for row in rows for state in ("shown", "hidden", "shown")]
    answers = crew.race(shop, DECIDE, tries)
    assert {answer[0] for answer in answers} == {"done"}
    assert differing() == {}
