"""Bad input where times are taken: a clear refusal, nothing written, nothing lost; another tenant's rows are walls."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from kernel import clock
from kernel.db import db
from kernel.refusal import Missing
from shop import bookings, closures, departures, holdings, occupations, resources, services
from shop import cart as carts
from shop.bookings import Booking, NotNow
from shop.closures import Booked, Nothing
from shop.occupations import Backwards, JustTaken, Occupation, Span, TooLong
from tests.shop.booking_racers import faults, run_out, shares

KINDS = ("departure", "appointment", "nights")


def of_kind(shop, kind, **values):
    return shop.service("Paseo", kind, resource=shop.resource("Bote", 2, seats=2), **values)


def rows():
    """How many bookings there are, and how many times are taken."""
    return [db.session.scalar(select(func.count()).select_from(kind)) for kind in (Booking, Occupation)]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("places", [0, -1, 10**9, 10**30])
def test_nobody_and_a_crowd_are_refused_before_anything_is_written(shop, kind, places):
    service = of_kind(shop, kind)
    with pytest.raises(holdings.TooMany):
        shop.held(service, shop.when(), places)
    db.session.commit()
    assert rows() == [0, 0]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("days", "refusal"), [(-1, Backwards), (0, Backwards), (400, TooLong)])
def test_a_time_that_ends_before_it_begins_or_after_a_year_is_none(shop, kind, days, refusal):
    service, span = of_kind(shop, kind), Span(shop.when(), shop.when() + timedelta(days=days))
    with pytest.raises(refusal):
        holdings.hold(service, span, 1, cart=carts.begin()[0])
    row = shop.held(service, shop.when(9))
    with pytest.raises(refusal):
        holdings.place(row, span, 1)
    with pytest.raises(refusal):
        closures.close(service.needs[0].resource.units, span)
    db.session.commit()
    assert (rows()[0], row.starts_at.date(), faults()) == (1, shop.day(9), [])


def test_more_than_there_is_is_refused_and_what_was_held_stays(shop):
    trip = of_kind(shop, "departure", capacity=4)
    cart = carts.begin()[0]
    row, other = shop.held(trip, shop.when(), 2, cart=cart), shop.held(trip, shop.when(), 1)
    with pytest.raises(departures.Full):
        shop.held(trip, shop.when(), 4, cart=cart)
    db.session.commit()
    assert (row.places, row.live, other.live) == (2, True, True)
    assert departures.at(trip, shop.when()).taken == 3
    with pytest.raises(JustTaken):
        holdings.place(other, shop.span(trip, shop.when()), 4)
    db.session.rollback()
    assert faults() == []


def test_a_unit_that_was_chosen_is_taken_or_refused_never_another(shop):
    room = of_kind(shop, "appointment")
    stranger = shop.resource("Sala").units[0].id
    first, second = room.needs[0].resource.units
    span = shop.span(room, shop.when())
    one, two = shop.held(room, shop.when()), shop.held(room, shop.when(8))
    holdings.place(one, span, 1, units=[second.id])
    db.session.commit()
    for units, refusal in (([second.id], JustTaken), ([stranger], holdings.Elsewhere), ([-1], holdings.Elsewhere)):
        with pytest.raises(refusal):
            holdings.place(two, span, 1, units=units)
        db.session.rollback()
    second.active = False
    db.session.commit()
    with pytest.raises(holdings.Elsewhere):
        holdings.place(two, shop.span(room, shop.when(8)), 1, units=[second.id])
    db.session.rollback()
    assert occupations.free(first.resource_id, span) == [first.id]
    assert (two.starts_at, faults()) == (shop.when(8), [])


@pytest.mark.parametrize("kind", KINDS)
def test_a_cart_holds_a_time_once_whoever_forgets_to_look(shop, kind):
    """The lock on the cart makes two clicks one hold; the database refuses a second one by itself."""
    hut = of_kind(shop, kind)
    row = shop.held(hut, shop.when(), 1)
    mine = {"service_id": hut.id, "cart_id": row.cart_id, "ends_at": row.ends_at, "places": 1}
    refused(Booking(**mine, starts_at=row.starts_at))
    db.session.rollback()
    db.session.add(Booking(**mine, starts_at=row.starts_at + timedelta(seconds=1)))  # another time is another hold
    db.session.flush()


def test_what_ended_takes_no_time_and_what_was_ordered_leaves_no_cart(shop):
    trip = of_kind(shop, "departure")
    row = shop.booked(trip, shop.when(), 2)
    with pytest.raises(NotNow):
        holdings.drop(row)
    db.session.rollback()
    holdings.release([row], "cancel")
    holdings.release([row], "cancel")
    db.session.commit()
    with pytest.raises(NotNow):
        holdings.place(row, shop.span(trip, shop.when(8)), 2)
    db.session.rollback()
    assert (row.state, departures.at(trip, shop.when()).taken, faults()) == ("cancelled", 0, [])


def test_a_closure_names_its_units_once_and_never_covers_what_is_booked(shop):
    room = of_kind(shop, "appointment")
    units, span = list(room.needs[0].resource.units), shop.span(room, shop.when())
    with pytest.raises(Nothing):
        closures.close([], span)
    row = closures.close([units[0], units[0]], span, reason="x" * 500)
    assert (closures.units_of(row), len(row.reason)) == ([units[0].id], 120)
    db.session.commit()
    shop.held(room, shop.when())
    with pytest.raises(Booked):
        closures.close([units[1]], span)
    db.session.rollback()
    closures.open_again(row)
    with pytest.raises(Missing):
        closures.open_again(row)
    db.session.commit()
    assert rows() == [1, 1]


@pytest.mark.parametrize("token", ["", "x" * 3000, "%", "null"])
def test_a_token_that_nobody_has_finds_nothing(shop, token):
    for finder in (bookings.by_token, closures.by_token, resources.by_token, resources.unit, services.named):
        with pytest.raises(Missing):
            finder(token)


def test_a_booking_that_is_only_held_has_no_page(shop):
    row = shop.held(of_kind(shop, "departure"), shop.when())
    with pytest.raises(Missing):
        bookings.by_token(row.token)


def test_another_tenant_s_rows_are_neither_found_nor_taken(shop, rival):
    rival.enter()
    theirs = rival.service("Paseo", "appointment", resource=rival.resource("Bote"))
    booked, unit = rival.booked(theirs, rival.when()), theirs.needs[0].resource.units[0]
    closed = closures.close([unit], rival.span(theirs, rival.when(8)))
    cart = carts.begin()[0]
    db.session.commit()
    ids = {"service": theirs.id, "unit": unit.id, "cart": cart.id, "booking": booked.id}
    tokens = [(bookings.by_token, booked.token), (closures.by_token, closed.token), (resources.unit, unit.token)]
    shop.enter()
    mine = shop.service("Caminata", "appointment", resource=shop.resource("Guía"))
    row, span = shop.held(mine, shop.when()), shop.span(mine, shop.when())
    for finder, token in [*tokens, (services.named, "paseo")]:
        with pytest.raises(Missing):
            finder(token)
    assert bookings.of_ids([ids["booking"]]) == {}
    with pytest.raises(holdings.Elsewhere):
        holdings.place(row, span, 1, units=[ids["unit"]])
    db.session.rollback()
    for values in ({"service_id": ids["service"]}, {"cart_id": ids["cart"]}):
        refused(Booking(**{"service_id": mine.id, "starts_at": span.starts_at, "ends_at": span.ends_at, "places": 1,
                           "state": "held", **values}))  # fmt: skip
    for values in ({"unit_id": ids["unit"], "booking_id": row.id}, {"booking_id": ids["booking"]}):
        later = shop.span(mine, shop.when(9))
        refused(Occupation(**{"unit_id": mine.needs[0].resource.units[0].id, "starts_at": later.starts_at,
                              "ends_at": later.ends_at, **values}))  # fmt: skip
    with pytest.raises(IntegrityError):  # an error of ours, not “somebody has just taken it”
        occupations.reserve([ids["unit"]], shop.span(mine, shop.when(9)), booking_id=row.id)
    db.session.rollback()
    assert faults() == []


def refused(row):
    """The database itself refuses it."""
    db.session.add(row)
    with pytest.raises(IntegrityError):
        db.session.flush()
    db.session.rollback()


@pytest.mark.parametrize("needs", [True, False])
def test_ten_minutes_after_a_hold_it_is_anybody_s_without_a_worker(shop, needs):
    trip = of_kind(shop, "departure", capacity=2) if needs else shop.service("Paseo", capacity=2)
    began, leaves = clock.now(), shop.when()  # ten minutes on it may be tomorrow
    with clock.at(began):
        first, cart = shop.held(trip, leaves, 2), carts.begin()[0]
        db.session.commit()
    with clock.at(began + timedelta(minutes=10, microseconds=-1)):
        assert first.live
        with pytest.raises(JustTaken):
            shop.held(trip, leaves, 1, cart=cart)
        db.session.rollback()
    with clock.at(began + timedelta(minutes=10)):
        assert not first.live
        assert shop.held(trip, leaves, 2, cart=cart).live
    assert (first.state, departures.at(trip, leaves).taken, faults()) == ("expired", 2, [])


def test_a_hold_that_ran_out_ends_by_its_job_also_without_resources(shop):
    trip = shop.service("Charla", capacity=2)
    row = shop.held(trip, shop.when(), 2)
    holdings.lapse_of(row.id)
    assert row.state == "held"
    run_out(row)
    holdings.lapse_of(row.id)
    db.session.commit()
    assert (row.state, departures.at(trip, shop.when()).taken) == ("expired", 0)


def test_a_longer_hold_is_never_made_shorter_and_one_that_ran_out_stays_so(shop):
    trip, now = shop.service("Charla"), clock.now()
    row, late = shop.held(trip, shop.when()), shop.held(trip, shop.when())
    run_out(late)
    holdings.extend([late, row], now + timedelta(minutes=31))
    holdings.extend([row], now)
    db.session.commit()
    assert (row.held_until, late.live) == (now + timedelta(minutes=31), False)


def test_giving_back_is_never_refused(shop):
    """Also where a service has come to need what others occupy by now."""
    trip, guide = shop.service("Paseo", capacity=6), shop.resource("Guía")
    rows = [shop.booked(trip, shop.when(), 1) for _ in range(2)]
    shop.held(shop.service("Caminata", "appointment", minutes=60, resource=guide), shop.when())
    shares(trip, (guide, 0))
    holdings.release(rows[:1], "cancel")
    db.session.commit()
    assert (rows[0].state, departures.at(trip, shop.when()).taken) == ("cancelled", 1)


@pytest.mark.parametrize("first", ["nights", "tour"])
def test_a_cabin_by_night_and_inside_a_tour_is_never_both(shop, first):
    cabin = shop.resource("Cabaña Ceiba", seats=4)
    night = shop.service("Cabaña Ceiba", "nights", capacity=4, resource=cabin)
    tour = shop.service("Selva y mar", minutes=2160, capacity=4, resource=cabin, times=["07:00"])
    both = {"nights": (night, shop.when(8)), "tour": (tour, shop.when(8, "07:00"))}
    shop.held(*both.pop(first), 2)
    [other] = both.values()
    with pytest.raises(JustTaken):
        shop.held(*other, 2)
    db.session.rollback()
    around = [shop.held(night, shop.when(day)) for day in ((7, 9) if first == "nights" else (6, 10))]
    assert (all(row.live for row in around), faults()) == (True, [])  # the nights before and after are free
