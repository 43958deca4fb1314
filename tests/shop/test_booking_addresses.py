"""What people and machines type into the addresses and forms of times: a page with a clear word, never an error."""

import pytest

from kernel.db import db
from shop import booking_targets, closures
from shop.bookings import Booking
from tests.shop.booking_racers import faults
from tests.shop.pages import read

DAYS = (
    "x",
    "0001-01-01",
    "9999-12-31",
    "2026-02-30",
    "-1",
    "٢٠٢٦-١٢-٠١",
    "2026-12-01\x00",
    "9" * 3000,
    "2026-12-24T10:00",
)
TIMES = ("25:00", "09:60", "-1:00", "٠٩:٠٠", "x" * 3000)
STAMPS = ("00010101T000000Z", "99991231T235959Z", "20261301T000000Z", "x")
COUNTS = ("-1", "0", "1e9", "9" * 50, "٣", "1.5", "9223372036854775808")
DESK = "/admin/cafe/bookings"


@pytest.fixture
def sold(shop):
    """A trip, a room and a cabin, each of which somebody has booked."""
    trip = shop.service("Paseo", capacity=6, resource=shop.resource(units=2, seats=3))
    room = shop.service("Masaje", "appointment", minutes=60, resource=shop.resource("Sala"))
    cabin = shop.service("Cabaña", "nights", resource=shop.resource("Cabaña", seats=2))
    return [shop.booked(one, shop.when(9)) for one in (trip, room, cabin)]


def held(answer, *statuses):
    """Whether it is one of these answers, and a page that says something."""
    assert answer.status_code in statuses, (answer.status_code, answer.request.url, answer.request.form)
    return answer.status_code == 303 or bool(read(answer).xpath("//h1"))


def test_any_day_and_time_in_an_address_of_the_shop_is_answered(shop, sold):
    client, slugs = shop.client, [row.service.product.slug for row in sold]
    tried = [{"month": day} for day in DAYS] + [{"month": day[:7]} for day in DAYS[1:4]]
    tried += [{"day": day, "time": "09:00"} for day in DAYS] + [{"day": "2026-12-24", "time": at} for at in TIMES]
    tried += [{"arrive": day, "leave": "2026-12-24"} for day in DAYS] + [{"places": count} for count in COUNTS]
    for place, told in enumerate(tried):
        slug = slugs[place % 3]
        assert held(client.get(f"/p/{slug}", query_string=told), 200)
        part = client.get("/bookings/month", query_string={"product": slug, **told})
        assert part.status_code == 200
    for slug in ("", "nada", "\x00", "x" * 3000):
        assert client.get("/bookings/month", query_string={"product": slug}).status_code == 404


def test_any_form_that_wants_a_time_is_kept_and_told(shop, sold):
    client = shop.client
    trip = {"product": "paseo", "day": shop.day().isoformat(), "time": "09:00", "people.PASEO": "1"}
    cabin = {"product": "cabana", "arrive": shop.day(12).isoformat(), "leave": shop.day(13).isoformat(), "places": "1"}
    wrong = [{**trip, "day": day} for day in DAYS[:6]] + [{**trip, "time": at} for at in TIMES]
    wrong += [{**trip, "people.PASEO": count} for count in COUNTS] + [{**trip, "people.OTRO": "1"}]
    wrong += [{**cabin, "leave": day} for day in DAYS[:4]] + [{**cabin, "arrive": cabin["leave"]}]
    wrong += [{**cabin, "places": count} for count in COUNTS] + [{**cabin, "leave": shop.day(80).isoformat()}]
    for told in wrong:
        assert held(client.post("/bookings/hold", data=told), 422)
    assert db.session.query(Booking).count() == len(sold)
    more = {"timezone": "../../etc/passwd", "language": "<b>", "answer.x": "y" * 9000, "unit": "1", "price": "0"}
    assert held(client.post("/bookings/hold", data={**trip, **more}), 303)


def test_a_guest_s_page_answers_any_wish(shop, sold):
    for row in sold:
        address = f"/bookings/{row.token}"
        for day in DAYS[:6]:
            assert held(shop.client.get(f"{address}/move", query_string={"day": day, "arrive": day, "month": day}), 200)
        wishes = [{"day": DAYS[2], "arrive": DAYS[2]}, {"day": shop.day().isoformat(), "time": TIMES[0]}, {}]
        for wish in wishes:
            assert held(shop.client.post(f"{address}/move", data=wish), 409, 422)
    assert shop.client.post(f"{address}/cancellation", data={"back": "0" * 3000}).status_code == 409
    for path in ("/bookings/x", "/bookings/x.ics", "/bookings/x/move", "/calendars/x.ics", "/calendars/%00.ics"):
        assert shop.client.get(path).status_code == 404
    assert faults() == []


def test_any_day_in_an_address_of_the_desk_is_answered(shop, sold):
    admin, token = shop.admin, sold[1].token
    for day in DAYS:
        for path in ("", "/week", "/units", "/closures/new", f"/{token}/move"):
            assert held(admin.get(f"{DESK}{path}", query_string={"day": day}), 200)
    for at in STAMPS:
        for row in sold:
            told = {"service": row.service.product.slug, "at": at, "nights": COUNTS[3]}
            assert held(admin.get(f"{DESK}/new", query_string=told), 200, 422)
        assert admin.get(f"{DESK}/departures/paseo/{at}").status_code == 404


def test_any_form_of_the_desk_is_refused_in_words(shop, sold):
    admin, unit = shop.admin, sold[1].service.needs[0].resource.units[0].token
    for day in DAYS[:6]:
        for told in (
            {"first": day},
            {"first": "2026-12-24", "last": day},
            {"first": day, "last": day, "from": "00:00"},
        ):
            assert held(admin.post(f"{DESK}/closures", data={"unit": unit, **told}), 303, 409, 422)
    for at in TIMES:
        assert held(admin.post(f"{DESK}/closures", data={"unit": unit, "first": "2026-12-24", "until": at}), 422)
    for row in sold:
        for wish in [{"to": at} for at in STAMPS] + [{"day": day, "time": "09:00"} for day in DAYS[:5]] + [{}]:
            assert held(admin.post(f"{DESK}/{row.token}/move", data=wish), 409, 422)
        now = booking_targets.stamp(shop.when(11))
        for told in [{"at": at} for at in STAMPS] + [
            {"at": now, "people.": count, "people.PASEO": count} for count in COUNTS
        ]:
            sent = {"service": row.service.product.slug, "people.": "1", "people.PASEO": "1", "key": "k" * 22, **told}
            assert held(admin.post(f"{DESK}/new", data=sent), 409, 422)
    assert db.session.query(closures.Closure).count() == 0
    assert faults() == []
