"""The figures of the first page: number, plot, table, rows and file come from one query and agree."""

import csv
import io
import re
from datetime import date, timedelta

import pytest
import time_machine
from bs4 import BeautifulSoup

from crm import tallies
from kernel import buffer, clock
from kernel.db import db
from kernel.plots import HEIGHT, Plot
from shop import figures, payments, reductions, refunds, takings
from shop.figures import FIGURES, Period
from shop.orders import Order
from tests.goods import HOME
from tests.shop.test_orders_desk import page

ARRIVES = {"Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document", "Sec-Fetch-Site": "cross-site"}


def busy(shop):
    """Orders of today, of last week and of the period before; one that was called off, one of staff."""
    coffee = shop.product(stock=90)
    for ago in (0, 0, 3, 40):
        with time_machine.travel(clock.now() - timedelta(days=ago)):
            shop.bought(coffee, paid=True)
    gone, asked = shop.bought(coffee), shop.bought(coffee)
    gone.state, asked.state = "cancelled", "asked"
    shop.delivery()
    shop.bought(coffee, shipping="envio")
    db.session.commit()


def test_what_was_taken_off_an_order_is_no_sale(shop):
    order = shop.bought(shop.product(stock=90), 2, paid=True)
    reductions.note(order, 2_500_00, reason="Una menos")
    db.session.commit()
    html = BeautifulSoup(page(shop.admin, "/figures/sales?days=30"), "html.parser")
    assert int(html.select_one("[data-total]")["data-total"]) == order.costs.minor == 2_500_00
    assert "2 500" in html.select_one(".orders-list tbody .num").text.replace("\xa0", " ")


@pytest.mark.parametrize("name", ["sales", "orders", "places", "ways"])
def test_number_plot_table_rows_and_file_agree(shop, name):
    busy(shop)
    html = BeautifulSoup(page(shop.admin, f"/figures/{name}?days=30"), "html.parser")
    total = int(html.select_one("[data-total]")["data-total"])
    assert total == {"sales": 4 * 2_500_00 + 2_000_00}.get(name, 4)
    assert html.select_one("#rows").text == "4 filas"
    assert len(html.select(".orders-list tbody tr")) == 4
    sheet = shop.admin.get(f"/admin/cafe/figures/{name}.csv?days=30").get_data(as_text=True)
    cells = list(csv.reader(io.StringIO(sheet.lstrip("\ufeff"))))[1:]
    assert sum(round(float(row[1]) * (100 if name == "sales" else 1)) for row in cells) == total
    assert len(cells) == len(html.select("[data-sums] tbody tr"))
    assert name not in {"sales", "orders"} or all(date.fromisoformat(row[0]) for row in cells)
    assert (html.select_one("svg.plot title") is not None) == (name in {"sales", "orders"})


def test_the_first_page_shows_the_same_and_leads_there(shop):
    busy(shop)
    admin = shop.admin
    html = BeautifulSoup(page(admin, "/?days=7"), "html.parser")
    plots = {one["data-plot"]: one for one in html.select("[data-plot]")}
    assert set(plots) == set(figures.ON_TODAY)
    for name, one in plots.items():
        behind = BeautifulSoup(admin.get(one.select_one("a")["href"]).get_data(as_text=True), "html.parser")
        assert behind.select_one(f"[data-plot={name}]")["data-total"] == one["data-total"]
    assert "2 en los mismos días" not in plots["orders"].text
    assert "days=7" in plots["orders"].select_one("a")["href"]


def test_places_are_where_the_goods_go(shop):
    assert figures.place(HOME, by_staff=False) == "CR|San José"
    assert figures.place({"country": "DE", "region": "Bremen"}, by_staff=False) == "DE"
    assert figures.place({}, by_staff=True) == figures.COUNTER
    assert figures.place({"country": "CR"}, by_staff=False) == ""


def test_whole_days_of_the_shop(shop):
    with time_machine.travel("2026-11-23T05:30:00Z"):  # still Sunday evening in Costa Rica
        shop.bought(shop.product())
    sunday, monday = date(2026, 11, 22), date(2026, 11, 23)
    assert [len(FIGURES["orders"].points(Period(day, day))) for day in (sunday, monday)] == [1, 0]
    assert figures.by_day(FIGURES["orders"].points(Period(sunday, monday)), Period(sunday, monday)) == [1, 0]
    assert Period(sunday, monday).before == Period(date(2026, 11, 20), date(2026, 11, 21))


