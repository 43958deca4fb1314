"""The same time again: several times in a row kept in a cart, ordered together, or written down by staff."""

import re
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from urllib.parse import urlsplit

import pytest
import time_machine
from sqlalchemy import func, select

from kernel.db import db
from shop import booking_series, bookings, cart_bookings, local_times, resources
from shop import cart as carts
from shop.booking_series import ONCE, Series
from shop.bookings import Booking
from shop.cart_rows import Cart, CartLine
from shop.occupations import JustTaken, Occupation
from shop.orders import Order
from tests.shop.desk_calendar import AT, page, post, room, said_at, sku, trip, units_of, walk_in
from tests.shop.pages import form, read, text

NOW = timedelta()


def weekly(shop, **values):
    return room(shop, series_most=6, horizon=90, **values)


def in_cart(shop, service, when):
    """A cart with that time, as the page of the product puts it in."""
    client, where = shop.client, local_times.local(when, shop.tenant.timezone)
    sent = {"product": service.product.slug, "day": where.date().isoformat(), "time": f"{where:%H:%M}", "places": "1"}
    answer = client.post(
        "/bookings/hold", data={**sent, "people." + sku(service): "1"} if service.kind == "departure" else sent
    )
    assert answer.status_code == 303, text(answer)
    cart = db.session.scalars(select(Cart).order_by(Cart.id.desc())).first()
    return client, cart


def asked(client, cart, every="7", times="4"):
    answer = client.post(f"/bookings/series/{cart.lines[0].token}", data={"every": every, "times": times})
    db.session.expire_all()
    return answer


def times_of(cart):
    rows = bookings.of_cart(cart)
    assert {one.booking_id for one in cart.lines} == {row.id for row in rows}
    return [row.starts_at for row in rows]


def test_four_weeks_are_kept_ordered_and_paid_at_once(shop):
    service = weekly(shop, price=15_000_00)
    client, cart = in_cart(shop, service, shop.when(3))
    offered = form(client.get("/cart"), "/bookings/series")
    assert offered == {"every": "7", "times": "4"}
    answer = asked(client, cart)
    assert answer.status_code == 303
    assert times_of(cart) == [shop.when(3 + 7 * week) for week in range(4)]
    shown = client.get("/cart")
    assert "Masaje: 4 horas guardadas para usted durante diez minutos." in text(shown)
    assert not read(shown).xpath("//form[contains(@action, '/bookings/series')]")  # they are there already
    assert "Masaje × 4" in text(client.get("/checkout"))
    shop.transfer()
    sent = {
        **form(client.get("/checkout"), "/checkout"),
        "name": "Ana",
        "email": "ana@example.com",
        "payment": "transfer",
    }
    order_page = client.post("/checkout", data=sent)
    assert order_page.status_code == 303, text(order_page)
    db.session.expire_all()
    order = db.session.scalars(select(Order)).one()
    assert order.total_minor == 60_000_00
    rows = bookings.of_order(order)
    assert [row.state for row in rows] == ["booked"] * 4
    listed = read(client.get(f"/bookings/{rows[0].token}")).xpath("//ul[contains(@class, 'times-list')]//a/@href")
    assert [urlsplit(url).path for url in listed] == [f"/bookings/{row.token}" for row in rows[1:]]


def test_what_is_taken_or_closed_is_told_and_keeps_nothing_else_back(shop):
    service = weekly(shop)
    client, cart = in_cart(shop, service, shop.when(3))
    for _unit in range(2):
        shop.booked(service, shop.when(10))
    db.session.scalars(select(Cart).where(Cart.id == cart.id)).one()
    asked(client, cart, times="3")
    assert times_of(cart) == [shop.when(3), shop.when(17)]
    told = text(client.get("/cart"))
    assert "Masaje: 2 horas guardadas" in told
    assert re.search(r"No se pudo guardar: \S+ \d+ de \S+\. Ya está ocupado\.", told)
    service.horizon = 20
    db.session.commit()
    asked(client, cart, times="4")  # again, and the last of them is beyond what is open
    assert times_of(cart) == [shop.when(3), shop.when(17)]
    assert "Hay fechas abiertas hasta" in text(client.get("/cart"))
    asked(client, cart, times="4"), asked(client, cart, times="4")  # pressed twice: nothing twice
    assert Counter(times_of(cart)) == {shop.when(3): 1, shop.when(17): 1}
    assert db.session.scalar(select(func.count(CartLine.id))) == 2


def test_each_is_kept_for_ten_minutes_from_the_press(shop):
    client, cart = in_cart(shop, weekly(shop), shop.when(3))
    begun = bookings.of_cart(cart)[0].held_until
    with time_machine.travel(begun - timedelta(minutes=2), tick=False):
        asked(client, cart)
        assert {row.held_until for row in bookings.of_cart(cart)} == {begun + timedelta(minutes=8)}
    with time_machine.travel(begun + timedelta(minutes=9), tick=False):
        for _unit in range(2):
            shop.booked(cart.lines[0].booking.service, shop.when(3))
        refused = asked(client, cart)  # somebody else has the first by now
        assert refused.status_code == 409
        assert "Alguien lo acaba de" in text(refused)


