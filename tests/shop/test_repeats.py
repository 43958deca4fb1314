"""The same order once more: its goods and words into the cart as far as they last, and what is gone is said."""

import pytest

from kernel import clock
from kernel.db import db
from shop import cart, stock
from tests.shop.pages import marks, text


def again(shop, order, client=None):
    client = client or shop.client
    answer = client.post(f"/orders/{order.token}/again")
    assert answer.status_code == 303
    assert answer.headers["Location"] == "/cart"
    return client.get("/cart")


def lines():
    return [(row.variant.sku, row.quantity, dict(row.texts)) for row in db.session.scalars(db.select(cart.CartLine))]


def test_what_was_bought_lies_in_the_cart_with_its_words(shop):
    mug = shop.product("Taza", stock=9, texts=[{"code": "lema", "label": {"es": "Lema"}, "required": True}])
    order = shop.bought(mug, 2, texts={"lema": "Buen día"}, paid=True)
    page = shop.client.get(f"/orders/{order.token}")
    assert "order-again" in marks(page, "data-action")
    said = text(again(shop, order))
    assert f"Lo de {order.number} está en su carrito" in said
    assert lines() == [(mug.variants[0].sku, 2, {"lema": "Buen día"})]


def test_what_is_gone_is_said_and_the_rest_lies_there(shop):
    tea, mug = shop.product("Té", stock=9), shop.product("Taza", stock=9)
    order = shop.bought(tea, 1, paid=True)
    lost = shop.bought(mug, 3, paid=True)
    stock.adjust(mug.variants[0], on_hand=0)
    tea.state = "draft"
    db.session.commit()
    assert "vacío" in text(again(shop, order))
    said = text(again(shop, lost))
    assert "Taza" in said
    assert "está en su carrito" not in said
    assert lines() == []
    assert "order-again" not in marks(shop.client.get(f"/orders/{order.token}"), "data-action")


def test_what_lies_in_the_bin_is_left_out(shop):
    mug = shop.product("Taza", stock=9)
    order = shop.bought(mug, paid=True)
    mug.binned_at = clock.now()
    db.session.commit()
    assert "order-again" not in marks(shop.client.get(f"/orders/{order.token}"), "data-action")
    assert "vacío" in text(again(shop, order))


def test_what_waits_to_be_paid_is_not_offered_once_more(shop):
    order = shop.bought(shop.product("Té", stock=9))
    assert "order-again" not in marks(shop.client.get(f"/orders/{order.token}"), "data-action")


def test_what_is_not_paid_has_no_receipt_yet(shop):
    order = shop.bought(shop.product("Té", stock=9))
    waiting = text(shop.client.get(f"/orders/{order.token}"))
    assert "Imprimir el pedido" in waiting
    assert "Recibo" not in waiting
    shop.pay(order)
    assert "Recibo" in text(shop.client.get(f"/orders/{order.token}"))


@pytest.mark.parametrize("path", ["/orders/nobody/again"])
def test_without_its_link_nothing_is_there(shop, path):
    assert shop.client.post(path).status_code == 404
