"""A time that lay in a cart, or whose money comes late, after the shop changed its hours, its season or its holidays."""

from datetime import datetime, time

import pytest
from sqlalchemy import delete, select

from kernel.db import db
from kernel.refusal import Refusal
from shop import cart as carts
from shop import checkout, expiry, holidays, sold_times, special_days
from shop.bookings import Booking
from shop.hours import DayException, Hours
from shop.quotes import Choice
from tests.shop.pages import text
from tests.shop.trips import filled, lapse, ordered, told, trip

AHEAD = 20


def _closed_day(shop, service):
    db.session.add(DayException(service_id=service.id, day=shop.day(AHEAD)))


def _other_hours(shop, service):
    db.session.execute(delete(Hours).where(Hours.service_id == service.id))
    shop.week(service, ("10:00",))


def _season(shop, service):
    service.product.season_from = service.product.season_to = f"{shop.day(AHEAD + 40):%m-%d}"


def _holidays(shop, _service):
    holidays.plan(datetime.combine(shop.day(AHEAD - 1), time(8)), shop.day(AHEAD + 3), {})


def _horizon(_shop, service):
    service.horizon = 5


def _longer(_shop, service):
    service.minutes = 300


CHANGES = (_closed_day, _other_hours, _season, _holidays, _horizon, _longer)


@pytest.mark.parametrize("change", CHANGES)
def test_a_time_that_is_sold_no_more_is_not_taken_again(shop, change):
    """A cart lives for weeks: nobody goes back to a day that the shop has closed meanwhile."""
    service = trip(shop)
    cart, booking = filled(shop, service, shop.when(AHEAD), 2)
    change(shop, service)
    db.session.commit()
    assert told(cart) == []  # what is held is held
    lapse(booking)
    assert told(cart) == [("gone", True)]
    assert carts.wanted(cart) == []
    shop.transfer()
    with pytest.raises(Refusal):
        checkout.place(cart, Choice(), shop.details("transfer"), key="late")
    db.session.rollback()
    carts.acknowledge(cart)
    db.session.commit()
    assert carts.count(cart) == 0


def test_a_stay_with_a_night_that_is_closed_by_now_is_not_taken_again(shop):
    cabin = shop.service("Cabaña", "nights", resource=shop.resource("Cabaña"), price=30_000_00)
    cart = carts.begin()[0]
    booking = shop.held(cabin, shop.when(AHEAD), cart=cart, nights=3)
    carts.book(cart, booking, {cabin.product.variants[0]: 1})
    lapse(booking)
    assert told(cart) == [("lapsed", False)]
    db.session.add(DayException(service_id=cabin.id, day=shop.day(AHEAD + 3)))  # on which they leave
    db.session.commit()
    assert told(cart) == [("lapsed", False)]
    db.session.add(DayException(service_id=cabin.id, day=shop.day(AHEAD + 1)))
    db.session.commit()
    assert told(cart) == [("gone", True)]


def test_the_cart_says_which_time_it_is_not_that_the_product_is_gone(shop):
    service, client = trip(shop), shop.client
    first = service.product.variants[0].sku
    asked = {"product": "paseo", "day": str(shop.day(AHEAD)), "time": "09:00", f"people.{first}": "2"}
    assert client.post("/bookings/hold", data=asked).status_code == 303
    booking = db.session.scalars(select(Booking)).one()
    lapse(booking)
    _closed_day(shop, service)
    db.session.commit()
    page = text(client.get("/cart"))
    assert "Paseo ya no se ofrece a la hora que usted eligió" in page
    assert "ya no se vende" not in page


@pytest.mark.parametrize("change", [_closed_day, _holidays])
def test_late_money_for_a_day_that_is_closed_by_now_has_to_go_back(shop, change):
    service = trip(shop)
    order, booking = ordered(shop, service, shop.when(AHEAD))
    shop.late(order)
    expiry.expire(order.id)
    change(shop, service)
    db.session.commit()
    shop.pay(order)
    assert (order.state, order.payment, booking.state) == ("expired", "refund_due", "expired")


def test_whoever_closes_a_night_is_told_of_the_stays_that_it_is_part_of(shop):
    cabin = shop.service("Cabaña", "nights", resource=shop.resource("Cabaña"), price=30_000_00)
    shop.booked(cabin, shop.when(AHEAD), nights=3)
    for own in (cabin, None):
        told = {
            ahead: special_days.write(shop.day(ahead), shop.day(ahead), service=own)
            for ahead in range(AHEAD - 1, AHEAD + 4)
        }
        db.session.rollback()
        assert [ahead - AHEAD for ahead, days in told.items() if days == [shop.day(ahead)]] == [0, 1, 2]
        assert [ahead - AHEAD for ahead, days in told.items() if not days] == [-1, 3]  # on which they leave


def test_whoever_plans_holidays_is_told_of_a_stay_that_reaches_into_them(shop):
    cabin = shop.service("Cabaña", "nights", resource=shop.resource("Cabaña"), price=30_000_00)
    shop.booked(cabin, shop.when(AHEAD), nights=3)

    def met(first, last):
        begins, ends = shop.when(first, "07:00"), shop.when(last, "00:00")
        return sold_times.within(holidays.Holiday(begins, ends, shop.day(last), {}))

    assert [met(AHEAD + ahead, AHEAD + 9) for ahead in range(-1, 5)] == [1, 1, 1, 1, 0, 0]
    assert [met(AHEAD - 5, AHEAD + ahead) for ahead in range(-1, 3)] == [0, 0, 1, 1]
