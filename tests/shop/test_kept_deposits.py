"""A deposit that is kept of an order without an invoice is billed: as much as is kept, with its taxes, once."""

import pytest
from sqlalchemy import select

from kernel.db import db
from shop import (
    accounting,
    cancellations,
    credit_notes,
    invoice_lines,
    invoice_list,
    invoice_series,
    invoices,
    invoicing,
    payments,
    refunds,
    stored_value,
)
from shop.refund_rows import Refund
from tests.shop import gifts


def called_off(shop, kept, **how):
    """An order of ₡10 000 whose deposit of a half came, cancelled while so much of it is kept."""
    shop.tax()
    cake = shop.product("Torta", price=10_000_00, deposit_bp=5000)
    order = shop.bought(cake, plan="deposit", **how)
    came = payments.current(order).amount_minor
    payments.settle(payments.current(order), key="deposit", amount=order.money(came))
    assert invoices.of(order) is None
    cancellations.by_staff(order, by=shop.owner, reason="No vino", kept=order.money(kept))
    db.session.commit()
    return order


def papers(order):
    db.session.expire_all()
    return [(row.kind, row.gross_minor) for row in invoices.every(order)]


def test_what_is_kept_is_billed_with_its_tax(shop):
    order = called_off(shop, 4_000_01)
    invoice = invoices.of(order)
    assert papers(order) == [("invoice", 4_000_01)]
    assert invoice.gross_minor == invoice.net_minor + invoice.tax_minor
    assert abs(invoice.tax_minor * order.total_minor - order.tax_minor * 4_000_01) < order.total_minor
    [line] = invoice_lines.of(invoice.id)
    assert (line.quantity, line.gross_minor, line.tax_minor) == (0, 4_000_01, invoice.tax_minor)
    assert sum(part["tax_minor"] for part in line.components) == line.tax_minor
    assert line.options[-1] == {"name": "Pedido cancelado", "value": "monto que la tienda conserva"}
    assert invoices.sound(invoice)
    shown = shop.admin.get(f"/admin/{shop.slug}/orders/{order.number}").get_data(as_text=True)
    assert invoice.number in shown
    assert "issue-invoice" not in shown


def test_papers_are_money_after_the_rest_went_back_and_when_the_deposit_goes_too(shop):
    order = called_off(shop, 4_000_00)
    rest = order.received_minor - 4_000_00
    for row in db.session.scalars(select(Refund)).all() or refunds.give(order, amount=order.money(rest), key="rest"):
        assert row.amount_minor == rest
    assert (order.received_minor, papers(order)) == (4_000_00, [("invoice", 4_000_00)])
    refunds.give(order, amount=order.money(1_500_00), key="kindness")
    refunds.give(order, amount=order.money(2_500_00), key="more")
    assert (order.received_minor, order.kept_minor) == (0, 0)
    assert papers(order) == [("invoice", 4_000_00), ("credit_note", 1_500_00), ("credit_note", 2_500_00)]
    rows = accounting.of(invoice_list.this_month())
    assert sum(one.amount.minor for one in rows) == 0


def test_nothing_kept_nothing_billed(shop):
    order = called_off(shop, 0)
    assert papers(order) == []
    with pytest.raises(invoices.Ended):
        credit_notes.bring_up(order, by=shop.owner)


def test_by_hand_it_waits_and_is_issued_once(shop):
    invoicing.kept().issue_on = "hand"
    order = called_off(shop, 3_000_00)
    assert (papers(order), db.session.scalars(invoice_list.waiting()).all()) == ([], [order])
    shown = shop.admin.get(f"/admin/{shop.slug}/orders/{order.number}").get_data(as_text=True)
    assert "issue-invoice" in shown
    made = credit_notes.bring_up(order, by=shop.owner)
    assert (made.gross_minor, invoices.issue(order), invoice_list.size(invoice_list.waiting())) == (3_000_00, made, 0)


def test_numbers_that_are_used_up_do_not_stop_it(shop):
    row = invoice_series.current("invoice", practice=False)
    row.last, row.next = row.first, row.first + 1
    db.session.commit()
    order = called_off(shop, 3_000_00)
    assert (order.state, papers(order)) == ("cancelled", [])
    assert db.session.scalars(invoice_list.waiting()).all() == [order]
    invoice_series.current("invoice", practice=False).last = None
    assert credit_notes.bring_up(order, by=shop.owner).gross_minor == 3_000_00


def test_what_is_kept_of_a_gift_card_is_earned_and_owed_to_nobody(shop):
    order = shop.bought(gifts.voucher(shop))
    shop.pay(order, 4_000_00)
    cancellations.by_staff(order, by=shop.owner, reason="No pagó", kept=order.money(4_000_00))
    assert papers(order) == [("invoice", 4_000_00)]
    rows = accounting.of(invoice_list.this_month())
    assert {one.account.code for one in rows if one.amount.minor == -4_000_00} == {"1201", "4102"}
    assert stored_value.owed("CRC").minor == 0


def test_the_delivery_has_its_share(shop):
    shop.delivery()
    order = called_off(shop, 4_000_00, shipping="envio")
    lines = invoice_lines.of(invoices.of(order).id)
    assert [line.kind for line in lines] == ["goods", "delivery"]
    assert sum(line.gross_minor for line in lines) == 4_000_00
    assert all(line.gross_minor == line.net_minor + line.tax_minor for line in lines)
