"""What nobody could pay for in time is not offered; where it happens all the same the checkout says what it is."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from sqlalchemy import event

from kernel import clock, letters, tenancy
from kernel.db import db
from shop import (
    availability,
    booking_moves,
    booking_times,
    booking_waits,
    holds,
    local_times,
    payment_methods,
    receipts,
    settings,
)
from shop.bookings import Booking
from tests.shop.pages import marks, read, text
from tests.shop.trips import ordered

NOW = datetime(2026, 12, 2, 15, tzinfo=UTC)  # nine in the morning in Costa Rica
TODAY = "2026-12-02"
WAIT = timedelta(minutes=80)  # an hour for the transfer, and a while to think


@pytest.fixture(autouse=True)
def _frozen():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def trip(shop):
    """A trip every day at ten, half past ten and five, sold until it leaves."""
    return shop.service(lead=0, capacity=12, times=["10:00", "10:30", "17:00"])


def sent(day, time):
    return {"product": "paseo", "day": day, "time": time, "people.PASEO": "1"}


def first_free(shop):
    """The address of the first free time that the page names."""
    found = read(shop.client.get("/p/paseo")).xpath("//*[contains(@class, 'booking-next')]//a/@href")[0]
    return found.replace("%3A", ":")


def edited(method, **values):
    """The owner changes a way to pay in the settings."""
    settings.put(method, values)
    settings.told("payments", by=None)
    db.session.commit()


def test_the_first_free_time_is_one_that_can_be_paid(shop, trip):
    shop.transfer(hold_hours=24)
    assert f"day={TODAY}&time=10:30" in first_free(shop)
    page = shop.client.get(f"/p/paseo?day={TODAY}")
    assert read(page).xpath("//input[@name='time']/@value") == ["10:30", "17:00"]
    early = shop.client.post("/bookings/hold", data=sent(TODAY, "10:00"))
    assert early.status_code == 422
    assert "para la que falten al menos 2 h" in text(early)
    client = shop.client
    assert client.post("/bookings/hold", data=sent(TODAY, "10:30")).status_code == 303
    with time_machine.travel(NOW + timedelta(minutes=15), tick=False):
        checkout = client.get("/checkout")
        assert "transfer" in read(checkout).xpath("//input[@name='payment']/@value")
        assert "Le guardamos el pedido hasta el miércoles 2 de diciembre, 10:15" in text(checkout)


@pytest.mark.parametrize(("lead", "ahead", "hours"), [
    (0, 1.5, 1), (0, 8, 4), (2, 8, 3), (12, 13, 1), (12, 30, 9), (0, 96, 48), (0, 95, 47.5), (0, 97, 48), (24, 96, 36),
])  # fmt: skip
def test_what_begins_soon_waits_for_its_transfer_half_of_the_time_that_is_left(shop, lead, ahead, hours):
    shop.transfer(hold_hours=48)
    order, booking = ordered(shop, shop.service(lead=lead, capacity=12), NOW + timedelta(hours=ahead))
    assert order.hold_until == NOW + timedelta(hours=hours)
    assert f"hasta el {receipts.until(order.hold_until)}" in letters.about(order)[-1].text
    holds.again(order)  # a proof was not accepted
    assert order.hold_until <= max(booking.starts_at, NOW + timedelta(hours=1))


def test_goods_are_kept_as_long_as_the_shop_says(shop):
    shop.transfer(hold_hours=48)
    assert shop.bought(shop.product()).hold_until == NOW + timedelta(hours=48)


def test_a_change_of_the_settings_counts_at_once(shop, trip):
    way = shop.transfer(hold_hours=48)
    assert f"day={TODAY}&time=10:30" in first_free(shop)
    edited(way, active=False)  # no way at all: the checkout says so, whatever the time
    assert f"day={TODAY}&time=10:00" in first_free(shop)
    edited(way, active=True, customer_groups=["hoteles"])
    assert (booking_waits.of(trip), booking_waits.of(trip, "hoteles")) == (timedelta(), WAIT)


def test_what_needs_no_payment_waits_for_none(shop):
    shop.transfer(hold_hours=24)
    assert booking_waits.of(shop.service("Mesa", "appointment", price=0)) == timedelta()
    paid = shop.service("Cata", price=500_00)
    assert booking_waits.of(paid) == WAIT
    edited(shop.transfer(), max_total_minor=499_99)  # no way that would do: the checkout says so, whatever the time
    assert booking_waits.of(paid) == timedelta()
    tenancy.tenant().live_at = None
    tenancy.touch()
    db.session.commit()
    assert booking_waits.of(paid) == timedelta()


@pytest.mark.parametrize("kind", ["departure", "appointment", "nights"])
def test_no_kind_offers_what_begins_too_soon(shop, kind):
    service, wait = shop.service("Visita", kind, resource=shop.resource()), timedelta(hours=30)
    near = availability.next_free(service, clock.now(), wait=wait)
    assert near[0].starts_at >= NOW + wait > availability.next_free(service, clock.now())[0].starts_at
    days = [local_times.day(NOW + timedelta(days=ahead), "America/Costa_Rica") for ahead in range(3)]
    month = availability.month(service, days[0], days[-1], wait=wait)
    assert [month[day].open for day in days] == [False, kind == "appointment", True]
    soon = booking_times.Times(service, wait=wait)
    with pytest.raises(booking_times.TooSoonToPay):
        soon.stay(days[1], days[2]) if kind == "nights" else soon.asked(days[1], "09:00")


def test_what_is_kept_is_asked_for_once(shop, trip):
    shop.transfer(hold_hours=24)
    booking_waits.of(trip)
    asked = []
    heard = lambda *told: asked.append(told[2])  # noqa: E731
    event.listen(db.engine, "before_cursor_execute", heard)
    try:
        assert booking_waits.of(trip) == WAIT
    finally:
        event.remove(db.engine, "before_cursor_execute", heard)
    assert [one for one in asked if "payment_method" in one] == []


def test_what_has_come_too_near_meanwhile_is_told_of_the_time_not_of_a_delivery(shop, trip, monkeypatch):
    way, client = shop.transfer(hold_hours=24), shop.client
    client.post("/bookings/hold", data=sent(TODAY, "10:30"))
    monkeypatch.setattr(payment_methods, "SHORTEST", timedelta(hours=2))
    page = client.get("/checkout")
    assert "Esta hora empieza antes de que su pago pueda llegar" in text(page)
    assert "otra entrega" not in text(page)
    assert read(page).xpath("//input[@name='payment']") == []
    assert any(url.startswith("/p/paseo?") for url in marks(page, "href"))
    edited(way, active=False)
    assert "aún no ofrece cómo pagar. Escriba a la tienda." in text(client.get("/checkout"))


def test_an_unpaid_booking_is_not_moved_to_where_it_could_not_be_paid(shop, trip):
    row = shop.booked(trip, shop.when(5))
    move = f"/bookings/{row.token}/move"
    sooner = {"day": TODAY, "time": "10:00"}
    assert read(shop.client.get(f"{move}?day={TODAY}")).xpath("//input[@name='time']/@value") == ["10:30", "17:00"]
    assert shop.client.post(move, data=sooner).status_code == 422
    shop.pay(db.session.get_one(Booking, row.id).order)
    db.session.commit()
    assert booking_moves.wait(row) == timedelta()
    assert shop.client.post(move, data=sooner).status_code == 303
