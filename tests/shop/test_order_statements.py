"""How many statements an order takes: none is asked twice, and a longer cart adds only what each line must have."""

import itertools

import pytest
from sqlalchemy import event

from kernel.db import db
from shop.cart import CartLine
from tests.shop.pages import form

BUYER = {"email": "ana@example.com", "name": "Ana Mora", "phone": "8888 7777"}
LINE = ("INSERT INTO order_line", "UPDATE variant", "INSERT INTO stock_move")  # what each line must have


@pytest.fixture
def ordered(shop):
    """The statements of an order of so many lines."""
    shop.transfer()
    numbers = itertools.count()  # a buyer whom nobody knew
    products = [shop.product(f"Café {number}") for number in range(8)]

    def order(count):
        client, told = shop.buyer(*products[:count]), []
        sent = {**form(client.get("/checkout"), "/checkout"), **BUYER, "email": f"b{next(numbers)}@example.com"}
        event.listen(db.engine, "before_cursor_execute", hear := lambda *words: told.append(words[2]))
        try:
            answer = client.post("/checkout", data=sent)
        finally:
            event.remove(db.engine, "before_cursor_execute", hear)
        assert "/orders/" in answer.headers["Location"]
        return told

    order(1)  # the first of all begins the numbers
    return order


def test_an_order_is_few_statements(ordered):
    told = ordered(1)
    assert len(told) <= 40, f"{len(told)}\n" + "\n".join(told)


def test_a_longer_cart_adds_what_each_line_must_have(ordered):
    one, eight = ordered(1), ordered(8)
    more = [said for said in eight if not said.startswith(LINE)]
    assert len(more) == len([said for said in one if not said.startswith(LINE)]), "\n".join(more)
    assert max(sum(said.startswith(kind) for said in eight) for kind in LINE) <= 8


def test_what_a_new_order_has_is_not_asked_for(ordered):
    told = ordered(8)
    before = max(place for place, said in enumerate(told) if said.startswith("INSERT INTO order_line"))
    asked = [said for said in told[before:] if said.startswith("SELECT")]
    nothing = ("order_line", "booking", "instalment", "card_session", "payment", "contact", "consent", "order_discount")
    assert not [said for said in asked for name in nothing if f"FROM {name} " in said.replace("\n", " ")]


def test_an_order_of_a_claimed_cart_needs_no_savepoint(ordered):
    assert not [said for said in ordered(1) if "SAVEPOINT" in said]


def test_the_first_thing_in_a_cart_is_four_statements(shop):
    shop.product()
    client, told = shop.client, []
    event.listen(db.engine, "before_cursor_execute", hear := lambda *words: told.append(words[2]))
    try:
        answer = client.post("/cart/lines", data={"product": "cafe-uno", "quantity": "2"})
    finally:
        event.remove(db.engine, "before_cursor_execute", hear)
    assert answer.status_code == 303
    assert len(told) <= 4, "\n".join(told)
    [line] = db.session.scalars(db.select(CartLine))
    assert (line.quantity, line.seen_minor) == (2, 2_500_00)
