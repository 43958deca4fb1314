"""What calendar files from elsewhere say is taken: nights, days, hours, what repeats; and files that mean harm."""

from datetime import UTC, datetime

import pytest
import time_machine
from dateutil import rrule
from hypothesis import given, settings
from hypothesis import strategies as st

from kernel.unfetched import Unfetched
from shop import outside_repeats, outside_times
from shop.outside_times import Frame, NoCalendar, TooMuch, Unclear

NOW = datetime(2027, 1, 4, 18, tzinfo=UTC)
ZONE = "America/Costa_Rica"  # UTC-6, all year
NIGHTS, DAYS = Frame(ZONE, "15:00", "11:00"), Frame(ZONE)
AIRBNB = """BEGIN:VCALENDAR
PRODID;X-RICAL-TZSOURCE=TZINFO:-//Airbnb Inc//Hosting Calendar 1.0//EN
CALSCALE:GREGORIAN
VERSION:2.0
BEGIN:VEVENT
DTEND;VALUE=DATE:20270112
DTSTART;VALUE=DATE:20270110
UID:7f662ec65913-aa@airbnb.com
DESCRIPTION:Reservation URL: https://www.airbnb.example/hosting/HMAB\\nPhone
  Number (Last 4 Digits): 1234
SUMMARY:Reserved
END:VEVENT
BEGIN:VEVENT
DTEND;VALUE=DATE:20280104
DTSTART;VALUE=DATE:20270604
UID:7f662ec65913-bb@airbnb.com
SUMMARY:Airbnb (Not available)
END:VEVENT
END:VCALENDAR
"""
BOOKING = """BEGIN:VCALENDAR\r
PRODID:-//admin.booking.com//NONSGML iCal//EN\r
VERSION:2.0\r
BEGIN:VEVENT\r
DTSTART;VALUE=DATE:20270112\r
DTEND;VALUE=DATE:20270115\r
UID:0123456789abcdef@booking.com\r
SUMMARY:CLOSED - Not available\r
END:VEVENT\r
END:VCALENDAR\r
"""


@pytest.fixture(autouse=True)
def _then():
    with time_machine.travel(NOW, tick=False):
        yield


