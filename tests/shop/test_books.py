"""Books: cards, credit, what is kept and service charges, each counted once: in facts, takings, papers and accounts."""

import os
import random

import pytest

from crm import facts, sums
from kernel import clock, signing, tenancy
from kernel.db import db
from kernel.money import Money
from kernel.refusal import Refusal
from shop import (
    balances,
    cancellations,
    gift_cards,
    invoice_list,
    invoice_papers,
    invoices,
    ledger,
    orders,
    payments,
    pricing,
    quotes,
    refunds,
    returns,
    store_credit,
    stored_value,
    takings,
    tax_book,
    taxes,
)
from shop.discounts import Discount
from shop.pricing import PriceBreak
from shop.quotes import Wanted
from tests.goods import only
from tests.shop import gifts
from tests.shop.books import account


def billed(order):
    return sum(row.sign * row.gross_minor for row in invoices.every(order))


def spent(*people):
    return [sums.spent(person).get("CRC", 0) for person in people]


def test_a_card_that_somebody_else_bought_is_no_money_of_who_spends_it(shop):
    bought = shop.bought(gifts.voucher(shop), paid=True, email="ana@example.com")
    [card] = gift_cards.of_order(bought)
    given = gifts.bought(shop, shop.product(price=15_000_00), card, email="beto@example.com")
    shop.pay(given)
    assert spent(bought.contact, given.contact) == [10_000_00, 5_000_00]
    assert takings.today() == Money(15_000_00, "CRC")
    refunds.give(given, amount=Money(12_000_00, "CRC"), key="r")  # ten to the card, two by transfer
    db.session.commit()
    assert spent(bought.contact, given.contact) == [10_000_00, 3_000_00]
    assert takings.today() == Money(13_000_00, "CRC")
    kinds = {fact.kind for fact in facts.of_contact(given.contact)}
    assert kinds >= {"value_spent", "value_back", "paid", "refunded"}


def test_money_that_became_credit_never_left_and_comes_once(shop):
    order = shop.bought(shop.product(price=8_000_00), paid=True, email="ana@example.com")
    refunds.give(order, amount=order.total, key="r", to="credit")
    db.session.commit()
    ana = order.contact
    assert (store_credit.of(ana).balance_minor, *spent(ana)) == (8_000_00, 8_000_00)
    assert takings.today() == Money(8_000_00, "CRC")
    assert account("2201") == -stored_value.owed("CRC").minor == -8_000_00


@pytest.mark.parametrize("kept", [0, 3_000_00, 7_000_00, 10_000_00])
def test_what_the_shop_keeps_stays_although_a_card_paid_a_part(shop, kept):
    card = gifts.card(shop, 5_000_00)
    order = gifts.bought(shop, shop.product(price=10_000_00), card)
    shop.pay(order)
    cancellations.by_staff(order, by=shop.owner, reason="No vino", kept=order.money(kept))
    db.session.commit()
    assert card.balance.minor == min(5_000_00, 10_000_00 - kept)
    rest = order.received_minor - kept
    assert (order.payment == "refund_due") == (rest > 0)
    if rest:
        refunds.give(order, amount=order.money(rest), key="r")
    assert (order.received_minor, order.kept_minor, billed(order)) == (kept, kept, kept)
    if kept:
        refunds.give(order, amount=order.money(1_000_00), key="s")  # the shop gives way
        assert order.received_minor == order.kept_minor == billed(order) == kept - 1_000_00
    assert gifts.conserved()


def test_nobody_keeps_what_is_on_its_way_back(shop):
    order = shop.bought(shop.product(price=10_000_00), paid=True)
    refunds.set_aside(order, order.money(4_000_00))
    with pytest.raises(payments.WrongAmount):
        cancellations.by_staff(order, by=shop.owner, reason="No vino", kept=order.money(7_000_00))


