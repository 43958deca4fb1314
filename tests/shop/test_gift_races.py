"""Eight processes and one card: it pays what is on it and no more, gives back once; any history keeps every unit of it."""

import os
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kernel import clock
from kernel.db import db
from kernel.money import Money
from kernel.refusal import Refusal
from shop import cancellations, expiry, gift_cards, refunds, store_credit, stored_value
from tests.shop import gifts
from tests.shop.test_races import carts_with

SEEDS = [*range(int(os.environ.get("PLAZA_SEEDS", "3")))]
EXAMPLES = int(os.environ.get("PLAZA_EXAMPLES", "25"))
HERE = "tests.shop.gifts:"


def spent(card):
    return -sum(entry.amount_minor for entry in stored_value.entries(card.value) if entry.kind == "spend")


@pytest.mark.parametrize("seed", SEEDS[:1] + SEEDS[3:])
def test_a_card_in_eight_hands_pays_what_is_on_it(crew, shop, seed):
    shop.transfer()
    vase, card = shop.product(price=4_000_00, stock=None), gifts.card(shop)
    tries = [(secret, gifts.handle(card)) for secret in carts_with(shop, vase, 24)]
    answers = crew.race(shop, f"{HERE}pay", tries, seed=seed)
    assert not [answer for answer in answers if answer[0] == "broke"]
    assert sum(answer[1] for answer in answers if answer[0] == "done") == spent(card) == 10_000_00
    assert gifts.conserved()


def test_a_balance_that_is_read_and_then_written_is_overspent(crew, shop):
    shop.transfer()
    vase, card = shop.product(price=4_000_00, stock=None), gifts.card(shop)
    tries = [(secret, gifts.handle(card)) for secret in carts_with(shop, vase, 24)]
    answers = crew.race(shop, f"{HERE}pay_unlocked", tries)
    assert not [answer for answer in answers if answer[0] == "broke"]
    assert spent(card) > 10_000_00


def test_the_same_form_eight_times_spends_once(crew, shop):
    shop.transfer()
    card = gifts.card(shop)
    [secret] = carts_with(shop, shop.product(price=4_000_00), 1)
    answers = crew.race(shop, f"{HERE}pay", [(secret, gifts.handle(card))] * 16)
    assert not [answer for answer in answers if answer[0] == "broke"]
    assert spent(card) == 4_000_00


def test_a_hold_that_ends_in_eight_hands_gives_back_once(crew, shop):
    card = gifts.card(shop)
    order = gifts.bought(shop, shop.product(price=25_000_00), card)
    shop.late(order)
    crew.race(shop, f"{HERE}twice", [(order.id,)] * 16)
    db.session.expire_all()
    assert card.balance.minor == 10_000_00
    assert gifts.conserved()


class History:
    """What people may do with a shop's cards, one step after the other; each refused step changes nothing."""

    def __init__(self, shop):
        self.shop, self.orders = shop, []
        self.vase = shop.product(price=3_000_00, stock=None)
        self.product = gifts.voucher(shop)
        self.cards = [gifts.card(shop, expires_on=clock.today("America/Costa_Rica") + timedelta(days=3))]
        self.contact = shop.contact()

    def step(self, verb, at, minor):
        """One step; `at` picks among what is there."""
        try:
            getattr(self, verb)(at, minor)
            db.session.commit()
        except Refusal:
            db.session.rollback()

    def card(self, at):
        return self.cards[at % len(self.cards)]

    def order(self, at):
        if not self.orders:
            raise Refusal("none yet")
        return self.orders[at % len(self.orders)]

    def buy(self, at, minor):
        order = self.shop.bought(self.product, 1 + at % 2, paid=minor % 3 > 0)
        self.orders.append(order)
        self.cards += gift_cards.of_order(order)

    def spend(self, at, minor):
        self.orders.append(gifts.bought(self.shop, self.vase, self.card(at), quantity=1 + minor % 5))

    def pay(self, at, minor):
        self.shop.pay(self.order(at), 1 + minor)

    def cancel(self, at, _minor):
        cancellations.by_staff(self.order(at), by=self.shop.owner, reason="x")

    def end(self, at, _minor):
        order = self.order(at)
        self.shop.late(order)
        expiry.expire(order.id)

    def refund(self, at, minor):
        order = self.order(at)
        to = "credit" if minor % 2 else "money"
        refunds.give(
            order, amount=order.money(min(1 + minor, max(1, order.received_minor))), key=f"r{at}{minor}", to=to
        )

    def void(self, at, _minor):
        gift_cards.void(self.card(at), reason="x", by=self.shop.owner)

    def adjust(self, at, minor):
        amount = Money(minor - 500_00 or 1, "CRC")
        gift_cards.adjust(self.card(at), amount, reason="x", key=f"{at}:{minor}", by=self.shop.owner)

    def credit(self, at, minor):
        store_credit.add(self.contact, Money(1 + minor, "CRC"), key=f"{at}:{minor}", reason="x", by=self.shop.owner)

    def expire(self, at, _minor):
        with clock.at(clock.now() + timedelta(days=9)):
            gift_cards.expire(self.card(at).id)


VERBS = ("buy", "spend", "pay", "cancel", "end", "refund", "void", "adjust", "credit", "expire")
STEPS = st.lists(
    st.tuples(st.sampled_from(VERBS), st.integers(0, 9), st.integers(0, 1_000_00)), min_size=4, max_size=14
)


def test_whatever_happens_what_was_issued_is_there_spent_voided_or_expired(shop):
    history = History(shop)

    @settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck), database=None)
    @given(STEPS)
    def hold(steps):
        for step in steps:
            history.step(*step)
        assert gifts.conserved()

    hold()
