"""A refund that comes back after it was done: the money is here and owed, once, in any order; it goes another way."""

import os
import random
from itertools import permutations

import pytest
from sqlalchemy import select

from crm import sums
from kernel import letters
from kernel.db import db
from kernel.refusal import Refusal
from shop import (
    card_disputes,
    card_events,
    card_notices,
    card_payments,
    invoices,
    ledger,
    order_list,
    refund_retries,
    refunds,
    store_credit,
)
from shop.orders import Order
from shop.refund_rows import Refund
from tests.shop.books import account
from tests.shop.card_world import Till, till
from tests.shop.fake_stripe import fake_stripe, stripe_base
from tests.shop.pages import form, text

__all__ = ["fake_stripe", "stripe_base", "till"]
HTML = {"Accept-Language": "es"}
PART = 500_00
OF_REFUND = ("charge.refunded", "refund.created", "refund.updated", "refund.failed")
OF_DISPUTE = ("created", "funds_withdrawn", "funds_reinstated", "closed")
WALKS = 8 if int(os.environ.get("PLAZA_SEEDS", "3")) < 6 else 720  # beside the straight one and the one backwards


@pytest.fixture
def sent_back(shop):
    """₡8 000 that were returned by transfer, and the bank sent them back."""
    order = shop.bought(shop.product(price=20_000_00), paid=True, email="ana@example.com")
    [row] = refunds.give(order, amount=order.money(8_000_00), key="r", by=shop.owner, reference="SINPE 1")
    refund_retries.returned(row, by=shop.owner)
    db.session.commit()
    return row


def entries(order):
    return [(row.kind, row.amount_minor) for row in ledger.of(order)]


def test_the_ledger_has_it_again_and_it_is_owed(shop, sent_back):
    order = sent_back.order
    assert entries(order) == [("settle", 20_000_00), ("refund", -8_000_00), ("bounce", 8_000_00)]
    assert (sent_back.state, order.payment, order.balance.minor) == ("bounced", "overpaid", -8_000_00)
    assert (account("1102"), account("1201"), account("2202")) == (20_000_00, 0, -8_000_00)
    assert sums.spent(order.contact) == {"CRC": 20_000_00}
    assert db.session.scalars(refund_retries.failed()).all() == [order]
    assert db.session.scalars(order_list.query("failed_refunds")).all() == [order]
    assert order_list.count("refunds") == 0  # the same money waits once
    with pytest.raises(Refusal):  # the form pressed twice
        refund_retries.returned(sent_back, by=shop.owner)


@pytest.mark.parametrize("way", ["hand", "credit", "form"])
def test_it_goes_another_way_once(shop, sent_back, way):
    order = sent_back.order
    if way == "hand":
        refund_retries.by_hand(sent_back, reference="SINPE 2", by=shop.owner)
    elif way == "credit":
        refund_retries.as_credit(sent_back, by=shop.owner)
    else:
        refunds.give(order, amount=order.money(8_000_00), key="again", by=shop.owner)
    db.session.commit()
    assert (order.payment, order.received_minor, order.credited_minor) == ("paid", 12_000_00, 8_000_00)
    assert sent_back.state == ("overtaken" if way == "form" else "done")
    assert [row.gross_minor for row in invoices.every(order)] == [20_000_00, 8_000_00]
    assert list(db.session.scalars(refund_retries.failed())) == []
    credit = store_credit.of(order.contact)
    assert (credit.balance_minor if credit else 0) == (8_000_00 if way == "credit" else 0)
    assert account("1102") == (20_000_00 if way == "credit" else 12_000_00)  # what became credit never left
    assert (account("1201"), account("2201")) == (0, -8_000_00 if way == "credit" else 0)
    with pytest.raises(Refusal):
        refund_retries.by_hand(sent_back, reference="x", by=shop.owner)


def test_what_went_back_meanwhile_is_owed_no_more(shop, sent_back):
    refunds.give(sent_back.order, amount=sent_back.order.money(3_000_00), key="part", by=shop.owner)
    assert (sent_back.state, sent_back.amount_minor, sent_back.order.balance.minor) == ("bounced", 5_000_00, -5_000_00)
    refund_retries.by_hand(sent_back, reference="efectivo", by=shop.owner)
    db.session.commit()
    assert (sent_back.order.payment, sent_back.order.received_minor) == ("paid", 12_000_00)


