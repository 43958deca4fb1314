"""Gift cards: sold once per unit, spent by their code, given back once, never overspent, nobody else's."""

from datetime import date, timedelta

import pytest
from sqlalchemy import exc, select, update

from crm import people
from kernel import clock, jobs, tenancy
from kernel.db import db
from kernel.letters import Letter
from kernel.money import Money
from kernel.refusal import Refusal
from shop import (
    cancellations,
    checkout,
    days,
    expiry,
    fulfilment,
    gift_cards,
    gift_codes,
    gift_letters,
    holds,
    order_events,
    order_story,
    payments,
    refunds,
    stored_value,
    takings,
    tenders,
    vouchers,
)
from shop.gift_cards import GiftCard
from shop.orders import Order
from shop.payments import Payment
from shop.stored_value import StoredValueEntry
from tests.shop import gifts


def cards_of(order):
    return list(gift_cards.of_order(order))


def kinds(card):
    return [(entry.kind, entry.amount_minor) for entry in stored_value.entries(card.value)]


def test_a_code_has_eighty_bits_and_forgives_how_it_is_typed(shop):
    card = gifts.card(shop)
    shown = gift_cards.code(card)
    assert len(gift_codes.SIGNS) ** gift_codes.LENGTH == 2**80
    assert [len(part) for part in shown.split("-")] == [4, 4, 4, 4]
    assert gift_cards.by_code(f"  {shown.lower().replace('-', ' ').replace('0', 'o').replace('1', 'l')} ") is card
    assert shown.replace("-", "") not in card.code_sealed
    assert card.last4 == shown[-4:]
    kept = [str(value) for value in (card.code_hash, card.code_sealed, card.haystack, gifts.handle(card))]
    assert not [value for value in kept if gifts.code(card) in value]


@pytest.mark.parametrize(
    "hostile", ["", "'", "x" * 5000, "*" * 70, "A" * 16, "0000-0000-0000-0000", "%", "\x00" * 16, "１" * 16, "é" * 16]
)
def test_hostile_codes_are_nobodys(shop, hostile):
    card = gifts.card(shop)
    assert gift_cards.by_code(hostile) is None
    assert gift_cards.by_code(gifts.handle(card)) is None  # what a cart keeps is no code
    assert tenders.named([hostile]) == []


def test_another_shop_does_not_know_the_code(shop, rival):
    shop.enter()
    code = gifts.code(gifts.card(shop))
    kept = gift_codes.handle(code)
    rival.enter()
    assert gift_cards.by_code(code) is None
    assert gift_cards.by_handle(kept) is None


def test_the_ledger_is_append_only(shop):
    card = gifts.card(shop)
    change = update(StoredValueEntry).where(StoredValueEntry.value_id == card.value_id).values(amount_minor=1)
    with pytest.raises(exc.DBAPIError, match="append-only"):
        db.session.execute(change)
    db.session.rollback()
    with pytest.raises(exc.DBAPIError, match="append-only"):
        db.session.execute(db.delete(StoredValueEntry))
    db.session.rollback()


def test_the_database_refuses_a_balance_below_zero(shop):
    card = gifts.card(shop)
    with pytest.raises(exc.IntegrityError):
        db.session.execute(update(stored_value.StoredValue).values(balance_minor=-1))
    db.session.rollback()
    assert gifts.conserved()
    assert card.balance.minor == 10_000_00


def test_a_voucher_is_sold_without_tax_stock_or_delivery_and_issued_once_per_unit_when_paid(shop):
    shop.tax()
    product = gifts.voucher(shop, valid_months=18)
    said = {"to": "Lucía", "email": "lucia@example.com", "message": "Feliz día"}
    order = shop.bought(product, 2, texts=said)
    assert (order.tax_minor, order.total_minor, order.delivery_kind) == (0, 20_000_00, "none")
    assert cards_of(order) == []
    shop.pay(order)
    one, two = cards_of(order)
    assert (one.recipient, one.email, one.message, one.giver) == ("Lucía", "lucia@example.com", "Feliz día", "Ana Mora")
    assert one.face == Money(10_000_00, "CRC")
    assert kinds(one) == [("issue", 10_000_00)]
    assert one.code_hash != two.code_hash
    assert one.expires_on == vouchers.last_day(18, clock.today(shop.tenant.timezone))
    assert order.state == "delivered"
    assert len(cards_of(order)) == 2
    shop.pay(order, 100)  # paid too much later: nothing is issued again
    assert len(cards_of(order)) == 2
    assert gifts.conserved()


