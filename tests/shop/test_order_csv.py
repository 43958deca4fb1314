"""Orders as a file: what spreadsheets open, and nothing that they would run."""

import csv
import io

import pytest

from kernel import tables
from kernel.db import db
from shop import cancellations, payments


@pytest.mark.parametrize("text", ["=1+1", "+506", "-2", "@SUM(A1)", "\t=1", "\r=1", "  =1", "\n=1", ";=1", "＝1"])
def test_a_formula_stays_text(text):
    assert tables.cell(text).startswith("'")


@pytest.mark.parametrize("text", ["Ana", "2500", "a=b", "", None, 12, "Café – Uno"])
def test_what_is_no_formula_stays_as_it_is(text):
    assert tables.cell(text) == ("" if text is None else str(text))


def rows(answer):
    return list(csv.reader(io.StringIO(answer.get_data(as_text=True).removeprefix("\ufeff"))))


def test_the_file_of_a_filter(shop):
    coffee = shop.product(stock=50)
    shop.bought(coffee, 2, paid=True, name='=HYPERLINK("http://malo.example")', phone="")
    shop.bought(coffee, name='Ana, «la» de "siempre"')
    admin = shop.admin
    answer = admin.get("/admin/cafe/orders.csv?show=all", headers={"Accept-Language": "es"})
    assert answer.content_type == "text/csv; charset=utf-8"
    assert answer.headers["Content-Disposition"].startswith('attachment; filename="cafe-')
    assert answer.data.startswith(b"\xef\xbb\xbf")
    heads, *told = rows(answer)
    assert heads[:5] == ["Pedido", "Fecha", "Estado", "Pago", "Nombre"]
    first = dict(zip(heads, told[1], strict=True))
    assert first["Nombre"] == '\'=HYPERLINK("http://malo.example")'
    assert (first["Total"], first["Moneda"]) == ("5000.00", "CRC")
    assert told[0][4] == 'Ana, «la» de "siempre"'
    assert len(rows(admin.get("/admin/cafe/orders.csv?show=prepare"))) == 2


def test_only_who_may_export(shop):
    for role, status in (("owner", 200), ("manager", 200), ("clerk", 404), ("marketer", 404)):
        assert shop.staff(role).get("/admin/cafe/orders.csv").status_code == status, role


def test_each_order_says_what_is_left_and_what_of_it_is_due_now(shop):
    plain, cake = shop.product(price=2_500_00), shop.product("Torta", price=10_000_00, deposit_bp=5000)
    numbers = {
        shop.bought(plain).number: "2500.00", shop.bought(plain, paid=True).number: "0.00",
        shop.bought(cake, plan="deposit").number: "5000.00",
    }  # fmt: skip
    half = shop.bought(cake, plan="deposit")
    payments.settle(payments.current(half), key="half", amount=half.money(5_000_00))
    gone = shop.bought(plain)
    cancellations.by_staff(gone, by=shop.owner, reason="Sin existencias")
    db.session.commit()
    heads, *told = rows(shop.admin.get("/admin/cafe/orders.csv?show=all"))
    due = {row[0]: row[heads.index("Por pagar ya")] for row in told}
    assert due == {**numbers, half.number: "0.00", gone.number: "0.00"}
    left = {row[0]: row[heads.index("Falta pagar")] for row in told}
    parts = {number: "10000.00" for number, now in numbers.items() if now == "5000.00"}
    assert left == {**due, **parts, half.number: "5000.00"}