def test_it_may_come_back_twice(shop, sent_back):
    refund_retries.by_hand(sent_back, reference="SINPE 2", by=shop.owner)
    refund_retries.returned(sent_back, by=shop.owner)
    refund_retries.as_credit(sent_back, by=shop.owner)
    db.session.commit()
    order = sent_back.order
    assert (order.received_minor, order.payment, sent_back.state) == (12_000_00, "paid", "done")
    assert [row.amount_minor for row in store_credit.entries(order.contact)] == [8_000_00]


def test_the_buyer_hears_that_it_came_back_and_how_it_went_then(shop, sent_back):
    order = sent_back.order
    [letter] = [row for row in letters.about(order) if row.kind == "orders.refund_bounced"]
    assert "₡8\u00a0000" in letter.subject + letter.text
    read = text(shop.client.get(f"/orders/{order.token}", headers=HTML)).replace("\u00a0", " ")
    assert "Le debemos dinero Nos regresaron ₡8 000 que le habíamos devuelto" in read
    assert "Un reembolso regresó" in read
    refund_retries.as_credit(sent_back, by=shop.owner)
    db.session.commit()
    read = text(shop.client.get(f"/orders/{order.token}", headers=HTML)).replace("\u00a0", " ")
    assert "Le debemos dinero" not in read
    assert read.index("Dinero devuelto") < read.index("Un reembolso regresó") < read.index("Saldo a favor otorgado")


def test_staff_note_it_and_choose_on_the_page_of_the_order(shop):
    order = shop.bought(shop.product(price=20_000_00), paid=True, email="ana@example.com")
    [row] = refunds.give(order, amount=order.money(8_000_00), key="r", by=shop.owner)
    db.session.commit()
    at, admin = f"/admin/cafe/orders/{order.number}", shop.admin
    assert form(admin.get(at, headers=HTML), f"/{row.token}/bounce") == {}
    assert admin.post(f"{at}/refunds/{row.token}/bounce", headers=HTML).status_code == 303
    page = admin.get(at, headers=HTML)
    assert "Usted todavía le debe ₡8 000 al comprador." in text(page)
    assert form(page, f"/{row.token}/credit") == {}
    sent = {**form(page, f"/{row.token}/hand"), "reference": "SINPE 3"}
    assert admin.post(f"{at}/refunds/{row.token}/hand", data=sent, headers=HTML).status_code == 303
    assert "SINPE 3" in text(admin.get(at, headers=HTML))
    db.session.expire_all()
    assert (row.state, row.reference, order.received_minor) == ("done", "SINPE 3", 12_000_00)


@pytest.fixture
def paid(till: Till):
    return till.paid()


def test_stripe_tells_that_it_came_back(till: Till, paid):
    [row] = refunds.give(paid, amount=paid.money(PART), key="r", by=till.shop.owner)
    till.run()
    assert row.state == "done"
    till.stripe.control("refund_fails", refund=row.reference)
    for _ in range(2):
        till.reconcile()
    order = till.again(paid)
    assert [one for one in entries(order) if one[0] != "settle"] == [("refund", -PART), ("bounce", PART)]
    assert (row.state, row.error, order.payment) == ("bounced", "expired_or_canceled_card", "overpaid")
    assert letters.about(order)[0].kind == "orders.shop.refund_bounced"
    assert list(db.session.scalars(card_notices.waiting())) == []
    refund_retries.retry(row, by=till.shop.owner)
    till.run()
    till.reconcile()
    order = till.again(order)
    assert (row.state, order.payment, order.received_minor) == ("done", "paid", order.total_minor - PART)
    assert len({one["id"] for one in till.stripe.every("refunds")}) == 2


