"""Bookings in orders and payments: they come, are paid and go together with everything else."""

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import func, select

from kernel import clock, origins, signing
from kernel.db import db
from shop import (
    arrivals,
    balances,
    cancellations,
    checkout,
    expiry,
    fulfilment,
    holdings,
    invoice_lines,
    invoices,
    occupations,
    order_events,
    orders,
    payments,
    practice,
    quotes,
    stock,
    terms,
)
from shop import bin as bins
from shop import cart as carts
from shop.bookings import Booking
from shop.occupations import JustTaken
from shop.quotes import Choice
from tests.goods import only
from tests.shop.card_world import till
from tests.shop.fake_stripe import fake_stripe, stripe_base
from tests.shop.pages import read, text
from tests.shop.trips import HALF, filled, kinds, lapse, letters, ordered, run, taken, told, trip

__all__ = ["fake_stripe", "stripe_base", "till"]


def test_a_shop_by_hours_gives_its_unit_back(shop):
    table = shop.resource("Mesa")
    service = shop.service("Mesa", "appointment", resource=table, price=0)
    cart = carts.begin()[0]
    booking = shop.held(service, shop.when(at="10:00"), 2, cart=cart)
    carts.book(cart, booking, {service.product.variants[0]: 1})
    [line] = cart.lines
    assert (quotes.price(carts.wanted(cart)).items.minor, carts.wanted(cart)[0].day) == (0, shop.day())
    carts.remove(cart, line)
    assert occupations.within([one.id for one in table.units], shop.span(service, shop.when(at="10:00"))) == []


def test_an_order_has_its_time_for_good_and_is_done_when_that_is_over(shop):
    service = trip(shop, policy=HALF)
    order, booking = ordered(shop, service, adults=2, children=1, paid=True)
    assert (booking.state, booking.order_id, booking.cart_id, booking.held_until) == ("booked", order.id, None, None)
    assert (booking.policy, taken(booking), kinds(booking)) == (HALF, 3, [("booked", 12_000_00)])
    assert (order.state, order.payment, order.lines[0].day) == ("placed", "paid", shop.day())
    page = shop.admin.get(f"/admin/cafe/people/{order.contact.token}")
    assert "Reservó una hora" in text(page)
    assert f"/orders/{order.number}" in page.get_data(as_text=True)
    assert order.lines[0].chosen == ["Persona: Adulto", f"Fecha: {order.lines[0].texts['Fecha']}"]
    line = invoice_lines.of(invoices.of(order).id)[0]
    assert order.lines[0].texts["Fecha"] in invoice_lines.called(line)
    run(booking.starts_at)
    assert order.state == "placed"
    run(booking.ends_at)
    assert order.state == "delivered"
    assert "orders.delivered" not in letters(order)


def test_whoever_came_is_served_but_for_what_they_owe(shop):
    service = trip(shop)
    order, booking = ordered(shop, service)
    arrivals.come(booking, by=shop.owner)
    run(booking.ends_at)
    assert order.state == "placed"
    with time_machine.travel(booking.ends_at, tick=False):
        shop.pay(order)
    assert order.state == "delivered"
    other, second = ordered(shop, service, paid=True)
    arrivals.come(second, by=shop.owner)
    assert (other.state, second.state) == ("placed", "came")  # noted days before: somebody is still expected
    arrivals.undo(second, by=shop.owner)
    with time_machine.travel(second.starts_at, tick=False):
        arrivals.come(second, by=shop.owner, count=1)
        assert (other.state, second.here, second.places) == ("placed", 1, 2)  # so is whoever is not here yet
        arrivals.come(second, by=shop.owner, count=2)
        assert other.state == "delivered"
        arrivals.undo(second, by=shop.owner)
        db.session.commit()
        assert (other.state, second.state) == ("placed", "booked")
        with pytest.raises(fulfilment.NotNow):
            fulfilment.undo(other, by=shop.owner)


def test_an_unpaid_order_whose_people_did_not_come_after_all_expires_as_before(shop):
    order, booking = ordered(shop, trip(shop))
    until = order.hold_until
    arrivals.come(booking, by=shop.owner)
    assert order.hold_until is None
    arrivals.undo(booking, by=shop.owner)
    db.session.commit()
    assert order.hold_until == max(until, order.hold_until)
    run(order.hold_until)
    assert (order.state, booking.state) == ("expired", "expired")


