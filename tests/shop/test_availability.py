"""Availability: what it says is free can be taken, what it says is full cannot; months and days of every kind."""

import os
import random
from datetime import UTC, date, datetime, timedelta
from itertools import count

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import event, select, update

from kernel import clock
from kernel.db import db
from kernel.refusal import Refusal
from shop import availability, booking_list, closures, departures, holdings, local_times, resources, slots
from shop import cart as carts
from shop.bookings import Booking
from shop.occupations import Span

MANY = int(os.environ.get("PLAZA_EXAMPLES", "0"))
SHARED = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large]
PHASES = (
    [Phase.generate, Phase.shrink] if MANY else [Phase.generate]
)  # what fails is made small only when asked for many
some = settings(
    max_examples=MANY or 6, deadline=None, derandomize=not MANY, suppress_health_check=SHARED, phases=PHASES
)
NOW = datetime(2026, 11, 2, 15, tzinfo=UTC)
FIRST, LAST = date(2026, 11, 3), date(2026, 11, 5)
ZONE = "America/Costa_Rica"
numbers = count()


@pytest.fixture(autouse=True)
def _frozen():
    with clock.at(NOW):
        yield


services = st.fixed_dictionaries({
    "kind": st.sampled_from(["departure", "departure", "appointment", "nights"]), "needs": st.sampled_from(["", "a", "b", "ab", "a"]),
    "seats": st.integers(0, 3), "capacity": st.integers(1, 7), "minutes": st.sampled_from([60, 150]),
    "before": st.sampled_from([0, 30]), "after": st.sampled_from([0, 30]), "group_min": st.integers(1, 3),
})  # fmt: skip
deeds = st.tuples(
    st.sampled_from(["hold", "hold", "lapse", "lapse", "lapse", "cancel", "close", "shut", "widen", "retire"]),
    st.integers(0, 2), st.integers(0, 11), st.integers(1, 6),
)  # fmt: skip


@given(
    st.lists(services, min_size=3, max_size=3),
    st.tuples(*[st.integers(1, 3)] * 2),
    st.lists(deeds, max_size=14),
    st.integers(0, 999),
)
@some
def test_what_is_free_can_be_taken_and_what_is_full_cannot(shop, told, units, deeds, seed):
    chance = random.Random(seed)
    shared = dict(zip("ab", [shop.resource(f"R{next(numbers)}", units=one) for one in units], strict=True))
    known = [_service(shop, shared, values) for values in told]
    late = [row.id for deed in deeds if (row := _done(known, *deed)) is not None]
    over = update(Booking).where(Booking.id.in_(late), Booking.state == "held")
    db.session.execute(over.values(held_until=NOW - timedelta(minutes=1)))
    db.session.commit()
    for service in known:
        _agrees(service, chance, None)
    mine = select(Booking).where(Booking.service_id.in_([service.id for service in known])).order_by(Booking.id)
    if live := [row for row in db.session.scalars(mine) if row.live]:
        moved = chance.choice(live)
        _agrees(moved.service, chance, moved)
    for slot in booking_list.board(FIRST, LAST).slots:
        assert slot.left == slots.fitted([slot])[0].left, (slot.service.needs, slot.starts_at)


def _service(shop, shared, values):
    told = {**values, "resource": [shared[one] for one in values["needs"]], "holidays": True}
    times = {"departure": ("08:00", "09:30", "12:00"), "appointment": ("08:00-12:30",)}.get(told["kind"], ())
    return shop.service(
        f"S{next(numbers)}", told.pop("kind"), times=times, **{name: told[name] for name in told if name != "needs"}
    )


def _done(known, deed, which, place, places):
    """Do it, unless it is refused; the booking whose hold will have run out."""
    service = known[which]
    spans = _spans(service)
    span, row = spans[place % len(spans)], None
    try:
        if deed in {"hold", "lapse", "cancel"}:
            row = holdings.hold(service, span, places, cart=carts.begin()[0])
        elif deed == "close" and service.needs:
            units = resources.units([service.needs[0].resource_id])[:places]
            closures.close(units, Span(span.starts_at, span.starts_at + timedelta(minutes=20 * places)))
        elif deed in {"shut", "widen"} and service.kind == "departure":
            departure = departures.at(service, span.starts_at)
            departure.state = "closed" if deed == "shut" else "open"
            departure.capacity += places if deed == "widen" else 0
        elif deed == "retire" and service.needs:
            resources.units([service.needs[0].resource_id])[-1:][0].active = place % 3 > 0
        if deed == "cancel":
            holdings.release([row], "expire")
    except Refusal:
        db.session.rollback()
        return None
    db.session.commit()
    return row if deed == "lapse" else None


def _spans(service):
    """Every time of three days that the service has, of nights those of one and of two nights."""
    if service.kind != "nights":
        days = [FIRST + timedelta(days=number) for number in range(3)]
        return [time.span for day in days for time in availability.day(service, day)]
    nights = [(FIRST + timedelta(days=number), length) for number in range(3) for length in (1, 2)]
    return [_stay(service, day, length) for day, length in nights]


