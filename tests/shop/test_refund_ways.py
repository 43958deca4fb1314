"""What goes back in one act: the way that a person chose, one letter, one credit note on the invoice that holds it."""

import pytest

from kernel import letters
from kernel.db import db
from shop import (
    accounting,
    balances,
    invoice_list,
    invoices,
    ledger,
    order_events,
    order_goods,
    order_story,
    orders,
    payment_methods,
    receipts,
    refund_retries,
    refunds,
)
from shop.wants import Wanted
from tests.goods import only
from tests.shop.test_order_goods import HTML, two_things


@pytest.fixture
def order(shop):
    """A loaf and a cake paid by transfer, then a shirt paid in cash, which stands on an invoice of its own."""
    shop.tax()
    loaf, cake = shop.product("Pan", price=40_000_00, stock=9), shop.product("Torta", price=43_500_00, stock=9)
    order = two_things(shop, loaf, cake, paid=True)
    shirt = shop.product("Camiseta", price=10_500_00, stock=9)
    order_goods.add(order, [Wanted(only(shirt), 1)], by=shop.owner)
    cash = payment_methods.named("counter-cash")
    balances.collect(order, order.balance, key="cash", by=shop.owner, method=cash)
    db.session.commit()
    assert [row.gross_minor for row in invoices.billed(order)] == [163_500_00, 10_500_00]
    return order


def notes(order):
    """Its credit notes: (the number that each corrects, its amount)."""
    rows = [row for row in invoices.every(order) if row.kind == "credit_note"]
    return [(invoices.corrected(row).number, row.gross_minor) for row in rows]


def ask(shop, order, **typed):
    answer = shop.admin.post(
        f"/admin/cafe/orders/{order.number}/refunds", data={"amount": "20000", **typed}, headers=HTML
    )
    db.session.expire_all()
    return answer


def test_one_act_is_one_letter_and_one_note_and_goes_the_way_that_was_chosen(shop, order):
    before = len(letters.about(order))
    page = shop.admin.get(f"/admin/cafe/orders/{order.number}", headers=HTML).text
    transfer = order.payments[0].method
    assert f'<option selected value="{transfer.code}">' in page  # most of it came by that
    seen = {"amount": "20000", "way": "counter-cash"}
    foreseen = shop.admin.get(
        f"/admin/cafe/orders/{order.number}/refunds/forecast", query_string=seen, headers=HTML
    ).text
    assert "Usted devuelve ₡20" in foreseen
    assert "sobre F-000001" in foreseen
    assert "F-000002" not in foreseen
    assert ask(shop, order, way="counter-cash", reason="Cortesía").status_code == 303
    order = orders.numbered(order.number)
    assert notes(order) == [("F-000001", 20_000_00)]
    assert len(letters.about(order)) == before + 1
    steps = [one.data["minor"] for one in order_events.of(order) if one.kind == "refunded"]
    assert steps == [20_000_00]
    sent = letters.about(order)[0]
    assert "₡20" in sent.data["heading"]
    assert "Efectivo" in sent.data["lead"]
    assert "días" not in sent.data["lead"]  # what was handed over is there
    rows = refunds.of(order)
    assert sorted(row.amount_minor for row in rows) == [9_500_00, 10_500_00]  # of what came last first, as ever
    assert [entry.method for entry in ledger.of(order) if entry.kind == "refund"] == ["", "counter-cash"]
    assert not any(refund_retries.noted(row) for row in rows)  # no bank sends cash back
    assert "El banco lo devolvió" not in shop.admin.get(f"/admin/cafe/orders/{order.number}", headers=HTML).text
    postings = [
        one for one in accounting.of(invoice_list.this_month()) if one.document == f"Devolución de {order.number}"
    ]
    cash = accounting.Chart().of("cash").code
    assert sum(one.amount.minor for one in postings if one.account.code == cash) == -20_000_00
    assert sum(one.amount.minor for one in postings) == 0


def test_what_is_called_off_is_credited_where_its_line_stands(shop, order):
    ask(shop, order, way=order.payments[0].method.code)
    order = orders.numbered(order.number)
    order_goods.fewer(order, {order.lines[1].id: (1, 0)}, by=shop.owner)
    db.session.commit()
    assert notes(order) == [("F-000001", 20_000_00), ("F-000001", 43_500_00)]
    order_goods.fewer(order, {order.lines[2].id: (1, 0)}, by=shop.owner)
    db.session.commit()
    assert notes(order)[2:] == [("F-000002", 10_500_00)]
    assert invoices.holds(order) == order.total_minor - order.credited_minor
    assert all(invoices.left(row).minor >= 0 for row in invoices.billed(order))


def test_no_invoice_holds_it_whole_the_newest_first(shop, order):
    refunds.give(order, amount=order.money(165_000_00), key="much", by=shop.owner)
    assert notes(order) == [("F-000001", 154_500_00), ("F-000002", 10_500_00)]
    assert len(refunds.of(order)) == 2


def test_a_bank_can_return_what_was_paid_in_cash_and_went_back_by_transfer(shop, order):
    ask(shop, order, amount="10500", way=order.payments[0].method.code)
    order = orders.numbered(order.number)
    [row] = refunds.of(order)
    assert (row.payment.method.code, refund_retries.noted(row)) == ("counter-cash", True)
    refund_retries.returned(row, by=shop.owner)
    refund_retries.by_hand(row, reference="", by=shop.owner, method=payment_methods.named("counter-cash"))
    db.session.commit()
    code = order.payments[0].method.code
    gone = [(one.kind, one.method) for one in ledger.of(order) if one.kind != "settle"]
    assert gone == [("refund", code), ("bounce", code), ("refund", "")]
    assert not refund_retries.noted(row)


@pytest.mark.parametrize("way", ["nowhere", "counter-later"])
def test_a_way_that_is_none_is_refused_and_what_was_typed_stays(shop, order, way):
    answer = ask(shop, order, way=way, reason="Cortesía de la casa")
    assert answer.status_code == 422
    assert "Elija una de las formas de la lista." in answer.text
    assert 'value="20000"' in answer.text
    assert "Cortesía de la casa" in answer.text
    assert refunds.of(order) == []


def test_every_way_that_paid_is_named_with_its_amount(shop, order):
    page = shop.client.get(f"/orders/{order.token}", headers=HTML).text.replace("\xa0", " ").replace("&nbsp;", " ")
    assert "Transferencia ₡163" in page
    assert "· Efectivo ₡10" in page
    ways = [order_story.note(one, order, staff=False) for one in order_events.of(order) if one.kind == "paid"]
    assert [one.split(" · ")[1] for one in ways] == ["Transferencia", "Efectivo"]
    balances.collect(order, order.money(1_00), key="more", by=shop.owner)
    assert "por pagar" not in receipts.told(order)["method"]


def test_the_pages_of_a_booking_say_what_was_given_back(shop):
    booking = shop.booked(shop.service("Paseo", price=38_000_00), shop.when(3))
    shop.pay(booking.order)
    refunds.give(booking.order, amount=booking.order.money(8_000_00), key="kind", by=shop.owner)
    db.session.commit()
    guest = shop.client.get(f"/bookings/{booking.token}", headers=HTML).text
    staff = shop.admin.get(f"/admin/cafe/bookings/{booking.token}", headers=HTML).text
    for page in (guest, staff):
        sums = page.split('<dl class="sums">')[1].split("</dl>")[0]
        assert [words in sums for words in ("38", "Devuelto o rebajado", "-₡8", "Pagado", "₡30")] == [True] * 5
        assert "Por pagar" not in sums
