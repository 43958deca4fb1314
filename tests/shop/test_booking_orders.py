"""Bookings in carts, orders and payments: they come, are paid and go together with everything else."""

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import func, select

from crm import facts
from kernel import clock, jobs, origins, signing
from kernel import letters as post
from kernel.db import db
from kernel.refusal import Missing
from shop import (
    arrivals,
    balances,
    booking_orders,
    booking_policies,
    bookings,
    cancellations,
    cart_bookings,
    checkout,
    expiry,
    fulfilment,
    holdings,
    invoice_lines,
    invoices,
    local_times,
    occupations,
    orders,
    payments,
    plans,
    practice,
    quotes,
    stock,
    terms,
    wants,
)
from shop import bin as bins
from shop import cart as carts
from shop.bookings import Booking
from shop.gateways import cards
from shop.occupations import JustTaken
from shop.quotes import Choice
from tests.goods import only
from tests.shop import gifts
from tests.shop.card_world import till
from tests.shop.fake_stripe import fake_stripe, stripe_base
from tests.shop.pages import read, text
from tests.shop.test_conservation import papers_agree
from tests.shop.test_discounts import off

__all__ = ["fake_stripe", "stripe_base", "till"]
HALF = [{"hours": 48, "back_bp": 10_000}, {"hours": 24, "back_bp": 5_000}]


def trip(shop, **values):
    told = {"price": {"adulto": 5_000_00, "nino": 2_000_00}, "capacity": 6, **values}
    return shop.service(**told)


def filled(shop, service, when, adults=2, children=0, **how):
    """A cart that holds a departure for so many people."""
    cart = how.pop("cart", None) or carts.begin()[0]
    booking = shop.held(service, when, adults + children, cart=cart, **how)
    kinds = list(service.product.variants)
    carts.book(cart, booking, dict(zip(kinds, (adults, children), strict=False)))
    db.session.commit()
    return cart, booking


def lapse(booking):
    booking.held_until = clock.now() - timedelta(seconds=1)
    db.session.commit()


def ordered(shop, service, when=None, adults=2, children=0, *, goods=None, **how):
    """An order for a departure, and for goods that are picked up; `paid=True` pays it."""
    cart, booking = filled(shop, service, when or shop.when(), adults, children)
    if goods is not None:
        carts.add(cart, only(goods), 1)
    shop.transfer()
    paid, choice = how.pop("paid", False), shop.choice(goods) if goods is not None else Choice()
    order = checkout.place(cart, choice, shop.details(how.pop("payment", "transfer"), **how), key=f"test-{cart.id}")
    db.session.commit()
    if paid:
        shop.pay(order)
    return order, booking


def run(at):
    with time_machine.travel(at, tick=False):
        jobs.run_due()
    db.session.expire_all()


def letters(order):
    return [row.kind for row in reversed(post.about(order))]


def taken(booking):
    db.session.expire_all()
    return booking.departure.taken


def kinds(booking):
    wanted = select(facts.Fact).where(facts.Fact.about_kind == "booking", facts.Fact.about_id == booking.id)
    return [(row.kind, row.amount_minor) for row in db.session.scalars(wanted.order_by(facts.Fact.id))]


def told(cart):
    return [(notice.kind, notice.blocks) for notice in carts.notices(cart)]


def test_a_time_in_a_cart_is_a_line_for_each_kind_of_person(shop):
    cart, booking = filled(shop, trip(shop), shop.when(), 2, 1)
    assert [(one.quantity, one.booking) for one in carts.wanted(cart)] == [(2, booking), (1, booking)]
    basket = quotes.price(carts.wanted(cart))
    assert basket.items.minor == 12_000_00
    assert basket.digital
    assert {line.booking_id for line in basket.lines} == {booking.id}
    assert list(basket.lines[0].texts) == ["Fecha"]
    assert basket.lines[0].texts["Fecha"].endswith("09:00")
    holdings.hold(booking.service, shop.span(booking.service, booking.starts_at), 1, cart=cart)
    carts.book(cart, booking, {booking.service.product.variants[0]: 1})
    assert [one.quantity for one in carts.wanted(cart)] == [1]
    with pytest.raises(ValueError, match="as many people"):
        carts.book(cart, booking, {booking.service.product.variants[0]: 4})


def test_nights_cost_each_of_them_and_a_line_is_a_room(shop):
    stay = shop.service(
        "Cabaña", "nights", price=30_000_00, resource=shop.resource(units=2, seats=4), capacity=4, seats=0
    )
    cart = carts.begin()[0]
    booking = shop.held(stay, shop.when(), 5, cart=cart, nights=3)
    carts.book(cart, booking, {stay.product.variants[0]: 5})
    [line] = quotes.price(carts.wanted(cart)).lines
    assert (line.quantity, line.unit.minor, line.gross.minor) == (2, 90_000_00, 180_000_00)
    assert list(line.texts) == ["Llegada", "Salida", "Personas"]


