"""Cards: the page, what comes back by every road, refusals in the middle, late money, refunds, disputes."""

from datetime import timedelta

import pytest

from kernel import clock, jobs
from kernel.db import db
from kernel.money import Money
from kernel.refusal import Refusal
from shop import (
    card_amounts,
    card_disputes,
    card_events,
    card_notices,
    card_payments,
    card_sessions,
    checkout,
    ledger,
    order_events,
    payments,
    quotes,
    refunds,
    stock,
)
from shop.gateways import card_jobs, cards, stripe
from shop.quotes import Choice, Wanted
from tests.goods import only
from tests.shop.card_world import Till, till
from tests.shop.fake_stripe import fake_stripe, stripe_base

__all__ = ["fake_stripe", "stripe_base", "till"]


def entries(order):
    return [(row.kind, row.amount_minor) for row in ledger.of(order)]


def test_a_card_pays_an_order_and_every_road_tells_it_once(till: Till):
    order = till.order()
    row = till.pay(order)
    assert row.stripe_id
    assert row.expires_at - clock.now() > timedelta(minutes=30)
    cards.check(row)
    till.reconcile()
    till.reconcile()
    order = till.again(order)
    assert (order.payment, till.sessions(order)) == ("paid", ["paid"])
    assert entries(order) == [("settle", order.total_minor)]
    assert order.hold_until is None


def test_one_page_stays_open_and_is_asked_for_under_one_key(till: Till):
    order = till.order()
    first, second = till.page(order), till.page(order)
    assert first.id == second.id
    assert len(till.stripe.every("checkout/sessions")) == 1


def test_a_declined_card_is_told_and_a_second_try_pays(till: Till):
    order = till.order()
    till.pay(order, "no_funds")
    till.reconcile()
    order = till.again(order)
    assert order.payment == "due"
    page = till.shop.client.get(f"/orders/{order.token}").get_data(as_text=True)
    assert "no tiene fondos" in page
    till.pay(order)
    till.reconcile()
    assert till.again(order).payment == "paid"


@pytest.mark.parametrize(("trouble", "moment"), [("429", "before"), ("reset", "before"), ("reset", "after")])
def test_trouble_with_the_question_is_asked_again_under_the_same_key(till: Till, trouble, moment):
    order = till.order()
    till.stripe.control(
        "fault", calls="POST /v1/checkout/sessions", does=trouble, moment=moment, times=1 if trouble == "429" else 3
    )
    with pytest.raises(stripe.Away):
        till.page(order)
    db.session.rollback()
    [asked] = card_sessions.of(order)
    assert asked.state == "asked"
    row = till.page(order)
    assert (row.key, row.state) == (asked.key, "open")
    assert len(till.stripe.every("checkout/sessions")) == 1


@pytest.mark.parametrize("moment", ["before", "after"])
def test_an_error_that_its_key_repeats_is_given_up_and_charges_once(till: Till, moment):
    order = till.order()
    till.stripe.control("fault", calls="POST /v1/checkout/sessions", does="500", moment=moment, times=1)
    with pytest.raises(stripe.Away):
        till.page(order)
    db.session.rollback()
    till.pay(order)
    till.reconcile()
    order = till.again(order)
    assert (order.payment, till.sessions(order)) == ("paid", ["paid", "failed"])
    assert len([one for one in till.stripe.every("payment_intents") if one["status"] == "succeeded"]) == 1


def test_goods_go_back_only_after_the_page_is_ended(till: Till):
    order = till.order()
    row = till.page(order)
    till.expire(order)
    order = till.again(order)
    assert (order.state, till.sessions(order)) == ("expired", ["expired"])
    assert till.stripe.get(f"/v1/checkout/sessions/{row.stripe_id}")["status"] == "expired"
    assert stock.on_hand(till.goods) == 10


def test_who_paid_meanwhile_keeps_the_goods(till: Till):
    order = till.order()
    till.pay(order)
    till.expire(order)
    order = till.again(order)
    assert (order.state, order.payment) == ("placed", "paid")


