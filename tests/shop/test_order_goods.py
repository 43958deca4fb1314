"""Fewer things of a placed order, none of one, or more: stock, price, papers and the buyer's words follow, to the cent."""

import pytest

from kernel import letters
from kernel.db import db
from shop import (
    accounting,
    checkout,
    fulfilment,
    invoice_lines,
    invoice_list,
    invoices,
    order_changes,
    order_events,
    order_goods,
    plans,
    receipts,
    refunds,
    stock,
    tax_book,
)
from shop import cart as carts
from shop.wants import Wanted
from tests.goods import only
from tests.shop.pages import text
from tests.shop.test_order_delivery import sums

HTML = {"Accept-Language": "es"}


@pytest.fixture
def cake(shop):
    return shop.product("Torta", price=9_999_99, stock=10)


def two_things(shop, loaf, cake, *, paid=False):
    """Three loaves and a cake in one order, with a tax on them."""
    shop.transfer()
    cart, _secret = carts.begin()
    carts.add(cart, only(loaf), 3)
    carts.add(cart, only(cake), 1)
    order = checkout.place(cart, shop.choice(loaf), shop.details(), key=f"two-{cart.id}")
    db.session.commit()
    if paid:
        shop.pay(order)
    return order


@pytest.fixture
def order(shop, cake):
    shop.tax()
    return two_things(shop, shop.product("Pan", price=1_000_01, stock=10), cake)


def fewer(shop, order, place, many):
    line = order.lines[place]
    made = order_goods.fewer(order, {line.id: (line.quantity - line.returned, many)}, by=shop.owner)
    db.session.commit()
    return made


def add(shop, order, product, quantity=1):
    made = order_goods.add(order, [Wanted(only(product), quantity)], by=shop.owner)
    db.session.commit()
    return made


def papers(order):
    return [(row.kind, row.gross_minor) for row in invoices.every(order)]


def test_less_of_a_line_is_on_sale_again_and_asked_for_no_more(shop, order):
    loaf = order.lines[0].product
    made = fewer(shop, order, 0, 1)
    assert (stock.on_hand(loaf), order.lines[0].returned) == (9, 2)
    assert (made.difference.minor, made.said) == (-2_000_02, "−2 × Pan")
    assert order.payments[-1].asked.minor == sums(order) == order.total_minor - 2_000_02
    fewer(shop, order, 0, 0)
    assert (order.credited_minor, stock.on_hand(loaf)) == (3_000_03, 10)  # the parts are the line, to the cent
    assert order_events.last(order, "taken_off").account_id == shop.owner.id
    shop.pay(order)
    assert (order.payment, invoices.holds(order)) == ("paid", order.total_minor - 3_000_03)


def test_what_was_paid_is_owed_back_and_its_paper_taken_back(shop, order):
    shop.pay(order)
    fewer(shop, order, 1, 0)
    assert (order.payment, refunds.owed(order).minor, sums(order)) == ("overpaid", 9_999_99, -9_999_99)
    [line] = invoice_lines.of(invoices.every(order)[1].id)
    assert (line.order_line_id, line.quantity, line.tax_minor) == (order.lines[1].id, 1, order.lines[1].tax_minor)
    refunds.give(order, amount=refunds.owed(order), key="back", by=shop.owner)
    db.session.commit()
    assert (order.payment, sums(order), papers(order)[1:]) == ("paid", 0, [("credit_note", 9_999_99)])


def test_the_last_thing_stays(shop, order):
    fewer(shop, order, 0, 0)
    with pytest.raises(order_goods.Last):
        fewer(shop, order, 1, 0)
    db.session.rollback()


def test_what_another_saw_otherwise_is_looked_at_again(shop, order):
    line = order.lines[0]
    fewer(shop, order, 0, 2)
    with pytest.raises(order_goods.Stale):
        order_goods.fewer(order, {line.id: (3, 1)}, by=shop.owner)
    db.session.rollback()
    with pytest.raises(order_goods.NotFewer):
        order_goods.fewer(order, {line.id: (2, 3)}, by=shop.owner)
    db.session.rollback()
    with pytest.raises(order_goods.Stale):  # a line of nobody's, or of another order
        order_goods.fewer(order, {line.id + 10_000: (2, 1)}, by=shop.owner)
    db.session.rollback()


def test_what_is_made_for_a_day_can_be_made_for_others(shop):
    loaf = shop.product("Pan", daily=3)
    order = shop.bought(loaf, 3)
    day = order.delivery_day
    fewer(shop, order, 0, 1)
    assert stock.left(only(loaf), day) == 2
    add(shop, order, loaf, 2)
    assert stock.left(only(loaf), day) == 0
    with pytest.raises(stock.SoldOut):
        add(shop, order, loaf)
    db.session.rollback()
    assert sums(order) == 3 * 2_500_00