def test_the_letters_go_to_buyer_and_recipient_and_carry_no_code(shop):
    product = gifts.voucher(shop)
    order = shop.bought(
        product, texts={"to": "Lucía", "email": "lucia@example.com", "message": "Para ti. Ana"}, paid=True
    )
    jobs.run_due()
    [card] = cards_of(order)
    letters = {row.kind: row for row in db.session.scalars(select(Letter).where(Letter.about_kind == "gift_card"))}
    given, ready = letters["gift_cards.given"], letters["gift_cards.ready"]
    assert given.to == "lucia@example.com"
    assert "Ana Mora" in given.subject
    assert "Para ti" in given.text
    assert ready.to == "ana@example.com"
    assert given.private
    assert ready.private
    for letter in letters.values():
        assert gift_cards.code(card) not in letter.html + letter.text
        assert gifts.code(card) not in letter.html + letter.text
    gift_letters.send(card.id)
    assert len(list(db.session.scalars(select(Letter).where(Letter.kind == "gift_cards.given")))) == 1


def test_a_card_waits_for_its_day(shop):
    day = clock.today(shop.tenant.timezone) + timedelta(days=20)
    said = {"email": "lucia@example.com", "on": day.isoformat()}
    order = shop.bought(gifts.voucher(shop), texts=said, paid=True)
    assert days.told(day, weekday=True) in order.lines[0].texts.values()
    jobs.run_due()
    assert not db.session.scalar(select(Letter.id).where(Letter.kind == "gift_cards.given"))
    with clock.at(clock.now() + timedelta(days=21)):
        jobs.run_due()
    assert db.session.scalar(select(Letter.id).where(Letter.kind == "gift_cards.given"))


@pytest.mark.parametrize("said", [{"email": "no es"}, {"on": "mañana"}, {"on": "2999-01-01"}, {"message": "x" * 301}])
def test_what_a_card_cannot_be_is_refused_with_a_sentence(shop, said):
    with pytest.raises(Refusal):
        shop.cart(gifts.voucher(shop), texts=said)


def test_a_card_pays_a_part_and_the_total_stays(shop):
    vase = shop.product(price=25_000_00)
    card = gifts.card(shop)
    order = gifts.bought(shop, vase, card)
    assert (order.total_minor, order.balance.minor, order.payment) == (25_000_00, 15_000_00, "partial")
    first, second = order.payments
    assert (first.kind, first.state, first.amount_minor) == ("gift_card", "settled", 10_000_00)
    assert (second.kind, second.amount_minor) == ("transfer", 15_000_00)
    assert order.hold_until
    assert card.balance.minor == 0
    assert card.state == "spent"
    shop.pay(order)
    assert order.paid
    assert kinds(card) == [("issue", 10_000_00), ("spend", -10_000_00)]
    assert gifts.conserved()


def test_several_cards_pay_everything_and_no_method_is_needed(shop):
    vase = shop.product(price=15_000_00)
    late = gifts.card(shop, expires_on=date(2999, 1, 1))
    soon = gifts.card(shop, 8_000_00, expires_on=clock.today(shop.tenant.timezone))
    order = gifts.bought(shop, vase, late, soon, payment="")
    assert order.paid
    assert order.hold_until is None
    assert [row.kind for row in order.payments] == ["gift_card"] * 2
    assert (soon.balance.minor, late.balance.minor) == (0, 3_000_00)  # what ends first is used first
    assert gifts.conserved()


def test_a_method_is_needed_for_the_rest(shop):
    with pytest.raises(checkout.NoSuchPayment):
        gifts.bought(shop, shop.product(price=15_000_00), gifts.card(shop), payment="")
    db.session.rollback()
    assert gifts.conserved()
    assert db.session.scalar(select(Order.id)) is None


def test_the_same_form_twice_spends_once(shop):
    card, vase = gifts.card(shop), shop.product(price=4_000_00)
    order = gifts.bought(shop, vase, card, key="same")
    again = gifts.bought(shop, vase, card, key="same")
    assert again is order
    assert card.balance.minor == 6_000_00


def test_a_card_buys_no_card(shop):
    card, product = gifts.card(shop), gifts.voucher(shop)
    order = gifts.bought(shop, product, card)
    assert card.balance.minor == 10_000_00
    assert order.balance == order.total


def test_an_order_that_ends_unpaid_gives_back_once(shop):
    card, vase = gifts.card(shop), shop.product(price=25_000_00)
    order = gifts.bought(shop, vase, card)
    shop.late(order)
    expiry.expire(order.id)
    expiry.expire(order.id)
    db.session.commit()
    assert order.state == "expired"
    assert order.payment == "refunded"
    assert order.received_minor == 0
    assert card.balance.minor == 10_000_00
    assert kinds(card)[-1] == ("return", 10_000_00)
    other = gifts.bought(shop, vase, card)
    cancellations.by_buyer(other)
    db.session.commit()
    assert card.balance.minor == 10_000_00
    assert gifts.conserved()


def test_money_that_was_on_the_way_stops_the_clock_but_a_card_does_not(shop):
    order = gifts.bought(shop, shop.product(price=25_000_00), gifts.card(shop))
    assert holds.waits(order)
    shop.pay(order, 5_000_00)
    assert not holds.waits(order)


def test_what_comes_back_onto_an_ended_card_is_good_for_a_month(shop):
    today = clock.today(shop.tenant.timezone)
    card = gifts.card(shop, expires_on=today)
    order = gifts.bought(shop, shop.product(price=25_000_00), card)
    with clock.at(clock.now() + timedelta(days=40)):
        cancellations.by_buyer(order)
        assert card.state == "live"
        assert card.expires_on == today + timedelta(days=70)


