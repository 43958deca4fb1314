"""Booking times: clear sentences for what cannot be booked, clocks that change, leap days, seasons of nights."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest

from kernel import clock
from kernel.db import db
from kernel.money import Money
from kernel.refusal import Refusal
from shop import availability, booking_prices, booking_times, local_times
from shop.hours import DayException
from shop.services import Service
from tests.goods import only
from tests.makers import World

NOW = datetime(2026, 3, 2, 15, tzinfo=UTC)  # a Monday; nine in the morning in Costa Rica
HOUR = timedelta(hours=1)
HOME = "America/Costa_Rica"
CHANGES = [  # the night in which clocks change, and how long it is from two to two in the afternoon
    ("America/Santiago", date(2026, 4, 4), 25), ("America/Santiago", date(2026, 9, 5), 23),
    ("America/Havana", date(2026, 3, 7), 23), ("America/Havana", date(2026, 10, 31), 25),
    ("America/Tijuana", date(2026, 3, 7), 23), ("America/Tijuana", date(2026, 10, 31), 25),
]  # fmt: skip
NO_MIDNIGHT = [("America/Santiago", date(2026, 9, 6)), ("America/Havana", date(2026, 3, 8))]


@pytest.fixture(autouse=True)
def _frozen():
    with clock.at(NOW):
        yield


def refused(verb, *told):
    """The kind of the refusal; what it says is a whole sentence."""
    with pytest.raises(Refusal) as answer:
        verb(*told)
    assert str(answer.value).endswith(".")
    assert "%(" not in str(answer.value)
    return type(answer.value).__name__


def clocks(spans, zone):
    return [f"{local_times.local(span.starts_at, zone):%H:%M}" for span in spans]


@pytest.mark.parametrize(
    "text", ["", "mañana", "2026-02-29", "2026-13-01", "20260301", "2026-W10-1", "2026-3-1", "２０２６-０３-０１"]
)
def test_an_impossible_day_is_refused(text):
    assert refused(booking_times.day, text) == "NoDay"


def test_a_departure_is_asked_for(shop):
    tour = shop.service(
        lead=24, horizon=30, times=("09:00", "14:00"), product={"season_from": "03-04", "season_to": "03-20"}
    )
    shop.week(tour, ("10:00",), days=[5])
    db.session.add(DayException(service_id=tour.id, day=date(2026, 3, 12)))
    db.session.add(DayException(day=date(2026, 3, 13), opens="06:00"))
    db.session.commit()

    def ask(day, time):
        return refused(booking_times.asked, tour, day, time)

    span = booking_times.asked(tour, date(2026, 3, 4), "9:00")
    assert span == booking_times.Span(local_times.moment(date(2026, 3, 4), "09:00", HOME), span.starts_at + 2 * HOUR)
    assert ask(date(2026, 3, 1), "09:00") == ask(date.min, "09:00") == "PastDay"
    assert ask(date(2026, 3, 3), "09:00") == ask(date(2026, 3, 21), "09:00") == "OutOfSeason"
    assert ask(date(2026, 4, 2), "09:00") == ask(date.max, "09:00") == "TooFar"
    assert ask(date(2026, 3, 5), "09:15") == ask(date(2026, 3, 5), "10:00") == "NotOffered"
    assert ask(date(2026, 3, 12), "09:00") == ask(date(2026, 3, 13), "09:00") == "NotOffered"
    assert ask(date(2026, 3, 5), "25:00") == ask(date(2026, 3, 5), "") == "NoTime"
    assert booking_times.asked(tour, date(2026, 3, 13), "06:00").starts_at.hour == 12
    assert booking_times.asked(tour, date(2026, 3, 7), "10:00").starts_at.hour == 16


def test_it_is_too_soon_or_over(shop):
    tour = shop.service(lead=24, times=("08:00", "09:00", "12:00"))
    assert refused(booking_times.asked, tour, date(2026, 3, 2), "09:00") == "Past"
    assert refused(booking_times.asked, tour, date(2026, 3, 2), "12:00") == "TooSoon"
    assert refused(booking_times.asked, tour, date(2026, 3, 3), "08:00") == "TooSoon"
    assert booking_times.asked(tour, date(2026, 3, 3), "09:00")
    states = [day.state for day in availability.month(tour, date(2026, 3, 1), date(2026, 3, 3)).values()]
    assert states == ["past", "past", "free"]
    assert clocks(availability.day(tour, date(2026, 3, 3)), HOME) == ["09:00", "12:00"]


def test_holidays_are_closed_where_a_service_says_so(shop):
    tour, other = shop.service("Uno", holidays=False), shop.service("Dos")
    new_year = date(2027, 1, 1)
    assert refused(booking_times.asked, tour, new_year, "09:00") == "NotOffered"
    assert booking_times.asked(other, new_year, "09:00")
    month = availability.month(tour, date(2026, 12, 30), date(2027, 1, 2))
    assert [day.state for day in month.values()] == ["free", "free", "closed", "free"]


def test_appointments_begin_by_their_step_and_end_before_it_closes(shop):
    visit = shop.service(kind="appointment", minutes=45, step=30, times=("09:00-10:45", "20:00-00:00"))
    day = date(2026, 3, 4)
    evening = [f"{hour}:{minute}" for hour in (20, 21, 22) for minute in ("00", "30")] + ["23:00"]
    assert clocks(availability.day(visit, day), HOME) == ["09:00", "09:30", "10:00", *evening]
    assert (
        refused(booking_times.asked, visit, day, "09:15")
        == refused(booking_times.asked, visit, day, "10:30")
        == "NotOffered"
    )


def test_what_is_open_past_midnight_begins_on_the_next_day(shop):
    table = shop.service(kind="appointment", minutes=60, step=60, times=("20:00-02:00",), days=[4])
    friday = date(2026, 3, 6)
    assert clocks(availability.day(table, friday), HOME) == ["20:00", "21:00", "22:00", "23:00"]
    assert clocks(availability.day(table, friday + timedelta(days=1)), HOME) == ["00:00", "01:00"]
    assert booking_times.asked(table, friday + timedelta(days=1), "01:00").starts_at
    assert refused(booking_times.asked, table, friday, "00:00") == "NotOffered"


def test_a_stay_is_asked_for(shop):
    cabin = shop.service(kind="nights", nights_min=2, nights_max=5, horizon=60, lead=6, days=[0, 4], times=("14:00",))
    db.session.add(DayException(service_id=cabin.id, day=date(2026, 3, 10)))
    db.session.commit()

    def ask(arrive, nights):
        return refused(booking_times.stay, cabin, arrive, arrive + timedelta(days=nights))

    friday = date(2026, 3, 6)
    assert booking_times.stay(cabin, friday, date(2026, 3, 10)) == booking_times.between(
        cabin, friday, date(2026, 3, 10)
    )
    assert ask(friday, 0) == ask(friday, -1) == "LeavesTooEarly"
    assert ask(friday, 1) == "TooShort"
    assert ask(friday, 6) == refused(booking_times.stay, cabin, friday, date.max) == "TooLong"
    assert ask(date(2026, 3, 5), 2) == "NoArrival"
    assert ask(date(2026, 3, 9), 2) == "ClosedNight"
    assert ask(date(2026, 2, 27), 3) == "PastDay"
    assert ask(date(2026, 3, 2), 3) == "TooSoon"
    assert ask(date(2026, 5, 4), 3) == "TooFar"
    assert refused(booking_times.asked, cabin, friday, "14:00") == "NotOffered"
    month = availability.month(cabin, friday, date(2026, 3, 10))
    assert [day.begins for day in month.values()] == [True, False, False, True, False]
    assert month[date(2026, 3, 10)].state == "closed"
    found = availability.next_free(cabin, NOW, count=2)
    assert [time.span for time in found] == [
        booking_times.stay(cabin, day, day + timedelta(days=2)) for day in (friday, date(2026, 3, 13))
    ]


@pytest.mark.parametrize(("zone", "night", "hours"), CHANGES)
def test_a_night_in_which_clocks_change_is_one_night(app, zone, night, hours):
    shop = World.open(app, timezone=zone)
    cabin = shop.service(kind="nights", resource=shop.resource("Cabaña"), check_out="14:00", price=100_00)
    span = booking_times.stay(cabin, night, night + timedelta(days=1))
    assert span.ends_at - span.starts_at == hours * HOUR
    assert booking_prices.days(span) == [night]
    longer = booking_times.stay(cabin, night - timedelta(days=1), night + timedelta(days=2))
    assert booking_prices.unit(cabin, only(cabin.product), longer) == Money(300_00, "CRC")
    shop.held(cabin, span.starts_at)
    month = availability.month(cabin, night - timedelta(days=1), night + timedelta(days=1))
    assert [day.state for day in month.values()] == ["free", "full", "free"]


@pytest.mark.parametrize(("zone", "night", "hours"), CHANGES)
def test_appointments_go_on_while_clocks_change(app, zone, night, hours):
    shop = World.open(app, timezone=zone)
    visit = shop.service(
        kind="appointment", resource=shop.resource("Silla"), minutes=60, step=60, times=("00:00-05:00", "22:00-00:00")
    )
    for day in (night, night + timedelta(days=1)):
        times = availability.day(visit, day)
        assert len({time.starts_at for time in times}) == len(times) >= 6
        assert all(after.starts_at >= before.ends_at for before, after in pairwise(times))
        for time in times:  # what the page shows is what is asked for
            assert booking_times.asked(visit, day, clocks([time], zone)[0]) == time.span


@pytest.mark.parametrize(("zone", "day"), NO_MIDNIGHT)
def test_a_departure_at_a_midnight_that_does_not_exist_leaves_an_hour_later(app, zone, day):
    shop = World.open(app, timezone=zone)
    tour = shop.service(times=("00:00", "01:00"))
    times = availability.day(tour, day)
    assert clocks(times, zone) == ["01:00"]
    assert booking_times.asked(tour, day, "00:00") == booking_times.asked(tour, day, "01:00") == times[0].span
    cabin = shop.service("Cabaña", "nights", check_in="00:00", check_out="00:00")
    span = booking_times.stay(cabin, day, day + timedelta(days=1))
    assert (booking_prices.days(span), span.ends_at - span.starts_at) == ([day], 23 * HOUR)


def test_the_twenty_ninth_of_february(shop):
    leap = {"season_from": "02-29", "season_to": "02-29"}
    cabin, tour = shop.service("Cabaña", "nights", horizon=800), shop.service(horizon=800, product=leap)
    stay = booking_times.stay(cabin, date(2028, 2, 28), date(2028, 3, 1))
    assert booking_prices.days(stay) == [date(2028, 2, 28), date(2028, 2, 29)]
    assert booking_times.asked(tour, date(2028, 2, 29), "09:00")
    assert refused(booking_times.asked, tour, date(2027, 3, 1), "09:00") == "OutOfSeason"
    month = availability.month(tour, date(2028, 2, 1), date(2028, 2, 29))
    assert [day.day for day in month.values() if day.open] == [date(2028, 2, 29)]


@pytest.mark.parametrize("jump", [-HOUR, HOUR])
def test_a_clock_that_jumps_shifts_nothing(shop, jump):
    tour = shop.service(lead=2, times=("09:30", "10:30", "11:30", "12:30"), resource=shop.resource("Bote", seats=6))
    shop.held(tour, local_times.moment(date(2026, 3, 3), "09:30", HOME), places=6)
    before = availability.day(tour, date(2026, 3, 3))
    with clock.at(NOW + jump):
        after = availability.day(tour, date(2026, 3, 3))
        assert [time.span for time in after] == [time.span for time in before]
        assert after[0].free == (jump > timedelta(0))  # the hold ran out, and only that
        assert clocks(availability.day(tour, date(2026, 3, 2)), HOME) == (
            ["12:30"] if jump > timedelta(0) else ["10:30", "11:30", "12:30"]
        )


SEASONS = [
    {"name": {"es": "Semana Santa"}, "from": "easter-7", "to": "easter+0", "factor_bp": 14_000},
    {"name": {"es": "Fin de año"}, "from": "12-20", "to": "01-06", "factor_bp": 12_500},
    {"name": {"es": "Siempre tarde"}, "from": "04-01", "to": "04-30", "factor_bp": 9_000},
    {"name": {"es": "Rota"}, "from": "99-99", "to": "", "factor_bp": 1},
]  # fmt: skip


@pytest.mark.parametrize(("day", "factor"), [
    (date(2026, 3, 28), 10_000), (date(2026, 3, 29), 14_000), (date(2026, 4, 5), 14_000), (date(2026, 4, 6), 9_000),
    (date(2026, 12, 19), 10_000), (date(2026, 12, 31), 12_500), (date(2027, 1, 6), 12_500), (date(2027, 1, 7), 10_000),
    (date(2027, 3, 21), 14_000), (date(2028, 2, 29), 10_000),
])  # fmt: skip
def test_a_night_has_the_factor_of_its_season(day, factor):
    assert booking_prices.factor(Service(seasons=SEASONS), day) == factor


def test_each_night_is_rounded_once(shop):
    odd = [{"name": {"es": "Alta"}, "from": "05-02", "to": "05-03", "factor_bp": 10_050}]
    cabin = shop.service(kind="nights", price=101, seasons=odd)  # 101.505 a night in season
    span = booking_times.stay(cabin, date(2026, 5, 1), date(2026, 5, 4))
    told = booking_prices.nights(cabin, only(cabin.product), span)
    assert [(night.price.minor, night.season.get("es", "")) for night in told] == [
        (101, ""),
        (102, "Alta"),
        (102, "Alta"),
    ]
    assert booking_prices.unit(cabin, only(cabin.product), span) == Money(305, "CRC")


@pytest.mark.parametrize(("begins", "ends", "inside", "outside"), [
    ("02-29", "03-02", [date(2028, 2, 29), date(2027, 3, 1)], [date(2027, 2, 28)]),
    ("02-20", "02-29", [date(2028, 2, 29), date(2027, 2, 28)], [date(2027, 3, 1)]),
    ("12-20", "easter+1", [date(2027, 3, 29), date(2026, 12, 20)], [date(2027, 3, 30)]),
])  # fmt: skip
def test_seasons_know_leap_days_and_new_year(begins, ends, inside, outside):
    cabin = Service(seasons=[{"name": {}, "from": begins, "to": ends, "factor_bp": 20_000}])
    assert {booking_prices.factor(cabin, day) for day in inside} == {20_000}
    assert {booking_prices.factor(cabin, day) for day in outside} == {10_000}