@pytest.mark.parametrize(
    ("sent", "field", "told"),
    [
        ({"every": "", "times": "3"}, "every", "Elija cada cuánto."),
        ({"every": "3", "times": "3"}, "every", "Elija cada cuánto."),
        ({"every": "7", "times": "7"}, "times", "Diga cuántas veces, de 2 a 6."),
        ({"every": "7", "times": "-1"}, "times", "Diga cuántas veces, de 2 a 6."),
        ({"every": "7", "times": "²"}, "times", "Diga cuántas veces, de 2 a 6."),
        ({"every": "7x", "times": "9" * 400}, "every", "Elija cada cuánto."),
    ],
)
def test_what_cannot_be_is_said_beside_its_field(shop, sent, field, told):
    client, cart = in_cart(shop, weekly(shop), shop.when(3))
    answer = asked(client, cart, **sent)
    assert answer.status_code == 422
    line = cart.lines[0].token
    assert read(answer).xpath(f"string(//*[@id='{field}-{line}-error'])") == told
    assert times_of(cart) == [shop.when(3)]


def test_what_is_booked_one_by_one_offers_no_series(shop):
    stay = shop.service("Cabaña", "nights", resource=shop.resource("Cabaña", 2), series_most=6)
    assert booking_series.most(stay) == 1
    client, cart = in_cart(shop, room(shop), shop.when(3))
    assert not read(client.get("/cart")).xpath("//form[contains(@action, '/bookings/series')]")
    assert asked(client, cart, times="2").status_code == 422
    other = shop.tenant and carts.begin()[0]
    with pytest.raises(booking_series.NotInARow):
        booking_series.keep(cart, cart.lines[0].booking, Series(7, 2), wait=NOW)
    assert bookings.of_cart(other) == []


def test_the_hour_is_the_shops_when_clocks_change(shop):
    shop.tenant.timezone = "America/Santiago"
    db.session.commit()
    first = local_times.moment(date(2026, 8, 30), "10:00", "America/Santiago")
    assert first == datetime(2026, 8, 30, 14, tzinfo=UTC)
    assert Series(7, 3).later(first) == [datetime(2026, 9, 6, 13, tzinfo=UTC), datetime(2026, 9, 13, 13, tzinfo=UTC)]
    assert ONCE.later(first) == []


def test_staff_write_down_who_comes_every_week(shop):
    talk, admin = room(shop, price=10_000_00), shop.admin
    unit = resources.units([talk.needs[0].resource_id])[1]
    more = {"every": "14", "times": "3", "name": "Doña Flor"}
    answer = walk_in(shop, talk, shop.when(3), {"": 1}, unit=unit.token, browser=admin, **more)
    order = db.session.scalars(select(Order)).one()
    rows = bookings.of_order(order)
    assert answer.location == f"{AT}/{rows[0].token}"
    assert [row.starts_at for row in rows] == [shop.when(3 + 14 * number) for number in range(3)]
    assert {name for row in rows for name in units_of(row)} == {"Sala 2"}
    assert (order.total_minor, order.received_minor) == (30_000_00, 30_000_00)
    shown = page(admin, f"/{rows[0].token}")
    assert "Y 2 veces más después." in text(shown)
    listed = read(shown).xpath("//ul[contains(@class, 'times-list')]//a/@href")
    assert [urlsplit(url).path for url in listed] == [f"{AT}/{row.token}" for row in rows[1:]]


def test_staff_are_told_which_are_taken_and_nothing_is_written(shop):
    talk, admin = room(shop), shop.admin
    unit = resources.units([talk.needs[0].resource_id])[0]
    walk_in(shop, talk, shop.when(10), {"": 1}, unit=unit.token)
    more = {"every": "7", "times": "3", "name": "Doña Flor", "browser": admin, "unit": unit.token}
    refused = walk_in(shop, talk, shop.when(3), {"": 1}, **more)
    assert refused.status_code == 409
    assert said_at(refused, "every").startswith("No está libre: ")
    assert form(refused, "/bookings/new")["name"] == "Doña Flor"
    assert db.session.scalar(select(func.count(Order.id))) == 1
    assert db.session.scalar(select(func.count(Occupation.id))) == 1
    again = {**form(refused, "/bookings/new"), "paid": "yes", "others": "1"}
    assert post(admin, "/new", **again).status_code == 303
    rows = bookings.of_order(db.session.scalars(select(Order).order_by(Order.id.desc())).first())
    assert [row.starts_at for row in rows] == [shop.when(3), shop.when(17)]
    assert db.session.scalar(select(func.count(Booking.id)).where(Booking.cart_id.is_not(None))) == 0


def test_a_departure_that_does_not_leave_is_no_time(shop):
    ride = trip(shop, days=[shop.day(3).weekday()])
    refused = walk_in(shop, ride, shop.when(3), {sku(ride): 1}, every="1", times="2")
    assert said_at(refused, "every").startswith("No está libre: ")
    done = walk_in(shop, ride, shop.when(3), {sku(ride): 1}, every="7", times="2")
    assert done.status_code == 303
    wrong = walk_in(shop, ride, shop.when(3), {sku(ride): 1}, every="7", times="27")
    assert said_at(wrong, "times") == "Diga cuántas veces, de 2 a 26."


def test_the_first_taken_by_another_keeps_none(shop):
    service = weekly(shop)
    cart = carts.begin()[0]
    row = shop.held(service, shop.when(3), cart=cart)
    carts.book(cart, row, {service.product.variants[0]: 1})
    db.session.commit()
    with time_machine.travel(row.held_until + timedelta(minutes=1), tick=False):
        for _unit in range(2):
            shop.booked(service, shop.when(3))
        assert not cart_bookings.again(cart, row)
        with pytest.raises(JustTaken):
            booking_series.keep(cart, row, Series(7, 3), wait=NOW)
