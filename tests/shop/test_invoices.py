"""Invoices and credit notes: one per order, numbered without gaps, equal to the order, never changed."""

from datetime import timedelta

import pytest
from sqlalchemy import delete, func, update
from sqlalchemy.exc import DatabaseError

from kernel import clock, tenancy
from kernel.db import db
from kernel.refusal import Refusal
from shop import (
    cancellations,
    credit_notes,
    fulfilment,
    invoice_lines,
    invoice_list,
    invoice_series,
    invoices,
    invoicing,
    payments,
    practice,
    receipts,
    refunds,
)
from shop.catalog import Product
from shop.invoice_lines import InvoiceLine
from shop.invoice_rows import Invoice


def billed(shop, price=1_130_00, quantity=2, **how):
    """A paid order with its invoice."""
    name = f"Café {db.session.scalar(db.select(func.count(Product.id)))}"
    order = shop.bought(shop.product(name, price=price, stock=None), quantity, paid=True, **how)
    return order, invoices.of(order)


def lines(row):
    return invoice_lines.of(row.id)


def test_what_is_paid_is_billed_and_the_same_to_the_cent(shop):
    shop.tax()
    shop.delivery(price=3_333_33)
    order, invoice = billed(shop, shipping="envio")
    assert (invoice.number, invoice.kind) == ("F-000001", "invoice")
    assert (invoice.gross_minor, invoice.tax_minor) == (order.total_minor, order.tax_minor)
    assert order.received_minor == invoice.gross_minor
    assert sum(line.gross_minor for line in lines(invoice)) == order.total_minor
    assert [line.kind for line in lines(invoice)] == ["goods", "delivery"]
    assert invoice.buyer["name"] == "Ana Mora"
    assert "email" not in invoice.buyer
    assert invoices.sound(invoice)


def test_what_costs_nothing_takes_no_number(shop):
    shop.booked(shop.service("Mesa", price=0), shop.when(3), payment="free")
    assert db.session.scalar(db.select(func.count(Invoice.id))) == 0
    assert list(db.session.scalars(invoice_list.waiting())) == []
    assert billed(shop)[1].number.endswith("1")


def test_a_hundred_settlements_are_one_number(shop):
    order = shop.bought(shop.product())
    for _again in range(100):
        payments.settle(payments.current(order), key="evt_1", amount=order.total)
        db.session.commit()
    assert [row.number for row in invoices.every(order)] == ["F-000001"]
    assert invoices.issue(order).number == "F-000001"
    assert invoice_series.current("invoice", practice=False).next == 2


def test_when_it_is_billed_is_the_shops_to_say(shop):
    invoicing.kept().issue_on = "delivered"
    order, invoice = billed(shop)
    assert invoice is None
    fulfilment.ready(order, by=shop.owner)
    fulfilment.deliver(order, by=shop.owner)
    assert invoices.of(order).gross == order.total
    invoicing.kept().issue_on = "hand"
    later, none = billed(shop)
    assert none is None
    assert credit_notes.bring_up(later, by=shop.owner).number == "F-000002"


@pytest.mark.parametrize("table", [Invoice, InvoiceLine])
def test_what_is_issued_stays(shop, table):
    _order, invoice = billed(shop)
    db.session.commit()
    changed = {"gross_minor": 1, "net_minor": 1, "tax_minor": 0}
    for statement in (update(table).values(**changed), delete(table)):
        with pytest.raises(DatabaseError, match="what is issued stays"):
            db.session.execute(statement, execution_options={"synchronize_session": False})
        db.session.rollback()
    assert invoices.sound(db.session.get(Invoice, invoice.id))


def test_its_hash_shows_a_change_that_went_around_the_database(shop):
    _order, first = billed(shop)
    _other, second = billed(shop)
    assert second.previous == first.hash
    db.session.expunge(first)
    first.buyer = {**first.buyer, "name": "Otra"}
    assert not invoices.sound(first)


def test_practice_papers_have_their_own_numbers_and_go(shop):
    shop.tenant.live_at = None
    order, invoice = billed(shop)
    assert invoice.number == "PF-000001"
    assert invoice_series.shown("invoice").next == 1
    credit_notes.give(order, amount=order.money(100), reason="x", by=shop.owner)
    db.session.commit()
    practice.end(by=shop.owner)
    db.session.commit()
    assert db.session.scalars(db.select(Invoice)).all() == []
    _order, real = billed(shop)
    assert real.number == "F-000001"


def test_a_cancelled_sale_is_taken_back_whole(shop):
    shop.tax()
    order, invoice = billed(shop)
    cancellations.by_staff(order, by=shop.owner, reason="Se acabó el grano")
    _invoice, note = invoices.every(order)
    assert (note.number, note.gross, note.reason) == ("NC-000001", order.total, "Se acabó el grano")
    assert (invoices.left(invoice).minor, note.tax_minor) == (0, invoice.tax_minor)
    refunds.give(order, amount=order.total, key="r1", by=shop.owner)
    assert len(invoices.every(order)) == 2


def test_a_refund_has_its_credit_note(shop):
    shop.tax()
    order, invoice = billed(shop)
    refunds.give(order, amount=order.money(1_000_01), key="r1", reason="Llegó roto", by=shop.owner)
    [note] = [row for row in invoices.every(order) if row.kind == "credit_note"]
    assert (note.gross_minor, note.reason) == (1_000_01, "Llegó roto")
    assert invoices.left(invoice).minor == order.total_minor - order.credited_minor


