"""Availability: what it says is free can be taken, what it says is full cannot; months and days of every kind."""

from datetime import timedelta

from shop import availability


def test_a_departure_counts_what_is_left_and_what_its_group_needs(shop):
    boats = shop.resource("Bote", units=2, seats=3)
    tour = shop.service(resource=boats, group_min=4)
    shop.held(tour, shop.when(), places=2)
    (time,) = availability.day(tour, shop.day())
    assert (time.left, time.gathered, time.missing, time.free) == (4, 2, 2, True)
    assert [day.state for day in availability.month(tour, shop.day(), shop.day(8), places=5).values()] == [
        "full", "free",
    ]  # fmt: skip


def test_a_cabin_is_full_by_night(shop):
    cabin = shop.service(kind="nights", resource=shop.resource("Cabaña"))
    shop.held(cabin, shop.when(7), nights=2)
    month = availability.month(cabin, shop.day(6), shop.day(10))
    assert [day.state for day in month.values()] == ["free", "full", "full", "free", "free"]
    assert not availability.stay_free(cabin, shop.span(cabin, shop.when(6), nights=2))
    (first,) = availability.next_free(cabin, shop.when(7), count=1)
    assert first.span == shop.span(cabin, shop.when(9))


def test_an_appointment_has_its_buffers_inside(shop):
    visit = shop.service(kind="appointment", resource=shop.resource("Silla"), minutes=60, after=15, step=30)
    shop.held(visit, shop.when(at="11:00"))
    taken = [time.starts_at - shop.when(at="11:00") for time in availability.day(visit, shop.day()) if not time.free]
    assert taken == [timedelta(minutes=minutes) for minutes in (-60, -30, 0, 30, 60)]
