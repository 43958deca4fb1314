"""Indicators with targets: computed from facts or typed by month, never made up; the first page says which are missed."""

from datetime import date, timedelta

import pytest
import time_machine
from bs4 import BeautifulSoup

from crm import goals, indicators
from crm.views.indicator_forms import number
from kernel import clock
from kernel.db import db
from tests.shop.test_orders_desk import page

DAY = date(2026, 11, 26)


def made(**told):
    """A goal that is typed, in percent."""
    told = {"unit": "percent", "direction": "more", "target": 9000, "corrective": {"es": "Llamar"}, **told}
    return goals.make(told.pop("name", {"es": "A tiempo"}), **told)


@pytest.mark.parametrize(
    ("value", "more", "less"),
    [(9000, "met", "met"), (8100, "near", "met"), (8099, "missed", "met"), (9900, "met", "near"),
     (9901, "met", "missed"), (None, "none", "none")],
)  # fmt: skip
def test_how_a_value_stands_to_its_target(shop, value, more, less):
    assert goals.judged(made(), value) == more
    assert goals.judged(made(direction="less"), value) == less


def test_a_typed_one_has_no_value_until_the_last_whole_month_is_typed(shop):
    goal = made()
    goals.type_in(goal, date(2026, 9, 1), 9500)
    reading = goals.reading(goal, DAY)
    assert (reading.value, reading.month, reading.state) == (None, date(2026, 10, 1), "none")
    goals.type_in(goal, date(2026, 10, 15), 8500, note="acta")
    assert goals.reading(goal, DAY).state == "near"
    goals.type_in(goal, date(2026, 10, 1), 100)  # corrected, not twice
    assert goals.reading(goal, DAY).value == 100
    history = dict(goals.history(goal, DAY))
    assert len(history) == goals.MONTHS
    assert (history[date(2026, 8, 1)], history[date(2026, 9, 1)], history[DAY.replace(day=1)]) == (None, 9500, None)
    goals.take_back(goal, date(2026, 10, 1))
    assert goals.reading(goal, DAY).value is None


def test_a_target_of_nothing_is_met_or_missed(shop):
    goal = made(direction="less", target=0, unit="count")
    assert [goals.judged(goal, value) for value in (0, 1)] == ["met", "missed"]


@pytest.mark.parametrize(
    ("text", "unit", "value"),
    [("61,5", "percent", 6150), ("61.5 %", "percent", 6150), ("1.234,5", "points", 123450), ("12", "count", 12),
     ("-3", "points", -300), ("4,50", "minutes", 450), ("12,0", "count", 12)],
)  # fmt: skip
def test_numbers_as_people_type_them(app, text, unit, value):
    assert number(text, unit) == value


@pytest.mark.parametrize(
    ("country", "spoken", "unit", "target"),
    [(country, spoken, unit, target) for country, spoken in [("CR", "es"), ("GT", "es"), ("CL", "es"), ("CR", "en")]
     for unit, target in [("percent", 125_000), ("points", 1_250_050), ("count", 1250), ("count", -1250)]],
)  # fmt: skip
def test_a_goal_saved_as_it_stands_keeps_its_target(shop, country, spoken, unit, target):
    shop.tenant.country = country
    goal = made(unit=unit, target=target)
    db.session.commit()
    admin, url = shop.admin, f"/admin/cafe/indicators/{goal.code}"
    told = {"Accept-Language": spoken}
    form = BeautifulSoup(admin.get(url, headers=told).get_data(as_text=True), "html.parser")
    stands = {name: form.select_one(f"[name={name}]")["value"] for name in ("name", "target")}
    kept = {"measure": goal.measure, "unit": goal.unit, "direction": goal.direction}
    assert admin.post(url, data={**kept, **stands}, headers=told).status_code == 303
    db.session.expire_all()
    assert goals.coded(goal.code).target == target


@pytest.mark.parametrize(("currency", "minor"), [("CLP", 1250), ("CRC", 125_000), ("KWD", 1_250_000)])
def test_an_amount_has_the_digits_of_the_currency(shop, currency, minor):
    shop.tenant.currency = currency
    assert number("1250", "money") == minor


@pytest.mark.parametrize("text", ["", "mucho", "1,2,3", "12,5", "9" * 30, "1e9"])
def test_what_is_no_number_is_said(app, text):
    with app.test_request_context(headers={"Accept-Language": "en"}), pytest.raises(ValueError, match="Write a number"):
        number(text, "count")


def test_orders_compute_theirs(shop):
    vase = shop.product(stock=50)
    home = {"country": "CR"}
    for address in (home, {"country": "DE"}):
        shop.bought(vase).address = address
    shop.bought(vase).by_staff = True
    late, kept = shop.bought(vase, email="b@example.com"), shop.bought(vase, email="c@example.com")
    yesterday = clock.today(shop.tenant.timezone) - timedelta(days=1)
    late.delivery_day = kept.delivery_day = yesterday
    db.session.flush()
    from_, until = yesterday - timedelta(days=5), yesterday + timedelta(days=1)
    values = {code: indicators.value(code, from_, until) for code in ("orders.abroad", "orders.online")}
    assert values == {"orders.abroad": 2000, "orders.online": 8000}
    assert indicators.value("orders.on_time", from_, until) == 0
    assert indicators.value("orders.on_time", from_, from_) is None


