"""Calendars from outside: what they say closes a unit, opens it again, clashes or comes back as our own, told once."""

import json
import zipfile
from datetime import timedelta

import pytest
import time_machine
from icalendar import Calendar
from sqlalchemy import select

from kernel import clock, fetching, jobs, leaving, reaching
from kernel import letters as post
from kernel.db import db
from kernel.journal import Entry
from kernel.letters import Letter
from shop import (
    booking_list,
    booking_orders,
    calendar_feeds,
    checkups,
    closures,
    outside_calendars,
    outside_closures,
    resource_sheets,
    resources,
)
from shop.closures import Closure
from shop.gateways import calendar_reader
from shop.occupations import JustTaken, Occupation, Span
from shop.outside_calendars import OutsideCalendar
from tests.kernel.answering import say, serving
from tests.shop import pages

SECRET = "s3cr3t-0f-airbnb"


class Elsewhere:
    """What stands at an address elsewhere, as it changes."""

    def __init__(self, port):
        self.port, self.status, self.body, self.asked = port, 200, cal(), []

    def __call__(self, handler):
        self.asked.append(handler.headers.get("If-None-Match"))
        etag = f'"{hash(self.body)}"'
        same = handler.headers.get("If-None-Match") == etag and self.status == 200
        say(handler, b"" if same else self.body, 304 if same else self.status, ETag=etag)

    def says(self, *events):
        self.body, self.status = cal(*events), 200

    def address(self, name="a"):
        return f"http://127.0.0.1:{self.port}/{name}/{SECRET}.ics"


def cal(*events):
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0"]
    for first, last in events:
        lines += ["BEGIN:VEVENT", f"UID:{first}@x", f"DTSTART;VALUE=DATE:{first:%Y%m%d}",
                  f"DTEND;VALUE=DATE:{last:%Y%m%d}", "SUMMARY:Ana Mora", "END:VEVENT"]  # fmt: skip
    return "\r\n".join([*lines, "END:VCALENDAR", ""]).encode()


@pytest.fixture(autouse=True)
def _near(monkeypatch):
    monkeypatch.setattr(reaching, "reachable", lambda ip, _port: str(ip) == "127.0.0.1")


@pytest.fixture
def elsewhere():
    there = []
    with serving(lambda handler: there[0](handler)) as port:
        there.append(Elsewhere(port))
        yield there[0]


@pytest.fixture
def cabin(shop):
    return shop.service("Cabaña", "nights", resource=shop.resource("Cabaña", seats=4), capacity=4, price=30_000_00)


def unit_of(service):
    return resources.units([service.needs[0].resource_id])[0]


def followed(cabin, address, name="Airbnb"):
    row = outside_calendars.add(unit_of(cabin), name, address)
    jobs.forget(outside_calendars.READ, str(row.id))  # here it is read when a test says so
    db.session.commit()
    read(row)
    return row


def read(row):
    calendar_reader.read(row.id)
    db.session.commit()
    db.session.expire_all()


def taken(service):
    rows = db.session.scalars(select(Occupation).where(Occupation.unit_id == unit_of(service).id))
    return sorted((one.starts_at, one.ends_at) for one in rows)


def outcomes():
    mine = select(Closure.outcome).where(Closure.calendar_id.is_not(None))
    return list(db.session.scalars(mine.order_by(Closure.calendar_id, Closure.starts_at)))


def letters():
    return list(db.session.scalars(select(Letter).where(Letter.kind == "bookings.clash").order_by(Letter.id)))


def stay(shop, service, first, last):
    span = shop.span(service, shop.when(first), last - first)
    return span.starts_at, span.ends_at


