"""Refunds: never more than came, once per form, by the way the money came; what a gateway refuses is shown and retried."""

import os
from collections import Counter

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from kernel import jobs, signing
from kernel.db import db
from kernel.refusal import Refusal
from shop import cancellations, ledger, order_events, order_story, orders, payments, refund_retries, refunds
from shop.refund_rows import Refund

HERE = "tests.shop.refund_racers:"
EXAMPLES = int(os.environ.get("PLAZA_EXAMPLES", "8"))


@pytest.fixture
def bank():
    """A gateway of the test's own for the kind of its payment: what it is to answer, and the keys it was asked with."""
    asked, answers = [], []

    def verb(refund):
        asked.append(refund.gateway_key)
        getattr(refunds, answers[0][0])(refund, **answers.pop(0)[1])

    refunds.gateway("transfer", verb)
    yield asked, answers
    refunds._gateways.pop("transfer")


def give(shop, order, minor, **told):
    made = refunds.give(order, amount=order.money(minor), by=shop.owner, **{"key": signing.token(), **told})
    db.session.commit()
    return made


def sums(order):
    """(received, refunded) as the ledger tells it."""
    entries = ledger.of(order)
    came = sum(entry.amount_minor for entry in entries if entry.kind == "settle")
    return came, -sum(entry.amount_minor for entry in entries if entry.kind == "refund")


def test_a_part_goes_back_and_the_order_stays_paid(shop):
    order = shop.bought(shop.product(price=2_500_00), paid=True)
    [made] = give(shop, order, 1_000_00, reason="Llegó rota", reference="SINPE 77")
    assert (made.state, made.reference, order.received_minor, order.credited_minor) == (
        "done", "SINPE 77", 1_500_00, 1_000_00,
    )  # fmt: skip
    assert (order.payment, order.balance.minor) == ("paid", 0)
    give(shop, order, 1_500_00)
    assert (order.payment, order.received_minor, order.balance.minor) == ("refunded", 0, 0)


def test_once_all_went_back_nothing_more_is_promised(shop):
    order = shop.bought(shop.product(price=2_500_00), paid=True)
    give(shop, order, 1_000_00)
    assert "Lo que sigue" in shop.client.get(f"/orders/{order.token}").text
    give(shop, order, 1_500_00)
    page = shop.client.get(f"/orders/{order.token}").text
    assert "Le devolvimos su dinero" in page
    assert "Lo que sigue" not in page
    assert order_story.coming(order) == []


def test_what_was_paid_too_much_lowers_no_price(shop):
    order = shop.bought(shop.product(price=2_500_00))
    shop.pay(order, 3_000_00)
    give(shop, order, 500_00)
    assert (order.payment, order.credited_minor, order.balance.minor) == ("paid", 0, 0)


def test_a_part_of_a_deposit_that_goes_back_is_owed_again(shop):
    order = shop.bought(shop.product(price=2_500_00))
    shop.pay(order, 1_000_00)
    give(shop, order, 400_00)
    assert (order.payment, order.credited_minor, order.balance.minor) == ("partial", 0, 1_900_00)


@pytest.mark.parametrize("minor", [0, -1, 2_500_01])
def test_never_more_than_came(shop, minor):
    order = shop.bought(shop.product(price=2_500_00), paid=True)
    with pytest.raises(payments.WrongAmount):
        refunds.give(order, amount=order.money(minor), key="k", by=shop.owner)
    assert db.session.scalar(select(func.count(Refund.id))) == 0


def test_one_form_sent_twice_is_one_refund(shop):
    order = shop.bought(shop.product(price=2_500_00), paid=True)
    assert len(give(shop, order, 1_000_00, key="form")) == 1
    assert give(shop, order, 1_000_00, key="form") == []
    assert sums(order) == (2_500_00, 1_000_00)


def test_a_gateway_is_asked_later_with_a_key_that_was_kept(shop, bank):
    asked, answers = bank
    order = shop.bought(shop.product(price=2_500_00), paid=True)
    [made] = give(shop, order, 1_000_00)
    key = made.gateway_key
    assert (made.state, order.received_minor, refunds.refundable(order).minor) == ("requested", 2_500_00, 1_500_00)
    with pytest.raises(payments.WrongAmount):  # what is on its way is not given twice
        refunds.give(order, amount=order.money(1_500_01), key="more", by=shop.owner)
    db.session.rollback()
    answers.append(("sent", {"reference": "re_1"}))
    jobs.run_due()
    assert (made.state, asked, order.received_minor) == ("sent", [key], 2_500_00)
    assert refunds.by_reference("re_1") is made
    assert [refunds.finish(made), refunds.finish(made)] == [True, False]
    assert (made.state, order.received_minor, order.refunding_minor) == ("done", 1_500_00, 0)


def test_what_a_gateway_refuses_is_free_again_and_retried_under_another_key(shop, bank):
    asked, answers = bank
    order = shop.bought(shop.product(price=2_500_00), paid=True)
    answers += [("fail", {"error": "La cuenta está cerrada"}), ("finish", {"reference": "re_2"})]
    [made] = give(shop, order, 2_500_00)
    jobs.run_due()
    assert (made.state, made.error, refunds.refundable(order).minor) == ("failed", "La cuenta está cerrada", 2_500_00)
    assert list(db.session.scalars(refund_retries.failed())) == [order]
    assert "refund_failed" in [event.kind for event in order_events.of(order)]
    refund_retries.retry(made, by=shop.owner)
    db.session.commit()
    jobs.run_due()
    assert (made.state, made.reference, order.received_minor, order.payment) == ("done", "re_2", 0, "refunded")
    assert len(set(asked)) == 2