def test_who_is_new_is_won_within_thirty_days(shop):
    vase = shop.product(stock=50)
    with time_machine.travel("2026-09-10T15:00:00Z"):
        for name in ("won", "late", "never"):
            shop.contact(f"{name}@example.com", phone=None)
        shop.bought(vase, email="order@example.com", phone="")
    with time_machine.travel("2026-09-20T15:00:00Z"):
        shop.bought(vase, email="won@example.com", phone="")
    with time_machine.travel("2026-10-30T15:00:00Z"):
        shop.bought(vase, email="late@example.com", phone="")
    assert indicators.value("orders.first", date(2026, 10, 1), date(2026, 10, 31)) == 3333
    assert indicators.value("orders.first", date(2026, 9, 1), date(2026, 9, 30)) is None  # not over yet
    assert indicators.value("orders.again", date(2026, 9, 1), date(2026, 10, 31)) == 0


def test_the_first_page_counts_the_missed_and_opens_them(shop):
    month = goals.former(clock.today(shop.tenant.timezone).replace(day=1))
    missed, _fine = made(), goals.type_in(made(name={"es": "Bien"}), month, 9900)
    goals.type_in(missed, month, 100)
    made(name={"es": "Sin escribir"})
    db.session.commit()
    admin = shop.admin
    lines = BeautifulSoup(page(admin, "/"), "html.parser").select(".today a")
    found = {one.b["data-count"]: (int(one.b.text), one["href"]) for one in lines}
    for state, names in (("missed", ["A tiempo"]), ("none", ["Sin escribir"])):
        number_, url = found[f"indicators.{state}"]
        rows = BeautifulSoup(admin.get(url).get_data(as_text=True), "html.parser").select("[data-row=indicators] a")
        assert [row.text for row in rows] == names
        assert number_ == len(names)


def test_the_first_page_reckons_each_figure_once(shop, monkeypatch):
    asked = []
    kept = indicators.value
    monkeypatch.setattr(indicators, "value", lambda code, *told: asked.append(code) or kept(code, *told))
    for measure in ("orders.again", "people.new"):
        made(name={"es": measure}, measure=measure)
    db.session.commit()
    browser = shop.admin
    assert browser.get("/admin/cafe/").status_code == 200
    assert sorted(asked) == ["orders.again", "people.new"]


def test_typing_a_month_by_the_page(shop):
    goal = made()
    db.session.commit()
    admin, url = shop.admin, f"/admin/cafe/indicators/{goal.code}"
    month = goals.former(clock.today(shop.tenant.timezone).replace(day=1))
    assert "Sin dato" in page(admin, f"/indicators/{goal.code}")
    bad = admin.post(f"{url}/values", data={"month": f"{month:%Y-%m}", "value": "harto", "note": "acta 3"})
    assert bad.status_code == 422
    assert "acta 3" in bad.get_data(as_text=True)  # what was typed stays
    assert admin.post(f"{url}/values", data={"month": f"{month:%Y-%m}", "value": "61,5"}).status_code == 303
    html = BeautifulSoup(page(admin, f"/indicators/{goal.code}"), "html.parser")
    assert html.select_one(".plot-number").text == "61,5\xa0%"
    assert html.select_one("svg.plot title").text == "A tiempo, mes a mes"
    assert html.select_one(".plot-big")["data-state"] == "missed"
    assert admin.post(f"{url}/away").status_code == 303
    assert admin.get(url).status_code == 404
    assert admin.post(f"{url}/back").status_code == 303
    assert admin.get(url).status_code == 200


def test_a_new_one_that_plaza_computes_has_its_unit(shop):
    told = {"measure": "orders.online", "name": "En línea", "target": "55", "unit": "count", "direction": "less"}
    answer = shop.admin.post("/admin/cafe/indicators/new", data=told)
    assert answer.status_code == 303
    goal = goals.coded("en-linea")
    assert (goal.unit, goal.direction, goal.target, goal.measure) == ("percent", "more", 5500, "orders.online")
    changed = {"name": "En línea", "target": "60,5", "corrective": "QR en el mostrador"}
    kept = {"measure": goal.measure, "unit": goal.unit, "direction": goal.direction}
    assert shop.admin.post("/admin/cafe/indicators/en-linea", data={**kept, **changed}).status_code == 303
    db.session.expire_all()
    assert (goals.coded("en-linea").target, goals.coded("en-linea").corrective) == (6050, {"es": "QR en el mostrador"})


def test_bookings_compute_theirs(shop):
    trip = shop.service(capacity=6, product={"sku": "RIO"})
    with time_machine.travel(clock.now() - timedelta(days=9)):
        early = shop.booked(trip, shop.when(6), 3)
        late = shop.booked(trip, shop.when(7), 2)
    early.state, late.state, late.order.by_staff = "came", "missed", True
    db.session.commit()
    last = clock.today(shop.tenant.timezone) - timedelta(days=1)
    first = last - timedelta(days=20)
    asked = {code: indicators.value(f"bookings.{code}", first, last) for code in ("unaided", "missed", "clashes")}
    assert asked == {"unaided": 5000, "missed": 4000, "clashes": 0}
    left = (last - clock.today(shop.tenant.timezone) + timedelta(days=4)).days  # departures since the first with people
    assert indicators.value("bookings.filled", first, last) == round(50_000 / (6 * left))
    assert indicators.value("bookings.filled", first, last, ["OTRO"]) is None
    assert indicators.value("bookings.filled", first, last - timedelta(days=10)) is None  # before anybody had booked
