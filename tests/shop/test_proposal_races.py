"""Eight browsers answer one quote at once, beside the shop that takes it back: one order or none, and the control."""

from collections import Counter

import pytest
from sqlalchemy import func, select

from kernel.db import db
from kernel.letters import Letter
from shop import numbering, stock
from shop.orders import Order
from shop.proposal_rows import Proposal
from tests.goods import only
from tests.shop.proposal_things import offered

HERE = "tests.shop.proposal_things:"
SIZE = 8


def many(cls):
    return db.session.scalar(select(func.count(cls.id)))


def test_one_quote_that_is_accepted_in_many_browsers_at_once_is_one_order(crew, shop):
    shop.transfer()
    vase = shop.product(stock=100)
    row = offered(shop, vase, quantity=3)
    yes = (f"/quotes/{row.token}/acceptance", {"version": "1", "payment": "transfer"}, {})
    answers = crew.race(shop, "post", [yes] * SIZE)
    [order] = db.session.scalars(select(Order))
    assert set(answers) == {(303, f"/orders/{order.token}")}
    assert (row.state, row.order_id, stock.left(only(vase))) == ("accepted", order.id, 97)
    placed = db.session.scalars(select(Letter.kind).where(Letter.about_kind == "order", Letter.about_id == order.id))
    assert Counter(placed) == {"orders.placed": 1, "orders.shop.new": 1}


@pytest.mark.parametrize("other", ["withdraw", "decline"])
def test_a_yes_beside_its_end_is_an_order_or_a_clear_no(crew, shop, other):
    shop.transfer()
    vase = shop.product(stock=100)
    for seed in range(4):
        row = offered(shop, vase, quantity=1)
        before, left = many(Order), stock.left(only(vase))
        tries = [(row.token, verb, 1, shop.owner_id) for verb in ("accept", other) for _ in range(SIZE // 2)]
        answers = crew.race(shop, f"{HERE}answer", tries, seed=seed)
        assert not [one for one in answers if one[0] == "broke"]
        done = {answer[1] for answer in answers if answer[0] == "done"}
        accepted = row.state == "accepted"
        assert (many(Order) - before, left - stock.left(only(vase))) == (int(accepted), int(accepted))
        assert done == ({row.order.number} if accepted else {other})
        assert {one[1] for one in answers if one[0] == "refused"} <= {"Answered", "Withdrawn"}


def test_quotes_that_are_sent_at_once_have_numbers_without_gaps(crew, shop):
    answers = crew.race(shop, "number", [("quote",)] * SIZE)
    assert sorted(answer[1] for answer in answers) == [f"{place:04d}" for place in range(1, SIZE + 1)]
    assert numbering.take("quote") == "COT-0009"


def test_without_holding_the_quote_it_becomes_several_orders(crew, shop):
    """The control: this must go wrong, else the races would prove nothing."""
    shop.transfer()
    row = offered(shop, shop.product(stock=100))
    crew.race(shop, f"{HERE}answer_unlocked", [(row.token, 1)] * SIZE)
    assert many(Order) > 1
    assert db.session.scalars(select(Proposal.state)).one() == "sent"