def test_goods_wait_while_stripe_cannot_be_asked(till: Till):
    order = till.order()
    till.page(order)
    till.stripe.control("fault", calls="POST /v1/checkout", does="500", times=9)
    with pytest.raises(stripe.Away):  # its job comes again
        till.expire(order)
    db.session.rollback()
    assert till.again(order).state == "placed"


def test_late_money_takes_the_goods_again_or_goes_back_by_itself(till: Till):
    scarce = till.shop.product("Última", stock=1)
    order = till.order(goods=scarce)
    row = till.pay(order)
    row.state = "expired"  # its end was told, and yet it was paid
    till.expire(order)
    order = till.again(order)
    assert order.state == "expired"
    till.shop.bought(scarce)  # somebody else has it now
    till.reconcile()
    till.run()
    order = till.again(order)
    assert (order.payment, order.received_minor) == ("refunded", 0)
    assert till.stripe.every("refunds")[0]["amount"] == order.total_minor
    [notice] = db.session.scalars(card_notices.waiting())
    assert notice.kind == "late"


def test_a_bank_that_thinks_for_days_keeps_the_goods(till: Till):
    order = till.order()
    till.pay(order, "waits")
    till.reconcile()
    order = till.again(order)
    assert till.sessions(order) == ["processing"]
    assert order.hold_until > clock.now() + timedelta(days=5)
    with pytest.raises(card_sessions.OnItsWay):
        till.page(order)
    intent = till.stripe.every("payment_intents")[0]["id"]
    till.stripe.control("resolve", payment_intent=intent, to="succeed")
    till.reconcile()
    assert till.again(order).payment == "paid"


def test_a_bank_that_says_no_at_last_leaves_a_day_for_another_try(till: Till):
    order = till.order()
    till.pay(order, "waits_fails")
    till.reconcile()
    till.stripe.control("resolve", payment_intent=till.stripe.every("payment_intents")[0]["id"], to="fail")
    till.reconcile()
    order = till.again(order)
    assert (till.sessions(order), order.payment) == (["failed"], "due")
    till.pay(order)
    till.reconcile()
    assert till.again(order).payment == "paid"


def test_refunds_in_parts_by_us_and_in_stripe_count_once(till: Till):
    order = till.order()
    till.pay(order)
    till.reconcile()
    order = till.again(order)
    part = order.money(1_000_00)
    refunds.give(order, amount=part, key="one", by=till.shop.owner)
    till.run()
    till.reconcile()
    intent = card_sessions.of(order)[0].intent
    for amount in (200_00, 300_00):
        stripe.create_refund(cards.access("test"), {"payment_intent": intent, "amount": amount}, f"board-{amount}")
    till.reconcile()
    till.reconcile()
    order = till.again(order)
    assert order.received_minor == order.total_minor - 1_500_00
    assert sorted(minor for kind, minor in entries(order) if kind == "refund") == [-1_000_00, -300_00, -200_00]


def test_a_refund_that_stripe_refuses_is_told(till: Till):
    order = till.order()
    till.pay(order)
    till.reconcile()
    order = till.again(order)
    till.stripe.control("dispute", charge=till.stripe.every("charges")[0]["id"])
    [refund] = refunds.give(order, amount=order.total, key="all", by=till.shop.owner)
    till.run()
    db.session.refresh(refund)
    assert refund.state == "failed"
    till.reconcile()
    [dispute] = db.session.scalars(card_disputes.waiting())
    assert dispute.order_id == order.id
    assert dispute.due_at
    told = till.stripe.every("disputes")[0]["id"]
    till.stripe.control("close", dispute=told, status="lost")
    till.reconcile()
    db.session.refresh(dispute)
    assert (dispute.state, list(db.session.scalars(card_disputes.waiting()))) == ("lost", [])


