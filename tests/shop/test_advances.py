"""Customer advances in the journal: what came before its invoice waits there, every entry is even, none is left over."""

import os
from collections import Counter
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kernel import clock
from kernel.db import db
from shop import accounting, gift_cards, invoices, invoicing, payments, refunds
from shop.account_codes import Chart
from shop.advances import Standing
from shop.invoice_lines import InvoiceLine
from shop.invoice_list import Month
from shop.invoice_rows import Invoice
from shop.ledger import LedgerEntry
from tests.shop import gifts

ZONE = ZoneInfo("America/Costa_Rica")
FIRST = datetime(2026, 3, 1, 9, tzinfo=ZONE)
MANY = int(os.environ.get("PLAZA_EXAMPLES", "0"))
quick = settings(
    max_examples=MANY or 150, deadline=None, derandomize=not MANY,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)  # fmt: skip
STEPS = st.lists(
    st.tuples(st.sampled_from(["pay", "refund", "invoice", "credit_note"]), st.integers(1, 10**7), st.integers(0, 3)),
    max_size=12,
)


@pytest.fixture
def order(shop):
    """A vase of ₡8 000 that nobody paid yet, of a shop that bills by hand."""
    invoicing.kept().issue_on = "hand"
    with clock.at(FIRST):
        return shop.bought(shop.product(price=8_000_00))


def move(order, kind, minor, at):
    """A step of an order, as rows that are not kept."""
    if kind in {"pay", "refund"}:
        told = {"kind": "settle" if kind == "pay" else "refund", "amount_minor": minor if kind == "pay" else -minor}
        entry = LedgerEntry(at=at, currency=order.currency, key="k", method="", reference="", **told)
        return accounting.paying(entry, order.payments[0], order)
    row = Invoice(kind=kind, issued_at=at, order=order, number=kind, currency=order.currency, gross_minor=minor)
    row.buyer = {"name": "Ana"}
    told = {"options": [], "components": [], "discount_minor": 0}
    return accounting.billing(row, [InvoiceLine(kind="goods", name={"es": "Florero"}, net_minor=minor, **told)], order)


def walk(order, wanted):
    """Those steps as far as they can be taken, then what is missing: what came is billed, what was billed is paid."""
    at, moves, stood = FIRST, [], Standing()
    for kind, minor, days in wanted:
        at += timedelta(days=days, minutes=1)
        minor = min(minor, {"refund": stood.received, "credit_note": stood.billed}.get(kind, minor))
        if minor:
            moves.append(move(order, kind, minor, at))
            stood.billed += {"invoice": minor, "credit_note": -minor}.get(kind, 0)
            stood.received += {"pay": minor, "refund": -minor}.get(kind, 0)
    lacks = stood.billed - stood.received
    last = [move(order, "pay" if lacks > 0 else "invoice", abs(lacks), at + timedelta(days=1))] if lacks else []
    return [*moves, *last]


@quick
@given(STEPS)
def test_whatever_comes_in_whatever_order_each_entry_is_even_and_no_advance_is_left(order, wanted):
    left, standings, chart = Counter(), {}, Chart()
    for lines in accounting.entries(walk(order, wanted), standings, chart):
        assert sum(line.amount.minor for line in lines) == 0
        for line in lines:
            left[line.account.code] += line.amount.minor
        beyond = standings[order.id].received - standings[order.id].billed
        assert (left["2202"], left["1201"]) == (-max(0, beyond), max(0, -beyond))
    assert (left["2202"], left["1201"]) == (0, 0)


OWN = ("1102", "1201", "2201", "2202")  # bank, customers, gift cards, advances; the rest is what was sold, with its tax


def book(month, day=None):
    """What a month of the journal, or one of its days, puts onto each account."""
    found = Counter()
    for one in accounting.of(Month(2026, month)):
        if day in {None, one.at.astimezone(ZONE).day}:
            found[one.account.code if one.account.code in OWN else "sold"] += one.amount.minor
    assert sum(found.values()) == 0
    return {code: minor for code, minor in found.items() if minor}


def on(month, day, verb, *args, **told):
    """Do it at nine of that day."""
    with clock.at(datetime(2026, month, day, 9, tzinfo=ZONE)):
        made = verb(*args, **told)
    db.session.commit()
    return made


def pay(order, minor, month, day):
    on(month, day, payments.settle, payments.current(order), key=f"{month}-{day}", amount=order.money(minor))


def test_a_deposit_is_owed_until_its_invoice_takes_it_months_later(shop, order):
    pay(order, 3_000_00, 3, 31)
    pay(order, 5_000_00, 4, 30)
    assert book(3) == {"1102": 3_000_00, "2202": -3_000_00}
    assert book(4) == {"1102": 5_000_00, "2202": -5_000_00}
    on(5, 1, invoices.issue, order)
    assert book(5) == {"2202": 8_000_00, "sold": -8_000_00}


def test_money_of_the_day_of_its_invoice_pays_the_customer_and_is_no_advance(shop, order):
    pay(order, 3_000_00, 3, 2)
    with clock.at(datetime(2026, 3, 9, 8, tzinfo=ZONE)):
        payments.settle(payments.current(order), key="rest", amount=order.money(5_000_00))
    on(3, 9, invoices.issue, order)
    assert book(3, 9) == {"1102": 5_000_00, "2202": 3_000_00, "sold": -8_000_00}
    texts = [(one.account.code, one.detail) for one in accounting.of(Month(2026, 3)) if one.account.code == "2202"]
    assert texts == [("2202", order.name), ("2202", f"Anticipo de {order.number} aplicado")]


def test_a_refund_before_the_invoice_makes_the_advance_less(shop, order):
    pay(order, 8_000_00, 3, 2)
    on(4, 2, refunds.give, order, amount=order.money(3_000_00), key="r", by=shop.owner)
    assert book(4) == {"1102": -3_000_00, "2202": 3_000_00}
    on(5, 2, invoices.issue, order)
    assert book(5) == {"2202": 5_000_00, "sold": -5_000_00}


def test_what_a_credit_note_leaves_beyond_is_owed_until_it_goes_back(shop, order):
    pay(order, 8_000_00, 3, 2)
    on(3, 3, invoices.issue, order)
    on(3, 5, invoices.credit, order, amount=order.money(2_000_00), reason="Rebaja")
    assert book(3, 5) == {"sold": 2_000_00, "2202": -2_000_00}
    order.credited_minor = 2_000_00
    on(4, 5, refunds.give, order, amount=order.money(2_000_00), key="r", by=shop.owner)
    assert book(4) == {"1102": -2_000_00, "2202": 2_000_00}


def test_a_gift_card_that_is_sold_is_an_advance_and_with_its_invoice_what_the_card_owes(shop, order):
    with clock.at(FIRST):
        bought = shop.bought(gifts.voucher(shop))
    pay(bought, 10_000_00, 3, 4)
    assert book(3, 4) == {"1102": 10_000_00, "2202": -10_000_00}
    on(3, 6, invoices.issue, bought)
    assert book(3, 6) == {"2202": 10_000_00, "2201": -10_000_00}
    assert gift_cards.of_order(bought)[0].balance.minor == 10_000_00
