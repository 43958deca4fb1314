"""Two subscriptions of one person that fall on one day come in one order with one delivery, or each alone."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from kernel.db import db
from kernel.letters import Letter
from shop import bin as rubbish
from shop import cart as carts
from shop import checkout, renewals, subscription_rows, subscriptions
from shop.orders import Order
from shop.subscription_rows import Subscription
from tests.goods import only
from tests.shop.test_subscription_races import EIGHT, RENEW
from tests.shop.test_subscriptions import EVERY, letters, orders_of, run


def begun(shop, *goods, code="retiro"):
    """Subscriptions to these, begun by one order."""
    shop.transfer()
    cart, choice = shop.cart(goods[0]), shop.choice(goods[0], code)
    for product in goods[1:]:
        carts.add(cart, only(product), 1)
    order = checkout.place(cart, choice, shop.details(address=dict(choice.address)), key=f"of-{cart.id}")
    shop.pay(order)
    return db.session.scalars(select(Subscription).order_by(Subscription.id)).all()


@pytest.fixture
def two(shop):
    """Coffee and bread that a courier brings, with the delivery paid once."""
    shop.delivery()
    return begun(shop, shop.product("Mañanera", **EVERY), shop.product("Hogaza", **EVERY), code="envio")


def renewed():
    """The orders that came after the first."""
    db.session.expire_all()
    return db.session.scalars(select(Order).order_by(Order.id)).all()[1:]


def test_they_come_in_one_order_with_one_delivery_and_one_letter_before(shop, two):
    one, other = two
    run(one.next_on - timedelta(days=6))
    assert len(letters("soon")) == 1
    text = letters("soon")[0].text
    assert all(said in text for said in ("Llegan juntas", "\nMañanera: 1 × ", "\nHogaza: 1 × ", "\nPara: "))
    run(one.next_on - timedelta(days=3))
    [order] = renewed()
    assert [line.product.slug for line in order.lines] == ["mananera", "hogaza"]
    assert order.shipping_minor == two[0].first.shipping_minor > 0
    assert orders_of(one)[1:] == orders_of(other)[1:] == [order]
    assert one.next_on == other.next_on
    run(one.next_on - timedelta(days=3))
    assert len(renewed()) == 2


def test_each_page_names_what_comes_with_it(shop, two):
    one, other = two
    assert f"/subscriptions/{other.token}" in shop.client.get(f"/subscriptions/{one.token}").text
    assert f"/subscriptions/{one.token}" in shop.admin.get(f"/admin/{shop.slug}/subscriptions/{other.token}").text
    subscriptions.pause(other)
    db.session.commit()
    assert f"/subscriptions/{other.token}" not in shop.client.get(f"/subscriptions/{one.token}").text


@pytest.mark.parametrize("apart", ["skipped", "elsewhere", "paid otherwise", "paused"])
def test_what_its_buyer_wants_otherwise_comes_alone(shop, two, apart):
    one, other = two
    if apart == "skipped":
        subscriptions.skip(other, turn=other.turn)
    elif apart == "elsewhere":
        other.address = {**other.address, "street": "Casa 4"}
    elif apart == "paid otherwise":
        other.payment_code = "sinpe"
    else:
        subscriptions.pause(other)
    db.session.commit()
    run(one.next_on - timedelta(days=3))
    assert all(len(order.lines) == 1 for order in renewed())
    assert len(renewed()) == (1 if apart in ("skipped", "paused") else 2)


def test_what_is_not_sold_any_more_keeps_nothing_else_back(shop, two):
    one, other = two
    other.product.state = "draft"
    db.session.commit()
    run(one.next_on - timedelta(days=3))
    [order] = renewed()
    assert [line.product.slug for line in order.lines] == ["mananera"]
    assert subscription_rows.events(other)[0].kind == "missed"


def test_what_is_short_for_both_is_made_for_one(shop):
    one, other = begun(shop, loaf := shop.product("Hogaza", stock=3, **EVERY)) + begun(shop, loaf)[1:]
    run(one.next_on - timedelta(days=3))
    assert [len(order.lines) for order in renewed()[1:]] == [1]
    assert {subscription_rows.events(row)[0].kind for row in (one, other)} == {"ordered", "missed"}


def test_workers_at_both_at_once_make_one_order(crew, shop, two):
    day = (two[0].next_on - timedelta(days=2)).isoformat()
    answers = crew.race(shop, RENEW, [(row.id, 1, day) for row in two] * (EIGHT // 2))
    assert {one[0] for one in answers} == {"done"}
    assert len(renewed()) == 1
    assert len(renewed()[0].lines) == 2


def test_control_with_only_its_own_row_held_each_makes_its_own(shop, two, monkeypatch):
    monkeypatch.setattr(renewals.subscription_parcels, "lock", lambda row: [subscription_rows.lock(row)])
    run(two[0].next_on - timedelta(days=3))
    assert len(renewed()) == 2


def test_an_order_of_what_comes_by_the_week_and_by_the_month_says_neither(shop):
    begun(shop, shop.product("Mañanera", **EVERY), shop.product("Hogaza", kind="subscription", every="1w"))
    [letter] = db.session.scalars(select(Letter).where(Letter.kind == "orders.placed")).all()
    assert "Incluye suscripciones." in letter.text
    assert "Es una suscripción" not in letter.text  # each line says how often it comes


def test_what_lies_in_the_bin_breaks_no_page_of_what_came_with_it(shop, two):
    one, other = two
    rubbish.put("product", [other.product])
    db.session.commit()
    for row, status in ((one, 200), (other, 404)):
        assert shop.client.get(f"/subscriptions/{row.token}").status_code == 200
        assert shop.client.get(f"/subscriptions/{row.token}/delivery").status_code == status
        assert shop.admin.get(f"/admin/{shop.slug}/subscriptions/{row.token}").status_code == 200
    assert f"/subscriptions/{other.token}/delivery" not in shop.client.get(f"/subscriptions/{other.token}").text
    run(one.next_on - timedelta(days=3))
    assert [len(order.lines) for order in renewed()] == [1]
