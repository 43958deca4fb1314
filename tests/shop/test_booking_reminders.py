"""Reminders of a booking: two days and three hours before, each once, whatever clocks and workers do."""

from datetime import UTC, date, datetime, timedelta

import pytest
from icalendar import Calendar

from kernel import clock, jobs, tenancy
from kernel import letters as post
from kernel.db import db
from shop import booking_confirmations, booking_letters, booking_moves, booking_orders, booking_reminders, local_times
from shop.occupations import Span

ONE = pytest.mark.parametrize("app", ["sqlite"], indirect=True)  # what is no question to a database
TWO_DAYS, THREE_HOURS, MINUTE = timedelta(hours=48), timedelta(hours=3), timedelta(minutes=1)


@pytest.fixture
def trip(shop):
    return shop.service("Paseo", meeting={"es": "Muelle"})


def pass_by(*moments):
    """Let the worker look at these moments, in this order, also where the clock goes back."""
    for moment in moments:
        with clock.at(moment):
            jobs.run_due()
    db.session.expire_all()


def reminders(row):
    known = {"bookings.near", "bookings.next"}
    return [letter.kind.partition(".")[2] for letter in reversed(post.about(row.order)) if letter.kind in known]


def test_two_days_and_three_hours_before_once_each(shop, trip):
    row = shop.booked(trip, shop.when(7), paid=True)
    pass_by(row.starts_at - TWO_DAYS - MINUTE)
    assert reminders(row) == []
    pass_by(row.starts_at - TWO_DAYS, row.starts_at - TWO_DAYS + MINUTE, row.starts_at - timedelta(hours=20))
    assert reminders(row) == ["near"]
    pass_by(row.starts_at - THREE_HOURS - MINUTE)
    assert reminders(row) == ["near"]
    pass_by(row.starts_at - THREE_HOURS, row.starts_at - MINUTE, row.starts_at + MINUTE)
    assert reminders(row) == ["near", "next"]


def test_a_clock_that_jumps_an_hour_either_way_reminds_nobody_twice(shop, trip):
    row = shop.booked(trip, shop.when(7), paid=True)
    hour, begins = timedelta(hours=1), row.starts_at
    for before in (TWO_DAYS, THREE_HOURS):
        pass_by(begins - before - MINUTE + hour)  # the clock is an hour ahead …
        with clock.at(begins - before - MINUTE):  # … and is put right, and somebody plans it all again
            booking_confirmations.plan(row.order)
            db.session.commit()
        pass_by(begins - before, begins - before - hour, begins - before)
    assert reminders(row) == ["near", "next"]


def test_a_worker_that_does_it_twice_writes_once(shop, trip):
    row = shop.booked(trip, shop.when(7), paid=True)
    with clock.at(row.starts_at - TWO_DAYS):
        for _ in range(2):
            booking_reminders.remind(row.id, "near", int(row.starts_at.timestamp()))
            db.session.commit()
    assert reminders(row) == ["near"]


@ONE
@pytest.mark.parametrize(("ahead", "wanted"), [(47, ["next"]), (2, [])])
def test_who_books_later_than_that_is_not_reminded_of_it(shop, ahead, wanted):
    tasting, begins = shop.service("Cata", price=0), shop.when(7)
    with clock.at(begins - timedelta(hours=ahead)):
        row = shop.booked(tasting, begins)
    pass_by(*(begins - timedelta(minutes=minutes) for minutes in range(ahead * 60, 0, -59)))
    assert reminders(row) == wanted


def test_a_worker_that_was_away_writes_one_letter_and_none_when_it_is_too_late(shop, trip):
    late, over = shop.booked(trip, shop.when(7), paid=True), shop.booked(trip, shop.when(12), paid=True)
    pass_by(late.starts_at - timedelta(hours=2))
    assert reminders(late) == ["next"]
    pass_by(over.starts_at + MINUTE)
    assert reminders(over) == []


@ONE
@pytest.mark.parametrize(
    ("hours", "subject", "heading"),
    [(48, "En dos días: Paseo", "dos días"), (20, "Mañana: Paseo", "mañana"), (4, "Hoy: Paseo", "hoy")],
)
def test_a_late_reminder_says_the_days_that_are_left(shop, trip, hours, subject, heading):
    row = shop.booked(trip, shop.when(7), paid=True)
    pass_by(row.starts_at - timedelta(hours=hours))
    letter = next(one for one in post.about(row.order) if one.kind == "bookings.near")
    assert letter.subject == subject
    assert f"Nos vemos {heading}" in letter.text or f"Nos vemos en {heading}" in letter.text


def test_what_moved_is_reminded_at_its_new_time(shop, trip):
    row = shop.booked(trip, shop.when(7), paid=True)
    was, then = row.starts_at, shop.when(12)
    booking_moves.move(row, Span(then, then + trip.length))
    db.session.commit()
    pass_by(was - TWO_DAYS, was - THREE_HOURS, then - TWO_DAYS - MINUTE)
    assert reminders(row) == []
    pass_by(then - TWO_DAYS)
    assert reminders(row) == ["near"]
    with clock.at(then - TWO_DAYS):  # away and back again: who was told of this time is not told anew
        for at in (was + timedelta(days=7), then):
            booking_moves.move(row, Span(at, at + trip.length))
        booking_reminders.schedule(row)
        db.session.commit()
    pass_by(then - TWO_DAYS + MINUTE, then - THREE_HOURS)
    assert reminders(row) == ["near", "next"]