def test_what_is_taken_elsewhere_is_taken_here_and_free_again_when_it_is_there(shop, cabin, elsewhere):
    elsewhere.says((shop.day(5), shop.day(7)), (shop.day(7), shop.day(8)))
    row = followed(cabin, elsewhere.address())
    assert taken(cabin) == [stay(shop, cabin, 5, 7), stay(shop, cabin, 7, 8)]
    assert outcomes() == ["taken", "taken"]
    with pytest.raises(JustTaken):
        shop.held(cabin, shop.when(6))
    db.session.rollback()
    kept = {one.token for one in db.session.scalars(select(Closure)) if one.starts_at == stay(shop, cabin, 7, 8)[0]}
    elsewhere.says((shop.day(7), shop.day(8)))
    read(row)
    assert taken(cabin) == [stay(shop, cabin, 7, 8)]
    assert {one.token for one in db.session.scalars(select(Closure))} == kept  # what is the same is not touched
    shop.held(cabin, shop.when(6))
    assert letters() == []


def test_nobody_s_name_comes_in_and_the_address_does_not_get_out(app, shop, cabin, elsewhere, tmp_path, capsys):
    elsewhere.says((shop.day(5), shop.day(7)))
    row = followed(cabin, elsewhere.address())
    elsewhere.status = 500
    read(row)
    told = [one.__dict__ for model in (Closure, OutsideCalendar, Entry) for one in db.session.scalars(select(model))]
    assert "Ana" not in str(told)
    assert SECRET not in str(told)
    assert outside_calendars.address(row) == elsewhere.address()
    db.session.rollback()
    leaving.export(app, "cafe", tmp_path / "all.zip")
    written = capsys.readouterr()
    assert SECRET not in written.out + written.err
    with zipfile.ZipFile(tmp_path / "all.zip") as box:
        line = json.loads(box.read("tables/outside_calendar.jsonl"))
        assert (line["name"], "address_sealed" in line) == ("Airbnb", False)
        assert not any(SECRET.encode() in box.read(name) for name in box.namelist())