def test_another_amount_settles_nothing_and_is_shown(till: Till):
    order = till.order()
    row = till.pay(order)
    told = stripe.session(cards.access("test"), row.stripe_id)
    for field, value in (("amount_total", 1), ("currency", "usd"), ("client_reference_id", "otro")):
        card_events.of_session(row, {**told, field: value})
    order = till.again(order)
    assert order.payment == "due"
    assert entries(order) == []
    words = {tuple(one.words) for one in db.session.scalars(card_notices.waiting())}
    assert words == {("amount",), ("currency",), ("order",)}
    shown = till.shop.admin.get(f"/admin/{till.shop.slug}/cards").get_data(as_text=True)
    assert order.number in shown


def test_the_transfer_that_comes_first_closes_the_page(till: Till):
    order = till.order()
    row = till.page(order)
    payments.settle(payments.current(order), key="by-hand", amount=order.total)
    till.run()
    db.session.refresh(row)
    assert row.state == "expired"
    assert till.stripe.get(f"/v1/checkout/sessions/{row.stripe_id}")["status"] == "expired"


def test_a_slow_stripe_does_not_keep_the_checkout_and_is_left_alone_for_a_while(till: Till):
    till.stripe.control("fault", calls="POST /v1/checkout/sessions", does="500", times=5)
    order = till.order()
    cards.quickly(order)
    other = till.order()
    cards.quickly(other)
    assert card_sessions.of(other) == []
    till.stripe.control("fault", calls="POST /v1/checkout/sessions", does="500", times=0)
    cards._closed["until"] = 0.0


def test_pages_of_our_own_lead_there_and_back(till: Till):
    order = till.order()
    buyer, base = till.shop.client, f"/orders/{order.token}"
    assert buyer.get(f"{base}/pay").status_code == 200  # no page yet: a button that asks for one
    assert buyer.post(f"{base}/card").status_code == 303
    answer = buyer.get(f"{base}/pay")
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith(till.stripe.base)
    back = till.stripe.pay(answer.headers["Location"])
    assert back.endswith(f"{base}?card=back")
    shown = buyer.get(f"{base}?card=back").get_data(as_text=True)
    assert "data-check" in shown
    assert till.again(order).payment == "due"
    told = buyer.post(f"{base}/check", headers={"Accept": "application/json"}).get_json()
    assert told == {"payment": "paid", "waits": False, "declined": ""}


def test_who_comes_back_after_a_declined_card_reads_so_before_any_event(till: Till):
    order = till.order()
    row, buyer, base = till.pay(order, "no_funds"), till.shop.client, f"/orders/{order.token}"
    shown = buyer.get(f"{base}?card=left").get_data(as_text=True)
    assert 'data-check="left"' in shown
    assert "no tiene fondos" not in shown
    for _twice in range(2):  # telling it again writes nothing more
        told = buyer.post(f"{base}/check", headers={"Accept": "application/json"}).get_json()
        assert (told["payment"], told["waits"]) == ("due", False)
        assert "no tiene fondos" in told["declined"]
    assert "no tiene fondos" in buyer.get(base).get_data(as_text=True)
    till.reconcile()
    assert [one.kind for one in order_events.of(till.again(order))].count("declined") == 1
    assert cards.page(order).id == row.id  # the same page takes the second card
    till.pay(order)
    assert buyer.post(f"{base}/check", headers={"Accept": "application/json"}).get_json()["payment"] == "paid"


@pytest.mark.parametrize(
    ("minor", "currency", "units"),
    [
        (12_500_00, "CRC", 12_500_00), (12_500, "CLP", 12_500), (1_000, "JPY", 1_000), (5, "ISK", 500),
        (5_130, "KWD", 5_130), (999, "USD", 999),
    ],
)  # fmt: skip
def test_amounts_are_stripes_own(minor, currency, units):
    amount = card_amounts.Money(minor, currency)
    assert card_amounts.units(amount) == units
    assert card_amounts.money(units, currency.lower()) == amount