def test_what_was_noted_is_taken_back_step_by_step_and_of_each_booking_by_itself(shop):
    service = trip(shop)
    cart, first = filled(shop, service, shop.when(3))
    _cart, second = filled(shop, service, shop.when(4), cart=cart)
    shop.transfer()
    order = checkout.place(cart, Choice(), shop.details("transfer"), key="both")
    with clock.at(first.starts_at):
        arrivals.miss(first, by=shop.owner)
        arrivals.come(first, by=shop.owner)
        arrivals.come(second, by=shop.owner)
        arrivals.undo(first, by=shop.owner)
        db.session.commit()
        assert (first.state, second.state, order.hold_until) == ("missed", "came", None)
        standing = [(one.kind, one.data["booking"]) for one in order_events.of(order)
                    if one.kind in ("arrived", "missed") and not one.undone_at]  # fmt: skip
        assert standing == [("missed", first.id), ("arrived", second.id)]
        arrivals.undo(first, by=shop.owner)
        arrivals.undo(second, by=shop.owner)
        assert (first.state, second.state, order.held) == ("booked", "booked", True)


def test_a_lapsed_hold_is_taken_again_by_ordering_or_nothing_is_lost(shop):
    coffee, service = shop.product(stock=5), trip(shop, capacity=2)
    shop.transfer()
    cart, booking = filled(shop, service, shop.when())
    carts.add(cart, only(coffee), 1)
    lapse(booking)
    other, theirs = filled(shop, service, shop.when())
    lapse(theirs)
    order = checkout.place(other, Choice(), shop.details(), key="other")
    db.session.commit()
    assert (theirs.state, theirs.order_id, taken(theirs)) == ("booked", order.id, 2)
    with pytest.raises(JustTaken) as refused:
        checkout.place(cart, shop.choice(coffee), shop.details(), key="mine")
    db.session.rollback()
    assert (refused.value.service.id, refused.value.booking.id) == (service.id, booking.id)
    assert (orders.by_key("mine"), stock.left(only(coffee)), taken(theirs)) == (None, 5, 2)
    assert (len(carts.wanted(cart)), told(cart)) == (2, [("lapsed", False)])


def test_two_whose_holds_lapsed_race_for_the_last_place(shop, crew):
    service = trip(shop, capacity=1, price=3_000_00)
    shop.transfer()
    secrets, held = [], []
    for _ in range(2):
        cart, secret = carts.begin()
        _cart, booking = filled(shop, service, shop.when(), 1, cart=cart)
        lapse(booking)
        secrets.append(secret)
        held.append(booking)
    answers = crew.race(shop, "place", [(secret, "") for secret in secrets])
    assert sorted(answer[0] for answer in answers) == ["done", "refused"], answers
    assert taken(held[0]) == 1
    lost = next(one for one in held if one.order_id is None)
    assert [one.quantity for one in carts.wanted(lost.cart)] == [1]


def test_a_hold_without_an_order_ends_by_itself(shop):
    boat = shop.resource("Balsa", seats=6)
    _cart, booking = filled(shop, trip(shop, resource=boat), shop.when())
    assert occupations.within([one.id for one in boat.units], booking.span)
    run(clock.now() + timedelta(minutes=holdings.MINUTES, seconds=1))
    assert (booking.state, taken(booking)) == ("expired", 0)
    assert not occupations.within([one.id for one in boat.units], booking.span)


def test_an_unpaid_order_gives_its_time_back_and_late_money_takes_it_again(shop):
    service = trip(shop, capacity=2)
    order, booking = ordered(shop, service)
    shop.late(order)
    expiry.expire(order.id)
    db.session.commit()
    assert (order.state, booking.state, taken(booking)) == ("expired", "expired", 0)
    shop.pay(order)
    assert (order.state, order.payment, booking.state, taken(booking)) == ("placed", "paid", "booked", 2)
    other, late = ordered(shop, service, shop.when(8))
    shop.late(other)
    expiry.expire(other.id)
    filled(shop, service, shop.when(8), 1)
    shop.pay(other)
    assert (other.state, other.payment, late.state, taken(late)) == ("expired", "refund_due", "expired", 1)


def test_money_that_comes_after_the_start_goes_back(shop):
    order, booking = ordered(shop, trip(shop))
    shop.late(order)
    expiry.expire(order.id)
    with time_machine.travel(booking.starts_at + timedelta(hours=1), tick=False):
        shop.pay(order)
    assert (order.payment, booking.state) == ("refund_due", "expired")


def test_what_costs_nothing_is_ordered_without_a_way_to_pay(shop):
    order, booking = ordered(shop, trip(shop, price=0), payment="")
    assert (order.payment, order.payments, order.state, booking.state) == ("paid", [], "placed", "booked")
    assert order.hold_until is None
    assert shop.client.get(f"/orders/{order.token}").status_code == 200
    assert shop.admin.get(f"/admin/cafe/orders/{order.number}").status_code == 200
    cancellations.by_buyer(order)
    db.session.commit()
    assert (booking.state, taken(booking)) == ("cancelled", 0)
    assert shop.client.get(f"/orders/{order.token}").status_code == 200
    with pytest.raises(fulfilment.NotNow):
        payments.current(order)


