"""What nobody could pay for in time is not offered; where it happens all the same the checkout says what it is."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from sqlalchemy import event

from kernel import clock, tenancy
from kernel.db import db
from shop import availability, booking_moves, booking_times, booking_waits, local_times, settings
from shop.bookings import Booking
from shop.payment_methods import PaymentMethod
from tests.shop.pages import marks, read, text

NOW = datetime(2026, 12, 2, 15, tzinfo=UTC)  # nine in the morning in Costa Rica
TOMORROW, LATER = "2026-12-03", "2026-12-04"
DAY = timedelta(hours=24)


@pytest.fixture(autouse=True)
def _frozen():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def trip(shop):
    """A trip every day at seven, nine and five, sold until two hours before."""
    return shop.service(lead=2, capacity=12, times=["07:00", "09:00", "17:00"])


def sent(day, time):
    return {"product": "paseo", "day": day, "time": time, "people.PASEO": "1"}


def first_free(shop):
    """The address of the first free time that the page names."""
    return read(shop.client.get("/p/paseo")).xpath("//*[contains(@class, 'booking-next')]//a/@href")[0]


def edited(method, **values):
    """The owner changes a way to pay in the settings."""
    settings.put(method, values)
    settings.told("payments", by=None)
    db.session.commit()


def test_the_first_free_time_is_one_that_can_be_paid(shop, trip):
    shop.transfer(hold_hours=24)
    assert f"day={TOMORROW}&time=17:00" in first_free(shop).replace("%3A", ":")
    page = shop.client.get(f"/p/paseo?day={TOMORROW}")
    assert read(page).xpath("//input[@name='time']/@value") == ["17:00"]
    early = shop.client.post("/bookings/hold", data=sent(TOMORROW, "09:00"))
    assert early.status_code == 422
    assert "tarda hasta 24 h" in text(early)
    assert shop.client.post("/bookings/hold", data=sent("2026-12-02", "10:00")).status_code == 422
    client = shop.client
    assert client.post("/bookings/hold", data=sent(TOMORROW, "17:00")).status_code == 303
    with time_machine.travel(NOW + timedelta(minutes=15), tick=False):
        assert "transfer" in read(client.get("/checkout")).xpath("//input[@name='payment']/@value")


def test_the_quickest_way_counts_and_a_change_of_the_settings_at_once(shop, trip):
    slow = shop.transfer(hold_hours=48)
    assert f"day={LATER}" in first_free(shop)
    quick = shop.transfer("sinpe", hold_hours=1, active=False)
    assert f"day={LATER}" in first_free(shop)
    edited(quick, active=True)
    assert "day=2026-12-02&time=17:00" in first_free(shop).replace("%3A", ":")
    edited(quick, customer_groups=["hoteles"])
    edited(slow, hold_hours=72)
    assert "day=2026-12-05&time=17:00" in first_free(shop).replace("%3A", ":")
    assert booking_waits.of(trip, "hoteles") < timedelta(hours=2)


def test_what_needs_no_payment_waits_for_none(shop):
    shop.transfer(hold_hours=24)
    assert booking_waits.of(shop.service("Mesa", "appointment", price=0)) == timedelta()
    paid = shop.service("Cata", price=500_00)
    assert booking_waits.of(paid) > DAY
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
    days = [local_times.local(NOW + timedelta(days=ahead), "America/Costa_Rica").date() for ahead in range(3)]
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
        assert booking_waits.of(trip) > DAY
    finally:
        event.remove(db.engine, "before_cursor_execute", heard)
    assert [one for one in asked if "payment_method" in one] == []


def test_settings_that_changed_meanwhile_are_told_of_the_time_not_of_a_delivery(shop, trip):
    way, client = shop.transfer(hold_hours=24), shop.client
    client.post("/bookings/hold", data=sent(TOMORROW, "17:00"))
    edited(way, hold_hours=48)
    page = client.get("/checkout")
    assert "Esta hora empieza antes de que su pago pueda llegar" in text(page)
    assert "otra entrega" not in text(page)
    assert read(page).xpath("//input[@name='payment']") == []
    assert any(url.startswith("/p/paseo?") for url in marks(page, "href"))
    edited(way, active=False)
    assert "aún no ofrece cómo pagar. Escriba a la tienda." in text(client.get("/checkout"))


def test_an_unpaid_booking_is_not_moved_to_where_it_could_not_be_paid(shop, trip):
    row = shop.booked(trip, shop.when(5))
    edited(db.session.scalars(db.select(PaymentMethod).where(PaymentMethod.code == "transfer")).one(), hold_hours=24)
    move = f"/bookings/{row.token}/move"
    sooner = {"day": TOMORROW, "time": "09:00"}
    assert read(shop.client.get(f"{move}?day={TOMORROW}")).xpath("//input[@name='time']/@value") == ["17:00"]
    assert shop.client.post(move, data=sooner).status_code == 422
    shop.pay(db.session.get_one(Booking, row.id).order)
    db.session.commit()
    assert booking_moves.wait(row) == timedelta()
    assert shop.client.post(move, data=sooner).status_code == 303
