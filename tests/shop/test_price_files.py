"""Price lists from a file: what people's spreadsheets do to it, what is wrong line by line, all of it or nothing."""

import io
import os
from html import unescape

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from kernel import table_files
from kernel.db import db
from kernel.refusal import Refusal
from shop import price_files, price_lists
from shop.pricing import PriceBreak
from tests.shop import gifts
from tests.shop.pages import form, marks, text

FILE = "/admin/cafe/price-lists/mayor/file"
EXAMPLES = int(os.environ.get("PLAZA_EXAMPLES", "30"))


@pytest.fixture
def goods(shop):
    """Three products, the first one with a price for the group."""
    found = [shop.product(f"Café {n}", price=1_000_00 * n, slug=f"caf-{n}") for n in (1, 2, 3)]
    price_lists.put("mayor", {found[0].id: 900_00}, by=shop.owner)
    db.session.commit()
    return found


def send(shop, data):
    data = data.encode() if isinstance(data, str) else data
    return shop.admin.post(FILE, data={"file": (io.BytesIO(data), "precios.csv")})


def why(data):
    """What is wrong, by line."""
    return {one.line: one.why for one in price_files.read("mayor", data).wrong}


def after(data):
    """SKU → the price that the file would write."""
    found = price_files.read("mayor", data)
    assert found.wrong == []
    return {one.product.sku: one.after.minor if one.after else None for one in found.changes}


def kept():
    db.session.expire_all()
    return price_lists.prices("mayor")


def test_the_export_is_the_template_and_says_nothing_new(shop, goods):
    made = shop.admin.get("/admin/cafe/price-lists/mayor.csv").get_data(as_text=True)
    assert made.splitlines()[1] == "CAF-1,Café 1,1000.00,900.00,CRC"
    assert after(made) == {}
    book = shop.admin.get("/admin/cafe/price-lists/mayor.xlsx").get_data()
    assert after(table_files.text(book)[0]) == {}
    changed, stream = openpyxl.load_workbook(io.BytesIO(book)), io.BytesIO()
    changed.active["D2"] = 850.5
    changed.active["D3"] = "=0/0"
    changed.save(stream)
    assert after(table_files.text(stream.getvalue())[0]) == {"CAF-1": 850_50}  # a formula without its value is empty
    assert "850,50" in text(send(shop, stream.getvalue()))
    for one in (made.replace(",", ";"), made.replace(",", "\t"), "sep=;\r\n" + made.replace(",", ";")):
        assert after(one.replace("900.00", "850.00")) == {"CAF-1": 850_00}


def test_what_costs_nothing_does_not_keep_the_template_from_being_read(shop, goods):
    shop.product("Muestra", price=0, slug="muestra")
    db.session.commit()
    made = shop.admin.get("/admin/cafe/price-lists/mayor.csv").get_data(as_text=True)
    assert "MUESTRA,Muestra,0.00,0.00,CRC" in made
    assert after(made) == {}
    assert after(made.replace("0.00,0.00,CRC", "0.00,5.00,CRC")) == {"MUESTRA": 5_00}


def test_a_file_is_shown_then_kept_whole(shop, goods):
    answer = send(shop, "SKU;Precio para este grupo\nCAF-1;\ncaf-2; 1 750,50 \n;\nCAF-3;3000\n")
    shown = text(answer).replace("\xa0", " ")
    assert answer.status_code == 200
    assert "Cambiarían 2 precios" in shown
    assert "CAF-2" in shown
    assert "₡1 750,50" in shown
    assert kept() == {goods[0].id: 900_00}
    told = form(answer, "/file/keep")
    assert shop.admin.post(f"{FILE}/keep", data=told).status_code == 303
    assert kept() == {goods[1].id: 1_750_50}
    assert shop.admin.post(f"{FILE}/keep", data=told).status_code == 303  # once more changes nothing
    assert kept() == {goods[1].id: 1_750_50}


def test_one_wrong_line_and_nothing_is_kept(shop, goods):
    data = "SKU,Precio para este grupo\nCAF-2,700\nNADA,5\nCAF-3,barato\n"
    answer = send(shop, data)
    shown = text(answer)
    assert answer.status_code == 422
    assert "Hay 2 líneas por revisar" in shown
    assert "NADA · 5Ningún producto tiene este SKU." in shown
    assert "CAF-3 · baratoEscriba el precio como número" in shown
    assert "keep-list" not in answer.get_data(as_text=True)
    again = shop.admin.post(f"{FILE}/keep", data={"text": data, "name": "precios.csv"})
    assert again.status_code == 422
    assert kept() == {goods[0].id: 900_00}


@pytest.mark.parametrize(
    ("price", "minor"),
    [("12.500", 12_500_00), ("12,500", 12_500_00), ("12 500", 12_500_00), ("₡12.500,75", 12_500_75),
     ("12,500.75", 12_500_75), ("12500.00", 12_500_00), ("12500,5", 12_500_50), ("1.250.000", 1_250_000_00)],
)  # fmt: skip
def test_prices_as_people_write_them(shop, goods, price, minor):
    assert after(f"SKU;Precio\nCAF-2;{price}\n") == {"CAF-2": minor}