def cal(*events):
    """A calendar of events, each of lines between "|"."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0"]
    for event in events:
        lines += ["BEGIN:VEVENT", *event.split("|"), "END:VEVENT"]
    return "\r\n".join([*lines, "END:VCALENDAR", ""]).encode()


def read(body, frame=DAYS):
    found = outside_times.read(body.encode() if isinstance(body, str) else body, frame)
    return sorted(f"{one.starts_at:%y%m%d %H:%M} – {one.ends_at:%y%m%d %H:%M}" for one in found.values())


def test_nights_last_from_check_in_to_check_out_so_that_guests_follow_each_other():
    assert read(AIRBNB, NIGHTS) == ["270110 21:00 – 270112 17:00", "270604 21:00 – 280104 17:00"]
    assert read(BOOKING, NIGHTS) == ["270112 21:00 – 270115 17:00"]


def test_whole_days_of_anything_else_are_whole_days_of_the_shop():
    assert read(BOOKING) == ["270112 06:00 – 270115 06:00"]
    assert read(cal("UID:1|DTSTART;VALUE=DATE:20270110")) == ["270110 06:00 – 270111 06:00"]
    assert read(cal("UID:1|DTSTART;VALUE=DATE:20270110|DTEND;VALUE=DATE:20270110")) == ["270110 06:00 – 270111 06:00"]
    assert read(cal("UID:1|DTSTART;VALUE=DATE:20270110|DURATION:P2D")) == ["270110 06:00 – 270112 06:00"]


@pytest.mark.parametrize(("begins", "ends"), [
    ("DTSTART:20270110T150000Z", "DTEND:20270110T160000Z"),
    ("DTSTART:20270110T090000", "DTEND:20270110T100000"),  # the clock on the wall, where the shop is
    ("DTSTART;TZID=America/New_York:20270110T100000", "DTEND;TZID=America/New_York:20270110T110000"),
    ("DTSTART;TZID=Eastern Standard Time:20270110T100000", "DURATION:PT1H"),  # as Outlook calls it
    ("DTSTART;TZID=/citadel.org/20210210_1/America/New_York:20270110T100000", "DURATION:PT1H"),
    ("DTSTART;TZID=Nowhere at all:20270110T090000", "DURATION:PT1H"),
])  # fmt: skip
def test_hours_are_moments_in_whichever_zone_they_are_said(begins, ends):
    assert read(cal(f"UID:1|{begins}|{ends}"), NIGHTS) == ["270110 15:00 – 270110 16:00"]


@pytest.mark.parametrize("more", ["STATUS:CANCELLED", "TRANSP:TRANSPARENT", "DTEND:20270110T090000Z"])
def test_what_takes_nobody_s_time_is_none(more):
    begins = "DTSTART:20270110T090000Z" + ("|DURATION:PT1H" if "DTEND" not in more else "")
    assert read(cal(f"UID:1|{begins}|{more}")) == []


def test_what_is_over_is_none_and_what_goes_on_is():
    assert read(cal("UID:1|DTSTART;VALUE=DATE:20270101|DTEND;VALUE=DATE:20270103")) == []
    assert read(cal("UID:1|DTSTART;VALUE=DATE:20270101|DTEND;VALUE=DATE:20270106"), NIGHTS) == [
        "270101 21:00 – 270106 17:00"
    ]


def test_what_repeats_is_each_of_its_times_but_those_that_were_taken_out_or_moved():
    weekly = "UID:1|DTSTART;TZID=America/New_York:20270301T100000|DURATION:PT1H|RRULE:FREQ=WEEKLY;COUNT=4"
    out = "EXDATE;TZID=America/New_York:20270322T100000"
    moved = "UID:1|RECURRENCE-ID:20270308T150000Z|DTSTART:20270309T150000Z|DURATION:PT2H"
    assert read(cal(f"{weekly}|{out}", moved)) == [
        "270301 15:00 – 270301 16:00", "270309 15:00 – 270309 17:00", "270315 14:00 – 270315 15:00",
    ]  # fmt: skip  # from the 14th on clocks there show summer time
    gone = "UID:1|RECURRENCE-ID:20270308T150000Z|DTSTART:20270308T150000Z|DURATION:PT1H|STATUS:CANCELLED"
    assert len(read(cal(weekly, gone))) == 3


def test_days_that_repeat_end_with_the_day_that_is_said():
    told = cal("UID:1|DTSTART;VALUE=DATE:20270110|RRULE:FREQ=WEEKLY;UNTIL=20270124|RDATE;VALUE=DATE:20270111")
    assert read(told) == [f"2701{day} 06:00 – 2701{day + 1} 06:00" for day in (10, 11, 17, 24)]


@pytest.mark.parametrize(("rule", "count"), [
    ("FREQ=DAILY", 550), ("FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1", 18), ("FREQ=MONTHLY;BYDAY=1FR", 18),
    ("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29", 1), ("FREQ=YEARLY", 1),
])  # fmt: skip
def test_what_repeats_for_ever_since_long_ago_is_followed_for_eighteen_months(rule, count):
    assert len(read(cal(f"UID:1|DTSTART:19960129T100000Z|DURATION:PT1H|RRULE:{rule}"))) in (count, count + 1)


@pytest.mark.parametrize("rule", [
    "FREQ=SECONDLY", "FREQ=MINUTELY", "FREQ=HOURLY", "FREQ=DAILY;INTERVAL=0", "FREQ=DAILY;INTERVAL=-1",
    "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30", "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=31", "FREQ=DAILY;INTERVAL=7;BYDAY=TU",
    "FREQ=YEARLY;BYDAY=20MO", "FREQ=DAILY;BYHOUR=1,2,3", "FREQ=YEARLY;INTERVAL=4;BYMONTH=2;BYMONTHDAY=29",
    "FREQ=NEVER", "COUNT=3", "FREQ=DAILY;FREQ=SECONDLY;COUNT=x", "FREQ=WEEKLY;BYSETPOS=400",
])  # fmt: skip
def test_a_rule_that_never_ends_or_never_happens_is_refused(rule):
    with pytest.raises(Unfetched):
        read(cal(f"UID:1|DTSTART:20250106T100000Z|DURATION:PT1H|RRULE:{rule}"))


def test_many_rules_together_cost_no_more_than_one():
    rule = "UID:1|DTSTART:20250106T100000Z|DURATION:PT1H|RRULE:FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30"
    with pytest.raises(outside_repeats.TooOften):
        read(cal(*[rule] * 2000))
    assert len(read(cal("UID:1|DTSTART:20250106T100000Z|DURATION:PT1H|RRULE:FREQ=DAILY;COUNT=800"))) == 71  # anew


def test_the_library_still_asks_for_the_month_of_each_day():
    """What stops a rule without a day hangs on this."""
    made = rrule.rrulestr("FREQ=DAILY;COUNT=3", dtstart=datetime(2027, 1, 1))
    made._bymonth = outside_repeats._Counted(range(1, 13))
    made._bymonth.budget = outside_repeats.Budget(2)
    with pytest.raises(outside_repeats.TooOften):
        list(made)


@pytest.mark.parametrize("body", [
    b"", b"<html><title>Log in</title>", b"\x89PNG\r\n", b"BEGIN:VEVENT\nEND:VEVENT\n", cal()[:-8], cal("UID:1")[:-30],
    b"BEGIN:VCALENDAR\nEND:VEVENT\n", b"BEGIN:VCALENDAR\nBEGIN:VEVENT\nEND:VCALENDAR\n", b"BEGIN:VCALENDAR\n" * 1000,
    cal() + b"<p>",
])  # fmt: skip
def test_what_is_no_calendar_or_broke_off_says_so(body):
    with pytest.raises(NoCalendar):
        read(body)


def test_an_empty_calendar_is_a_calendar():
    assert read(cal()) == []
    assert read(b"\xef\xbb\xbf" + cal()) == []


@pytest.mark.parametrize("event", [
    "UID:1", "UID:1|DTSTART:hoy", "UID:1|DTSTART:20271399", "UID:1|DTSTART:00000000T000000Z|DURATION:PT1H",
    "UID:1|DTSTART:20270110T100000Z|DTEND:20270110T090000Z", "UID:1|DTSTART;VALUE=DATE:20270110|DTEND:20270111T000000Z",
    "UID:1|DTSTART:20270110T100000Z|DTSTART:20270111T100000Z", "UID:1|DTSTART:20270110T100000Z|DURATION:hola",
    "UID:1|DTSTART:20270110T100000Z|DURATION:P99999999999D", "UID:1|DTSTART:99991231T235959Z|DURATION:P9D",
])  # fmt: skip
def test_a_time_that_nobody_can_read_changes_nothing(event):
    with pytest.raises(Unclear):
        read(cal("UID:2|DTSTART;VALUE=DATE:20270110", event))


def test_more_than_a_unit_can_have_is_refused():
    with pytest.raises(TooMuch):
        read(cal(*[f"UID:{number}|DTSTART;VALUE=DATE:20270110" for number in range(2001)]))
    with pytest.raises(TooMuch):
        read(cal("UID:1|DTSTART;VALUE=DATE:20270110|EXDATE:" + "20270110," * 3000))


def test_nothing_but_times_is_kept_of_it():
    kept = outside_times._plain(AIRBNB.encode())
    assert b"20270110" in kept
    for word in (b"Phone", b"1234", b"(Not", b"airbnb.example"):
        assert word not in kept
    found = outside_times.read(AIRBNB.encode(), NIGHTS)
    assert "airbnb" not in str(found)
    assert [outside_times.surely_booked(name) for name in found] == [True, False]  # what it only blocks is not


PIECES = st.sampled_from([
    "BEGIN:VCALENDAR", "END:VCALENDAR", "BEGIN:VEVENT", "END:VEVENT", "BEGIN:VALARM", "END:VALARM", "UID:1", " folded",
    "DTSTART;VALUE=DATE:20270110", "DTSTART:20270110T100000Z", "DTEND;VALUE=DATE:20270112", "DURATION:PT1H",
    "RRULE:FREQ=DAILY", "RRULE:FREQ=WEEKLY;COUNT=3", "RRULE:FREQ=SECONDLY", "RRULE:", "EXDATE:20270111T100000Z,",
    "RDATE;VALUE=PERIOD:20270110T100000Z/PT1H", "RECURRENCE-ID:20270110T100000Z", "DTSTART;TZID=../../etc/passwd:x",
    "DTSTART;TZID=:20270110T100000", "DTSTART;VALUE=BINARY:20270110", "STATUS:CANCELLED", "DTSTART;X=\"^n;:20270110",
])  # fmt: skip


@settings(max_examples=150)
@given(st.one_of(st.binary(max_size=300), st.lists(st.one_of(PIECES, st.text(max_size=20)), max_size=25)))
def test_whatever_stands_there_is_times_or_a_clean_refusal(told):
    body = told if isinstance(told, bytes) else "\n".join(told).encode("utf-8", "surrogatepass")
    whole = b"BEGIN:VCALENDAR\nBEGIN:VEVENT\n" + body + b"\nEND:VEVENT\nEND:VCALENDAR\n"
    for one in (body, whole):
        try:
            found = outside_times.read(one, NIGHTS)
        except Unfetched:
            continue
        assert all(span.starts_at < span.ends_at for span in found.values())
