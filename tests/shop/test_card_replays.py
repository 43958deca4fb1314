"""What Stripe tells a hundred times, by eight at once, in any order, together with the browser's return, counts once."""

import os
import random
import threading
import time
from collections import Counter
from http.client import HTTPConnection

import pytest
from sqlalchemy import select

from kernel import signing
from kernel.db import db
from kernel.letters import Letter
from shop import card_events, invoices, ledger, orders
from shop.card_events import CardEvent
from shop.gateways import cards, stripe
from shop.invoice_rows import Invoice
from shop.orders import Order
from shop.payments import Payment
from tests.shop.card_world import HOOK, Till, till
from tests.shop.fake_stripe import fake_stripe, serving, stripe_base

__all__ = ["fake_stripe", "stripe_base", "till"]
SEEDS = [*range(int(os.environ.get("PLAZA_SEEDS", "3")))]
TRIALS = 2 * len(SEEDS)


@pytest.fixture
def wire(app, till: Till):
    """The shop on a real port; the fake knows its address and brings nothing by itself."""
    with serving(app) as place:
        till.stripe.control("hold")
        url = f"http://plaza.localhost:8000/hooks/stripe/{till.shop.slug}"
        till.stripe.control("endpoint", url=url, secret=HOOK, connect=place)
        yield place


def paid(till, order):
    """The card paid, and nobody told; the test itself keeps no writer waiting."""
    till.pay(order)
    db.session.commit()


def counted(order):
    """How often each thing of the order is there."""
    db.session.rollback()
    of = Letter.about_kind == "order", Letter.about_id == order.id
    found = {
        "orders": len(db.session.scalars(select(Order.id)).all()),
        "payments": len(db.session.scalars(select(Payment.id)).all()),
        "entries": len(ledger.of(order)),
        "invoices": len(db.session.scalars(select(Invoice.id).where(Invoice.order_id == order.id)).all()),
        "receipts": len(db.session.scalars(select(Letter.id).where(*of, Letter.kind.endswith("paid"))).all()),
    }
    db.session.commit()
    return found


ONCE = {"orders": 1, "payments": 1, "entries": 1, "invoices": 1, "receipts": 1}


def doubled(monkeypatch):
    """The controls' world: no event and no entry is known again."""
    before = ledger.append
    monkeypatch.setattr(ledger, "known", lambda *_told: None)
    monkeypatch.setattr(
        ledger, "append", lambda *told, key, **more: before(*told, key=f"{key[:60]}{signing.token()}", **more)
    )

    def always(row):
        row.event_id = signing.token()
        db.session.add(row)
        return True

    monkeypatch.setattr(card_events, "_first", always)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_webhook_a_hundred_times_is_one_payment(wire, till: Till, seed):
    order = till.order()
    paid(till, order)
    events = [one["id"] for one in till.stripe.every("events")]
    answers = till.stripe.deliver(events=events, times=100 // len(events), threads=8, seed=seed)
    assert len(answers) == 100
    assert set(answers) <= {200, 503}  # who waited too long for the writer's turn is told to come again
    assert 200 in answers
    assert till.stripe.deliver() == [200] * len(events)
    assert counted(order) == ONCE
    assert (order.payment, order.received_minor) == ("paid", order.total_minor)
    assert invoices.of(order).number
    known = db.session.scalars(select(CardEvent.event_id)).all()
    assert Counter(known) == Counter(events)


def test_without_uniqueness_a_webhook_again_is_money_again(wire, till: Till, monkeypatch):
    doubled(monkeypatch)
    order = till.order()
    paid(till, order)
    till.stripe.deliver(times=3)
    assert counted(order)["entries"] > 1
    assert orders.numbered(order.number).payment == "overpaid"


def looked(place, slug, token):
    """The browser is back and asks."""
    line = HTTPConnection(place, timeout=60)
    told = {"Host": f"{slug}.plaza.localhost:8000", "Sec-Fetch-Site": "same-origin", "Accept": "application/json"}
    line.request("POST", f"/orders/{token}/check", headers=told)
    status = line.getresponse().status
    line.close()
    return status


@pytest.fixture
def slow(monkeypatch):
    """A moment of sleep on both sides: before an event's effect, between Stripe's answer and writing it down."""
    chance = random.Random(0)

    def later(verb):
        def waits(*told, **more):
            answer = verb(*told, **more)
            time.sleep(chance.random() / 30)
            return answer

        return waits

    monkeypatch.setattr(stripe, "session", later(stripe.session))
    monkeypatch.setattr(stripe, "signed", later(stripe.signed))
    monkeypatch.setattr("kernel.limits.check", lambda *_told: None)
    return chance


def raced(place, till, order, chance):
    """The return and the webhook, at one moment; what both were answered."""
    answers, token = {}, order.token
    owed = [one["id"] for one in till.stripe.get("/v1/events?delivery_success=false")["data"]]
    db.session.commit()

    def told():
        time.sleep(chance.random() / 30)
        answers["hook"] = set(till.stripe.deliver(events=owed, threads=2))

    def back():
        time.sleep(chance.random() / 30)
        answers["back"] = looked(place, till.shop.slug, token)

    both = [threading.Thread(target=told), threading.Thread(target=back)]
    for one in both:
        one.start()
    for one in both:
        one.join()
    return answers


def test_the_return_and_the_webhook_race_to_one_payment(wire, till: Till, slow):
    endless = till.shop.product("Sin fin", stock=None)
    for trial in range(TRIALS):
        order = till.order(goods=endless)
        paid(till, order)
        answers = raced(wire, till, order, slow)
        assert answers == {"hook": {200}, "back": 200}, answers
        assert counted(order) == {**ONCE, "orders": trial + 1, "payments": trial + 1}
        assert order.payment == "paid"


def test_without_uniqueness_the_race_pays_twice(wire, till: Till, slow, monkeypatch):
    doubled(monkeypatch)
    order = till.order()
    paid(till, order)
    raced(wire, till, order, slow)
    assert counted(order)["entries"] > 1
    assert cards.card_sessions.of(order)[0].state == "paid"