def test_more_is_asked_for_and_billed_by_a_further_paper(shop, order, cake):
    shop.pay(order)
    before = order.total_minor
    made = add(shop, order, cake, 2)
    assert (made.difference.minor, stock.on_hand(cake), order.payment) == (19_999_98, 7, "partial")
    assert (order.payments[-1].asked.minor, order.hold_until) == (19_999_98, None)
    assert papers(order) == [("invoice", before)]  # what is issued stays
    shop.pay(order)
    assert papers(order) == [("invoice", before), ("invoice", 19_999_98)]
    [line] = invoice_lines.of(invoices.billed(order)[1].id)
    assert (line.order_line_id, line.tax_minor) == (order.lines[2].id, order.lines[2].tax_minor)
    assert (sums(order), invoices.holds(order)) == (0, order.total_minor)
    fewer(shop, order, 2, 1)
    assert invoices.every(order)[-1].corrects_id == invoices.billed(order)[1].id
    assert invoices.holds(order) == order.total_minor - order.credited_minor
    book = tax_book.of(invoice_list.this_month())
    assert len(book.rows) == 3
    postings = accounting.of(invoice_list.this_month())
    assert sum(one.amount.minor for one in postings) == 0
    customers = {accounting.Chart().of(key).code for key in ("receivable", "advances")}
    owed = [one.amount.minor for one in postings if one.account.code in customers]
    assert sum(owed) == sums(order)  # what the customer owes by the books is what the order says
    assert not list(db.session.scalars(invoice_list.waiting()))


def test_what_was_added_and_not_billed_waits_among_the_papers(shop, order, cake):
    shop.pay(order)
    add(shop, order, cake)
    assert not list(db.session.scalars(invoice_list.waiting()))  # it is paid first
    fewer(shop, order, 0, 2)
    shop.pay(order)
    assert (order.payment, invoices.holds(order)) == ("paid", order.total_minor - order.credited_minor)


def test_one_thing_instead_of_another_moves_no_money(shop, order, cake):
    shop.pay(order)
    other = shop.product("Torta de queso", price=9_999_99, stock=3)
    line = order.lines[1]
    order_goods.change(order, {line.id: (1, 0)}, [Wanted(only(other), 1)], by=shop.owner)
    db.session.commit()
    assert (order.payment, sums(order), refunds.owed(order).minor) == ("paid", 0, 0)
    assert invoices.holds(order) == order.total_minor - order.credited_minor
    assert [row.state for row in order.payments] == ["settled", "void"]
    assert order_changes.said(order) == "+1 × Torta de queso, −1 × Torta"
    assert (stock.on_hand(cake), stock.on_hand(other)) == (10, 2)


def test_it_costs_what_that_buyer_pays_today(shop, order, cake):
    cake.price_minor = 5_000_00
    order.customer_group = "mayoristas"
    db.session.commit()
    add(shop, order, cake)
    assert (order.lines[2].unit_minor, order.lines[1].unit_minor) == (5_000_00, 9_999_99)
    sums(order)


def test_a_plan_takes_it_into_its_next_part(shop):
    torta = shop.product("Torta", price=10_000_00, deposit_bp=5000)
    order = shop.bought(torta, plan="deposit")
    shop.pay(order)
    add(shop, order, torta)
    assert [part.left.minor for part in plans.parts(order)] == [0, 15_000_00]
    fewer(shop, order, 1, 0)
    assert [part.left.minor for part in plans.parts(order)] == [0, 5_000_00]


def test_only_things_are_added(shop, order):
    for other in (shop.product("Otra", kind="digital"), shop.product("Vale", kind="voucher"), shop.service().product):
        with pytest.raises(order_goods.NotHere):
            add(shop, order, other)
        db.session.rollback()


def test_what_left_and_what_ended_stays(shop, order, cake):
    fulfilment.deliver(order, by=shop.owner)
    db.session.commit()
    for change in (lambda: fewer(shop, order, 0, 1), lambda: add(shop, order, cake)):
        with pytest.raises(order_changes.TooLate):
            change()
        db.session.rollback()
    assert shop.admin.get(f"/admin/{shop.slug}/orders/{order.number}/goods").status_code == 404


def test_a_practice_order_touches_no_shelf(shop, cake):
    shop.tenant.live_at = None
    db.session.commit()
    order = two_things(shop, shop.product("Pan", stock=10), cake)
    fewer(shop, order, 0, 1)
    add(shop, order, cake)
    assert (stock.on_hand(cake), order.practice) == (10, True)
    sums(order)