def test_a_refund_made_elsewhere_takes_the_unused_cards_back(shop):
    order = shop.bought(gifts.voucher(shop), 2, paid=True)
    used, other = gift_cards.of_order(order)
    gifts.bought(shop, shop.product(price=4_000_00), used)
    refunds.noticed(payments.current(order), amount=order.total, reference="re_1", key="re_1")
    db.session.commit()
    assert (used.state, used.balance.minor, other.state) == ("live", 6_000_00, "void")
    assert (order.received_minor, billed(order)) == (0, 0)


def test_what_is_owed_on_cards_is_what_the_account_says(shop):
    order = shop.bought(gifts.voucher(shop), 2, paid=True)
    one, _two = gift_cards.of_order(order)
    gifts.bought(shop, shop.product(price=4_000_00), one)
    refunds.give(order, amount=Money(10_000_00, "CRC"), key="r")  # the other card's price
    given = gifts.card(shop, 7_000_00)
    gift_cards.adjust(given, Money(-2_000_00, "CRC"), reason="Error", key="a", by=shop.owner)
    lost = gifts.card(shop, 3_000_00)
    gift_cards.void(lost, reason="Perdida", by=shop.owner)
    db.session.commit()
    assert account("2201") == -stored_value.owed("CRC").minor == -11_000_00
    assert (account("5101"), account("4301")) == (8_000_00, -3_000_00)


def test_a_service_charge_is_no_tax_and_an_exempt_buyer_pays_none(shop):
    rate = taxes.sample("restaurante")
    db.session.commit()
    lunch = shop.product("Almuerzo", price=12_300_00, tax_rate_id=rate.id)
    shop.bought(lunch, paid=True)
    book = tax_book.of(invoice_list.this_month())
    row = dict(zip(book.heads, book.rows[0], strict=True))
    net, tax, charge, whole = book.rows[0][-5:-1]
    assert (tax, charge, whole) == (1_300, 1_000, net + tax + charge)
    assert not any("servicio" in str(head).lower() and str(head).startswith("Base") for head in book.heads), row
    assert (account("2101"), account("2102")) == (-1_300_00, -1_000_00)


def test_what_an_exempt_buyer_pays_is_exempt_in_the_book(shop):
    shop.tax()
    vase = shop.product(price=113_00)
    told = quotes.quote(quotes.price([Wanted(only(vase), 1)], exempt={"*": "AL-77"}))
    [part] = told.lines[0].components
    assert (part["tax_minor"], part["exempt"]) == (0, "AL-77")
    order = shop.bought(vase)
    line = order.lines[0]
    line.net_minor, line.tax_minor, line.gross_minor, line.tax_components = 100_00, 0, 100_00, [part]
    order.items_minor = order.total_minor = 100_00
    order.tax_minor = 0
    db.session.commit()
    shop.pay(order)
    book = tax_book.of(invoice_list.this_month())
    assert [head for head in book.heads if head.startswith("Base")] == []
    assert book.rows[0][7] == 100
    assert ("Exemption", "AL-77") in invoice_papers.of(invoices.of(order))["told"]["fiscal"] or (
        "Exoneración", "AL-77",
    ) in invoice_papers.of(invoices.of(order))["told"]["fiscal"]  # fmt: skip


def test_a_card_costs_what_it_is_worth(shop):
    card = gifts.voucher(shop)
    db.session.add(PriceBreak(product_id=card.id, min_qty=1, customer_group="mayorista", price_minor=5_000_00))
    db.session.commit()
    assert pricing.unit(only(card), 10, "mayorista").minor == 10_000_00
    shop.delivery(price=2_000_00, free_over_minor=10_000_00)
    basket = quotes.price([Wanted(only(card), 1), Wanted(only(shop.product(price=4_000_00)), 1)])
    [offer] = [one for one in basket.offers({"country": "CR"}, now=clock.now()) if one.code == "envio"]
    assert offer.price.minor == 2_000_00  # a card frees no delivery


def test_money_beside_a_card_is_noted_beside_it(shop):
    card = gifts.card(shop, 5_000_00)
    order = gifts.bought(shop, shop.product(price=5_000_00), card)
    balances.collect(order, order.money(1_000_00), key="k", by=shop.owner)
    refunds.give(order, amount=order.money(6_000_00), key="r")
    db.session.commit()
    assert [row.kind for row in order.payments] == ["gift_card", "transfer"]
    assert card.balance.minor == 5_000_00  # and not six


