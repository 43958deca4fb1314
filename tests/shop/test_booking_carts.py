"""Bookings in carts: a line for each kind of person, a hold that runs out, whose they are."""

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import event, func, select

from kernel.db import db
from kernel.jobs import Job
from kernel.refusal import Missing
from shop import (
    bookings,
    cart_bookings,
    cart_holds,
    holdings,
    quotes,
    wants,
)
from shop import cart as carts
from shop.bookings import Booking
from shop.cart_rows import Cart, CartLine
from shop.occupations import Occupation
from tests.shop.pages import read, text
from tests.shop.trips import filled, lapse, told, trip


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


def test_what_is_booked_frees_no_delivery_of_what_stands_beside_it(shop):
    shop.delivery(price=2_000_00, free_over_minor=10_000_00)
    cart, _booking = filled(shop, trip(shop), shop.when(), 2, 1)
    coffee = shop.product("Café Uno", price=6_000_00)
    for fee in (2_000_00, 0):
        carts.add(cart, coffee.variants[0], 1)
        parcel = quotes.price(carts.wanted(cart)).parcel
        assert parcel.ways[-1].price(parcel.items).minor == fee


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


def sent(shop, kind, **more):
    """What a browser sends to hold the shop's one service; a stay lasts two nights."""
    when = {"arrive": f"{shop.day()}", "leave": f"{shop.day(9)}"} if kind == "nights" else {"day": f"{shop.day()}"}
    return {"product": "sala", "time": "09:00", "places": "1", **when, **more}


def left():
    """All that a hold writes."""
    db.session.expire_all()
    return [sorted(db.session.scalars(select(cls.id))) for cls in (Cart, Booking, Occupation, CartLine, Job)]


@pytest.mark.parametrize("kind", ["departure", "appointment", "nights"])
@pytest.mark.parametrize("begun", [True, False])
def test_what_was_refused_leaves_everything_as_it_was(shop, kind, begun):
    service, client = shop.service("Sala", kind, resource=shop.resource(units=1)), shop.client
    other = shop.service("Otra", "appointment", resource=shop.resource("Otra"))
    if not begun:
        assert client.post("/bookings/hold", data=sent(shop, "other", product="otra")).status_code == 303
    span = shop.span(service, shop.when())
    shop.held(service, span.starts_at)
    before = left()
    answer = client.post("/bookings/hold", data=sent(shop, kind))
    assert answer.status_code == 409
    assert read(answer).xpath("//button[@name='again']/@value")
    assert left() == before
    assert ("Otra" in text(client.get("/cart"))) is not begun
    assert [row.service_id for row in db.session.scalars(select(Booking))].count(other.id) == (0 if begun else 1)


def test_nobody_waits_while_a_new_cart_is_written(shop, monkeypatch):
    """All of a hold but its units is there before what they are taken by is claimed."""
    service, there = shop.service("Sala", "appointment", resource=shop.resource(units=1)), []
    monkeypatch.setattr(holdings, "claim", lambda _ids, late: there.extend(left()))
    cart = carts.begin()[0]
    people, span = {service.product.variants[0]: 1}, shop.span(service, shop.when())
    row = cart_holds.hold(cart, service, span, people, places=1, begun=True)
    assert [len(found) for found in there] == [1, 1, 0, 1, 1]
    assert [len(found) for found in left()] == [1, 1, 1, 1, 1]
    assert (row.state, row.live, row.units) == ("held", True, 1)


@pytest.mark.parametrize(("kind", "most"), [("departure", 26), ("appointment", 18), ("nights", 19)])
def test_a_hold_is_few_statements(shop, kind, most):
    shop.service("Sala", kind, resource=shop.resource(units=2), capacity=2)
    told, asked = sent(shop, kind), []
    event.listen(db.engine, "before_cursor_execute", hear := lambda *words: asked.append(words[2]))
    answer = shop.client.post("/bookings/hold", data=told)
    event.remove(db.engine, "before_cursor_execute", hear)
    assert answer.status_code == 303
    assert len(asked) <= most, f"{len(asked)}\n" + "\n".join(asked)