def test_units_that_come_back(shop):
    shop.tax()
    order, invoice = billed(shop, price=1_000_01, quantity=3)
    line = order.lines[0]
    for units, gross in ((1, 1_000_01), (2, 2_000_02)):
        note = invoices.credit(order, lines={line.id: units}, reason="Devuelto")
        assert (note.gross_minor, [one.quantity for one in lines(note)]) == (gross, [units])
    left = invoice_lines.left(invoice.id)[0]
    assert (left.units, left.rest.net, left.rest.tax, left.rest.components[0]["tax_minor"]) == (0, 0, 0, 0)


def test_no_more_is_taken_back_than_is_there(shop):
    order, _invoice = billed(shop)
    with pytest.raises(invoices.TooMuch):
        invoices.credit(order, amount=order.money(order.total_minor + 1), reason="x")
    with pytest.raises(invoices.TooMuch):
        invoices.credit(order, amount=order.money(0), reason="x")
    credit_notes.give(order, amount=order.money(100), reason="Rebaja", by=shop.owner)
    assert order.payment == "overpaid"
    with pytest.raises(invoices.TooMuch):
        invoices.credit(order, amount=order.total, reason="x")
    with pytest.raises(Refusal):
        credit_notes.give(order, amount=order.money(100), reason=" ", by=shop.owner)


def test_an_authorised_range_ends_and_money_comes_all_the_same(shop):
    invoicing.number("invoice", prefix="000-001-01", following=7, digits=8, last=8, authorisation="CAI-1",
                     until=clock.today("UTC") + timedelta(days=10), range_first=1)  # fmt: skip
    numbers = [billed(shop)[1] for _ in range(3)]
    assert [row.number for row in numbers[:2]] == ["000-001-01-00000007", "000-001-01-00000008"]
    assert numbers[0].fiscal == {
        "authorisation": "CAI-1", "from": "000-001-01-00000001", "to": "000-001-01-00000008",
        "until": (clock.today("UTC") + timedelta(days=10)).isoformat(),
    }  # fmt: skip
    assert numbers[2] is None
    order = shop.bought(shop.product(), paid=True)
    assert order.paid
    with pytest.raises(invoice_series.UsedUp, match="000-001-01"):
        invoices.issue(order)
    assert invoice_series.warning(invoice_series.current("invoice", practice=False)) == "used"
    invoicing.number("invoice", prefix="000-001-01", following=9, digits=8, last=20, authorisation="CAI-2")
    assert invoices.issue(order).number == "000-001-01-00000009"


def test_numbers_that_were_valid_until_yesterday_are_not_given(shop):
    row = invoice_series.current("invoice", practice=False)
    row.until = invoice_series.today() - timedelta(days=1)
    order = shop.bought(shop.product(), paid=True)
    with pytest.raises(invoice_series.Outdated):
        invoices.issue(order)
    assert invoice_series.warning(row) == "over"


def test_a_series_that_has_begun_follows_itself(shop):
    billed(shop)
    with pytest.raises(invoicing.Follows):
        invoicing.number("invoice", prefix="F", following=50, digits=6)
    with pytest.raises(invoicing.Taken):
        invoicing.number("invoice", prefix="F", following=1, digits=6, authorisation="R-1")
    with pytest.raises(invoicing.Alike):
        invoicing.number("credit_note", prefix="f", following=1, digits=6)
    invoicing.number("invoice", prefix="B", following=1, digits=4)
    assert billed(shop)[1].number == "B-0001"


def test_with_a_tax_id_the_firm_is_named(shop):
    firm = {"kind": "cedula_juridica", "number": "3-101-123456", "name": "Cafetería Limón S. A."}
    order, invoice = billed(shop, tax=firm)
    assert (invoice.buyer["name"], invoice.buyer["number"]) == ("Cafetería Limón S. A.", "3-101-123456")
    assert not invoice.buyer["consumer"]
    assert receipts.place(order) == invoice.buyer["address"]


def test_nothing_of_a_neighbour(app, rival, shop):
    rival.enter()
    _order, theirs = billed(rival)
    token, number = theirs.token, theirs.number
    db.session.commit()
    shop.enter()
    with pytest.raises(Refusal):
        invoices.by_token(token)
    with pytest.raises(Refusal):
        invoices.numbered(number)
    _mine, invoice = billed(shop)
    assert (invoice.number, tenancy.current()) == (number, shop.tenant_id)


def test_a_credit_note_that_found_no_number_is_made_up_later(shop):
    order, invoice = billed(shop)
    series = invoice_series.current("credit_note", practice=False)
    series.last, series.next = series.first, series.first + 1
    db.session.commit()
    refunds.give(order, amount=order.money(400_00), key="r", by=shop.owner, reason="Llegó roto")
    assert [row.kind for row in invoices.every(order)] == ["invoice"]
    assert db.session.scalars(invoice_list.waiting()).all() == [order]
    invoicing.number("credit_note", prefix="NCX", following=1, digits=6)
    made = credit_notes.bring_up(order, by=shop.owner)
    assert (made.gross_minor, made.reason, invoices.left(invoice).minor) == (400_00, "Llegó roto", 1_860_00)
    assert db.session.scalars(invoice_list.waiting()).all() == []


def test_a_delivery_with_tax_on_top_is_priced_as_it_is_shown(shop):
    shop.tax(included=False)
    shop.delivery(price=2_000_00)
    _order, row = billed(shop, shipping="envio")
    carried = lines(row)[-1]
    assert (carried.unit_minor, carried.priced_minor, carried.gross_minor) == (2_000_00, 2_000_00, 2_260_00)
