"""Rhythms by the calendar and by the clocks of Latin America: no day twice, none left out, each at its hour."""

import calendar
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice, pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns import rhythms
from campaigns.rhythms import Rhythm
from kernel import i18n
from shop import local_times

ZONES = ("America/Santiago", "America/Havana", "America/Tijuana", "America/Costa_Rica", "America/Asuncion")
DAY = timedelta(days=1)
begins = st.dates(date(2024, 1, 1), date(2032, 12, 31))
weekly = st.builds(
    Rhythm, st.just("week"), st.integers(1, 12),
    st.sets(st.sampled_from("0123456"), min_size=1).map(lambda some: "".join(sorted(some))), st.just(1), begins,
)  # fmt: skip
monthly = st.builds(Rhythm, st.just("month"), st.integers(1, 12), st.just(""), st.integers(1, 31), begins)


def weeks_by_hand(rhythm, most):
    """Week by week from the Monday of the first one."""
    monday, found = rhythm.begins - timedelta(days=rhythm.begins.weekday()), []
    while len(found) < most:
        found += [monday + timedelta(days=int(one)) for one in rhythm.days]
        found, monday = [one for one in found if one >= rhythm.begins], monday + timedelta(weeks=rhythm.gap)
    return found[:most]


def months_by_hand(rhythm, most):
    """Month by month: the day of that number, or its last one."""
    year, month, found = rhythm.begins.year, rhythm.begins.month, []
    while len(found) < most:
        day = date(year, month, min(rhythm.day, calendar.monthrange(year, month)[1]))
        found += [day] if day >= rhythm.begins else []
        year, month = year + (month + rhythm.gap - 1) // 12, (month + rhythm.gap - 1) % 12 + 1
    return found


@given(weekly, st.integers(-400, 400))
def test_weeks_are_those_that_one_counts_by_hand(rhythm, ahead):
    known = weeks_by_hand(rhythm, 12)
    assert list(islice(rhythm.after(rhythm.begins - DAY), 12)) == known
    after = rhythm.begins + timedelta(days=ahead)  # from wherever one looks nothing is lost and nothing is added
    assert next(iter(rhythm.after(after))) == next(one for one in weeks_by_hand(rhythm, 500) if one > after)


@given(monthly)
def test_months_are_those_that_one_counts_by_hand(rhythm):
    assert list(islice(rhythm.after(rhythm.begins - DAY), 14)) == months_by_hand(rhythm, 14)


@given(weekly | monthly, st.sampled_from(ZONES), st.times().map(lambda one: one.replace(second=0, microsecond=0)))
def test_each_day_has_one_moment_in_order_and_at_its_hour(rhythm, zone, hour):
    days = list(islice(rhythm.after(rhythm.begins - DAY), 40))
    moments = [local_times.moment(day, f"{hour:%H:%M}", zone) for day in days]
    assert all(one < other for one, other in pairwise(moments))
    for day, moment in zip(days, moments, strict=True):
        there = moment.astimezone(ZoneInfo(zone))
        gone_over = datetime.combine(day, hour, ZoneInfo(zone)).astimezone(UTC).astimezone(ZoneInfo(zone))
        assert there.date() == day
        assert there.time() == hour or there.replace(tzinfo=None) == gone_over.replace(tzinfo=None) > datetime.combine(
            day, hour
        )


EDGES = [  # (zone, the Sunday of the change, an hour of it, what clocks show when it goes)
    ("America/Santiago", date(2026, 9, 6), "00:30", "01:30"),  # no such hour: forward at midnight
    ("America/Havana", date(2026, 3, 8), "00:30", "01:30"),
    ("America/Tijuana", date(2026, 3, 8), "02:30", "03:30"),
    ("America/Santiago", date(2026, 4, 4), "23:30", "23:30"),  # twice: back at midnight
    ("America/Havana", date(2026, 11, 1), "00:30", "00:30"),
    ("America/Tijuana", date(2026, 11, 1), "01:30", "01:30"),
]


@pytest.mark.parametrize(("zone", "day", "hour", "shown"), EDGES)
def test_an_hour_that_is_not_or_is_twice_is_one_moment(zone, day, hour, shown):
    daily = Rhythm("week", 1, "0123456", 1, day - 2 * DAY)
    days = list(islice(daily.after(day - 2 * DAY), 4))
    moments = [local_times.moment(one, hour, zone) for one in days]
    assert days == [day - DAY, day, day + DAY, day + 2 * DAY]
    assert len(set(moments)) == 4
    there = moments[1].astimezone(ZoneInfo(zone))
    assert (there.date(), f"{there:%H:%M}", there.fold) == (day, shown, 0)
    assert {moments[0].astimezone(ZoneInfo(zone)).time(), moments[2].astimezone(ZoneInfo(zone)).time()} == {
        time.fromisoformat(hour)
    }


def test_the_29th_to_the_31st_are_the_last_day_of_shorter_months():
    for day in (29, 30, 31):
        found = list(islice(Rhythm("month", 1, "", day, date(2027, 1, 1)).after(date(2026, 12, 31)), 14))
        assert [one.month for one in found] == [*range(1, 13), 1, 2]
        assert found[1] == date(2027, 2, 28)
        assert found[13] == date(2028, 2, 29)
        assert found[2] == date(2027, 3, day)
    assert next(iter(Rhythm("month", 12, "", 31, date(2027, 2, 1)).after(date(2027, 3, 1)))) == date(2028, 2, 29)


def test_it_ends_on_its_last_day_and_never_falls_where_there_is_none():
    once = Rhythm("week", 2, "02", 1, date(2026, 11, 30), date(2026, 12, 14))
    assert list(once.after(date.min)) == [date(2026, 11, 30), date(2026, 12, 2), date(2026, 12, 14)]
    assert list(Rhythm("week", 1, "", 1, date(2026, 11, 30)).after(date.min)) == []
    assert list(Rhythm("week", 1, "0123456", 1, date(2026, 11, 30), date(2026, 11, 29)).after(date.min)) == []


def test_it_is_said_as_people_say_it(app):
    first = date(2026, 11, 30)
    with i18n.speak("es", "CR"):
        assert rhythms.told(Rhythm("week", 1, "0", 1, first), "09:00") == "cada lunes, 9:00"
        assert rhythms.told(Rhythm("week", 1, "035", 1, first), "18:30") == "cada lunes, jueves y sábado, 18:30"
        assert rhythms.told(Rhythm("week", 1, "0123456", 1, first), "07:00") == "cada día, 7:00"
        assert rhythms.told(Rhythm("week", 2, "4", 1, first), "07:00") == "cada 2 semanas, viernes, 7:00"
        assert rhythms.told(Rhythm("month", 1, "", 15, first), "09:00") == "el día 15 de cada mes, 9:00"
        assert rhythms.told(Rhythm("month", 1, "", 31, first), "09:00") == "el último día de cada mes, 9:00"
        assert rhythms.told(Rhythm("month", 3, "", 1, first), "00:05") == "el día 1, cada 3 meses, 0:05"
