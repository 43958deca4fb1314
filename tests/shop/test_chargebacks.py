"""Chargebacks: a lost dispute is money that went back, once, in any order; a won one is nothing; papers follow."""

import random
from itertools import permutations

import pytest
from sqlalchemy import func, select

from kernel.db import db
from kernel.letters import Letter
from shop import (
    accounting,
    card_disputes,
    card_events,
    card_notices,
    invoice_list,
    invoices,
    ledger,
    payments,
    refund_retries,
    refunds,
)
from shop.orders import Order
from tests.shop.card_world import Till, till
from tests.shop.fake_stripe import fake_stripe, stripe_base

__all__ = ["fake_stripe", "stripe_base", "till"]
WALKS = 12  # of the 120 orders of five events, beside the straight one and the one backwards


@pytest.fixture
def paid(till: Till):
    """An order that a card paid and the shop billed."""
    return till.paid()


def dispute(till):
    """The buyer asks the bank for the money back."""
    charge = next(one["id"] for one in till.stripe.every("charges") if one["paid"])
    return till.stripe.control("dispute", charge=charge)["id"]


def ended(till, known, status):
    till.stripe.control("close", dispute=known, status=status)
    till.reconcile()


def entries(order):
    return sorted((row.kind, row.amount_minor) for row in ledger.of(order))


def papers(order):
    return [(row.kind, row.gross_minor) for row in invoices.every(order)]


def titles():
    return {row.kind for row in db.session.scalars(card_notices.waiting())}


def test_what_is_lost_goes_back_once_with_its_credit_note(till: Till, paid):
    total = paid.total_minor
    letters = db.session.scalar(select(func.count(Letter.id)))
    known = dispute(till)
    till.reconcile()
    order = till.again(paid)
    [row] = card_disputes.of(order)
    assert (row.withheld, entries(order), order.payment) == (True, [("settle", total)], "paid")
    ended(till, known, "lost")
    till.reconcile()
    for told in till.stripe.every("events"):  # and again under names of other events
        card_events.receive({**told, "id": f"{told['id']}2"}, "test")
    order = till.again(order)
    assert entries(order) == [("refund", -total), ("settle", total)]
    assert (order.payment, order.received_minor, order.balance.minor) == ("refunded", 0, 0)
    assert papers(order) == [("invoice", total), ("credit_note", total)]
    assert invoices.every(order)[1].reason == "El banco de la tarjeta devolvió el dinero"
    assert [(one.state, one.reference) for one in refunds.of(order)] == [("done", known)]
    assert db.session.scalar(select(func.count(Letter.id))) == letters  # the buyer knows it from their bank
    rows = accounting.of(invoice_list.this_month())
    assert sum(one.amount.minor for one in rows) == 0
    assert sum(one.amount.minor for one in rows if known in one.detail) == -total
    shown = till.shop.admin.get(f"/admin/{till.shop.slug}/orders/{order.number}").get_data(as_text=True)
    assert "Perdida: el dinero volvió al comprador" in shown
    assert f"{known} · El banco de la tarjeta devolvió el dinero" in shown


def test_what_is_won_moves_nothing(till: Till, paid):
    known = dispute(till)
    till.reconcile()
    ended(till, known, "won")
    order = till.again(paid)
    assert entries(order) == [("settle", order.total_minor)]
    assert (order.payment, len(papers(order)), refunds.of(order)) == ("paid", 1, [])


def test_a_bank_that_thinks_again_gives_it_back_once(till: Till, paid):
    known, total = dispute(till), paid.total_minor
    ended(till, known, "lost")
    ended(till, known, "won")
    ended(till, known, "lost")  # told late: decided is decided
    order = till.again(paid)
    assert entries(order) == [("refund", -total), ("settle", total), ("settle", total)]
    assert (order.payment, order.balance.minor, card_disputes.of(order)[0].state) == ("overpaid", -total, "won")
    assert titles() == {"regained"}


def test_a_refund_that_waits_is_overtaken(till: Till, paid):
    known = dispute(till)
    [asked] = refunds.give(paid, amount=paid.total, key="all", by=till.shop.owner)
    till.run()
    assert db.session.scalars(refund_retries.failed()).all() == [paid]
    ended(till, known, "lost")
    db.session.refresh(asked)
    assert (asked.state, list(db.session.scalars(refund_retries.failed()))) == ("overtaken", [])
    assert till.shop.admin.get(f"/admin/{till.shop.slug}/orders/{paid.number}").status_code == 200


def test_a_bank_takes_what_is_here_and_the_rest_is_told(till: Till, paid):
    known, total = dispute(till), paid.total_minor
    refunds.noticed(payments.current(paid), amount=paid.money(100_00), reference="re_other", key="other")
    ended(till, known, "lost")
    order = till.again(paid)
    assert (order.received_minor, order.payment) == (0, "refunded")
    assert papers(order) == [("invoice", total), ("credit_note", 100_00), ("credit_note", total - 100_00)]
    assert titles() == {"beyond"}


def test_every_order_of_refund_and_dispute_ends_in_one_state(till: Till):
    order = till.order()
    till.pay(order)
    charge = till.stripe.every("charges")[0]["id"]
    till.stripe._ask("POST", "/v1/refunds", f"charge={charge}&amount=50000", "application/x-www-form-urlencoded")
    till.stripe.control("close", dispute=dispute(till), status="lost")
    kinds = ("payment_intent.succeeded", "charge.refunded", "charge.dispute.created",
             "charge.dispute.funds_withdrawn", "charge.dispute.closed")  # fmt: skip
    events = {one["type"]: one for one in till.stripe.every("events")}
    walks, order_id, total = list(permutations(kinds)), order.id, order.total_minor
    found = {ends(order_id, [events[kind] for kind in walk]) for walk in chosen(walks)}
    [(money, ledgers, notes)] = found
    assert money == ("refunded", 0)
    assert ledgers == (("refund", -(total - 500_00)), ("refund", -500_00), ("settle", total))
    assert sum(minor if kind == "invoice" else -minor for kind, minor in notes) == 0


def chosen(walks):
    return [walks[0], walks[-1], *random.Random(8).sample(walks[1:-1], WALKS)]


def ends(order_id, events):
    """Where everything stands after these events; then nothing of it happened."""
    step = db.session.begin_nested()
    for event in events:
        card_events.receive(event, "test")
    db.session.flush()
    order = db.session.get_one(Order, order_id)
    end = ((order.payment, order.received_minor), tuple(entries(order)), tuple(sorted(papers(order))))
    step.rollback()
    db.session.expunge_all()
    return end
