"""The money of bookings: deposits, what comes back when one is called off, and to whom."""

from datetime import timedelta

import pytest
import time_machine

from kernel import clock
from kernel.db import db
from shop import (
    booking_orders,
    booking_policies,
    cancellations,
    checkout,
    holdings,
    invoices,
    local_times,
    payments,
    plans,
)
from shop import cart as carts
from shop.bookings import Booking
from shop.gateways import cards
from tests.goods import only
from tests.shop import gifts
from tests.shop.card_world import till
from tests.shop.fake_stripe import fake_stripe, stripe_base
from tests.shop.test_conservation import papers_agree
from tests.shop.test_discounts import off
from tests.shop.trips import HALF, kinds, letters, ordered, taken, trip

__all__ = ["fake_stripe", "stripe_base", "till"]


def test_a_deposit_now_and_the_rest_on_the_day(shop):
    coffee, service = shop.product(price=2_500_00), trip(shop, product={"deposit_bp": 5000})
    order, booking = ordered(shop, service, goods=coffee, plan="deposit")
    assert [(part.amount.minor, part.on) for part in plans.parts(order)] == [
        (7_500_00, plans.today()), (5_000_00, shop.day()),
    ]  # fmt: skip
    shop.pay(order, 7_500_00)
    assert (order.payment, order.hold_until) == ("partial", None)
    was = booking.starts_at
    holdings.place(booking, shop.span(service, shop.when(9)), booking.places)
    booking_orders.moved(booking, was=was)
    db.session.commit()
    assert plans.parts(order)[1].on == shop.day(9)
    assert order.lines[0].day == shop.day(9)
    assert str(local_times.local(booking.starts_at, "America/Costa_Rica").day) in order.lines[0].texts["Fecha"]


@pytest.mark.parametrize(("hours", "back"), [(49, 10_000), (48, 10_000), (47, 5_000), (24, 5_000), (23, 0), (-1, 0)])
def test_what_comes_back_depends_on_how_long_before(hours, back):
    now = clock.now()
    booking = Booking(starts_at=now + timedelta(hours=hours), policy=HALF)
    assert booking_policies.back(booking, now) == back


def test_a_guest_calls_a_time_off_and_keeps_the_rest(shop):
    coffee = shop.product(price=2_500_00)
    order, booking = ordered(shop, trip(shop, policy=HALF), shop.when(20), goods=coffee, paid=True)
    assert not cancellations.allowed_to_buyer(order) or booking_policies.back(booking) == booking_policies.WHOLE
    with time_machine.travel(booking.starts_at - timedelta(hours=30), tick=False):
        assert not cancellations.allowed_to_buyer(order)
        found = booking_orders.cancel(booking, reason="Enfermo")
        db.session.commit()
        assert booking_orders.cancel(booking) is None
    assert (found.back.minor, found.kept.minor, taken(booking)) == (5_000_00, 5_000_00, 0)
    assert (booking.state, order.state, order.payment, order.balance.minor) == (
        "cancelled", "placed", "overpaid", -5_000_00,
    )  # fmt: skip
    assert papers_agree(order)
    assert kinds(booking)[-1] == ("booking_cancelled", 10_000_00)
    assert order.lines[0].texts["Estado"] == "Cancelado"
    assert letters(order)[-2:] == ["bookings.cancelled", "bookings.shop.cancelled"]


def test_the_shop_calls_a_time_off_and_returns_all_of_it_as_credit(shop):
    order, booking = ordered(shop, trip(shop), goods=shop.product(price=2_500_00), paid=True)
    with pytest.raises(booking_orders.NoReason):
        booking_orders.cancel(booking, by=shop.owner)
    booking_orders.cancel(booking, by=shop.owner, reason="Llueve", to="credit")
    db.session.commit()
    assert (order.state, order.payment, order.received_minor, taken(booking)) == ("placed", "paid", 2_500_00, 0)
    assert papers_agree(order)


