"""How many statements an order takes: none is asked twice, and a longer cart adds only what each line must have."""

import pytest
from sqlalchemy import event

from kernel.db import db
from tests.shop.pages import form

BUYER = {"email": "ana@example.com", "name": "Ana Mora", "phone": "8888 7777"}


@pytest.fixture
def ordered(shop):
    """The statements of an order of so many lines."""
    shop.transfer()
    products = [shop.product(f"Café {number}") for number in range(8)]

    def order(count):
        client, told = shop.buyer(*products[:count]), []
        sent = {**form(client.get("/checkout"), "/checkout"), **BUYER, "email": f"b{count}@example.com"}
        event.listen(db.engine, "before_cursor_execute", hear := lambda *words: told.append(words[2]))
        try:
            answer = client.post("/checkout", data=sent)
        finally:
            event.remove(db.engine, "before_cursor_execute", hear)
        assert "/orders/" in answer.headers["Location"]
        return told

    order(1)  # the first of all begins the numbers
    return order


def test_what_a_new_order_has_is_not_asked_for(ordered):
    told = ordered(8)
    before = max(place for place, said in enumerate(told) if said.startswith("INSERT INTO order_line"))
    asked = [said for said in told[before:] if said.startswith("SELECT")]
    nothing = ("order_line", "booking", "instalment", "card_session", "payment", "contact", "consent", "order_discount")
    assert not [said for said in asked for name in nothing if f"FROM {name} " in said.replace("\n", " ")]


def test_an_order_of_a_claimed_cart_needs_no_savepoint(ordered):
    assert not [said for said in ordered(1) if "SAVEPOINT" in said]