@pytest.mark.parametrize(
    ("row", "told"),
    [("CAF-2;-5", "no puede ser negativo"), ("CAF-2;−5", "no puede ser negativo"), ("CAF-2;(500)", "no puede ser negativo"),
     ("CAF-2;'=1+1", "Es una fórmula"), ('CAF-2;"=HYPERLINK(""http://x"")"', "Es una fórmula"), ("CAF-2;@SUM(A1)", "Es una fórmula"),
     ("CAF-2;0", "El precio es 0"), ("CAF-2;1.25E+04", "como número"), ("CAF-2;9999999999", "más de lo que"),
     ("CAF-2;12,345.678", "como número"), ("CAF-2;#REF!", "como número"), (";500", "Escriba el SKU"),
     ("CAF-9;500", "Ningún producto"), ("CAF-2;5;6;7", "más celdas"), ("CAF-2;5;USD", "debe estar en CRC")],
)  # fmt: skip
def test_each_hostile_line_has_its_sentence(shop, goods, row, told):
    shown = unescape(send(shop, f"SKU;Precio;Moneda\n{row}\n").get_data(as_text=True))
    assert told in shown
    assert kept() == {goods[0].id: 900_00}


def test_a_price_with_a_comma_among_commas_is_not_taken_for_another(shop, goods):
    assert list(why("SKU,Precio\nCAF-2,12,500\n")) == [2]
    assert after('SKU,Precio\nCAF-2,"12,500"\n') == {"CAF-2": 12_500_00}


def test_a_product_twice_names_the_first_line(shop, goods):
    with shop.app.test_request_context():
        assert "2" in why("SKU;Precio\nCAF-2;5\nCAF-3;6\n CAF-2 ;7\n")[4]


def test_two_products_of_one_sku_and_gift_cards_are_refused(shop, goods):
    goods[2].sku = "CAF-2"
    card = gifts.voucher(shop)
    db.session.commit()
    assert list(why(f"SKU;Precio\nCAF-2;5\n{card.variants[0].sku};6\n")) == [2, 3]


def test_another_shops_sku_is_nobodys(shop, goods, rival):
    rival.enter()
    theirs = rival.product("Ajeno", slug="ajeno-1").id
    shop.enter()
    answer = send(shop, "SKU;Precio\nAJENO-1;5\n")
    assert (answer.status_code, "Ningún producto tiene este SKU." in text(answer)) == (422, True)
    shop.admin.post(f"{FILE}/keep", data={"text": "SKU;Precio\nAJENO-1;5\n"})
    rival.enter()
    assert not db.session.scalars(select(PriceBreak).where(PriceBreak.product_id == theirs)).all()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_encodings_of_spreadsheets(shop, goods, encoding):
    goods[1].sku = "CAFÉ-Ñ"
    db.session.commit()
    answer = send(shop, "Código;Precio para este grupo\nCAFÉ-Ñ;500\n".encode(encoding))
    assert (answer.status_code, "₡500" in text(answer)) == (200, True)


@pytest.mark.parametrize(
    "data",
    [b"", b"PK\x03\x04 a workbook", b"\xd0\xcf\x11\xe0 an old one", b"SKU;Precio\n\x00\x01;5", b"Nombre;Valor\nx;1\n",
     b"\n\n", b'SKU;Precio\n"CAF-2;5\n', b"\xff\xfe\xff", b"\x81\x8d\x8f\x90\x9d", b"SKU;Precio\n" + b"X;1\n" * 6000],
)  # fmt: skip
def test_what_is_no_table_is_told_so(shop, goods, data):
    answer = send(shop, data)
    assert answer.status_code == 422
    assert marks(answer, "role").count("alert") == 1
    assert kept() == {goods[0].id: 900_00}


def test_what_vanished_meanwhile_is_told_at_the_end(shop, goods):
    told = form(send(shop, "SKU;Precio\nCAF-2;500\nCAF-3;600\n"), "/file/keep")
    goods[2].sku = "OTRO"
    goods[2].variants[0].sku = "OTRO"
    db.session.commit()
    answer = shop.admin.post(f"{FILE}/keep", data=told)
    assert (answer.status_code, kept()) == (422, {goods[0].id: 900_00})


def test_a_clerk_has_no_such_page(shop, goods):
    clerk = shop.staff("clerk")
    assert [clerk.get(FILE).status_code, clerk.post(FILE).status_code, clerk.post(f"{FILE}/keep").status_code] == [
        404
    ] * 3


@settings(max_examples=EXAMPLES, deadline=None, derandomize=EXAMPLES < 1000,
          suppress_health_check=[HealthCheck.function_scoped_fixture])  # fmt: skip
@given(st.binary(max_size=300), st.sampled_from([b"", b"SKU;Precio\n", b"SKU,Precio\n", b"\xef\xbb\xbfSKU\tPrecio\n"]))
def test_any_bytes_are_a_table_or_a_refusal(data, head):
    columns = {"sku": ["SKU"], "price": ["Precio"]}
    try:
        found = list(table_files.rows(table_files.text(head + data)[0], columns))
    except Refusal:
        return
    assert all(set(row.cells) == {"sku", "price"} and row.line >= 2 for row in found)
