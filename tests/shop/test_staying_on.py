"""Who is here already: one more night, an earlier departure, another cabin; that they came stays noted."""

from datetime import timedelta

import pytest
import time_machine

from kernel import clock, letters
from kernel.db import db
from shop import (
    arrivals,
    booking_changes,
    booking_forecasts,
    booking_list,
    booking_times,
    occupations,
    order_changes,
    order_events,
)
from shop.booking_worth import Wish
from shop.occupations import JustTaken, Span
from tests.shop.desk_calendar import page, post
from tests.shop.pages import read
from tests.shop.test_booking_changes import NIGHT, sums
from tests.shop.test_rates import cabin

ES = {"Accept-Language": "es"}


class Guests:
    """A paid stay of two nights whose people came; `first` is the day of arrival, in whose evening the clock stands."""

    def __init__(self, shop, service, ahead=4, nights=2):
        self.shop, self.first, self.service = shop, shop.day(ahead), service
        self.row = shop.booked(service, shop.when(ahead), 2, nights=nights, paid=True)
        self.evening = shop.when(ahead, "19:00")

    def arrive(self):
        arrivals.come(self.row, by=self.shop.owner)
        db.session.commit()
        db.session.expire_all()

    def have(self, nights, places=2, **how):
        end = booking_times.between(self.service, self.first, self.first + timedelta(days=nights)).ends_at
        wish = Wish(self.service, Span(self.row.starts_at, end), places, **how)
        booking_forecasts.look(self.row, wish, by=self.shop.owner)
        found = booking_changes.change(self.row, wish, by=self.shop.owner)
        db.session.commit()
        db.session.expire_all()
        return found

    def where(self):
        return [unit.id for unit in booking_list.units_taken(self.row)]


def test_one_more_night_is_asked_in_the_evening_and_they_stay_checked_in(shop):
    one = Guests(shop, cabin(shop))
    row = one.row
    with time_machine.travel(one.evening, tick=False):
        one.arrive()
        assert row.order.state == "delivered"  # all are here and all is paid
        [url] = read(page(shop.admin, f"/{row.token}")).xpath("//a[@data-action='night-more']/@href")
        asked = read(shop.admin.get(url, headers=ES)).xpath("//form[.//input[@name='seen']]//input")
        fields = {field.get("name"): field.get("value") for field in asked}
        assert fields["seen"] == str(NIGHT)
        assert post(shop.admin, f"/{row.token}/change", **fields).status_code == 303
        assert (row.state, row.here, sums(row)) == ("came", 2, (3 * NIGHT, NIGHT))
        assert row.order.payments[-1].asked.minor == NIGHT
        [letter] = [one for one in letters.about(row.order) if one.kind == "bookings.changed"]
        assert not letter.late  # it leaves, though the stay has begun
        shop.pay(row.order)
        assert (sums(row), row.order.state) == ((3 * NIGHT, 0), "delivered")
        step = order_events.last(row.order, "booking_changed").id
        booking_changes.undo(row, step, by=shop.owner)
        db.session.commit()
        assert (row.state, sums(row)) == ("came", (2 * NIGHT, -NIGHT))


def test_who_leaves_earlier_lets_go_of_the_night_and_nobody_who_came_is_lost(shop):
    one = Guests(shop, cabin(shop), nights=3)
    row = one.row
    with time_machine.travel(one.evening + timedelta(days=1), tick=False):
        one.arrive()
        one.have(1)  # they leave this evening: the hour of departure is over
        assert (row.state, sums(row)) == ("came", (NIGHT, -2 * NIGHT))
        assert shop.booked(one.service, shop.when(1), nights=1).live
        with pytest.raises(booking_forecasts.Came):
            one.have(1, places=1)
        with pytest.raises(booking_times.Past):
            one.have(0)  # before they came
        db.session.rollback()


def test_more_people_are_not_counted_as_come_and_arrival_stays(shop):
    one = Guests(shop, cabin(shop))
    row = one.row
    with time_machine.travel(one.evening, tick=False):
        one.arrive()
        one.have(2, places=3)
        assert (row.places, row.here, row.arrived) == (3, 2, 2)
        one.have(2, places=2)
        assert (row.places, row.here, row.arrived) == (2, 2, None)
        later = Wish(one.service, Span(row.starts_at + timedelta(days=1), row.ends_at), 2)
        with pytest.raises(booking_forecasts.Here):
            booking_changes.change(row, later, by=shop.owner)
        with pytest.raises(order_changes.TooLate):  # its guest may not any more
            booking_changes.change(row, Wish(one.service, Span(row.starts_at, row.ends_at + timedelta(days=1)), 2))
        db.session.rollback()


def test_the_rest_of_the_stay_is_in_another_cabin_where_somebody_slept_last_night(shop):
    service = cabin(shop, units=3)
    third, other = (shop.booked(service, shop.when(day), nights=count, paid=True) for day, count in ((4, 3), (3, 2)))
    one = Guests(shop, service, nights=3)
    [own], [busy] = one.where(), [unit.id for unit in booking_list.units_taken(third)]
    [to] = [unit.id for unit in booking_list.units_taken(other)]
    with time_machine.travel(one.evening + timedelta(days=1), tick=False):
        one.arrive()
        one.have(3, units=[to])
        assert (one.where(), one.row.state, one.row.here, sums(one.row)[1]) == ([to], "came", 2, 0)
        one.have(4, units=[to])  # once more, there: last night was somebody else's
        assert one.where() == [to]
        assert not occupations.within([own], Span(clock.now(), one.row.ends_at))  # the first one is free tonight
        with pytest.raises(JustTaken):
            one.have(4, units=[busy])
        db.session.rollback()