def test_what_is_booked_needs_a_time(shop):
    service = trip(shop)
    with pytest.raises(wants.NeedsTime):
        carts.add(carts.begin()[0], service.product.variants[0], 1)
    client = shop.client
    answer = client.post("/cart/lines", data={"product": "paseo", "sku": "PASEO-ADULTO"})
    assert answer.status_code == 303
    assert answer.location.endswith("/paseo")
    assert "Primero elija cuándo: Paseo" in text(client.get(answer.location))


def test_one_line_out_takes_the_time_out(shop):
    cart, booking = filled(shop, trip(shop), shop.when(), 2, 1)
    line = cart.lines[1]
    with pytest.raises(cart_bookings.Together):
        carts.change(cart, line, 2)
    departure = booking.departure
    carts.remove(cart, line)
    db.session.commit()
    assert (carts.count(cart), departure.taken, db.session.scalar(select(func.count(Booking.id)))) == (0, 0, 0)


def test_a_hold_that_ran_out_is_told_and_does_not_block(shop):
    cart, booking = filled(shop, trip(shop), shop.when(), 2, 1)
    lapse(booking)
    assert told(cart) == [("lapsed", False)]
    assert len(carts.wanted(cart)) == 2
    carts.acknowledge(cart)
    assert told(cart) == []
    assert booking.live
    lapse(booking)
    other, _booking = filled(shop, booking.service, booking.starts_at, 6)
    carts.acknowledge(cart)
    db.session.commit()
    assert (told(cart), told(other), booking.state) == ([("lapsed", False)], [], "expired")


def test_a_time_that_is_over_leaves_the_cart(shop):
    cart, booking = filled(shop, trip(shop, lead=24), shop.when(3), 2, 1)
    begins = booking.starts_at
    lapse(booking)
    with time_machine.travel(begins - timedelta(hours=25), tick=False):
        assert told(cart) == [("lapsed", False)]
    with time_machine.travel(begins - timedelta(hours=23), tick=False):  # too late to hold it again
        assert told(cart) == [("gone", True)]
        assert carts.wanted(cart) == []
        carts.acknowledge(cart)
    assert carts.count(cart) == 0
    assert bookings.of_cart(cart) == []


def test_times_move_to_the_cart_of_who_logs_in_and_are_shared_with_nobody(shop):
    service = trip(shop)
    mine, here = filled(shop, service, shop.when(), 1)
    former, twice = filled(shop, service, shop.when(), 2)
    _cart, moved = filled(shop, service, shop.when(8), 3, cart=former)
    assert carts.linked(carts.link(former)) == []
    carts.merge(former, mine)
    db.session.commit()
    assert {one.id for one in bookings.of_cart(mine)} == {here.id, moved.id}
    assert sorted(one.quantity for one in carts.wanted(mine)) == [1, 3]
    assert (carts.count(former), bookings.of_cart(former), here.departure.taken) == (0, [], 1)
    assert db.session.get(Booking, twice.id) is None
    with pytest.raises(Missing):
        carts.book(former, moved, {service.product.variants[0]: 3})


def test_a_shop_by_hours_gives_its_unit_back(shop):
    table = shop.resource("Mesa")
    service = shop.service("Mesa", "appointment", resource=table, price=0)
    cart = carts.begin()[0]
    booking = shop.held(service, shop.when(at="10:00"), 2, cart=cart)
    [line] = carts.book(cart, booking, {service.product.variants[0]: 1})
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
    shop.pay(order)
    assert order.state == "delivered"
    other, second = ordered(shop, service, paid=True)
    arrivals.come(second, by=shop.owner)
    assert other.state == "delivered"
    arrivals.undo(second, by=shop.owner)
    db.session.commit()
    assert (other.state, second.state) == ("placed", "booked")
    with pytest.raises(fulfilment.NotNow):
        fulfilment.undo(other, by=shop.owner)


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

    soon = clock.now() + timedelta(hours=47)
    assert offered(shop.when(7)) == {"transfer"}
    assert offered(soon) == set()
    assert offered(shop.when(7), coffee) == {"transfer"}  # who picks up some day may come after the tour
    with pytest.raises(checkout.NoSuchPayment):
        ordered(shop, service, soon)
    db.session.rollback()
    order, booking = ordered(shop, service)
    assert [one.code for one in balances.methods(order)] == ["transfer"]
    with time_machine.travel(booking.starts_at - timedelta(hours=47), tick=False):  # nor by the link of an order
        assert balances.methods(order) == []


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
