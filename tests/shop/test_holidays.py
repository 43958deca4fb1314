"""Holidays that were planned: told beforehand, begun and ended by the clock alone, also on pages that are kept."""

from contextlib import contextmanager
from datetime import UTC, date, datetime, time, timedelta

import pytest

from kernel import clock, tenancy
from kernel.db import db
from shop import availability, booking_times, delivery_days, holidays, local_times, pagecache, storefront
from tests.makers import World
from tests.shop.pages import form, marks, read, text

CLOSED = "/admin/cafe/settings/shop/closed"
PAGE = "/admin/cafe/settings/shop"
QUARTER_OF = pagecache.bucket  # as it is, before a test has it stand still
BEFORE, MEANWHILE, SOLD = "Cerramos el", "Estamos cerrados y volvemos a vender el", "add-to-cart"


@contextmanager
def at(moment):
    """It is that moment inside, for requests too: they are answered in a context of their own."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(clock, "now", lambda: moment)
        yield


@pytest.fixture
def product(shop):
    shop.transfer()
    return shop.product("Café Uno")


def plan(shop, first=3, last=9, begins="", message="Estamos de vacaciones."):
    """Closed from so many days ahead until so many."""
    told = {"begins": f"{shop.day(first)}", "at": begins, "until": f"{shop.day(last)}", "message": message}
    answer = shop.admin.post(CLOSED, data=told)
    db.session.expire_all()
    return answer


def turn_with_the_clock(monkeypatch):
    """Kept pages turn as they do, by the clock that the test tells."""
    monkeypatch.setattr(pagecache, "bucket", lambda _seconds: QUARTER_OF(clock.now().timestamp()))


def seen(shop, moment, path="/p/cafe-uno"):
    """What a shopper finds at that moment: (told beforehand, told that it is closed, sold)."""
    with at(moment):
        answer = shop.client.get(path)
    said = text(answer)
    return BEFORE in said, MEANWHILE in said, SOLD in marks(answer, "data-action")


def test_it_is_told_a_week_before_then_closed_then_open_with_nobody_doing_anything(shop, product, monkeypatch):
    turn_with_the_clock(monkeypatch)
    assert plan(shop, 20, 37).status_code == 303
    begins, ends, minute = shop.when(20, "00:00"), shop.when(37, "00:00"), timedelta(minutes=1)
    before = tenancy.tenant().revision
    told = begins - holidays.NOTICE
    steps = [(told - minute, (False, False, True)), (told, (True, False, True)),
             (begins - minute, (True, False, True)), (begins, (False, True, False)),
             (ends - minute, (False, True, False)), (ends, (False, False, True))]  # fmt: skip
    for _again in range(2):  # drawn, then from the shelf
        assert [seen(shop, moment) for moment, _seen in steps] == [one for _moment, one in steps]
    assert tenancy.tenant().revision == before


def test_a_kept_page_would_be_stale_if_it_outlived_its_quarter_of_an_hour(shop, product, monkeypatch):
    monkeypatch.setattr(pagecache, "bucket", lambda _seconds: 1)
    plan(shop)
    begins = shop.when(3, "00:00")
    assert seen(shop, begins - timedelta(minutes=1)) == seen(shop, begins) == (True, False, True)


def test_a_time_of_the_day_counts_and_is_told(shop, product, monkeypatch):
    turn_with_the_clock(monkeypatch)
    plan(shop, 3, 9, begins="17:15")
    assert [seen(shop, shop.when(3, time_))[1:] for time_ in ("17:14", "17:15")] == [(False, True), (True, False)]
    assert "a las 17:15" in text(shop.client.get("/"))


def test_orders_are_taken_until_it_begins_and_refused_meanwhile(shop, product):
    plan(shop)
    client, begins, ends = shop.client, shop.when(3, "00:00"), shop.when(9, "00:00")
    with at(begins - timedelta(minutes=1)):
        assert client.post("/cart/lines", data={"product": "cafe-uno"}).status_code == 303
        asked = {**form(client.get("/checkout"), "/checkout"), "email": "ana@example.com", "name": "Ana Mora"}
    with at(begins):
        answer = client.post("/checkout", data=asked)
        assert (answer.status_code, "vuelve a vender el" in text(answer)) == (422, True)
        assert client.post("/cart/lines", data={"product": "cafe-uno"}).status_code == 422
    with at(ends):
        assert client.post("/checkout", data=asked).status_code == 303


@pytest.mark.parametrize(
    ("zone", "first", "last", "begins", "ends"),
    [("America/Costa_Rica", date(2026, 12, 20), date(2027, 1, 6), (12, 20, 6), (1, 6, 6)),
     ("Europe/Madrid", date(2026, 10, 24), date(2026, 10, 26), (10, 23, 22), (10, 25, 23)),  # an hour longer
     ("America/Santiago", date(2026, 9, 6), date(2026, 9, 7), (9, 6, 4), (9, 7, 3))],  # that midnight does not exist
)  # fmt: skip
def test_it_begins_and_ends_at_midnight_where_the_shop_is(app, zone, first, last, begins, ends):
    World.open(app, timezone=zone)
    holidays.plan(datetime.combine(first, time()), last, {})
    [one] = holidays.every()
    expected = [datetime(first.year, *begins, tzinfo=UTC), datetime(last.year, *ends, tzinfo=UTC)]
    assert [one.starts_at, one.ends_at] == expected
    for moment, open_ in ((-1, True), (0, False)):
        with at(expected[0] + timedelta(seconds=moment)):
            assert (holidays.now() is None) is open_
    with at(expected[1]):
        assert holidays.now() is None
    assert [moment.timestamp() % 900 for moment in expected] == [0, 0]  # kept pages turn just then


@pytest.mark.parametrize(
    ("first", "hour", "last", "wrong"),
    [(9, "", 9, "Elija un día después del día en que cierra."), (9, "", 3, "Elija un día después del día en que cierra."),
     (-1, "", 5, "Ese día ya pasó."), (3, "12:10", 9, "Elija un cuarto de hora exacto"), (None, "12:00", 5, "Elija también el día"),
     (400, "", 410, "de aquí a un año"), (3, "", 400, "de aquí a un año"), (3, "", -2, "Elija un día después de hoy"),
     (0, "00:00", 4, "Esa hora ya pasó")],
)  # fmt: skip
def test_what_cannot_be_is_told_and_stays_typed(shop, first, hour, last, wrong):
    told = {"begins": f"{shop.day(first)}" if first is not None else "", "at": hour, "until": f"{shop.day(last)}"}
    with at(shop.when(0, "10:00")):
        answer = shop.admin.post(CLOSED, data={**told, "message": "Volvemos"})
        assert answer.status_code == 422
        assert wrong in text(answer)
        assert told.items() <= form(answer, "/settings/shop/closed").items()
        assert holidays.every() == []


def test_words_that_are_no_days_are_told_and_stay_typed(shop):
    told = {"begins": "mañana", "at": "tarde", "until": "nunca", "message": "Volvemos"}
    answer = shop.admin.post(CLOSED, data=told)
    assert answer.status_code == 422
    assert told.items() <= form(answer, "/settings/shop/closed").items()


def test_several_are_listed_each_can_be_taken_out_and_that_be_taken_back(shop):
    plan(shop, 20, 25, message="Feria")
    plan(shop, 3, 9, begins="17:00")
    boss = shop.admin
    taken_out = read(boss.get(PAGE)).xpath("//form[contains(@action, 'holidays/gone')]")
    assert [one.fields["planned"] for one in taken_out] == [f"{shop.day(3)}T17:00", f"{shop.day(20)}T00:00"]
    boss.post(taken_out[0].get("action"), data=dict(taken_out[0].fields))
    db.session.expire_all()
    assert [one.message for one in holidays.every()] == [{"es": "Feria"}]
    undo = read(boss.get(PAGE)).xpath("//form[.//*[@data-undo]]")[0]
    boss.post(undo.get("action"), data=dict(undo.fields))
    db.session.expire_all()
    assert [(one.planned[-5:], one.until) for one in holidays.every()] == [
        ("17:00", shop.day(9)),
        ("00:00", shop.day(25)),
    ]


def test_the_same_beginning_is_written_anew_and_taken_back_is_as_before(shop):
    plan(shop, 3, 9)
    plan(shop, 3, 12, message="Más largas")
    assert [one.until for one in holidays.every()] == [shop.day(12)]
    boss = shop.admin
    boss.post(CLOSED, data={"begins": f"{shop.day(3)}", "until": f"{shop.day(15)}", "message": "Aun más"})
    undo = read(boss.get(PAGE)).xpath("//form[.//*[@data-undo]]")[0]
    boss.post(undo.get("action"), data=dict(undo.fields))
    db.session.expire_all()
    assert [(one.until, one.message) for one in holidays.every()] == [(shop.day(12), {"es": "Más largas"})]


def test_what_touches_is_one_closed_time(shop, product):
    plan(shop, 3, 9)
    plan(shop, 9, 12, message="Inventario")
    last = shop.day(12)
    with at(shop.when(4)):
        assert holidays.now().until == last
        assert holidays.now().message == {"es": "Estamos de vacaciones."}
    with at(shop.when(10)):
        assert holidays.now().message == {"es": "Inventario"}


def test_opening_again_ends_what_has_begun_and_keeps_what_is_planned(shop):
    plan(shop, 3, 9)
    plan(shop, 20, 25)
    boss, last = shop.admin, shop.day(25)
    with at(shop.when(4)):
        assert "vuelve a vender el" in text(boss.get(PAGE))
        boss.post("/admin/cafe/settings/shop/open")
        db.session.expire_all()
        assert holidays.now() is None
        assert [one.until for one in holidays.coming()] == [last]


def test_opening_again_is_taken_back_as_it_was(shop):
    plan(shop, 3, 9, message="Feria")
    boss, until = shop.admin, shop.day(9)
    with at(shop.when(4)):
        boss.post("/admin/cafe/settings/shop/open")
        db.session.expire_all()
        assert holidays.now() is None
        undo = read(boss.get(PAGE)).xpath("//form[.//*[@data-undo]]")[0]
        assert boss.post(undo.get("action"), data=dict(undo.fields)).status_code == 303
        db.session.expire_all()
        assert (holidays.now().until, holidays.now().message) == (until, {"es": "Feria"})


def test_holidays_that_have_begun_are_changed_by_closing_until_another_day(shop):
    plan(shop, 3, 9)
    earlier = shop.day(6)
    with at(shop.when(4)):
        answer = shop.admin.post(CLOSED, data={"begins": "", "until": f"{earlier}", "message": "Antes"})
        assert answer.status_code == 303
        db.session.expire_all()
        assert (holidays.now().until, holidays.now().message) == (earlier, {"es": "Antes"})


def test_today_without_a_time_closes_at_once(shop):
    shop.admin.post(CLOSED, data={"begins": f"{shop.day(0)}", "until": f"{shop.day(2)}"})
    db.session.expire_all()
    assert storefront.of().closed_until == shop.day(2)
    assert holidays.now() is not None


def test_who_plans_is_told_of_bookings_on_those_days(shop):
    shop.transfer()
    tour = shop.service("Paseo", capacity=12)
    for ahead in (3, 5, 12):
        shop.booked(tour, shop.when(ahead))
    boss = shop.admin
    boss.post(CLOSED, data={"begins": f"{shop.day(4)}", "until": f"{shop.day(9)}"})
    assert "Hay una reserva en esos días" in text(boss.get(PAGE))


def test_a_booking_inside_is_not_offered_and_refused_to_who_asks_all_the_same(shop):
    shop.transfer()
    tour = shop.service("Paseo", capacity=12)
    plan(shop, 3, 9, begins="10:00")  # the one at nine would last until eleven
    found = availability.month(tour, shop.day(1), shop.day(10))
    assert [day.day for day in found.values() if not day.open] == [shop.day(one) for one in range(3, 9)]
    assert [one.starts_at for one in availability.next_free(tour, shop.when(2, "12:00"))][:1] == [shop.when(9)]
    with pytest.raises(holidays.Away):
        booking_times.asked(tour, shop.day(3), "09:00")
    assert booking_times.asked(tour, shop.day(2), "09:00").starts_at == shop.when(2)
    told = {"product": "paseo", "day": f"{shop.day(5)}", "time": "09:00", "people.paseo": "1"}
    assert shop.client.post("/bookings/hold", data=told).status_code == 422


def test_a_stay_ends_on_the_morning_on_which_they_begin_and_has_no_night_in_them(shop):
    shop.transfer()
    cabin = shop.service("Cabaña", "nights", resource=shop.resource("Cabaña"))
    plan(shop, 3, 9)
    assert booking_times.stay(cabin, shop.day(1), shop.day(3))
    assert booking_times.stay(cabin, shop.day(9), shop.day(10))
    for first, last in ((2, 4), (3, 4), (8, 9), (8, 10)):
        with pytest.raises(holidays.Away):
            booking_times.stay(cabin, shop.day(first), shop.day(last))
    found = availability.month(cabin, shop.day(2), shop.day(9))
    assert [day.day for day in found.values() if day.open] == [shop.day(2), shop.day(9)]


def test_staff_can_write_down_who_walks_in_as_in_any_closed_shop(shop):
    tour = shop.service("Paseo", capacity=12)
    plan(shop, 3, 9)
    assert booking_times.times(tour, shop.day(5), shop.day(5))


def offered(method, *, lead=0, daily=True):
    return {one.day: [slot.code for slot in one.slots] for one in delivery_days.of(method, lead, daily=daily)}


def test_no_day_of_the_holidays_is_offered_and_two_weeks_of_others_are(shop):
    method, usual = shop.delivery(eta_days=[]), range(15)
    assert list(offered(method)) == [shop.day(ahead) for ahead in usual]
    plan(shop, 3, 9)
    assert list(offered(method)) == [shop.day(ahead) for ahead in (*range(3), *range(9, 21))]


def test_slots_end_when_it_closes(shop):
    method = shop.delivery(eta_days=[], slots=["08:00-10:00", "10:00-12:00", "16:00-18:00"])
    plan(shop, 3, 9, begins="11:00")
    found = offered(method)
    assert found[shop.day(3)] == ["08:00-10:00"]
    assert shop.day(4) not in found
    assert found[shop.day(9)] == ["08:00-10:00", "10:00-12:00", "16:00-18:00"]


def test_nothing_is_fetched_after_the_shop_has_closed_but_it_may_be_brought(shop):
    slots = ["05:00-06:00", "07:30-09:00", "13:00-14:30", "14:00-16:00", "18:00-20:00"]
    fetched, brought = shop.pickup(slots=slots, eta_days=[]), shop.delivery(slots=slots, eta_days=[])
    storefront.of().hours = {**dict.fromkeys(storefront.DAYS, "07:00-20:30"), "sun": "07:00-15:00"}
    db.session.commit()
    with at(shop.when(0, "00:05")):
        told, both = offered(fetched), offered(brought)
    for day, codes in told.items():
        assert codes == (slots[1:4] if day.weekday() == 6 else slots[1:])
    assert {tuple(codes) for codes in both.values()} == {tuple(slots)}
    assert len({day.weekday() for day in told}) == 7


def test_nobody_works_on_holidays_so_what_would_not_be_ready_before_is_ready_after(shop):
    method = shop.delivery(eta_days=[1, 3])
    plan(shop, 3, 9)
    day = [shop.day(ahead) for ahead in range(20)]
    with at(shop.when(1, "12:00")):
        assert delivery_days.eta(method, 24) == (day[3], day[5])
        assert delivery_days.eta(method, 48) == (day[12], day[14])
        assert min(offered(method, lead=48)) == day[12]


def test_holidays_longer_than_anybody_looks_leave_no_day(shop):
    front = storefront.of()
    front.closed_until = date(9999, 12, 31)
    db.session.commit()
    assert offered(shop.delivery(eta_days=[])) == {}
    assert local_times.day(holidays.now().ends_at, shop.tenant.timezone) == date(9999, 12, 31)


def test_a_product_says_once_that_the_shop_is_closed(shop, product):
    shop.service()
    plan(shop, 0)
    for path in ("/p/cafe-uno", "/p/paseo", "/"):
        assert text(shop.client.get(path)).count(MEANWHILE) == 1, path
