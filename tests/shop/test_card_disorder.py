"""Six events of one payment in all their 720 orders end in one same state; a late "failed" never un-pays."""

import os
import random
from math import factorial

import pytest
from sqlalchemy import select

from kernel.db import db
from kernel.letters import Letter
from shop import card_disputes, card_events, card_payments, ledger, orders
from shop.invoice_rows import Invoice
from shop.orders import Order
from shop.refund_rows import Refund
from tests.shop.card_world import Till, till
from tests.shop.fake_stripe import fake_stripe, stripe_base

__all__ = ["fake_stripe", "stripe_base", "till"]
KINDS = (
    "payment_intent.created", "payment_intent.processing", "payment_intent.succeeded",
    "payment_intent.payment_failed", "charge.refunded", "charge.dispute.created",
)  # fmt: skip
BRANCHES = min(6, int(os.environ.get("PLAZA_SEEDS", "1")))  # of the six first steps, 120 orders each; 6 walks all


@pytest.fixture
def told(till: Till):
    """(the order, what Stripe tells of it): declined once, then slow, then paid, refunded in part and disputed."""
    order = till.order()
    till.pay(order, "no_funds")
    till.pay(order, "waits")
    intent = till.stripe.every("payment_intents")[0]["id"]
    till.stripe.control("resolve", payment_intent=intent, to="succeed")
    charge = next(one["id"] for one in till.stripe.every("charges") if one["paid"])
    till.stripe._ask("POST", "/v1/refunds", f"charge={charge}&amount=50000", "application/x-www-form-urlencoded")
    till.stripe.control("dispute", charge=charge)
    events = {one["type"]: one for one in till.stripe.every("events")}
    return order, [events[kind] for kind in KINDS]


def state(order_id):
    """Where everything stands that a person or an accountant would look at."""
    order = db.session.get_one(Order, order_id)
    refunds = db.session.scalars(select(Refund).where(Refund.order_id == order_id))
    invoices = db.session.scalars(select(Invoice).where(Invoice.order_id == order_id))
    disputes = db.session.scalars(select(card_disputes.CardDispute))
    letters = db.session.scalars(select(Letter.kind).where(Letter.about_id == order_id, Letter.about_kind == "order"))
    return (
        (order.state, order.payment, order.received_minor, order.hold_until is None),
        tuple(payment.state for payment in order.payments),
        tuple(sorted((row.kind, row.amount_minor) for row in ledger.of(order))),
        tuple(sorted((row.state, row.amount_minor) for row in refunds)),
        tuple(sorted((row.kind, row.gross_minor) for row in invoices)),
        tuple(sorted((row.state, row.amount_minor) for row in disputes)),
        tuple(sorted(letters)),
    )


def walked(order_id, left, ends):
    """Every order of the events that are left, each step in a savepoint that is shared by what follows."""
    if not left:
        ends.append(state(order_id))
    for event in left:
        step = db.session.begin_nested()
        card_events.receive(event, "test")
        db.session.flush()
        walked(order_id, [one for one in left if one is not event], ends)
        step.rollback()
        db.session.expunge_all()


def all_ends(order_id, events, first):
    """The ends of all orders that begin with one of `first`."""
    ends = []
    db.session.expunge_all()
    for event in first:
        step = db.session.begin_nested()
        card_events.receive(event, "test")
        walked(order_id, [one for one in events if one is not event], ends)
        step.rollback()
        db.session.expunge_all()
    return ends


def test_the_720_orders_of_six_events_end_in_one_state(told):
    order, events = told
    known, total = order.id, order.total_minor
    sqlite = db.engine.dialect.name == "sqlite"
    first = random.Random(6).sample(events, BRANCHES if sqlite or BRANCHES == 6 else 1)
    ends = all_ends(known, events, first)
    assert len(ends) == len(first) * factorial(5)
    [end] = set(ends)
    assert end[0][:3] == ("placed", "paid", total - 500_00)
    assert end[2] == (("refund", -500_00), ("settle", total))


def test_a_failed_that_unpays_is_seen(told, monkeypatch):
    order, events = told
    order_id = order.id
    known = [one for one in events if one["type"] in {"payment_intent.succeeded", "payment_intent.payment_failed"}]

    def unpays(row, _intent, _reason):
        entry = ledger.append(row.payment, "reverse", -row.amount, key="unpaid")
        assert entry
        row.order.payment = "due"

    assert len(set(all_ends(order_id, known, known))) == 1
    monkeypatch.setattr(card_payments, "declined", unpays)
    assert len(set(all_ends(order_id, known, known))) > 1


def test_money_that_came_stays_when_failed_is_told_last(till: Till, told):
    order, events = told
    for kind in ("payment_intent.succeeded", "payment_intent.payment_failed"):
        card_events.receive(next(one for one in events if one["type"] == kind), "test")
    db.session.commit()
    assert orders.numbered(order.number).payment == "paid"
