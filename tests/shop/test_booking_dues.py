"""Several bookings of one order paid by deposit: the rest of each is due on its own day, follows it, goes with it."""

import re
from itertools import permutations

import pytest

from kernel.db import db
from shop import booking_moves, booking_orders, bookings, checkout, plans
from shop import cart as carts
from shop.quotes import Choice
from tests.goods import only
from tests.shop import pages
from tests.shop.trips import HALF, trip


def three(shop, *, days=(10, 30, 60), goods=None, **product):
    """An order for one person on three days, 5 000 each, half of it a deposit; and its bookings, the earliest first."""
    service = trip(shop, policy=HALF, horizon=365, product={"deposit_bp": 5000, **product})
    cart = carts.begin()[0]
    for ahead in days:
        row = shop.held(service, shop.when(ahead), cart=cart)
        carts.book(cart, row, {service.product.variants[0]: 1})
    if goods is not None:
        carts.add(cart, only(goods), 1)
    shop.transfer()
    choice = shop.choice(goods) if goods is not None else Choice(shipping="")
    order = checkout.place(cart, choice, shop.details("transfer", plan="deposit"), key="three")
    db.session.commit()
    return order, bookings.of_order(order)


def told(answer):
    return re.sub(r"(?<=\d)\s(?=\d{3})", "", pages.text(answer))


def dues(order):
    return [(part.on, part.amount.minor) for part in plans.parts(order)]


def test_the_rest_of_each_is_due_on_its_own_day(shop):
    order, _rows = three(shop, goods=shop.product(price=2_500_00))
    assert dues(order) == [
        (plans.today(), 10_000_00), (shop.day(10), 2_500_00), (shop.day(30), 2_500_00), (shop.day(60), 2_500_00),
    ]  # fmt: skip
    shop.pay(order, 10_000_00)
    assert plans.due_now(order, shop.day(29)).minor == 2_500_00  # nothing for what is a month and two away


def test_so_many_days_before_each(shop):
    order, _rows = three(shop, days=(3, 30), deposit_days=7)  # the rest of the first is due already
    assert dues(order) == [(plans.today(), 7_500_00), (shop.day(23), 2_500_00)]


def test_what_the_page_says_of_it(shop):
    service = trip(shop, horizon=365, product={"deposit_bp": 5000})
    client, day = shop.client, shop.day
    for ahead in (10, 30):
        sent = {"product": "paseo", "day": day(ahead).isoformat(), "time": "09:00", "people.PASEO-ADULTO": "1"}
        assert client.post("/bookings/hold", data=sent).status_code == 303
    assert service.product.slug == "paseo"
    assert "Paga ₡5000 ahora y el resto, ₡5000, cada parte en su día." in told(client.get("/cart"))
    assert "El resto, ₡5000, cada parte en su día." in told(client.get("/checkout"))


@pytest.mark.parametrize("order_of", list(permutations(range(3)))[:4])
def test_the_rest_follows_a_booking_wherever_it_goes(shop, order_of):
    order, rows = three(shop)
    shop.pay(order, 7_500_00)
    ahead = [5, 40, 80]
    for place, target in zip(order_of, ahead, strict=True):
        row = rows[place]
        booking_moves.move(row, shop.span(row.service, shop.when(target)), by=shop.owner)
        db.session.commit()
    assert [on for on, _minor in dues(order)][1:] == [shop.day(one) for one in ahead]
    assert sum(minor for _on, minor in dues(order)) == order.total_minor
    shop.pay(order, 2_500_00)
    assert not plans.due_now(order, shop.day(39))  # what came paid for the first of them


def test_two_of_one_day_are_due_by_the_earlier(shop):
    order, rows = three(shop, days=(10, 30))
    booking_moves.move(rows[1], shop.span(rows[1].service, shop.when(10, "09:00")), by=shop.owner)
    db.session.commit()
    assert {on for on, _minor in dues(order)[1:]} == {shop.day(10)}
    booking_moves.move(rows[1], shop.span(rows[1].service, shop.when(20)), by=shop.owner)
    db.session.commit()
    assert all(on <= shop.day(20) for on, _minor in dues(order)[1:])
    assert sum(minor for _on, minor in dues(order)) == order.total_minor


@pytest.mark.parametrize("gone", [0, 1, 2])
def test_one_that_is_called_off_takes_its_own_part_along(shop, gone):
    order, rows = three(shop)
    booking_orders.cancel(rows[gone])
    db.session.commit()
    assert dues(order)[0] == (plans.today(), 5_000_00)  # its deposit, which nobody had paid, is not asked for
    left = [ahead for place, ahead in enumerate((10, 30, 60)) if place != gone]
    assert [on for on, minor in dues(order)[1:] if minor] == [shop.day(one) for one in left]
    assert sum(minor for _on, minor in dues(order)) == order.total_minor - order.credited_minor


def test_money_that_counts_towards_the_rest_is_not_promised_back(shop):
    order, rows = three(shop)
    shop.pay(order, 7_500_00)
    before = told(shop.client.get(f"/bookings/{rows[2].token}"))
    assert "De eso, ₡2500 se toman a cuenta de lo que falta de su pedido." in before
    desk = told(shop.admin.get(f"/admin/cafe/bookings/{rows[2].token}", headers={"Accept-Language": "es"}))
    assert "De eso, ₡2500 se toman a cuenta" in desk
    booking_orders.cancel(rows[2])
    db.session.commit()
    assert order.balance.minor == 2_500_00  # two times 5 000, and 7 500 came
    after = told(shop.client.get(f"/bookings/{rows[2].token}"))
    assert "De eso, ₡2500 se toman a cuenta" in after
    booking_orders.cancel(rows[1])
    db.session.commit()
    last = told(shop.client.get(f"/bookings/{rows[1].token}"))
    assert order.balance.minor == -2_500_00
    assert (
        "Le devolvemos ₡3750. De eso, ₡1250 se toman a cuenta" in last
    )  # the third keeps what it costs, 2 500 goes back