@pytest.mark.parametrize("body", [None, b"<html>", b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nDTSTART:x\r\n", b""])
def test_a_fault_opens_nothing_and_is_said(shop, cabin, elsewhere, body):
    elsewhere.says((shop.day(5), shop.day(7)))
    row = followed(cabin, elsewhere.address())
    before = taken(cabin)
    elsewhere.status, elsewhere.body = (404, b"") if body is None else (200, body)
    read(row)
    assert taken(cabin) == before
    assert row.fault == ("gone" if body is None else "file")
    assert outside_calendars.trouble(row.fault) != outside_calendars.trouble("away")
    elsewhere.says()
    read(row)
    assert (taken(cabin), row.fault, row.faults) == ([], "", 0)  # an empty calendar opens all


def test_what_is_the_same_is_not_sent_again_and_once_a_day_all_is_read_anew(shop, cabin, elsewhere):
    elsewhere.says((shop.day(5), shop.day(7)))
    row = followed(cabin, elsewhere.address())
    read(row)
    first, again = elsewhere.asked
    assert first is None
    assert again
    with time_machine.travel(clock.now() + timedelta(days=1), tick=False):
        read(row)
    cabin.check_in = "16:00"
    db.session.commit()
    read(row)
    assert elsewhere.asked[2:] == [None, None]
    assert taken(cabin) == [stay(shop, cabin, 5, 7)]  # from the new check-in on


def test_what_we_have_ourselves_stays_and_is_told_once(shop, cabin, elsewhere):
    booking = shop.booked(cabin, shop.when(6), nights=2)  # 6 to 8
    elsewhere.says((shop.day(4), shop.day(7)))
    row = followed(cabin, elsewhere.address())
    closure = db.session.scalars(select(Closure)).one()
    assert closure.outcome == "clash"
    assert closure.against == f"booking:{booking.id}"
    assert taken(cabin) == [(stay(shop, cabin, 4, 5)[0], booking.starts_at), (booking.starts_at, booking.ends_at)]
    assert [one.to for one in letters()] == [shop.tenant.email]
    assert "Airbnb" in post.drawn(letters()[0])[0]
    assert [unit for _row, unit in booking_list.board(shop.day(6), shop.day(6)).clashes] == [unit_of(cabin).id]
    read(row)
    elsewhere.says((shop.day(3), shop.day(7)))  # the same again, one day longer: not told anew
    read(row)
    assert len(letters()) == 1
    assert outcomes() == ["clash"]
    second = shop.booked(cabin, shop.when(8), nights=1)
    elsewhere.says((shop.day(3), shop.day(9)))  # and now another one of ours
    read(row)
    assert len(letters()) == 2
    assert db.session.scalars(select(Closure)).one().against == f"booking:{booking.id},booking:{second.id}"


def test_when_what_clashed_is_called_off_the_rest_is_closed(shop, cabin, elsewhere):
    booking = shop.booked(cabin, shop.when(6), nights=2)
    elsewhere.says((shop.day(5), shop.day(9)))
    followed(cabin, elsewhere.address())
    booking_orders.cancel(booking)
    db.session.commit()
    calendar_reader.sweep()
    jobs.run_due()
    assert len(elsewhere.asked) == 1
    assert outcomes() == ["taken"]
    assert taken(cabin) == [stay(shop, cabin, 5, 9)]
    assert db.session.scalars(booking_list.clashing()).all() == []


def test_our_own_bookings_that_come_back_are_no_clash(shop, cabin, elsewhere):
    one = shop.booked(cabin, shop.when(4), nights=2)
    two = shop.booked(cabin, shop.when(6), nights=3)
    closures.close([unit_of(cabin)], Span(shop.when(12, "00:00"), shop.when(14, "00:00")), reason="Obra")
    db.session.commit()
    before = taken(cabin)
    elsewhere.says((shop.day(4), shop.day(6)), (shop.day(12), shop.day(14)))
    row = followed(cabin, elsewhere.address())
    elsewhere.says((shop.day(4), shop.day(9)))  # as Airbnb tells it: both as one
    read(row)
    assert outcomes() == ["echo"]
    assert taken(cabin) == before
    assert letters() == []
    elsewhere.says((shop.day(4), shop.day(10)))  # somebody else's night beside ours
    read(row)
    assert outcomes() == ["clash"]
    assert (two.ends_at, stay(shop, cabin, 9, 10)[1]) in taken(cabin)
    assert (one.ends_at, two.starts_at) in taken(cabin)


def test_what_comes_back_of_a_booking_that_was_called_off_closes_nothing_for_half_a_day(shop, cabin, elsewhere):
    booking = shop.booked(cabin, shop.when(4), nights=2)
    elsewhere.says((shop.day(4), shop.day(6)))
    row = followed(cabin, elsewhere.address())
    assert outcomes() == ["echo"]
    booking_orders.cancel(booking, by=shop.owner, reason="Lluvia")
    db.session.commit()
    for hours, outcome, closed in ((1, "left", []), (12, "left", []), (14, "taken", [stay(shop, cabin, 4, 6)])):
        with time_machine.travel(clock.now() + timedelta(hours=hours), tick=False):
            read(row)  # it has not read us since
            assert (outcomes(), taken(cabin)) == ([outcome], closed)
    elsewhere.says()
    read(row)
    assert (outcomes(), taken(cabin)) == ([], [])


def test_a_time_that_is_left_is_ours_again_when_somebody_books_it(shop, cabin, elsewhere):
    booking = shop.booked(cabin, shop.when(4), nights=2)
    elsewhere.says((shop.day(4), shop.day(6)))
    row = followed(cabin, elsewhere.address())
    booking_orders.cancel(booking, by=shop.owner, reason="Lluvia")
    db.session.commit()
    read(row)
    shop.booked(cabin, shop.when(4), nights=2)
    read(row)
    assert (outcomes(), letters()) == (["echo"], [])


def test_a_reservation_of_the_other_place_is_no_echo_even_on_the_very_same_days(shop, cabin, elsewhere):
    shop.booked(cabin, shop.when(4), nights=2)
    elsewhere.body = cal((shop.day(4), shop.day(6))).replace(b"Ana Mora", b"Reserved")
    followed(cabin, elsewhere.address())
    assert outcomes() == ["clash"]


def test_what_was_taken_away_while_it_was_read_closes_nothing(shop, cabin, elsewhere):
    row = followed(cabin, elsewhere.address())
    outside_closures.open_all(row)
    outside_calendars.put_away(row)
    outside_closures.keep(row, {"x": Span(shop.when(5), shop.when(6))})
    db.session.commit()
    assert db.session.scalars(select(Closure)).all() == []


def test_of_two_readings_at_once_the_late_answer_is_asked_for_anew(shop, cabin, elsewhere):
    row = followed(cabin, elsewhere.address())
    late = calendar_reader._asked(row)
    elsewhere.says((shop.day(5), shop.day(7)))
    read(row)
    calendar_reader._record(row, late, calendar_reader.Told({}))  # what stood there before
    db.session.commit()
    assert len(taken(cabin)) == 1
    elsewhere.says((shop.day(5), shop.day(8)))
    jobs.run_due()
    assert taken(cabin) == [stay(shop, cabin, 5, 8)]


def test_two_places_that_tell_of_each_other_do_not_clash(shop, cabin, elsewhere):
    elsewhere.says((shop.day(5), shop.day(7)))
    airbnb = followed(cabin, elsewhere.address("a"))
    elsewhere.says((shop.day(5), shop.day(8)))
    booking = followed(cabin, elsewhere.address("b"), "Booking.com")
    assert outcomes() == ["taken", "covered"]
    assert letters() == []
    elsewhere.says()
    read(airbnb)  # what the other one says is closed at once, not with its own next reading
    assert taken(cabin) == [stay(shop, cabin, 5, 8)]
    assert outcomes() == ["taken"]
    read(booking)
    assert taken(cabin) == []


def test_what_lies_in_a_cart_is_not_taken_from_it_and_nobody_is_alarmed(shop, cabin, elsewhere):
    held = shop.held(cabin, shop.when(6))
    elsewhere.says((shop.day(5), shop.day(8)))
    row = followed(cabin, elsewhere.address())
    assert (outcomes(), letters()) == (["covered"], [])
    assert held.starts_at in [begins for begins, _ends in taken(cabin)]
    with time_machine.travel(held.held_until + timedelta(seconds=2), tick=False):
        jobs.run_due()  # with the hold, not with the next reading: nobody else may take it meanwhile
    assert taken(cabin) == [stay(shop, cabin, 5, 8)]
    assert row.faults == 0


def test_a_guide_s_own_appointments_close_their_hours(shop, elsewhere):
    walk = shop.service("Caminata", "appointment", minutes=60, step=60, resource=shop.resource("Guía"))
    at = shop.when(5, "10:00")
    elsewhere.body = (f"BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:g\nDTSTART:{at:%Y%m%dT%H%M%SZ}\nDURATION:PT90M\nEND:VEVENT\n"
                      "END:VCALENDAR\n").encode()  # fmt: skip
    followed(walk, elsewhere.address(), "Google")
    assert taken(walk) == [(at, at + timedelta(minutes=90))]


def test_taking_away_opens_and_bringing_back_reads_again(shop, cabin, elsewhere):
    elsewhere.says((shop.day(5), shop.day(7)))
    row = followed(cabin, elsewhere.address())
    outside_closures.open_all(row)
    outside_calendars.put_away(row)
    db.session.commit()
    assert taken(cabin) == []
    calendar_reader.read(row.id)  # a reading that was under way closes nothing
    assert taken(cabin) == []
    outside_calendars.bring_back(row)
    db.session.commit()
    jobs.run_due()
    assert taken(cabin) == [stay(shop, cabin, 5, 7)]
    outside_closures.open_all(row)
    outside_calendars.put_away(row)
    db.session.commit()
    outside_calendars.add(unit_of(cabin), "Airbnb", elsewhere.address())
    with pytest.raises(outside_calendars.Already):
        outside_calendars.bring_back(row)
    with time_machine.travel(clock.now() + timedelta(days=2), tick=False):
        calendar_reader._sweep()
    assert db.session.scalars(select(OutsideCalendar.id).execution_options(binned=True)).all() != [row.id]


def test_a_calendar_is_added_once_and_never_one_of_ours(shop, cabin, elsewhere):
    unit = unit_of(cabin)
    row = outside_calendars.add(unit, "", "https://www.airbnb.com/calendar/ical/1.ics?s=2")
    assert row.name == "Airbnb"
    for address, refusal in [
        ("webcal://www.airbnb.com/calendar/ical/1.ics?s=2", outside_calendars.Already),
        (f"http://cafe.plaza.localhost:8000/calendars/{unit.feed}.ics", outside_calendars.Circle),
        ("https://plaza.localhost./calendars/x.ics", outside_calendars.Circle),
        ("hola", fetching.NoAddress),
    ]:
        with pytest.raises(refusal):
            outside_calendars.add(unit, "x", address)
    for number in range(4):
        outside_calendars.add(unit, "x", f"https://x.example/{number}.ics")
    with pytest.raises(outside_calendars.Enough):
        outside_calendars.add(unit, "x", "https://x.example/5.ics")


def test_what_comes_from_outside_is_not_told_to_the_outside_again(shop, cabin, elsewhere):
    elsewhere.says((shop.day(5), shop.day(7)))
    followed(cabin, elsewhere.address())
    closures.close([unit_of(cabin)], Span(shop.when(12), shop.when(14)), reason="Obra")
    db.session.commit()
    events = Calendar.from_ical(calendar_feeds.ics(unit_of(cabin))).events
    assert [str(one["SUMMARY"]) for one in events] == ["Cerrado: Obra"]


def test_only_where_it_was_taken_it_is_opened(shop, cabin, elsewhere):
    elsewhere.says((shop.day(5), shop.day(7)))
    followed(cabin, elsewhere.address())
    with pytest.raises(closures.FromOutside):
        closures.open_again(db.session.scalars(select(Closure)).one())


def test_each_is_read_every_quarter_of_an_hour_and_ever_later_where_it_fails(shop, cabin, elsewhere):
    elsewhere.says((shop.day(5), shop.day(7)))
    row = followed(cabin, elsewhere.address())
    start = clock.now()
    with time_machine.travel(start + timedelta(minutes=16), tick=False):
        calendar_reader.sweep()
    with time_machine.travel(start + timedelta(minutes=21), tick=False):
        jobs.run_due()
        db.session.expire_all()
        assert row.read_at == clock.now()
        elsewhere.status = 500
        waits = []
        for _time in range(7):
            read(row)
            waits.append((row.next_at - clock.now()) // timedelta(minutes=1))
    assert waits == [15, 30, 60, 120, 240, 360, 360]
    with time_machine.travel(start + timedelta(hours=26), tick=False):
        assert [one.id for one in db.session.scalars(outside_calendars.stale())] == [row.id]
        assert [found.state for found in checkups.calendars_are_read(None)] == ["care"]
        assert SECRET not in str(list(checkups.calendars_are_read(None)))


def test_one_that_was_never_read_is_told_at_once(shop, cabin, elsewhere):
    row = followed(cabin, elsewhere.address())
    elsewhere.status = 404
    row.read_at = None
    read(row)
    assert [one.id for one in db.session.scalars(outside_calendars.stale())] == [row.id]
    page = pages.read(shop.admin.get("/admin/cafe/bookings/calendars"))
    assert "No se puede leer" in page.xpath("//summary")[0].text_content()


def test_what_was_never_booked_goes_with_its_calendars(shop):
    row = shop.resource("Hamaca")
    outside_calendars.add(row.units[0], "", "https://x.example/a.ics")
    resource_sheets.drop(row)
    db.session.commit()
    assert db.session.scalars(select(OutsideCalendar)).all() == []