def test_what_was_paid_by_card_goes_back_by_itself(till):
    order, booking = ordered(till.shop, trip(till.shop), goods=till.goods, payment="card")
    cards.check(till.pay(order))
    booking_orders.cancel(booking, by=till.shop.owner, reason="Llueve")
    till.run()
    till.run()
    order = till.again(order)
    assert (order.payment, order.balance.minor, order.received_minor) == ("paid", 0, 2_500_00)
    assert [one["amount"] for one in till.stripe.every("refunds")] == [10_000_00]
    assert papers_agree(order)


def test_before_it_is_paid_it_only_asks_for_less(shop):
    order, booking = ordered(shop, trip(shop), goods=shop.product(price=2_500_00))
    found = booking_orders.cancel(booking)
    db.session.commit()
    assert (found.back.minor, found.kept.minor, found.unpaid.minor) == (0, 0, 10_000_00)
    assert (order.payment, payments.current(order).amount_minor, order.state) == ("due", 2_500_00, "placed")
    shop.pay(order)
    assert (order.payment, order.received_minor, papers_agree(order)) == ("paid", 2_500_00, True)


def test_nights_with_a_discount_a_gift_card_and_tax_are_called_off_to_the_cent(shop):
    shop.tax()
    shop.transfer()
    off(shop, code="DIEZ")
    card, stay = gifts.card(shop, 20_000_01), shop.service("Cabaña", "nights", price=33_333_33, capacity=4, policy=HALF)
    cart = carts.begin()[0]
    booking = shop.held(stay, shop.when(20), 3, cart=cart, nights=3)
    carts.book(cart, booking, {stay.product.variants[0]: 1})
    vase = shop.product("Florero", price=1_111_11)
    carts.add(cart, only(vase), 1)
    carts.use_codes(cart, ["DIEZ", gifts.handle(card)])
    order = checkout.place(cart, shop.choice(vase), shop.details(), key="nights")
    shop.pay(order)
    worth = order.lines[0].gross_minor
    assert (order.lines[0].unit_minor, worth, order.payment) == (99_999_99, 89_999_99, "paid")
    with time_machine.travel(booking.starts_at - timedelta(hours=30), tick=False):
        found = booking_orders.cancel(booking, to="credit")
        db.session.commit()
    assert (found.back.minor, found.kept.minor) == (worth - worth // 2, worth // 2)
    assert (order.payment, order.balance.minor, papers_agree(order), gifts.conserved()) == ("paid", 0, True, True)


def test_an_order_for_one_time_ends_with_it_and_keeps_what_the_policy_says(shop):
    order, booking = ordered(shop, trip(shop, policy=HALF), paid=True)
    with time_machine.travel(booking.starts_at - timedelta(hours=30), tick=False):
        booking_orders.cancel(booking, reason="Enfermo")
        db.session.commit()
    assert (order.state, order.payment, order.kept_minor, booking.state) == (
        "cancelled", "refund_due", 5_000_00, "cancelled",
    )  # fmt: skip
    assert papers_agree(order)
    assert invoices.left(invoices.of(order)).minor == 5_000_00
    assert letters(order).count("orders.cancelled") == 1


def test_of_a_deposit_no_more_is_kept_than_was_paid(shop):
    coffee, service = shop.product(price=2_500_00), trip(shop, policy=HALF, product={"deposit_bp": 5000})
    order, booking = ordered(shop, service, goods=coffee, plan="deposit")
    shop.pay(order, 7_500_00)
    with time_machine.travel(booking.starts_at - timedelta(hours=3), tick=False):
        found = booking_orders.cancel(booking)
        db.session.commit()
    assert (found.back.minor, found.kept.minor, found.unpaid.minor) == (0, 5_000_00, 5_000_00)
    assert (order.payment, order.balance.minor, invoices.of(order) is not None) == ("paid", 0, True)
    assert papers_agree(order)
    alone, other = ordered(shop, service, shop.when(9), plan="deposit")
    with time_machine.travel(other.starts_at - timedelta(hours=3), tick=False):
        booking_orders.cancel(other)
        db.session.commit()
    assert (alone.state, alone.payment, alone.kept_minor) == ("cancelled", "void", 0)
