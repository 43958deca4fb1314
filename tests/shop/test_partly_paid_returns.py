"""What comes back of an order that is paid in part makes it cost less: first less is asked for, the rest goes back."""

from datetime import timedelta

import pytest
import time_machine

from kernel import clock, jobs
from kernel import letters as post
from kernel.db import db
from kernel.refusal import Refusal
from shop import (
    agreements,
    cart,
    checkout,
    fulfilment,
    invoice_lines,
    invoice_list,
    invoices,
    ledger,
    order_list,
    payments,
    plan_policies,
    plans,
    refunds,
    returns,
    tax_book,
)
from shop.plans import Terms
from tests.goods import only
from tests.shop.books import account
from tests.shop.pages import form, text

HTML = {"Accept-Language": "es"}


@pytest.fixture
def chest(shop):
    """₡12 000 at 13 % and ₡8 000 at 4 %, handed over, in four parts of which one is paid."""
    policy = plan_policies.kept()
    policy.layaway, policy.parts, policy.every_days, policy.first_bp = True, 4, 15, 0
    low = shop.tax("rebajado", rate_bp=400, is_default=False)
    shop.tax()
    row = shop.cart(shop.product("Ropero", price=12_000_00))
    cart.add(row, only(shop.product("Lámpara", price=8_000_00, tax_rate_id=low.id)), 1)
    shop.transfer()
    order = checkout.place(row, shop.choice(), shop.details(plan="layaway"), key="chest")
    shop.pay(order, 5_000_00)
    fulfilment.deliver(order, by=shop.owner)
    db.session.commit()
    return order


def give_back(shop, order, minor=None, line=-1, **told):
    row = returns.note(order, {order.lines[line].id: 1}, key=f"k{line}", by=shop.owner, reason="No le sirvió")
    amount = returns.proposed(row) if minor is None else order.money(minor)
    made = returns.refund(row, amount=amount, by=shop.owner, **told)
    db.session.commit()
    return made


def parts(order):
    return [part.amount.minor for part in plans.parts(order)]


def papers(order):
    return [(row.kind, row.gross_minor) for row in invoices.every(order)]


def test_the_balance_falls_by_the_whole_line_and_nothing_goes_back(shop, chest):
    assert (chest.balance.minor, parts(chest)) == (15_000_00, [5_000_00] * 4)
    assert give_back(shop, chest) == []
    assert (chest.balance.minor, chest.payment, chest.received_minor) == (7_000_00, "partial", 5_000_00)
    assert parts(chest) == [5_000_00, 5_000_00, 2_000_00]  # the last ones become smaller, or are none
    assert [entry.kind for entry in ledger.of(chest)] == ["settle"]
    assert (papers(chest), refunds.of(chest)) == ([], [])
    assert post.about(chest)[0].kind == "orders.lowered"
    page = text(shop.client.get(f"/orders/{chest.token}/pay", headers=HTML))
    assert "Total₡20 000Devuelto o rebajado-₡8 000Recibido₡5 000 Falta pagar₡7 000" in page


def test_its_reminders_and_its_link_ask_for_what_is_left(shop, chest):
    give_back(shop, chest)
    third = plans.parts(chest)[2]
    with time_machine.travel(clock.now() + timedelta(days=31), tick=False):
        jobs.run_due()
        assert plans.due_now(chest).minor == 7_000_00
        assert {letter.kind for letter in post.about(chest)} >= {"orders.today"}
        page = shop.client.get(f"/orders/{chest.token}/pay", headers=HTML).get_data(as_text=True)
    assert (third.left.minor, 'data-minor="700000"' in page) == (2_000_00, True)


def test_paid_in_full_its_papers_are_those_of_what_stayed(shop, chest):
    give_back(shop, chest)
    payments.settle(payments.current(chest), key="rest", amount=chest.balance)
    db.session.commit()
    assert (chest.payment, chest.received_minor, papers(chest)) == (
        "paid", 12_000_00, [("invoice", 20_000_00), ("credit_note", 8_000_00)],
    )  # fmt: skip
    [line] = invoice_lines.of(invoices.every(chest)[1].id)
    lamp = chest.lines[1]
    assert (line.order_line_id, line.quantity, line.tax_minor) == (lamp.id, 1, lamp.tax_minor)
    stayed = chest.lines[0]
    assert [sum(row[place] for row in tax_book.of(invoice_list.this_month()).rows) * 100 for place in (-4, -3, -2)] == [
        stayed.net_minor, stayed.tax_minor, 12_000_00,
    ]  # fmt: skip
    assert (account("1201"), account("1102"), account("2101")) == (0, 12_000_00, -stayed.tax_minor)