def part_went_back(till, notes="", *, fails):
    """A part is returned in Stripe, perhaps to come back; the name of its charge."""
    charge = next(one["id"] for one in till.stripe.every("charges") if one["paid"])
    told = f"charge={charge}&amount={PART}{notes}"
    till.stripe._ask("POST", "/v1/refunds", told, "application/x-www-form-urlencoded")
    if fails:
        till.stripe.control("refund_fails", refund=till.stripe.every("refunds")[0]["id"])
    return charge


def all_told(till, *kinds):
    """What Stripe told, each kind once."""
    return list({one["type"]: one for one in till.stripe.every("events") if one["type"] in kinds}.values())


def state(order_id):
    """Where everything stands. Of ledger and papers the sums: their rows are only added to, so they tell the way too."""
    order = db.session.get_one(Order, order_id)
    rows = db.session.scalars(select(Refund).where(Refund.order_id == order_id))
    net = sum(entry.amount_minor for entry in ledger.of(order))
    papers = sum(row.sign * row.gross_minor for row in invoices.every(order))
    notes = db.session.scalars(card_notices.waiting())
    return (
        (order.payment, order.received_minor, order.credited_minor, order.refunding_minor, net, papers),
        tuple(payment.state for payment in order.payments),
        tuple(sorted((row.state, row.amount_minor) for row in rows)),
        tuple(sorted((row.state, row.amount_minor) for row in card_disputes.of(order))),
        tuple(sorted(row.kind for row in notes)),
    )


def ends(order_id, events):
    """The states after orders of these events, the right one and the one backwards among them; nothing of it stays."""
    walks = list(permutations(events))
    some = [walks[0], walks[-1], *random.Random(8).sample(walks[1:-1], min(WALKS, len(walks) - 2))]
    found = set()
    for walk in some:
        step = db.session.begin_nested()
        for event in walk:
            card_events.receive(event, "test")
        db.session.flush()
        found.add(state(order_id))
        step.rollback()
        db.session.expunge_all()
    return found


@pytest.mark.parametrize("ours", [True, False])
def test_every_order_of_a_refund_that_bounces_ends_in_one_state(till: Till, paid, ours, monkeypatch):
    known = paid.id, paid.total_minor
    if ours:  # asked for, and the answer never reached us
        [row] = refunds.give(paid, amount=paid.money(PART), key="r", by=till.shop.owner)
        db.session.commit()
        notes = f"&metadata[plaza_refund]={row.token}"
    else:
        notes = ""
    part_went_back(till, notes, fails=True)
    events = all_told(till, *OF_REFUND)
    assert len(events) == 4
    [end] = ends(known[0], events)
    assert end[0] == ("overpaid", known[1], PART, 0, known[1], known[1] - PART)
    assert end[2] == (("bounced", PART),)
    monkeypatch.setattr(card_payments.refund_retries, "told_late", lambda *_told, **_named: None)
    monkeypatch.setattr(card_payments, "_asked", lambda refund: refund.state in {"requested", "sent", "done"})
    assert len(ends(known[0], events)) > 1  # the control


@pytest.mark.parametrize(("status", "fails"), [("lost", False), ("won", False), ("lost", True)])
def test_every_order_of_a_part_and_a_dispute_over_the_whole_ends_in_one_state(till: Till, paid, status, fails):
    order_id, total = paid.id, paid.total_minor
    charge = part_went_back(till, fails=fails)
    till.stripe.control("close", dispute=till.stripe.control("dispute", charge=charge)["id"], status=status)
    disputed = all_told(till, *(f"charge.dispute.{kind}" for kind in OF_DISPUTE))
    for event in disputed:
        event["data"]["object"]["amount"] = total  # over the whole, although a part went back before
    [end] = ends(order_id, [*all_told(till, *OF_REFUND), *disputed])
    money, _payments, rows, _disputes, notes = end
    back = 0 if fails else PART
    if status == "won":
        assert (money[1], rows, notes) == (total - back, (("done", PART),), ())
    else:
        assert money[:3] == ("refunded", 0, total)
        assert rows == (("done", total), ("overtaken", PART)) if fails else (("done", PART), ("done", total - PART))
        assert notes == (() if fails else ("beyond",))
    assert money[4] == money[1]
    assert money[5] == total - money[2]