def test_what_a_gateway_refuses_may_be_returned_by_hand_once(shop, bank):
    _asked, answers = bank
    order = shop.bought(shop.product(price=2_500_00), paid=True)
    answers.append(("fail", {"error": "no"}))
    [made] = give(shop, order, 2_500_00)
    jobs.run_due()
    refund_retries.by_hand(made, reference="efectivo", by=shop.owner)
    db.session.commit()
    assert (made.state, made.reference, order.received_minor) == ("done", "efectivo", 0)
    with pytest.raises(Refusal):
        refund_retries.retry(made, by=shop.owner)


def test_what_went_back_without_us_is_noted_once(shop):
    order = shop.bought(shop.product(price=2_500_00), paid=True)
    payment = payments.current(order)
    for _ in range(2):
        refunds.noticed(payment, amount=order.money(700_00), reference="re_9", key="event:re_9")
        db.session.commit()
    assert (order.received_minor, order.refunding_minor, order.credited_minor) == (1_800_00, 0, 700_00)


def test_a_cancelled_order_waits_for_its_refund(shop):
    order = shop.bought(shop.product(price=2_500_00), paid=True)
    cancellations.by_staff(order, by=shop.owner, reason="No hay")
    assert (order.payment, refunds.refundable(order).minor) == ("refund_due", 2_500_00)
    give(shop, order, 2_500_00)
    assert order.payment == "refunded"


def test_each_payment_gets_back_what_came_by_it_the_house_s_own_first(shop, monkeypatch):
    order = shop.bought(shop.product(price=2_500_00), paid=True)
    shop.pay(order, 500_00)
    card = payments.Payment(order_id=order.id, method_id=payments.current(order).method_id, kind="gift_card", label={})
    card.amount_minor, card.currency = 300_00, order.currency
    db.session.add(card)
    db.session.flush()
    payments.settle(card, key="card", amount=order.money(300_00))
    given = []
    monkeypatch.setitem(refunds._tenders, "gift_card", lambda row: given.append(row.amount_minor) or "TARJETA")
    made = give(shop, order, 1_000_00)
    assert [(row.payment.kind, row.amount_minor, row.state) for row in made] == [
        ("gift_card", 300_00, "done"), ("transfer", 700_00, "done"),
    ]  # fmt: skip
    assert given == [300_00]


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
@given(steps=st.lists(st.tuples(st.sampled_from(["pay", "give", "fail", "finish"]), st.integers(1, 9)), max_size=12))
def test_refunds_never_exceed_payments(shop, bank, steps):
    order = shop.bought(shop.product(slug=signing.token().lower(), price=9_00), email="a@example.com")
    for verb, size in steps:
        waiting = [row for row in refunds.of(order) if row.state == "requested"]
        try:
            if verb == "pay":
                payments.settle(payments.current(order), key=signing.token(), amount=order.money(size * 100))
            elif verb == "give":
                refunds.give(order, amount=order.money(size * 100), key=signing.token(), by=shop.owner)
            elif waiting and verb == "fail":
                refunds.fail(waiting[0], error="no")
            elif waiting:
                refunds.finish(waiting[0])
            db.session.commit()
        except Refusal:
            db.session.rollback()
        came, gone = sums(order)
        assert came - gone == order.received_minor
        assert 0 <= order.refunding_minor <= order.received_minor
        assert gone + order.refunding_minor <= came
        assert orders.numbered(order.number).balance.minor == order.total_minor - order.credited_minor - came + gone


@pytest.mark.parametrize("seed", range(int(os.environ.get("PLAZA_SEEDS", "1"))))
def test_clerks_at_one_moment_return_no_more_than_came(crew, shop, seed):
    order = shop.bought(shop.product(price=9_00), paid=True)
    told = (order.number, 4_00, shop.owner_id)
    answers = crew.race(shop, f"{HERE}give", [told] * 16, seed=seed)
    assert Counter(answers) == {("done", 1): 2, ("refused", "WrongAmount"): 14}
    assert (sums(order), order.received_minor, order.refunding_minor) == ((9_00, 8_00), 1_00, 0)


def test_one_form_sent_by_eight_at_once_is_one_refund(crew, shop):
    order = shop.bought(shop.product(price=9_00), paid=True)
    answers = crew.race(shop, f"{HERE}give", [(order.number, 1_00, shop.owner_id, "form")] * 16)
    assert Counter(answers) == {("done", 1): 1, ("done", 0): 15}
    assert sums(order) == (9_00, 1_00)


def test_without_the_condition_the_same_race_returns_more_than_came(crew, shop):
    order = shop.bought(shop.product(price=9_00), paid=True)
    answers = crew.race(shop, f"{HERE}give_unlocked", [(order.number, 4_00, shop.owner_id)] * 16)
    assert not [answer for answer in answers if answer[0] == "broke"], answers
    assert sums(order)[1] > 9_00
