"""Goods with gift cards, called off while a part is kept: first of the goods; cards go back whole, or not if used."""

import pytest

from kernel.db import db
from shop import (
    cancellations,
    cart,
    checkout,
    credit_notes,
    gift_cards,
    invoice_lines,
    invoice_list,
    invoices,
    invoicing,
    payments,
    recalls,
    refunds,
    stored_value,
    tax_book,
)
from tests.goods import only
from tests.shop import gifts
from tests.shop.books import account
from tests.shop.pages import form, text

HTML = {"Accept-Language": "es"}


@pytest.fixture
def mixed(shop):
    return bought(shop)


def bought(shop):
    """A vase of ₡8 000, tax inside, and two gift cards of ₡10 000; paid."""
    shop.tax()
    row = shop.cart(gifts.voucher(shop), 2)
    cart.add(row, only(shop.product("Florero", price=8_000_00)), 1)
    shop.transfer()
    db.session.commit()
    order = checkout.place(row, shop.choice(), shop.details(), key="mixed")
    shop.pay(order)
    return order


def call_off(shop, order, kept):
    cancellations.by_staff(order, by=shop.owner, reason="No vino", kept=order.money(kept))
    db.session.commit()


def lines(paper):
    return {line.kind: (line.gross_minor, line.tax_minor) for line in invoice_lines.of(paper.id)}


def book():
    """(net, tax, total) of the month."""
    rows = tax_book.of(invoice_list.this_month()).rows
    return tuple(sum(int(row[place] * 100) for row in rows) for place in (-4, -3, -2))


@pytest.mark.parametrize("kept", [0, 3_000_01, 8_000_00])
def test_what_is_kept_is_kept_of_the_goods_and_taxed_so(shop, mixed, kept):
    call_off(shop, mixed, kept)
    _invoice, note = invoices.every(mixed)
    gross, tax = lines(note).get("goods", (0, 0))
    assert (lines(note)["voucher"], gross) == ((20_000_00, 0), 8_000_00 - kept)
    assert [card.state for card in gift_cards.of_order(mixed)] == ["void", "void"]
    kept_tax = mixed.tax_minor - tax
    assert abs(kept_tax * 113 - kept * 13) <= 113  # its share, within a cent
    refunds.give(mixed, amount=mixed.money(28_000_00 - kept), key="rest")
    db.session.commit()
    assert mixed.received_minor == mixed.kept_minor == kept
    assert book() == (kept - kept_tax, kept_tax, kept)
    assert (account("1201"), account("2201"), account("2101")) == (0, -stored_value.owed("CRC").minor, -kept_tax)
    assert (account("1102"), stored_value.owed("CRC").minor) == (kept, 0)


@pytest.mark.parametrize("kept", [10_000_00, 12_500_00])
def test_a_card_that_somebody_used_stays_with_its_price(shop, mixed, kept):
    used, other = gift_cards.of_order(mixed)
    gifts.bought(shop, shop.product("Taza", price=4_000_00), used)
    call_off(shop, mixed, kept)
    assert (used.state, used.balance.minor, other.state) == ("live", 6_000_00, "void")
    refunds.give(mixed, amount=mixed.money(28_000_00 - kept), key="rest")
    db.session.commit()
    note = invoices.every(mixed)[1]
    assert lines(note)["voucher"] == (10_000_00, 0)
    assert lines(note).get("goods", (0, 0))[0] == 18_000_00 - kept
    assert (account("2201"), stored_value.owed("CRC").minor) == (-6_000_00, 6_000_00)
    assert (account("1102"), account("1201")) == (kept, 0)


@pytest.mark.parametrize(("spent", "kept"), [(0, 8_000_01), (4_000_00, 9_999_99), (4_000_00, 18_000_01)])
def test_nothing_is_kept_of_an_unused_card_and_nothing_goes_back_of_a_used_one(shop, mixed, spent, kept):
    if spent:
        gifts.bought(shop, shop.product("Taza", price=spent), gift_cards.of_order(mixed)[0])
    with pytest.raises(payments.WrongAmount if kept != 9_999_99 else gift_cards.Spent):
        call_off(shop, mixed, kept)
    db.session.rollback()
    assert (mixed.state, {card.state for card in gift_cards.of_order(mixed)}) == ("placed", {"live"})


def test_what_was_not_billed_yet_is_billed_so(shop):
    invoicing.kept().issue_on = "hand"
    order = bought(shop)
    gifts.bought(shop, shop.product("Taza", price=4_000_00), gift_cards.of_order(order)[0])
    call_off(shop, order, 12_000_00)
    made = credit_notes.bring_up(order, by=shop.owner)
    assert {kind: gross for kind, (gross, _tax) in lines(made).items()} == {"voucher": 10_000_00, "goods": 2_000_00}


def test_a_kindness_is_of_the_goods_and_a_card_that_goes_back_of_its_line(shop, mixed):
    refunds.give(mixed, amount=mixed.money(1_000_00), key="kind")
    refunds.give(mixed, amount=mixed.money(10_000_00), key="card")
    db.session.commit()
    _invoice, kind, card = invoices.every(mixed)
    assert (set(lines(kind)), set(lines(card))) == ({"goods"}, {"voucher"})
    assert account("2201") == -stored_value.owed("CRC").minor == -10_000_00
    with pytest.raises(recalls.Whole):
        refunds.give(mixed, amount=mixed.money(7_000_01), key="more")
    db.session.rollback()
    refunds.give(mixed, amount=mixed.money(7_000_00), key="more")
    assert account("2201") == -10_000_00


def test_once_the_goods_went_back_only_a_whole_card_can(shop, mixed):
    refunds.give(mixed, amount=mixed.money(8_000_00), key="goods")
    with pytest.raises(recalls.Whole):
        refunds.give(mixed, amount=mixed.money(5_000_00), key="half")
    db.session.rollback()
    refunds.give(mixed, amount=mixed.money(10_000_00), key="card")
    db.session.commit()
    assert account("2201") == -stored_value.owed("CRC").minor == -10_000_00


def test_staff_say_what_they_keep_when_they_cancel(shop, mixed):
    gifts.bought(shop, shop.product("Taza", price=4_000_00), gift_cards.of_order(mixed)[0])
    at, admin = f"/admin/cafe/orders/{mixed.number}", shop.admin
    page = admin.get(at, headers=HTML)
    sent = form(page, "/cancellation")
    assert (sent["kept"], "Se puede conservar como máximo ₡18 000." in text(page)) == ("10000", True)
    answer = admin.post(f"{at}/cancellation", data={**sent, "reason": "No vino", "kept": "x"}, headers=HTML)
    assert answer.status_code == 422
    admin.post(f"{at}/cancellation", data={**sent, "reason": "No vino", "kept": "11500"}, headers=HTML)
    db.session.expire_all()
    assert (mixed.state, mixed.kept_minor, mixed.payment) == ("cancelled", 11_500_00, "refund_due")