class Mix:
    """Orders that cards, credit and transfers pay in any mixture, and that end in any way."""

    def __init__(self, shop, seed):
        self.shop, self.die, self.orders = shop, random.Random(seed), []
        added = shop.tax("sumado", rate_bp=700, included=False, is_default=False)
        shop.tax()
        db.session.add(Discount(kind="percent", label={"es": "Rebaja"}, percent_bp=1_000))
        self.goods = [shop.product(f"Florero {n}", price=3_333_33, stock=200, tax_rate_id=rate)
                      for n, rate in enumerate((None, added.id))]  # fmt: skip
        self.goods.append(gifts.voucher(shop, price=2_000_00))
        self.cards = [gifts.card(shop, 5_000_00) for _n in range(4)]

    def step(self):
        verb = self.die.choice((self.place, self.place, self.pay, self.pay, self.refund, self.come_back, self.cancel,
                                self.expire))  # fmt: skip
        try:
            verb(self.die.choice(self.orders)) if self.orders else self.place(None)
            db.session.commit()
        except (Refusal, LookupError):
            db.session.rollback()

    def place(self, _order):
        cards = [card for card in self.cards if card.state == "live" and self.die.random() < 0.5]
        made = gifts.bought(self.shop, self.die.choice(self.goods), *cards, quantity=self.die.randint(1, 4),
                            email="ana@example.com")  # fmt: skip
        self.orders.append(made)
        self.cards += gift_cards.of_order(made)

    def pay(self, order):
        much = order.balance.minor * self.die.choice((1, 1, 2)) // self.die.choice((1, 1, 2, 3))
        balances.collect(order, order.money(max(much, 1)), key=signing.token(), by=self.shop.owner)
        self.cards += [card for card in gift_cards.of_order(order) if card not in self.cards]

    def refund(self, order):
        most = refunds.refundable(order).minor
        to = self.die.choice(("money", "credit"))
        part = most if gift_cards.of_order(order) else self.die.choice((most, most // 2, 100))
        refunds.give(order, amount=order.money(part), key=signing.token(), to=to)

    def come_back(self, order):
        wanted = {line.id: self.die.randint(1, line.quantity) for line in order.lines}
        row = returns.note(order, wanted, key=signing.token(), by=self.shop.owner)
        returns.refund(row, amount=returns.proposed(row), by=self.shop.owner, to=self.die.choice(("money", "credit")))

    def cancel(self, order):
        kept = order.money(refunds.refundable(order).minor // self.die.choice((1, 3, 1_000_000_000)))
        cancellations.by_staff(order, by=self.shop.owner, reason="No vino", kept=kept)

    def expire(self, order):
        self.shop.late(order)

    def check(self):
        db.session.expire_all()
        for order in self.orders:
            entries = ledger.of(order)
            assert sum(entry.amount_minor for entry in entries) == order.received_minor >= 0
            ended = order.state in orders.ENDED
            assert 0 <= order.kept_minor <= order.received_minor or not ended
            if invoices.of(order):
                assert billed(order) == (order.kept_minor if ended else order.received_minor + order.balance.minor)
        assert gifts.conserved()
        assert account("2201") == -stored_value.owed("CRC").minor
        beyond = [order.received_minor - billed(order) for order in self.orders]
        assert account("2202") == -sum(max(0, one) for one in beyond)
        assert account("1201") == sum(max(0, -one) for one in beyond)
        assert sum(spent(*{order.contact for order in self.orders})) == takings.today().minor
        day = clock.today(tenancy.tenant().timezone)
        assert sum(way.came.minor + way.went.minor for way in takings.by_way(day, day)) == takings.today().minor


@pytest.mark.parametrize("seed", range(int(os.environ.get("PLAZA_SEEDS", "1"))))
def test_any_mixture_of_tenders_and_ends_conserves_every_cent(shop, seed):
    mix = Mix(shop, seed)
    for _time in range(60):
        mix.step()
    mix.check()