def _stay(service, day, length):
    begins = local_times.moment(day, service.check_in, ZONE)
    return Span(begins, local_times.moment(day + timedelta(days=length), service.check_out, ZONE))


def _agrees(service, chance, moved):
    places = chance.randint(1, service.capacity + 1)
    month = availability.month(service, FIRST, LAST, places, besides=moved)
    for day in month:
        times = availability.day(service, day, places, besides=moved)
        assert month[day].open == any(time.free for time in times)
    for span in chance.sample(spans := _spans(service), min(6, len(spans))):
        said = availability.stay_free(service, span, places, besides=moved)
        assert said == _taken(service, span, places, moved), (service.kind, span, places)


def _taken(service, span, places, moved):
    """Whether holdings take it; nothing of it stays."""
    attempt = db.session.begin_nested()
    try:
        if moved is None:
            holdings.hold(service, span, places, cart=carts.begin()[0])
        else:
            holdings.place(moved, span, places)
    except Refusal:
        return False
    finally:
        attempt.rollback()
        db.session.expire_all()
    return True


def test_a_departure_counts_what_is_left_and_what_its_group_needs(shop):
    boats = shop.resource("Bote", units=2, seats=3)
    tour = shop.service(resource=boats, group_min=4)
    shop.held(tour, shop.when(), places=2)
    (time,) = availability.day(tour, shop.day())
    assert (time.left, time.gathered, time.missing, time.free) == (4, 2, 2, True)
    assert [day.state for day in availability.month(tour, shop.day(), shop.day(8), places=5).values()] == [
        "full", "free",
    ]  # fmt: skip


def test_a_cabin_is_full_by_night(shop):
    cabin = shop.service(kind="nights", resource=shop.resource("Cabaña"))
    shop.held(cabin, shop.when(7), nights=2)
    month = availability.month(cabin, shop.day(6), shop.day(10))
    assert [day.state for day in month.values()] == ["free", "full", "full", "free", "free"]
    assert not availability.stay_free(cabin, shop.span(cabin, shop.when(6), nights=2))
    (first,) = availability.next_free(cabin, shop.when(7), count=1)
    assert first.span == shop.span(cabin, shop.when(9))


def test_an_appointment_has_its_buffers_inside(shop):
    visit = shop.service(kind="appointment", resource=shop.resource("Silla"), minutes=60, after=15, step=30)
    shop.held(visit, shop.when(at="11:00"))
    taken = [time.starts_at - shop.when(at="11:00") for time in availability.day(visit, shop.day()) if not time.free]
    assert taken == [timedelta(minutes=minutes) for minutes in (-60, -30, 0, 30, 60)]


def test_a_month_is_as_many_statements_however_many_have_booked(shop):
    boats = shop.resource("Bote", units=1, seats=3)
    services = [shop.service("Paseo", resource=boats), shop.service("Visita", "appointment", resource=boats, minutes=30),
                shop.service("Noche", "nights", resource=boats)]  # fmt: skip
    few = [_statements(shop, service) for service in services]
    resources.grow(boats, 9, named="Bote")
    for ahead in range(3, 7):
        for _ in range(2):
            shop.held(services[0], shop.when(ahead), places=2)
        shop.held(services[1], shop.when(ahead, "15:30"))
        shop.held(services[2], shop.when(ahead))
    assert [_statements(shop, service) for service in services] == few


def _statements(shop, service):
    """How many statements a month takes."""
    db.session.commit()
    told = []
    event.listen(db.engine, "before_cursor_execute", listener := lambda *words: told.append(words[2]))
    assert len(availability.month(service, shop.day(1), shop.day(31))) == 31
    event.remove(db.engine, "before_cursor_execute", listener)
    return len(told)


def test_the_next_free_time_may_be_far(shop):
    tour = shop.service(resource=shop.resource("Bote", seats=6), times=("09:00",), horizon=400)
    (unit,) = resources.units([tour.needs[0].resource_id])
    closures.close([unit], Span(shop.when(1), shop.when(300)))
    db.session.commit()
    assert [time.starts_at for time in availability.next_free(tour, shop.when(1), 6, count=2)] == [
        shop.when(300),
        shop.when(301),
    ]
    assert availability.next_free(tour, shop.when(401)) == availability.next_free(tour, shop.when(1), 7) == []


def test_the_search_for_the_next_free_time_ends(shop, monkeypatch):
    service = shop.service("Nunca", "appointment", resource=shop.resource("Silla", 0), step=5, horizon=1095)
    asked, real = [], availability.vacancies.at
    monkeypatch.setattr(availability, "MOST_LOOKED", 1_000)
    monkeypatch.setattr(availability.vacancies, "at", lambda *told, **how: asked.append(told[1]) or real(*told, **how))
    assert availability.next_free(service, shop.when(0)) == []
    assert len(asked) == 1
