"""How many places a departure has when those of its service change: people keep theirs, it follows unless staff chose."""

import pytest

from kernel.db import db
from shop import departure_changes, departures, holdings, service_sheets
from shop.occupations import JustTaken
from shop.service_sheets import ServiceSheet


def resell(service, capacity):
    """The owner writes another number of places."""
    week = [(day, "09:00", "") for day in range(7)]
    told = {"capacity": capacity}
    service_sheets.save(service.product, ServiceSheet(service.kind, told, service.product.price_minor, week))
    db.session.commit()


def places(booking):
    db.session.refresh(booking.departure)
    return booking.departure.capacity, booking.departure.taken


def test_fewer_places_than_people_sell_nobody_the_place_that_is_given_back(shop):
    service = shop.service(capacity=18)
    first, other = (shop.booked(service, shop.when(5), people) for people in (6, 8))
    resell(service, 10)
    assert places(other) == (14, 14)
    holdings.release([first], "cancel")
    db.session.commit()
    assert places(other) == (10, 8)
    with pytest.raises(JustTaken):
        shop.held(service, shop.when(5), 3)
    db.session.rollback()
    assert shop.held(service, shop.when(5), 2).live


def test_more_places_again_are_there_also_where_people_had_kept_theirs(shop):
    service = shop.service(capacity=18)
    row = shop.booked(service, shop.when(5), 14)
    resell(service, 10)
    resell(service, 18)
    assert places(row) == (18, 14)


@pytest.mark.parametrize(("own", "after"), [(16, 16), (18, 20)])
def test_a_number_of_the_staff_s_own_stays_and_the_usual_one_follows_again(shop, own, after):
    service = shop.service(capacity=18)
    row = shop.booked(service, shop.when(5), 2)
    departure_changes.resize(row.departure, 15, by=shop.owner)
    departure_changes.resize(row.departure, own, by=shop.owner)
    resell(service, 20)
    assert places(row) == (after, 2)
    assert departures.at(service, shop.when(6)).capacity == 20