def test_arrivals_are_counted_without_a_name_and_lead_to_the_order(shop):
    vase = shop.product()
    browser, day = shop.client, clock.today(shop.tenant.timezone)
    browser.get(f"/p/{vase.slug}?utm_source=Boletin+Nov", headers=ARRIVES)
    browser.get("/", headers={**ARRIVES, "Sec-Fetch-Site": "same-origin"})  # from page to page
    browser.get("/", headers={**ARRIVES, "Sec-Purpose": "prefetch"})
    shop.client.get("/", headers={**ARRIVES, "Referer": "https://l.instagram.com/x"})
    shop.client.get("/", headers={**ARRIVES, "Sec-Fetch-Site": "none"})
    shop.client.get("/")  # a machine
    assert not [name for name in browser._cookies if "visitor" in str(name)]
    buffer.flush(shop.app)
    shop.enter()
    found = db.session.scalars(figures.visited(Period(day, day))).all()
    assert {(row.about_kind, row.count) for row in found} == {("other", 1), ("instagram", 1), ("direct", 1)}
    assert tallies.of("visited", day, day) == {day: 3}
    with browser.session_transaction(base_url=f"http://{browser.host}/") as kept:
        assert kept["source"] == "boletin nov"


def test_the_money_opens_the_payments_whose_sum_it_is(shop):
    coffee = shop.product(stock=50)
    with time_machine.travel(clock.now() - timedelta(days=8)):
        shop.bought(coffee, 3, paid=True)
    order = shop.bought(coffee, 2, paid=True)
    refunds.give(order, amount=order.money(1_000_00), by=shop.owner, key="r")
    payments.settle(payments.current(shop.bought(coffee)), key="part", amount=order.money(100_00))
    db.session.commit()
    admin = shop.admin
    first = BeautifulSoup(page(admin, "/"), "html.parser")
    behind = admin.get(first.select_one("[data-figure=today]")["href"]).get_data(as_text=True)
    rows = [int(one) for one in re.findall(r'class="num" data-minor="(-?\d+)"', behind)]
    assert sorted(rows) == [-1_000_00, 100_00, 5_000_00]
    assert sum(rows) == takings.today().minor == int(re.search(r'<b data-minor="(\d+)"', behind)[1])
    assert int(first.select_one("[data-count='money.today']").text) == len(rows)
    assert "Pagos y devoluciones de hoy" in first.text
    assert "3 pagos y devoluciones" in behind
    [way] = takings.by_way(clock.today(shop.tenant.timezone), clock.today(shop.tenant.timezone))
    assert (way.came.minor, way.went.minor) == (5_100_00, -1_000_00)
    assert re.findall(r'data-way-minor="(-?\d+)"', behind) == ["410000"]
    sheet = admin.get("/admin/cafe/takings.csv?show=30").get_data(as_text=True)
    assert sheet.count("\r\n") == 5  # its head and the four of thirty days
    assert all(re.match(r"\d{4}-\d\d-\d\d \d\d:\d\d,", line) for line in sheet.splitlines()[1:])


def test_another_currency_is_its_own_sum(shop):
    order = shop.bought(shop.product(), paid=True)
    rows = takings._both(*takings.this_week())
    assert rows is not None
    db.session.execute(db.update(Order).where(Order.id == order.id).values(currency="USD"))
    day = clock.today(shop.tenant.timezone)
    assert takings.sums(day, day) == {"CRC": 2_500_00}
    assert FIGURES["sales"].points(Period(day, day)) == []
    assert len(FIGURES["orders"].points(Period(day, day))) == 1


def test_a_plot_keeps_gaps_and_scale():
    plot = Plot("x", [0, None, 10], [5], goal=20)
    assert plot.line.count("M") == 2
    assert plot.area == ""
    assert plot.top == 20
    assert plot.dot.endswith("h0")
    assert all(0 <= float(one) <= HEIGHT for one in re.findall(r",([\d.]+)", plot.line + plot.ghost + plot.level))
    assert Plot("x", []).line == Plot("x", [None]).dot == ""


def test_a_clerk_sees_no_figures(shop):
    clerk = shop.staff("clerk")
    assert "data-plot" not in page(clerk, "/")
    assert clerk.get("/admin/cafe/figures/sales").status_code == 404
    assert shop.admin.get("/admin/cafe/figures/nothing").status_code == 404
