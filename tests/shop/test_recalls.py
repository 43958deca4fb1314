"""Recalls: what becomes of the gift cards that an order bought, and that paid it, when its money goes back."""

import pytest

from kernel.db import db
from kernel.money import Money
from kernel.refusal import Refusal
from shop import gift_cards, payments, recalls, refunds, reversals
from tests.shop import gifts
from tests.shop.test_gift_cards import cards_of, kinds


def test_an_unspent_card_of_a_cancelled_order_is_void(shop):
    order = shop.bought(gifts.voucher(shop), paid=True)
    [card] = cards_of(order)
    refunds.give(order, amount=order.total, key="r")
    db.session.commit()
    assert card.state == "void"
    assert card.balance.minor == 0
    assert kinds(card)[-1][0] == "void"
    with pytest.raises(gift_cards.NotUsable):
        gifts.bought(shop, shop.product(), card)
    db.session.rollback()
    assert gifts.conserved()


def test_a_spent_card_keeps_its_price(shop):
    order = shop.bought(gifts.voucher(shop), 2, paid=True)
    one, two = cards_of(order)
    gifts.bought(shop, shop.product(price=4_000_00), one)
    with pytest.raises(gift_cards.Spent):
        refunds.give(order, amount=order.total, key="r")
    db.session.rollback()
    refunds.give(order, amount=Money(10_000_00, "CRC"), key="s")  # the other one's price
    db.session.commit()
    assert two.state == "void"
    assert one.balance.minor == 6_000_00
    assert gifts.conserved()


def test_nobody_loses_a_card_for_a_part_of_its_price(shop):
    order = shop.bought(gifts.voucher(shop), paid=True)
    [card] = cards_of(order)
    with pytest.raises(recalls.Whole):
        refunds.give(order, amount=Money(1_00, "CRC"), key="r")
    db.session.rollback()
    assert card.state == "live"
    refunds.give(order, amount=order.total, key="s")
    db.session.commit()
    assert card.state == "void"
    assert gifts.conserved()


def test_taking_back_the_payment_takes_the_card_back(shop):
    order = shop.bought(gifts.voucher(shop))
    payments.settle(payments.current(order), key="k", by=shop.owner)
    [card] = cards_of(order)
    gifts.bought(shop, shop.product(price=4_000_00), card)
    with pytest.raises(Refusal):
        reversals.reverse(order, by=shop.owner)
    db.session.rollback()
    assert card.state == "live"
    assert gifts.conserved()


def test_a_refund_of_what_a_card_paid_goes_back_to_the_card(shop):
    card = gifts.card(shop)
    order = gifts.bought(shop, shop.product(price=25_000_00), card)
    shop.pay(order)
    refunds.give(order, amount=Money(12_000_00, "CRC"), key="r")
    db.session.commit()
    assert card.balance.minor == 10_000_00
    assert order.received_minor == 13_000_00
    assert [row.state for row in order.payments] == ["refunded", "settled"]
    assert gifts.conserved()