@pytest.mark.parametrize(("came", "back"), [(12_000_00, 0), (15_000_00, 3_000_00), (20_000_00, 8_000_00), (22_000_00, 8_000_00)])  # fmt: skip
def test_only_what_was_paid_beyond_goes_back(shop, chest, came, back):
    shop.pay(chest, came - 5_000_00)
    made = give_back(shop, chest, reference="SINPE 4")
    assert sum(row.amount_minor for row in made) == back
    assert (chest.received_minor, chest.credited_minor) == (came - back, 8_000_00)
    assert chest.payment == ("overpaid" if came > 20_000_00 else "paid")
    assert papers(chest) == [("invoice", 20_000_00), ("credit_note", 8_000_00)]
    assert invoice_lines.of(invoices.every(chest)[1].id)[0].tax_minor == chest.lines[1].tax_minor
    assert (account("1201"), account("2202")) == (0, chest.balance.minor)


def test_each_of_two_returns_has_a_credit_note_of_its_own_lines(shop, chest):
    give_back(shop, chest, 7_000_00)  # a part is kept for the wear
    give_back(shop, chest, 10_000_00, line=0)
    assert (chest.payment, chest.received_minor) == ("paid", 3_000_00)
    made = invoices.every(chest)
    assert [(row.gross_minor, [line.order_line_id for line in invoice_lines.of(row.id)]) for row in made[1:]] == [
        (7_000_00, [chest.lines[1].id]), (10_000_00, [chest.lines[0].id]),
    ]  # fmt: skip
    assert account("1201") == 0


def test_a_gateway_that_takes_its_time_lowers_it_once(shop):
    order = shop.bought(shop.product(price=8_000_00), 2, paid=True)
    refunds.gateway("transfer", lambda _refund: None)
    try:
        [made] = give_back(shop, order)
    finally:
        refunds._gateways.pop("transfer")
    assert (order.payment, order.balance.minor, made.state) == ("overpaid", -8_000_00, "requested")
    assert papers(order) == [("invoice", 16_000_00), ("credit_note", 8_000_00)]
    assert (refunds.owed(order).minor, order_list.count("refunds")) == (0, 0)  # it is on its way
    refunds.finish(made, reference="re_1")
    assert (order.payment, order.credited_minor, len(papers(order))) == ("paid", 8_000_00, 2)


def test_parts_that_are_agreed_on_later_share_what_is_left(shop, chest):
    give_back(shop, chest)
    agreements.agree(chest, Terms(2, plans.today(), 15), by=shop.owner)
    assert parts(chest) == [5_000_00, 3_500_00, 3_500_00]
    assert sum(part.left.minor for part in plans.parts(chest)) == chest.balance.minor


def test_nothing_is_worth_more_than_the_order_costs(shop, chest):
    row = returns.note(chest, {chest.lines[1].id: 1}, key="k", by=shop.owner)
    db.session.commit()
    with pytest.raises(Refusal):
        returns.refund(row, amount=chest.money(20_000_01), by=shop.owner)
    db.session.rollback()
    assert (row.state, chest.credited_minor) == ("received", 0)


def test_staff_read_what_it_does_before_and_after(shop, chest):
    at, admin = f"/admin/cafe/orders/{chest.number}", shop.admin
    row = returns.note(chest, {chest.lines[1].id: 1}, key="k", by=shop.owner)
    db.session.commit()
    page = admin.get(at, headers=HTML)
    assert "primero baja lo que falta por pagar (ahora ₡15 000)" in text(page)
    sent = form(page, f"/returns/{row.token}/refund")
    assert sent["amount"] == "8000"
    assert admin.post(f"{at}/returns/{row.token}/refund", data=sent, headers=HTML).status_code == 303
    shown = text(admin.get(at, headers=HTML))
    assert "Hay ₡8 000 menos por pagar: quedan ₡7 000." in shown
    assert "Precio rebajado" in shown
