"""What a night costs when: one price each, dates before week days; long stays, guests beyond, fewest nights."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import event

from kernel.db import db
from shop import availability, booking_prices, booking_times, quotes, rates, service_sheets, walk_ins
from shop import cart as carts
from shop.occupations import Span
from shop.rates import ServiceRate
from shop.services import Service
from shop.views import rate_table

MONDAY = date(2026, 3, 2)  # the tests' own day
WEEKEND = {"name": {"es": "Fin de semana"}, "weekdays": [4, 5], "price_minor": 60_000_00}
HOLY = {
    "name": {"es": "Semana Santa"},
    "begins": "easter-7",
    "ends": "easter-1",
    "price_minor": 75_000_00,
    "nights_min": 4,
}
SUMMER = {"name": {"es": "Verano"}, "begins": "12-15", "ends": "04-30", "price_minor": 50_000_00}


def rate(**told):
    """A rate as the editor makes it."""
    return ServiceRate(**{"name": {"es": "Otra"}, "begins": "", "ends": "", "weekdays": [], "nights_min": None, **told})


def cabin(shop, *told, units=1, **values):
    """A cabin for four at 45 000 a night, with these rates."""
    row = shop.service("Cabaña", "nights", price=45_000_00, capacity=4, seats=0,
                       resource=shop.resource(units=units, seats=4), **values)  # fmt: skip
    rates.write(row, [rate(**one) for one in told])
    db.session.commit()
    return row


def cost(row, arrive, nights, **much):
    """What that stay costs a unit."""
    span = booking_times.between(row, arrive, arrive + timedelta(days=nights))
    return booking_prices.of(row, row.product.variants[0], span, **much)


def priced(row, day):
    """What that night costs, in whole units of money."""
    return cost(row, day, 1).total.minor // 100


@pytest.mark.parametrize(("day", "price"), [
    (date(2026, 3, 5), 50_000), (date(2026, 3, 6), 50_000), (date(2026, 3, 29), 75_000), (date(2026, 4, 4), 75_000),
    (date(2026, 4, 5), 50_000), (date(2026, 5, 1), 60_000), (date(2026, 5, 3), 45_000), (date(2027, 3, 21), 75_000),
])  # fmt: skip
def test_dates_go_before_week_days_and_the_shorter_time_before_the_longer(shop, day, price):
    assert priced(cabin(shop, WEEKEND, SUMMER, HOLY), day) == price


def test_the_order_of_the_rows_says_nothing(shop):
    row, days = cabin(shop), [MONDAY + timedelta(days=number) for number in range(70)]
    told = []
    for order in ((WEEKEND, SUMMER, HOLY), (HOLY, WEEKEND, SUMMER), (SUMMER, HOLY, WEEKEND)):
        rates.write(row, [rate(**one) for one in order])
        told.append([priced(row, day) for day in days])
    assert told[0] == told[1] == told[2]
    assert len(set(told[0])) == 4


def test_one_year_goes_before_every_year_and_some_nights_before_all(shop):
    new_year = {"begins": "12-27", "ends": "01-02"}
    row = cabin(shop, {**new_year, "price_minor": 1_00}, {"begins": "2026-12-27", "ends": "2027-01-02", "price_minor": 2_00},
                {**new_year, "weekdays": [4], "price_minor": 3_00})  # fmt: skip
    assert [priced(row, date(year, 12, 31)) for year in (2026, 2027, 2028)] == [2, 3, 1]


@pytest.mark.parametrize(("one", "other", "clash"), [
    (WEEKEND, {"weekdays": [5, 6], "price_minor": 1}, True), (WEEKEND, {"weekdays": [6, 0], "price_minor": 1}, False),
    (WEEKEND, {"weekdays": [5], "price_minor": 1}, False), (HOLY, SUMMER, False), (HOLY, HOLY, True),
    (HOLY, {"begins": "03-29", "ends": "04-04", "price_minor": 1}, True),
    ({"begins": "2026-07-01", "ends": "2026-07-10", "price_minor": 1},
     {"begins": "2026-07-10", "ends": "2026-07-19", "price_minor": 1}, True),
    ({"begins": "2026-07-01", "ends": "2026-07-10", "price_minor": 1},
     {"begins": "2026-07-11", "ends": "2026-07-20", "price_minor": 1}, False),
])  # fmt: skip
def test_two_of_equal_force_are_refused_with_both_names(shop, one, other, clash):
    row = cabin(shop)
    both = [rate(**one), rate(**other)]
    if not clash:
        rates.write(row, both)
        return
    with pytest.raises(rates.Clash) as told:
        rates.write(row, both)
    assert all(each.name["es"] in str(told.value) for each in both)


def test_a_season_by_share_keeps_what_it_did_and_multiplies_the_weekend_but_not_dates(shop):
    half = [{"name": {"es": "Alta"}, "from": "03-01", "to": "03-31", "factor_bp": 15_000}]
    row = cabin(shop, seasons=half)
    assert [priced(row, MONDAY), priced(row, date(2026, 4, 1))] == [67_500, 45_000]
    rates.write(row, [rate(**WEEKEND), rate(**HOLY)])
    assert [priced(row, day) for day in (date(2026, 3, 6), date(2026, 3, 30))] == [90_000, 75_000]


def test_a_long_stay_saves_and_guests_beyond_cost(shop):
    row = cabin(shop, WEEKEND, week_bp=1_000, month_bp=2_500, guests_in=2, guest_minor=10_000_00, units=2)
    assert cost(row, MONDAY, 6).off.minor == 0
    week = cost(row, MONDAY, 7)
    assert (week.before.minor, week.off.minor) == (345_000_00, 34_500_00)
    assert cost(row, MONDAY, 28).off_bp == 2_500
    assert cost(row, MONDAY, 2, places=2).guests.minor == 0
    assert cost(row, MONDAY, 2, places=4).guests.minor == 40_000_00
    assert cost(row, MONDAY, 2, places=5, units=2).guests.minor * 2 == 20_000_00


@given(days=st.integers(0, 400), length=st.integers(2, 40), at=st.integers(1, 39), minor=st.integers(1, 10**9))
def test_any_split_of_a_stay_costs_the_same_and_its_nights_are_its_sum(days, length, at, minor):
    told = [rate(**one) for one in (WEEKEND, SUMMER, {**HOLY, "price_minor": minor})]
    found = Service(rates=told, nights_min=1, nights_max=60, seasons=[], week_bp=0, month_bp=0)
    every = [MONDAY + timedelta(days=days + number) for number in range(length)]
    for day in every:
        strongest = sorted(force for one in told if (force := one.force(day)) is not None)
        assert len(strongest) == len(set(strongest))
        assert (rates.of(found, day) is None) == (not strongest)
    one, two = every[: at % length], every[at % length :]
    assert rates.strictest(found, every)[0] == max(rates.strictest(found, part)[0] for part in (one, two) if part)


@pytest.mark.parametrize("cut", [1, 3, 6])
def test_two_stays_cost_what_the_whole_does_before_what_its_length_saves(shop, cut):
    row = cabin(shop, WEEKEND, SUMMER, HOLY, week_bp=1_000, guests_in=1, guest_minor=333)
    first, whole = date(2026, 3, 26), cost(row, date(2026, 3, 26), 8, places=3)
    parts = cost(row, first, cut, places=3), cost(row, first + timedelta(days=cut), 8 - cut, places=3)
    assert whole.before == parts[0].before + parts[1].before
    assert whole.total + whole.off == whole.before


def test_fewer_nights_than_a_season_wants_are_refused_and_days_to_leave_come_later(shop):
    row = cabin(shop, HOLY)
    with pytest.raises(booking_times.TooShort, match=r"Semana Santa.*4"):
        booking_times.stay(row, date(2027, 3, 20), date(2027, 3, 22))
    assert booking_times.stay(row, date(2027, 3, 19), date(2027, 3, 21))
    assert booking_times.stay(row, date(2027, 3, 21), date(2027, 3, 25))
    assert [rates.shortest(row, date(2027, 3, day)) for day in (19, 20, 21)] == [1, 1, 4]
    found = availability.next_free(
        row, booking_times.between(row, date(2027, 3, 21), date(2027, 3, 22)).starts_at, count=1
    )
    assert (found[0].ends_at - found[0].starts_at).days == 3  # four nights, from check-in to check-out
    page = shop.client.get("/bookings/month?product=cabana&month=2027-03&arrive=2027-03-21").get_data(as_text=True)
    assert "leave=2027-03-25" in page
    assert "leave=2027-03-24" not in page
    assert "Mínimo 4 noches" in page


def test_the_cart_tells_what_the_nights_cost_and_so_do_staff(shop):
    row = cabin(shop, WEEKEND, week_bp=1_000, guests_in=2, guest_minor=10_000_00)
    cart = carts.begin()[0]
    booking = shop.held(row, shop.when(), 3, cart=cart, nights=7)
    carts.book(cart, booking, {row.product.variants[0]: 1})
    [line] = quotes.price(carts.wanted(cart)).lines
    assert line.unit.minor == (345_000_00 + 70_000_00) * 9 // 10
    told = line.texts["Precio de las noches"]
    assert "5 × " in told
    assert "1 huésped más" in told
    assert told.endswith("7 noches o más: −10 %")
    visit = walk_ins.visit(row, Span(booking.starts_at, booking.ends_at), {"": 3})
    assert walk_ins.foreseen(visit).total.minor == line.unit.minor
    rates.write(row, [])
    assert quotes.price(carts.wanted(cart)).lines[0].unit.minor < line.unit.minor


def test_the_second_hold_asks_nothing_for_the_rates(shop):
    cabin(shop, WEEKEND, units=3)
    asked = []
    for start in (7, 9):
        told = {"product": "cabana", "arrive": shop.day(start).isoformat(), "leave": shop.day(start + 1).isoformat(),
                "places": "1"}  # fmt: skip
        shop.client.delete_cookie("cart_8000")
        event.listen(db.engine, "before_cursor_execute", hear := lambda *words: asked[-1].append(words[2]))
        asked.append([])
        assert shop.client.post("/bookings/hold", data=told).status_code == 303
        event.remove(db.engine, "before_cursor_execute", hear)
    assert sum("service_rate" in one for one in asked[0]) == 1
    assert not any("service_rate" in one for one in asked[1])


def test_rates_are_written_in_the_editor_and_what_is_wrong_stays(shop):
    row = cabin(shop)
    path, told = "/admin/cafe/products/cabana/booking", {
        "kind": "nights", "price": "45000", "capacity": "4", "check_in": "14", "check_out": "11", "nights_max": "30",
        "lead": "0", "horizon": "365", "policy": "none", "lasts_in": "hours", "needs-0-token": row.needs[0].resource.token,
        "needs-0-used": "y", "needs-0-seats": "4", "week_off": "10", "guests_in": "2", "guest_price": "5000",
        "rates-0-name": "Fin de semana", "rates-0-when": "days", "rates-1-when": "days", "rates-3-when": "days", "rates-0-weekdays": ["4", "5"], "rates-0-price": "60000",
        "rates-1-name": "Fin de año", "rates-1-begins": "27-12-2026", "rates-1-ends": "2/1/2027", "rates-1-price": "80000",
        "rates-1-nights_min": "3", "rates-2-name": "Semana Santa", "rates-2-when": "easter", "rates-2-price": "75000",
    }  # fmt: skip
    assert shop.admin.post(path, data=told).status_code == 303
    assert [(one.begins, one.ends, one.weekdays, one.price_minor, one.nights_min) for one in row.rates] == [
        ("", "", [4, 5], 60_000_00, None), ("2026-12-27", "2027-01-02", [], 80_000_00, 3),
        ("easter-7", "easter-1", [], 75_000_00, None),
    ]  # fmt: skip
    page = shop.admin.get(path).get_data(as_text=True)
    assert all(part in page for part in ('value="27-12-2026"', 'value="02-01-2027"', 'value="Semana Santa"'))
    assert sum(one.count for one in rate_table.of(row)) == rate_table.AHEAD
    for typed, at in (
        ({"rates-0-price": ""}, "rates-0-price"), ({"rates-0-name": ""}, "rates-0-name"),
        ({"rates-1-begins": "99-99"}, "rates-1-begins"), ({"rates-1-ends": "1-1"}, "rates-1-ends"),
        ({"rates-1-ends": ""}, "rates-1-ends"), ({"rates-0-weekdays": []}, "rates-0-begins"),
        ({"rates-1-nights_min": "31"}, "rates-1-nights_min"), ({"guests_in": ""}, "guest_price"),
        ({"rates-3-name": "Sábado", "rates-3-weekdays": ["5", "6"], "rates-3-price": "1"}, "rates-3-name"),
    ):  # fmt: skip
        answer = shop.admin.post(path, data={**told, **typed})
        page = answer.get_data(as_text=True)
        assert (answer.status_code, f'id="{at}-error"' in page) == (422, True), at
        assert 'value="Semana Santa"' in page
    assert "“Fin de semana” y “Sábado”" in page.replace("«", "“").replace("»", "”")
    assert len(row.rates) == 3
    sheet = service_sheets.ServiceSheet("nights", {}, 1, rates=[rate(**WEEKEND), rate(**WEEKEND)])
    with pytest.raises(rates.Clash):
        service_sheets.save(row.product, sheet)