def test_what_is_left_ends_with_the_card(shop):
    card = gifts.card(shop, expires_on=clock.today(shop.tenant.timezone))
    gift_cards.expire(card.id)
    assert card.balance.minor == 10_000_00  # its last day is not over
    with clock.at(clock.now() + timedelta(days=2)):
        jobs.run_due()
        assert card.state == "expired"
        assert card.balance.minor == 0
        assert kinds(card)[-1] == ("expire", -10_000_00)
        with pytest.raises(gift_cards.NotUsable):
            gifts.bought(shop, shop.product(), card)
    db.session.rollback()
    assert gifts.conserved()


def test_takings_count_money_once(shop):
    order = shop.bought(gifts.voucher(shop), paid=True)
    gifts.bought(shop, shop.product(price=4_000_00), *cards_of(order))
    assert takings.today() == Money(10_000_00, "CRC")


def test_voiding_and_adjusting_leave_their_reason_in_the_journal(shop):
    card = gifts.card(shop)
    assert gift_cards.adjust(card, Money(-1_000_00, "CRC"), reason="Error", key="a", by=shop.owner)
    assert not gift_cards.adjust(card, Money(-1_000_00, "CRC"), reason="Error", key="a", by=shop.owner)
    with pytest.raises(stored_value.NotEnough):
        gift_cards.adjust(card, Money(-90_000_00, "CRC"), reason="Error", key="b", by=shop.owner)
    gift_cards.void(card, reason="Perdida", by=shop.owner)
    gift_cards.void(card, reason="Perdida", by=shop.owner)
    db.session.commit()
    assert kinds(card) == [("issue", 10_000_00), ("adjust", -1_000_00), ("void", -9_000_00)]
    assert [entry.reason for entry in stored_value.entries(card.value)] == ["Cortesía", "Error", "Perdida"]


def test_a_practice_card_pays_practice_orders_and_goes_with_them(shop):
    tenancy.tenant().live_at = None
    db.session.commit()
    card = gifts.card(shop)
    assert card.value.practice
    tenancy.tenant().live_at = clock.now()
    assert gift_cards.by_code(gifts.code(card)) is None


def test_the_payment_rows_name_the_balance(shop):
    card = gifts.card(shop)
    order = gifts.bought(shop, shop.product(price=4_000_00), card)
    [row] = db.session.scalars(select(Payment).where(Payment.order_id == order.id))
    assert row.value_id == card.value_id
    assert db.session.scalar(select(GiftCard.id)) == card.id


def test_an_undone_step_begins_a_hold_again_also_of_what_a_card_paid_in_part(shop):
    order = gifts.bought(shop, shop.product(price=25_000_00), gifts.card(shop))
    shop.late(order)
    fulfilment.prepare(order, by=shop.owner)
    fulfilment.undo(order, by=shop.owner)
    assert order.hold_until - clock.now() > timedelta(hours=23)


def test_a_gift_reaches_whom_it_is_for_though_its_buyer_was_forgotten(shop):
    texts = {"to": "Rosa", "email": "rosa@example.com", "message": "Con cariño"}
    [card] = cards_of(shop.bought(gifts.voucher(shop), texts=texts, paid=True))
    people.erase(shop.contact(), by=shop.owner)
    assert (card.email, card.message, card.giver) == ("rosa@example.com", "", "")
    gift_letters.send(card.id)
    [letter] = db.session.scalars(select(Letter).where(Letter.kind == "gift_cards.given"))
    assert (letter.to, card.email, card.recipient) == ("rosa@example.com", "", "")


def test_a_step_says_by_itself_that_a_card_paid_and_signs_alone_do_not(shop):
    card = gifts.card(shop)
    order = gifts.bought(shop, shop.product("Taza", price=25_000_00), card)
    payments.settle(order.payments[-1], key="bank", reference="…99")  # what a bank wrote, cut short
    db.session.commit()
    notes = [order_story.note(event, order, staff=False) for event in order_events.of(order) if event.kind == "paid"]
    assert [f"Tarjeta de regalo …{card.last4}" in note for note in notes] == [True, False]
    assert notes[1].endswith("…99")
    refunds.give(order, amount=order.total, key="all", by=shop.owner)
    back = [order_story.note(one, order, staff=False) for one in order_events.of(order) if one.kind == "refunded"]
    assert sum(f"Tarjeta de regalo …{card.last4}" in note for note in back) == 1


def test_steps_that_were_written_before_still_name_their_card(shop):
    card = gifts.card(shop)
    with_card = gifts.bought(shop, shop.product("Taza", price=25_000_00), card)
    without = shop.bought(shop.product("Plato"))
    for order, told in ((with_card, f"Tarjeta de regalo …{card.last4}"), (without, f"…{card.last4}")):
        step = order_events.record(order, "paid", reference=f"…{card.last4}")
        assert order_story.note(step, order, staff=True) == told