def test_money_that_may_come_after_the_start_is_not_offered(shop):
    coffee, service = shop.product(), trip(shop)
    shop.transfer(hold_hours=48)

    def offered(when, *goods):
        cart, _booking = filled(shop, service, when)
        for one in goods:
            carts.add(cart, only(one), 1)
        choice = shop.choice(coffee) if goods else Choice()
        return {one.code for one in checkout.payable(quotes.make(carts.wanted(cart), choice=choice), {})}

    hour = timedelta(hours=1)  # that a transfer gets at least
    soon = clock.now() + timedelta(minutes=59)
    assert offered(shop.when(7)) == offered(clock.now() + timedelta(minutes=62)) == {"transfer"}
    assert offered(soon) == set()
    assert offered(shop.when(7), coffee) == {"transfer"}  # who picks up some day may come after the tour
    with pytest.raises(checkout.NoSuchPayment):
        ordered(shop, service, soon)
    db.session.rollback()
    order, booking = ordered(shop, service)
    assert [one.code for one in balances.methods(order)] == ["transfer"]
    with time_machine.travel(booking.starts_at - hour, tick=False):
        assert [one.code for one in balances.methods(order)] == ["transfer"]
    with time_machine.travel(booking.starts_at - hour + timedelta(seconds=1), tick=False):  # nor by an order's link
        assert balances.methods(order) == []


def test_rehearsals_take_time_and_give_it_back(shop):
    shop.tenant.live_at = None
    boat = shop.resource("Balsa", seats=6)
    order, booking = ordered(shop, trip(shop, resource=boat), payment="practice")
    assert (order.practice, booking.state, taken(booking), kinds(booking)) == (True, "booked", 2, [])
    departure, span = booking.departure, booking.span
    practice.wipe(by=shop.owner)
    db.session.commit()
    assert db.session.scalar(select(func.count(Booking.id))) == 0
    assert (departure.taken, occupations.within([one.id for one in boat.units], span)) == (0, [])


def test_what_goes_into_the_bin_keeps_no_time(shop):
    service = trip(shop)
    product, (cart, booking) = service.product, filled(shop, service, shop.when())
    bins.put("product", [product])
    db.session.commit()
    assert (booking.state, taken(booking), told(cart)) == ("expired", 0, [("gone", True)])
    product.binned_at = clock.now() - timedelta(days=bins.DAYS + 1)
    db.session.commit()
    assert bins.empty() == 1
    db.session.commit()
    assert db.session.scalar(select(func.count(Booking.id))) == 0


def at_checkout(shop, service, adults=2):
    """A browser whose cart holds a departure, the booking, and what it would send."""
    cart, secret = carts.begin()
    _cart, booking = filled(shop, service, shop.when(), adults, cart=cart)
    client = shop.client
    client.set_cookie(origins.cookie_name("cart"), secret, domain="cafe.plaza.localhost")
    form = {"email": "ana@example.com", "name": "Ana", "key": signing.token(), "terms": terms.version()}
    return client, booking, form


def test_the_form_of_what_costs_nothing_asks_for_no_payment(shop):
    client, booking, form = at_checkout(shop, trip(shop, price=0))
    page = client.get("/checkout")
    assert "No cuesta nada: no hay nada que pagar." in text(page)
    assert not read(page).xpath("//input[@name='payment']")
    answer = client.post("/checkout", data=form)
    assert answer.status_code == 303, text(answer)
    db.session.expire_all()
    assert (booking.state, booking.order.payment) == ("booked", "paid")


def test_whoever_mends_the_form_keeps_the_time_meanwhile(shop):
    shop.transfer()
    client, booking, form = at_checkout(shop, trip(shop, capacity=2))
    booking.held_until = clock.now() + timedelta(minutes=2)
    db.session.commit()
    assert client.post("/checkout", data={**form, "email": "nobody", "payment": "transfer"}).status_code == 422
    db.session.expire_all()
    assert booking.held_until > clock.now() + timedelta(minutes=8)
    lapse(booking)
    filled(shop, booking.service, booking.starts_at, 2)
    answer = client.post("/checkout", data={**form, "payment": "transfer"})
    assert answer.status_code == 409
    assert "ana@example.com" in answer.get_data(as_text=True)
    db.session.expire_all()
    assert (booking.order_id, booking.state, [one.quantity for one in carts.wanted(booking.cart)]) == (
        None, "expired", [2],
    )  # fmt: skip
