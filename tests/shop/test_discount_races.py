"""Codes under a race: three are three, once is once however an address is written; without the condition both fail."""

from sqlalchemy import func, select

from kernel.db import db
from shop import cancellations
from shop import cart as carts
from shop.cart import Cart
from shop.order_discounts import OrderDiscount
from shop.orders import Order
from tests.shop.test_discounts import off, sold
from tests.shop.test_races import SEEDS, carts_with, conserved

HERE = "tests.shop.discount_racers:"
LEAN = SEEDS[:1] + SEEDS[3:]  # one by default
SPELLINGS = ("ana.mora@gmail.com", "anamora@gmail.com", "Ana.Mora+uno@gmail.com", "ANAMORA@googlemail.com")


def coded(shop, product, count, code):
    """That many carts with the code in them."""
    secrets = carts_with(shop, product, count)
    for cart in db.session.scalars(select(Cart)):
        carts.use_codes(cart, [code])
    db.session.commit()
    return secrets


def redeemed():
    """How many orders got something off, and how many that did not."""
    with_it = db.session.scalar(select(func.count(OrderDiscount.id)).where(OrderDiscount.returned_at.is_(None)))
    return with_it, db.session.scalar(select(func.count(Order.id)).where(Order.discount_minor == 0))


def test_three_of_fifty_get_the_code_that_is_good_for_three(crew, shop):
    product = sold(shop, stock=100)
    shop.transfer()
    row = off(shop, code="TRES", usage_limit=3)
    for seed in LEAN:
        tries = [(secret, f"p{seed}-{n}@example.com") for n, secret in enumerate(coded(shop, product, 50, "TRES"))]
        answers = crew.race(shop, f"{HERE}order", tries, seed=seed)
        assert not [answer for answer in answers if answer[0] == "broke"]
        db.session.refresh(row)
        assert (redeemed()[0], row.used) == (3, 3)
        for order in db.session.scalars(select(Order).where(Order.state == "placed")):
            cancellations.by_buyer(order)
        db.session.execute(db.delete(Cart).where(Cart.id.not_in(select(carts.CartLine.cart_id))))
        db.session.commit()
        db.session.refresh(row)
        assert row.used == 0
    assert conserved(product, 100)


def test_once_per_person_holds_for_a_guest_in_every_spelling(crew, shop):
    product = sold(shop, stock=100)
    shop.transfer()
    off(shop, code="UNA", per_customer=1)
    tries = [(secret, SPELLINGS[n % 4]) for n, secret in enumerate(coded(shop, product, 16, "UNA"))]
    answers = crew.race(shop, f"{HERE}order", tries)
    assert not [answer for answer in answers if answer[0] == "broke"]
    assert redeemed()[0] == 1


def test_without_the_condition_more_get_it(crew, shop):
    product = sold(shop, stock=100)
    shop.transfer()
    off(shop, code="TRES", usage_limit=3, per_customer=1)
    told = [(secret, SPELLINGS[n % 4]) for n, secret in enumerate(coded(shop, product, 32, "TRES"))]
    answers = crew.race(shop, f"{HERE}order_uncounted", told)
    assert not [answer for answer in answers if answer[0] == "broke"]
    assert redeemed()[0] > 3