def test_what_was_called_off_or_never_paid_is_not_reminded(shop, trip):
    gone, unpaid = shop.booked(trip, shop.when(7), paid=True), shop.booked(trip, shop.when(8))
    booking_orders.cancel(gone, by=shop.owner, reason="Llueve")
    db.session.commit()
    pass_by(gone.starts_at - TWO_DAYS, unpaid.starts_at - TWO_DAYS, unpaid.starts_at - THREE_HOURS)
    assert (gone.state, unpaid.state) == ("cancelled", "expired")
    assert reminders(gone) + reminders(unpaid) == []


@ONE
@pytest.mark.parametrize(
    ("zone", "day", "local"),
    [
        ("America/Santiago", date(2026, 9, 6), "08:00"),  # clocks went forward that night: at nine it was eight
        ("America/Havana", date(2026, 11, 1), "10:00"),
        ("America/Costa_Rica", date(2028, 2, 29), "09:00"),
    ],
)
def test_hours_before_are_hours_also_where_clocks_change(shop, trip, zone, day, local):
    tenancy.tenant().timezone = zone
    trip.horizon = 4000
    db.session.commit()
    begins = local_times.moment(day, "09:00", zone)
    with clock.at(begins - timedelta(days=20)):
        row = shop.booked(trip, begins, paid=True)
    assert row.starts_at == begins
    pass_by(begins - TWO_DAYS - MINUTE)
    assert reminders(row) == []
    pass_by(begins - TWO_DAYS)
    assert reminders(row) == ["near"]
    assert f"{local_times.local(begins - TWO_DAYS, zone):%H:%M}" == local


@ONE
def test_a_reminder_speaks_the_guests_language_and_both_clocks(shop, trip):
    begins = shop.when(7)
    row = shop.booked(trip, begins, 2, paid=True, language="en", timezone="Europe/Berlin")
    same = shop.booked(trip, shop.when(9), paid=True, timezone="America/Guatemala")  # other name, same clocks
    pass_by(begins - TWO_DAYS, same.starts_at - TWO_DAYS)
    letter = next(one for one in post.about(row.order) if one.kind == "bookings.near")
    for text in (letter.text, letter.html):
        for words in ("09:00–11:00", "Costa Rica Time", "Germany (Berlin) Time", "Muelle", "2 people",
                      f"/en/bookings/{row.token}", f"/en/bookings/{row.token}.ics"):  # fmt: skip
            assert words in text, words
    hour = begins.astimezone(UTC) + timedelta(hours=1 if _winter(begins) else 2)
    assert f"{hour:%H:%M}–" in letter.text
    [file] = letter.data["attached"]
    [event] = Calendar.from_ical(file["text"]).events
    assert event["dtstart"].dt == begins
    quiet = next(one for one in post.about(same.order) if one.kind == "bookings.near")
    assert "Guatemala" not in quiet.text
    assert "Donde usted está" not in quiet.text


def _winter(at: datetime) -> bool:
    return local_times.local(at, "Europe/Berlin").dst() == timedelta(0)


@ONE
def test_the_orders_own_letter_tells_when_and_where(shop, trip):
    row = shop.booked(trip, shop.when(7), paid=True, timezone="Europe/Berlin")
    for kind in ("orders.placed", "orders.paid"):
        letter = next(one for one in post.about(row.order) if one.kind == kind)
        for words in ("Muelle", "hora de Costa Rica", "Alemania", f"/bookings/{row.token}.ics"):
            assert words in letter.text, words
        assert [one["media"] for one in letter.data["attached"]] == ["text/calendar"]
    plain = shop.bought(shop.product())
    assert not any(one.data.get("attached") for one in post.about(plain))


@ONE
def test_what_is_called_off_leaves_calendars(shop, trip):
    row = shop.booked(trip, shop.when(7), paid=True)
    booking_orders.cancel(row, reason="No puedo")
    db.session.commit()
    letter = next(one for one in post.about(row.order) if one.kind == "orders.cancelled")
    [file] = letter.data["attached"]
    [event] = Calendar.from_ical(file["text"]).events
    assert (event["status"], event["sequence"]) == ("CANCELLED", 1)
    assert "No puedo" in letter.text


def ends(row, kind):
    [told] = [letter for letter in post.about(row.order) if letter.kind == f"bookings.{kind}"]
    return datetime.fromisoformat(told.data["not_after"])


def test_no_reminder_leaves_when_it_is_no_longer_true(shop, trip):
    row = shop.booked(trip, shop.when(7), paid=True)
    pass_by(row.starts_at - TWO_DAYS, row.starts_at - THREE_HOURS)
    zone = tenancy.tenant().timezone
    written = local_times.day(row.starts_at - TWO_DAYS, zone)
    assert ends(row, "near") == clock.span(written, written, zone)[1]  # it says in how many days
    assert ends(row, "next") == row.starts_at
    booking_letters.moved(row, since=row.starts_at, was="x", soon=False)
    assert ends(row, "moved") == row.starts_at
    booking_letters.tell(row, "cancelled")
    assert "not_after" not in post.about(row.order)[0].data


@pytest.mark.parametrize("language", ["es", "en"])
def test_a_sentence_begins_with_a_capital_also_where_it_begins_with_a_weekday(shop, trip, language):
    row = shop.booked(trip, shop.when(7), paid=True, language=language)
    pass_by(row.starts_at - TWO_DAYS)
    letter = next(one for one in post.about(row.order) if one.kind == "bookings.near")
    assert letter.data["lead"][0].isupper()
    day = letter.data["bookings"][0]["when"]
    assert f"{day[0].upper()}{day[1:]} ·" in letter.text
    assert f">{day[0].upper()}{day[1:]}<" in letter.html
