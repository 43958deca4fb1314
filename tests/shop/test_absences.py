"""Who did not come: noted once its time has begun, taken back whole, counted for staff, found by a segment."""

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import func, select

from crm import facts, rules, segments
from crm.contacts import Contact
from kernel import clock
from kernel.db import db
from shop import absences, arrivals, booking_moves, booking_orders, bookings
from shop.booking_targets import stamp
from tests.shop.desk_calendar import ES, post
from tests.shop.pages import read

DESK = "/admin/cafe/bookings"


def missed(shop, row):
    """Nobody came to it, noted when it began."""
    with clock.at(row.starts_at + timedelta(minutes=10)):
        arrivals.miss(row, by=shop.owner)
        db.session.commit()
    return row


def hint(browser, path):
    """How often they did not come, as the page says it."""
    return read(browser.get(path, headers=ES)).xpath("string(//*[@data-absences])")


def told(contact):
    return [one.kind for one in facts.of_contact(contact) if one.kind.startswith("missed")][::-1]


def test_noted_twice_is_once_and_taken_back_is_as_before(shop):
    row = shop.booked(shop.service("Paseo"), shop.when(3), paid=True)
    with clock.at(row.starts_at - timedelta(minutes=1)), pytest.raises(arrivals.NotYet):
        arrivals.miss(row, by=shop.owner)
    who = row.order.contact
    with clock.at(row.starts_at):
        before = absences.of(who)
        for _again in range(2):
            arrivals.miss(row, by=shop.owner)
        assert (before, absences.of(who), told(who)) == (absences.Times(0, 1), absences.Times(1, 1), ["missed"])
        assert row.order.state == "delivered"
        arrivals.undo(row, by=shop.owner)
        assert (row.state, row.order.state, absences.of(who)) == ("booked", "placed", before)
        arrivals.miss(row, by=shop.owner)
        arrivals.come(row, by=shop.owner)  # late, but there
        assert (row.state, absences.of(who)) == ("came", before)
    assert told(who) == ["missed", "missed_undone"] * 2


def test_what_was_called_off_or_moved_on_has_nobody_absent(shop):
    trip = shop.service("Paseo")
    off, on = (shop.booked(trip, shop.when(ahead), email=f"{ahead}@example.com") for ahead in (3, 4))
    was = on.starts_at
    booking_orders.cancel(off, by=shop.owner, reason="Lluvia")
    booking_moves.move(on, shop.span(trip, shop.when(5)), by=shop.owner)
    db.session.commit()
    with clock.at(was + timedelta(hours=1)):
        for row, why in ((off, bookings.NotNow), (on, arrivals.NotYet)):
            with pytest.raises(why):
                arrivals.miss(row, by=shop.owner)


def test_the_rest_of_a_departure_is_noted_and_taken_back_together(shop):
    trip = shop.service("Paseo", capacity=8)
    came, *rest = (shop.booked(trip, shop.when(3), email=f"{who}@example.com") for who in "abc")
    at = f"{DESK}/departures/paseo/{stamp(came.starts_at)}"
    arrivals.come(came, by=shop.owner)
    db.session.commit()
    assert "missed-rest" not in shop.admin.get(at).text
    with time_machine.travel(came.starts_at + timedelta(minutes=5)):
        admin = shop.admin
        assert "missed-rest" in admin.get(at).text
        answer = post(admin, at.removeprefix(DESK) + "/absence")
        assert [row.state for row in (came, *rest)] == ["came", "missed", "missed"]
        toast = read(admin.get(answer.location)).xpath("//form[.//button[@data-undo]]")[0]
        admin.post(toast.get("action"), data={one.get("name"): one.get("value") for one in toast.xpath(".//input")})
        db.session.expire_all()
        assert [row.state for row in (came, *rest)] == ["came", "booked", "booked"]


def test_staff_are_told_how_often_on_the_persons_page_and_of_many_on_the_bookings(shop):
    trip = shop.service("Paseo", capacity=8)
    rows = [shop.booked(trip, shop.when(ahead), email="ana@example.com") for ahead in (3, 4, 5, 6)]
    who = rows[0].order.contact
    missed(shop, rows[0])
    with time_machine.travel(rows[2].starts_at + timedelta(hours=3)):
        admin = shop.admin
        assert "1 de 3 reservas" in hint(admin, f"/admin/cafe/people/{who.token}")
        assert hint(admin, f"{DESK}/{rows[3].token}") == ""
        missed(shop, rows[1])
        assert "2 de 3 reservas" in hint(admin, f"{DESK}/{rows[3].token}")
    with clock.at(rows[0].starts_at + timedelta(days=400)):
        assert absences.of(who) == absences.NEVER


def test_a_segment_finds_who_did_not_come_so_often_so_lately(shop):
    trip = shop.service("Paseo", capacity=8)
    twice = [missed(shop, shop.booked(trip, shop.when(ahead), email="ana@example.com")) for ahead in (3, 4)]
    missed(shop, shop.booked(trip, shop.when(3), email="beto@example.com"))
    with clock.at(twice[1].starts_at + timedelta(hours=1)):
        found = {
            str(value): set(db.session.scalars(segments.who({"missed": value}).with_only_columns(Contact.email)))
            for value in ({"least": 1}, {"least": 2}, {"least": 1, "days": 1}, {"least": 2, "days": 1})
        }
    assert list(found.values()) == [{"ana@example.com", "beto@example.com"}, {"ana@example.com"}, {"ana@example.com"},
                                    set()]  # fmt: skip
    assert (
        rules.terms()["missed"].says({"least": 2, "days": 90}).startswith("reservaron y no vinieron al menos 2 veces")
    )
    assert db.session.scalar(select(func.count(bookings.Booking.id)).where(bookings.Booking.state == "missed")) == 3