@pytest.mark.parametrize(("minor", "currency"), [(49, "USD"), (5_133, "KWD"), (100, "VES"), (10**12, "CRC")])
def test_amounts_that_stripe_refuses_are_refused_before(minor, currency):
    with pytest.raises(Refusal):
        card_amounts.units(card_amounts.Money(minor, currency))


def test_reconciling_goes_on_by_itself_and_lies_dead_for_nobody(till: Till):
    card_jobs.watch()
    till.shop.enter()
    planted = db.session.scalars(jobs.mine("waiting").where(jobs.Job.name == "cards.reconcile")).all()
    assert len({row.unique_key for row in planted}) == len(planted) >= 1


def twice(till: Till):
    """An order that two pages paid: one was given up, and paid all the same."""
    order = till.order()
    first = till.page(order)
    first.state = "expired"
    db.session.commit()
    second = till.page(order)
    for row in (first, second):
        till.stripe.control("pay", session=row.stripe_id, card="pays")
    till.reconcile()
    return till.again(order)


def test_what_two_pages_paid_goes_back_page_by_page(till: Till):
    order = twice(till)
    total = order.total_minor
    assert order.received_minor == 2 * total
    for key, minor in (("a", total + total // 2), ("b", total // 2)):
        refunds.give(order, amount=order.money(minor), key=key, by=till.shop.owner)
        till.run()
        till.reconcile()
        order = till.again(order)
    assert {(row.state, row.error) for row in refunds.of(order)} == {("done", "")}
    assert (order.received_minor, order.refunding_minor) == (0, 0)
    assert sum(row["amount"] for row in till.stripe.every("refunds")) == 2 * total


def test_a_part_that_is_told_does_not_settle_the_whole(till: Till):
    order = till.paid()
    [refund] = refunds.give(order, amount=order.total, key="a", by=till.shop.owner)
    told = {"id": "re_part", "amount": 1_00, "status": "succeeded", "metadata": {"plaza_refund": refund.token}}
    card_payments.refund(card_sessions.of(order)[0], told)
    assert (refund.state, order.received) == ("requested", order.total)


def test_a_page_that_stripe_does_not_know_keeps_no_goods(till: Till):
    order, other = till.order(), till.order()
    for one in (order, other):
        row = till.page(one)
        row.stripe_id, row.asked_at = f"cs_test_gone{one.id}", clock.now() - timedelta(hours=1)
    db.session.commit()
    till.expire(order)
    assert (till.again(order).state, till.sessions(order), stock.on_hand(till.goods)) == ("expired", ["expired"], 9)
    till.reconcile()
    assert till.sessions(other) == ["expired"]
    assert till.page(till.again(other)).fresh


def test_one_event_that_is_refused_keeps_no_other_waiting(till: Till, monkeypatch):
    first, second = till.order(), till.order()
    came, refused = card_payments.came, first.id
    for order in (first, second):
        till.pay(order)
    with monkeypatch.context() as patch:
        patch.setattr(card_payments, "came", lambda row, intent: came(row, intent) if row.order_id != refused else no())
        till.reconcile()
    assert (till.again(first).payment, till.again(second).payment) == ("due", "paid")
    assert {one.kind for one in db.session.scalars(card_notices.waiting())} == {"refused"}
    till.reconcile()
    assert till.again(first).payment == "paid"
    assert db.session.scalars(card_notices.waiting()).all() == []


def no():
    raise Refusal("Ahora no.")


def test_a_card_is_not_offered_for_what_it_cannot_pay(till: Till):
    ring = till.shop.product("Anillo", price=1_200_000_00)
    quote = quotes.make([Wanted(only(ring), 1)], choice=Choice("retiro"))
    offered = [
        {one.kind for one in checkout.payable(quote, {}, due=Money(due, quote.currency) if due else None)}
        for due in (None, 900_000_00)
    ]
    assert ["card" in kinds for kinds in offered] == [False, True]
