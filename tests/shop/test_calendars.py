"""Calendar files: what strangers wrote stays text, lines are folded, and a strict reader finds the very moments."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from icalendar import Calendar

from kernel import calendars, tenancy
from kernel.calendars import Entry
from kernel.db import db
from shop import booking_moves, local_times
from shop.calendars import of_booking
from shop.occupations import Span

pytestmark = pytest.mark.parametrize("app", ["sqlite"], indirect=True)  # a file is no question to a database
HOSTILE = [
    "Paseo\r\nATTENDEE:mailto:mallory@example.com",
    "Paseo\nEND:VEVENT\nBEGIN:VEVENT\nSUMMARY:otro",
    "a\rb\x0bc\x0cd\x1ce\x85f\u2028g\u2029h",
    'uno; dos, tres\\n \\; : "comillas" ^n ^\'',
    "ñ" * 400,
    "🛶" * 90 + "\u202eal revés",
    "\x00\x07\ud800 sucio",
    " ",
]


@pytest.fixture(autouse=True)
def _shop(shop):
    """Somewhere to be."""


def entry(**values):
    at = datetime(2026, 12, 8, 15, tzinfo=UTC)
    return Entry(**{"uid": "x@plaza", "starts_at": at, "ends_at": at + timedelta(hours=2), "title": "Paseo", **values})


def lines(data):
    """The content lines, unfolded as RFC 5545 3.1 says it; the file itself must be made of such lines."""
    assert data.endswith(b"\r\n")
    assert b"\n" not in data.replace(b"\r\n", b"")
    assert b"\r" not in data.replace(b"\r\n", b"")
    raw = data[:-2].split(b"\r\n")
    assert max(map(len, raw)) <= 75
    for line in raw:
        line.decode()  # no fold cuts a sign in two
    return data.replace(b"\r\n ", b"").decode()[:-2].split("\r\n")


def names(told):
    return [line.partition(":")[0].partition(";")[0] for line in told]


EVENT = ["BEGIN", "SUMMARY", "DTSTART", "DTEND", "DTSTAMP", "UID", "SEQUENCE", "STATUS", "END"]


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_what_somebody_wrote_is_one_value_and_comes_back(text):
    made = calendars.ics([entry(title=text, where=text, note=text)], name=text)
    told = lines(made)
    inside = told[told.index("BEGIN:VEVENT") :]
    assert set(names(inside)) <= {*EVENT, "LOCATION", "DESCRIPTION"}
    assert [name for name in names(inside) if name == "BEGIN"] == ["BEGIN"]
    [event] = Calendar.from_ical(made).events
    assert str(event["summary"]) == calendars.clean(text)
    assert all(sign.isprintable() or sign == "\n" for sign in str(event["summary"]))


def test_separators_are_escaped(shop):
    told = lines(calendars.ics([entry(title="uno; dos, tres\\", where="a\nb")]))
    assert "SUMMARY:uno\\; dos\\, tres\\\\" in told
    assert "LOCATION:a\\nb" in told


def test_a_file_has_what_calendars_want():
    told = lines(calendars.ics([entry(changed=3, url="https://x.example/bookings/abc"), entry(uid="y", off=True)]))
    assert told[:4] == ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Plaza//Plaza//ES", "METHOD:PUBLISH"]
    assert told.count("BEGIN:VTIMEZONE") == 1  # the trap: the library writes none by itself
    for line in ("UID:x@plaza", "SEQUENCE:3", "STATUS:CONFIRMED", "STATUS:CANCELLED",
                 "DTSTART;TZID=America/Costa_Rica:20261208T090000", "DTEND;TZID=America/Costa_Rica:20261208T110000"):  # fmt: skip
        assert told.count(line) >= 1, line
    assert names(told).count("DTSTAMP") == 2
    assert lines(calendars.ics([], name="Bote 1"))[-1] == "END:VCALENDAR"


def test_nothing_ends_before_it_begins():
    at = entry().starts_at
    for ends_at in (at, at - timedelta(hours=1)):
        with pytest.raises(ValueError, match="ends after it begins"):
            calendars.ics([replace(entry(), ends_at=ends_at)])


def strict(zone, at):
    """The offset of that moment by the letter of RFC 5545 3.6.5: each onset is its local time by the offset before."""
    onsets = []
    for part in zone.subcomponents:
        again = part.get("RDATE", [])
        rdates = [one.dt for row in (again if isinstance(again, list) else [again]) for one in row.dts]
        onsets += [((local - part.TZOFFSETFROM).replace(tzinfo=UTC), part.TZOFFSETTO)
                   for local in [part.DTSTART, *rdates]]  # fmt: skip
    return max(one for one in onsets if one[0] <= at)[1]


@pytest.mark.parametrize("name", ["America/Santiago", "America/Havana", "America/Tijuana", "America/Costa_Rica", "UTC"])
def test_a_strict_reader_finds_every_hour_of_the_year(shop, name):
    """Clocks change at midnight in Santiago and Havana: 2026-09-06 and 2026-03-08 have none."""
    tenancy.tenant().timezone = name
    db.session.flush()
    first = datetime(2026, 1, 1, tzinfo=UTC)
    made = calendars.ics([entry(starts_at=first, ends_at=first + timedelta(days=365))])
    [zone] = Calendar.from_ical(made).timezones or [None]
    where = ZoneInfo(name)
    hours = [first + timedelta(hours=number) for number in range(365 * 24)]
    if zone is None:  # the moments themselves are UTC
        assert name == "UTC"
        return
    assert [at for at in hours if strict(zone, at) != at.astimezone(where).utcoffset()] == []


@pytest.mark.parametrize(
    ("zone", "day", "time", "hours"),
    [
        ("America/Santiago", date(2026, 9, 6), "00:00", 2),  # a midnight that does not exist
        ("America/Havana", date(2026, 3, 8), "00:30", 2),
        ("America/Havana", date(2026, 11, 1), "00:30", 3),  # a half hour that comes twice
        ("America/Tijuana", date(2026, 3, 8), "02:30", 1),
        ("America/Santiago", date(2026, 4, 4), "22:00", 14),  # a night in which clocks go back
        ("America/Costa_Rica", date(2028, 2, 29), "09:00", 24 * 400),  # longer than a year, from a leap day
    ],
)
def test_the_moments_come_back_across_every_change_of_clocks(shop, zone, day, time, hours):
    tenancy.tenant().timezone = zone
    db.session.flush()
    begins = local_times.moment(day, time, zone)
    made = calendars.ics([entry(starts_at=begins, ends_at=begins + timedelta(hours=hours))])
    [event], [told] = Calendar.from_ical(made).events, Calendar.from_ical(made).timezones
    for at, key in ((begins, "DTSTART"), (begins + timedelta(hours=hours), "DTEND")):
        local = event[key].dt.replace(tzinfo=None)
        assert at in {
            (local - offset).replace(tzinfo=UTC) for offset in {part.TZOFFSETTO for part in told.subcomponents}
        }
        assert local == at.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
        assert strict(told, at) == at.astimezone(ZoneInfo(zone)).utcoffset()


def test_a_booking_keeps_its_name_in_calendars_and_grows_with_each_move(shop):
    boat = shop.service("Paseo; en bote, de día", meeting={"es": "Muelle\r\nBEGIN:VALARM", "en": "The pier"})
    row = shop.booked(boat, shop.when(), 1)
    before = Calendar.from_ical(of_booking(row)).events[0]
    assert (str(before["summary"]), before["sequence"], before["status"]) == (
        f"Paseo; en bote, de día · {shop.tenant.name}", 0, "CONFIRMED",
    )  # fmt: skip
    assert str(before["location"]) == "Muelle\nBEGIN:VALARM"
    assert str(before["url"]).endswith(f"/bookings/{row.token}")
    assert row.token not in str(before["uid"])  # who follows a calendar of staff cannot open the guest's page
    later = shop.when(8)
    booking_moves.move(row, Span(later, later + boat.length))
    after = Calendar.from_ical(of_booking(row)).events[0]
    assert (after["uid"], after["sequence"], after["dtstart"].dt) == (before["uid"], 1, later)
    row.state = "cancelled"
    off = Calendar.from_ical(of_booking(row)).events[0]
    assert (off["uid"], off["sequence"], off["status"]) == (before["uid"], 2, "CANCELLED")