def test_every_paper_says_what_it_is_now(shop, order):
    shop.pay(order)
    made = fewer(shop, order, 1, 0)
    fewer(shop, order, 0, 2)
    told = receipts.told(order)
    assert [(line["quantity"], line["left"], bool(line["off"])) for line in told["lines"]] == [
        (2, 2, True),
        (1, 0, True),
    ]
    order_changes.tell(order, made)
    [letter] = [row for row in letters.about(order) if row.kind == "orders.changed"]
    assert "1 × Torta" in letter.data["lead"]
    page = shop.client.get(f"/orders/{order.token}", headers=HTML).get_data(as_text=True)
    assert "Quitados del pedido: 1" in page
    desk = shop.admin.get(f"/admin/{shop.slug}/orders/{order.number}", headers=HTML).get_data(as_text=True)
    assert "Quitado del pedido" in desk
    assert "1 × Torta" in desk


def test_another_size_leaves_one_total_of_what_is_bought_now(shop):
    shop.tax()
    mug = shop.product("Taza", options={"tamano": ["grande", "pequeña"]}, price=12_500_00)
    large, small = mug.variants
    small.price_minor = 9_500_00
    order = shop.bought(large, 1)
    shop.pay(order)
    line = order.lines[0]
    order_goods.change(order, {line.id: (1, 0)}, [Wanted(small, 1)], by=shop.owner)
    db.session.commit()
    told = receipts.told(order)
    assert dict(told["sums"])[receipts._("Items")] == told["total"] == receipts.shown(order.money(9_500_00))
    [tax] = told["taxes"]
    assert tax["tax"] == receipts.shown(order.money(order.lines[1].tax_minor))
    assert [(one["none"], bool(one["gross"])) for one in told["lines"]] == [(True, False), (False, True)]
    amounts = [receipts.shown(order.money(minor)) for minor in (12_500_00, 3_000_00)]
    assert [amount for _label, amount in [*told["off"], told["rest"]]] == amounts
    for client, url in ((shop.client, f"/orders/{order.token}"), (shop.admin, f"/admin/cafe/orders/{order.number}")):
        answer = client.get(url, headers=HTML)
        page = text(answer)
        assert [wrong for wrong in ("22 000", "Devuelto o rebajado") if wrong in page] == []
        assert [
            right for right in ("Total₡9 500", "Por devolver₡3 000", "+1 × Taza · pequeña") if right not in page
        ] == []
        assert "<del>1 ×" in answer.get_data(as_text=True)


def posted(order, **told):
    units = {f"units-{line.id}": str(line.quantity - line.returned) for line in order.lines}
    was = {f"was-{line.id}": str(line.quantity - line.returned) for line in order.lines}
    return {**units, **was, "seen": "0", **told}


def test_the_page_shows_the_price_first_and_does_it_once(shop, order, cake):
    client, url = shop.admin, f"/admin/{shop.slug}/orders/{order.number}/goods"
    assert url in client.get(f"/admin/{shop.slug}/orders/{order.number}").get_data(as_text=True)
    assert client.post(f"{url}/draft", data=posted(order, add=cake.sku)).status_code == 200
    told = posted(order, sku=cake.sku, qty="2", tell="y", **{f"units-{order.lines[0].id}": "1"})
    answer = client.post(url, data=told)
    difference = 2 * 9_999_99 - 2_000_02
    assert (answer.status_code, f'name="seen" value="{difference}"' in answer.get_data(as_text=True)) == (409, True)
    for _tap in range(2):
        assert client.post(url, data={**told, "seen": str(difference)}).status_code == 303
    db.session.expire_all()
    assert (len(order.lines), stock.on_hand(cake), order.lines[0].returned) == (3, 7, 2)
    assert [row.kind for row in letters.about(order)].count("orders.changed_to_pay") == 1


@pytest.mark.parametrize("wrong", [{"units": "muchos"}, {"units": "-1"}, {"units": "99"}, {"qty": "x"}, {}])
def test_what_is_wrong_stays_in_the_form(shop, order, cake, wrong):
    told = posted(order, q="Torta")
    if "units" in wrong:
        told[f"units-{order.lines[0].id}"] = wrong["units"]
    if "qty" in wrong:
        told |= {"sku": cake.sku, "qty": wrong["qty"]}
    answer = shop.admin.post(f"/admin/{shop.slug}/orders/{order.number}/goods", data=told, headers=HTML)
    page = answer.get_data(as_text=True)
    assert (answer.status_code, 'role="alert"' in page) == (422, True)
    assert all(f'value="{typed}"' in page for typed in wrong.values())
    db.session.expire_all()
    assert not order.credited_minor
    assert order_events.last(order, *order_changes.KINDS) is None
