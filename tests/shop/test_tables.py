"""Tables of several sizes: a party gets the smallest that is free and big enough, and nobody else sits at it."""

from collections import Counter

import pytest
from sqlalchemy import select

from kernel.db import db
from shop import availability, booking_moves, holdings, resource_sheets, time_waits
from shop.bookings import Booking
from shop.occupations import JustTaken, Occupation
from shop.resources import ResourceUnit
from tests.shop import booking_racers, pages
from tests.shop.booking_racers import browsers
from tests.shop.desk_calendar import units_of, walk_in

SIZES = (6, 2, 4, 2)
HOLD = "tests.shop.booking_racers:hold"


def tables(shop, sizes=SIZES, **values):
    """A service that seats parties at tables for so many, in this order."""
    room = shop.resource("Mesa", len(sizes), seats=8)
    for unit, seats in zip(room.units, sizes, strict=True):
        unit.seats = seats
    told = {"minutes": 60, "step": 60, "capacity": 8, "price": 0, "resource": room, **values}
    return shop.service("Desayuno", "appointment", **told)


def at(shop, row, people, **how):
    """The table that a party gets."""
    return units_of(shop.held(row, shop.when(), people, **how))


def too_small():
    """The bookings that lie on a unit in which they do not fit; what every look at the end must find empty."""
    lie = select(Booking.id).join(Occupation, Occupation.booking_id == Booking.id)
    lie = lie.join(ResourceUnit, ResourceUnit.id == Occupation.unit_id).where(ResourceUnit.seats < Booking.places)
    return db.session.scalars(lie).all()


def test_a_party_gets_the_smallest_that_fits_and_a_table_is_one_party_s(shop):
    row = tables(shop)
    assert [at(shop, row, people) for people in (2, 1, 2, 5)] == [["Mesa 2"], ["Mesa 4"], ["Mesa 3"], ["Mesa 1"]]
    with pytest.raises(JustTaken):
        at(shop, row, 1)
    db.session.rollback()
    with pytest.raises(holdings.TooMany, match="6"):
        shop.held(row, shop.when(8), 7)
    db.session.rollback()
    assert too_small() == []


def test_what_the_page_offers_is_what_fits(shop):
    row = tables(shop)
    shop.held(row, shop.when(), 5)
    [time] = [one for one in availability.day(row, shop.day(), 5) if one.starts_at == shop.when()]
    assert (time.left, time.free) == (0, False)
    assert availability.stay_free(row, shop.span(row, shop.when()), 4)
    assert availability.most(row) == 6
    page = shop.client.get("/p/desayuno")
    assert 'name="places"' in page.get_data(as_text=True)
    assert 'max="6"' in page.get_data(as_text=True)
    assert "como máximo, 6 personas" in pages.text(page)
    sent = {"product": "desayuno", "day": shop.day().isoformat(), "time": "09:00", "places": "4"}
    assert shop.client.post("/bookings/hold", data=sent).status_code == 303
    mine = db.session.scalars(select(Booking).order_by(Booking.id.desc())).first()
    assert (units_of(mine), mine.places) == (["Mesa 3"], 4)
    full = shop.client.post("/bookings/hold", data={**sent, "places": "6"})
    assert (full.status_code, "10:00" in pages.text(full)) == (409, True)


def test_nobody_is_written_to_for_a_table_that_is_too_small(shop):
    row = tables(shop, (2, 6))
    small, large = shop.booked(row, shop.when(), 2), shop.booked(row, shop.when(), 3)
    contact = time_waits.ask(row, time_waits.Wish(shop.span(row, shop.when()), 4), email="ana@example.com")
    db.session.commit()
    look = time_waits.Look(row, [wish := time_waits.Wish(shop.span(row, shop.when()), 4)])
    assert look.free(wish) == []
    holdings.release([small], "cancel")
    db.session.commit()
    assert time_waits.Look(row, [wish]).free(wish) == []
    holdings.release([large], "cancel")
    db.session.commit()
    assert len(time_waits.Look(row, [wish]).free(wish)) == 1
    assert contact.email == "ana@example.com"


def test_who_moves_gets_one_that_fits_and_staff_may_squeeze(shop):
    row = tables(shop, (2, 4))
    four = shop.booked(row, shop.when(), 4)
    shop.booked(row, shop.when(8), 3)
    with pytest.raises(JustTaken):
        booking_moves.move(four, shop.span(row, shop.when(8)))
    db.session.rollback()
    booking_moves.move(four, shop.span(row, shop.when(9)))
    db.session.commit()
    assert units_of(four) == ["Mesa 2"]
    small = row.needs[0].resource.units[0]
    walk_in(shop, row, shop.when(10), {"": 3}, unit=small.token, paid="no")
    mine = db.session.scalars(select(Booking).order_by(Booking.id.desc())).first()
    assert (units_of(mine), mine.places) == (["Mesa 1"], 3)


def test_its_people_are_written_in_the_editor(shop):
    row = tables(shop, (2, 4)).needs[0].resource
    path = f"/admin/cafe/resources/{row.token}"
    told = {"name": "Mesa", "seats": "4"}
    for place, unit in enumerate(row.units):
        told |= {f"rows-{place}-token": unit.token, f"rows-{place}-name": unit.name, f"rows-{place}-active": "y"}
    bad = shop.admin.post(path, data={**told, "rows-0-seats": "0", "rows-1-seats": "muchas"})
    assert bad.status_code == 422
    assert pages.read(bad).xpath("//*[@id='rows-0-seats-error']")
    assert pages.read(bad).xpath("//input[@id='rows-1-seats']/@value") == ["muchas"]
    assert shop.admin.post(path, data={**told, "rows-0-seats": "3", "rows-1-seats": ""}).status_code == 303
    assert [unit.seats for unit in row.units] == [3, None]
    resource_sheets.save(row, row.name, seats=4, said={})
    assert [unit.seats for unit in row.units] == [3, None]


def test_eight_processes_want_the_last_tables_that_fit(crew, shop):
    row = tables(shop, (2, 4, 2, 4))
    crowd = [(secret, row.id, shop.when(), 60, people) for people in (3, 4) for secret in browsers(8)]
    answers = Counter(answer[0] for answer in crew.race(shop, HOLD, crowd))
    assert answers == {"done": 2, "refused": 14}
    assert (too_small(), booking_racers.overlaps()) == ([], 0)
    assert answers["done"] == len(db.session.scalars(select(Booking)).all())


def test_the_look_sees_who_does_not_fit(shop, monkeypatch):
    row = tables(shop, (2, 4))
    monkeypatch.setattr(holdings, "party_of", lambda _booking: 0)
    shop.held(row, shop.when(), 4)
    assert len(too_small()) == 1


def test_a_free_table_beside_bread_says_before_what_it_waits_for(shop):
    tables(shop)
    bread = shop.product("Concha", price=1_000_00)
    shop.transfer()
    shop.pickup()
    client = shop.client
    sent = {"product": "desayuno", "day": shop.day(5).isoformat(), "time": "09:00", "places": "2"}
    assert client.post("/bookings/hold", data=sent).status_code == 303
    waits = "queda confirmado cuando el pedido se paga"
    assert waits not in pages.text(client.get("/checkout"))
    client.post("/cart/lines", data={"product": bread.slug})
    page = pages.text(client.get("/checkout"))
    assert waits in page
    assert "Desayuno:" in page
