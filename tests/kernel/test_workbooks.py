"""Workbooks of Excel: cells as they are seen, hostile files, and what is written comes back as it was."""

import io
import os
import zipfile
from datetime import date, datetime, time, timedelta
from decimal import Decimal

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kernel import table_files, workbook_files, workbook_reading, workbooks
from kernel.refusal import Refusal
from tests.kernel import hostile

EXAMPLES = int(os.environ.get("PLAZA_EXAMPLES", "60"))
ASKED = {"sheet": "", "sign": ",", "most": 100, "wide": 200, "longest": 40_000}
CELL = '<row r="1"><c r="A1" t="inlineStr"><is><t>SKU</t></is></c></row>'
LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10 if n else "ja" * 500}">' for n in range(9))


def made(rows, formats=()):
    """A workbook as somebody's spreadsheet writes it; formats by column."""
    book, stream = openpyxl.Workbook(), io.BytesIO()
    for row in rows:
        book.active.append(row)
    for row in book.active.iter_rows():
        for cell, code in zip(row, formats, strict=False):
            cell.number_format = code
    book.save(stream)
    return stream.getvalue()


def told(data, **more):
    """The rows of the sheet that is read, in this process."""
    return [one for one in workbook_reading.told(data, ASKED | more) if isinstance(one, list)]


def refused(shop, data):
    """Why it cannot be read; read as an upload is, in a process of its own."""
    shop.enter()
    with pytest.raises(Refusal) as why:
        table_files.opened(data, most=50)
    return type(why.value).__name__


@pytest.mark.parametrize(("value", "code", "seen"), [
    (12.5, "General", "12,5"), (1500, "General", "1500"), (0.1 + 0.2, "General", "0,3"), (50688887777, "General", "50688887777"),
    (123456789012, "General", "123456789012"), (1234567890123456789.0, "General", "1.23457E+18"), (-4, "General", "-4"),
    (123, "00000", "00123"), (101230456, "0-0000-0000", "1-0123-0456"), (88887777, "0000\\-0000", "8888-7777"),
    (50688887777, '"+"000 0000-0000', "+506 8888-7777"), (100000, "0.00E+00", "1.00E+05"), (0.16, "0%", "16%"),
    (0.125, "0.0%", "12,5%"), (12500, "#,##0.00", "12500,00"), (33.335, '[$₡-140A]#,##0.00;[Red]-"₡"0', "33,34"),
    (12.75, "#,##0", "13"), (12.125, "General", "12,1250"), (1.5, "# ?/?", "1,5"), (7.0, "@", "7"), (5, '"n.º "0', "5"),
])  # fmt: skip
def test_a_number_is_what_is_seen(value, code, seen):
    assert workbook_reading.number(value, code, ",") == seen


def test_every_kind_of_cell_becomes_text():
    data = made([
        ["código", "día", None],
        ["00123", date(2026, 3, 5), datetime(2026, 3, 5, 14, 30), time(9, 5), timedelta(hours=30), True, False, "1E5"],
        [], ["\u202f=1+1", "=1+1", None, "'=x", "a\nb", "_x0041_", " "],
    ])  # fmt: skip
    assert told(data) == [
        [1, ["código", "día"]],
        [2, ["00123", "2026-03-05", "2026-03-05 14:30", "09:05", "30:00", "TRUE", "FALSE", "1E5"]],
        [4, ["\u202f=1+1", "", "", "'=x", "a\nb", "A"]],  # a formula that nothing has ever worked out is empty
    ]
    kept = hostile.workbook(
        f'{CELL}<row r="3"><c r="B3"><f>[1]Otro!A1*2</f><v>84.5</v></c><c r="C3" t="e"><v>#N/A</v></c></row>'
    )
    assert told(kept) == [[1, ["SKU"]], [3, ["", "84,5", "#N/A"]]]


def test_the_first_sheet_with_something_in_it_is_read_unless_another_is_named(shop):
    book, stream = openpyxl.Workbook(), io.BytesIO()
    for name, state in (("Secreta", "hidden"), ("Precios", "visible"), ("Viejos", "visible")):
        book.create_sheet(name).append(["sku", name])
        book[name].append(["1", "2"])
        book[name].sheet_state = state
    book.save(stream)
    shop.enter()
    sheet, kind = table_files.opened(stream.getvalue(), most=10)
    assert (sheet.name, sheet.others, kind) == ("Precios", ("Viejos",), "xlsx")
    assert sheet.told("p.xlsx") == "p.xlsx · Precios"
    sheet, _kind = table_files.opened(stream.getvalue(), name=" viejos ", most=10)
    assert (sheet.heads, sheet.rows, sheet.line) == (["sku", "Viejos"], [(2, ["1", "2"])], 1)
    with pytest.raises(workbooks.NoSheet, match=r"Precios, Viejos"):
        table_files.opened(stream.getvalue(), name="Secretos", most=10)


def _zip(*names):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as packed:
        for name in names:
            packed.writestr(name, "x")
    return stream.getvalue()


HOSTILE = {
    "TooMuch bomb": lambda: hostile.lying(hostile.workbook(CELL), "xl/worksheets/sheet1.xml", 2**31),
    "Damaged liar": lambda: hostile.lying(hostile.workbook(CELL + " " * 50_000_000), "xl/worksheets/sheet1.xml", 900),
    "Damaged laughs": lambda: hostile.workbook(CELL.replace("SKU", "&l8;"), f"<!DOCTYPE w [{LAUGHS}]>"),
    "Damaged outside": lambda: hostile.workbook(
        CELL.replace("SKU", "&x;"), '<!DOCTYPE w [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
    ),
    "TooWide": lambda: hostile.workbook(CELL.replace("A1", "XFD1")),
    "Damaged column": lambda: hostile.workbook(CELL.replace("A1", "ZZZZZ1")),
    "Damaged row": lambda: hostile.workbook(CELL + CELL.replace('"1"', '"999999999999"')),
    "TooLong": lambda: hostile.workbook("".join(CELL.replace("1", str(n)) for n in range(1, 61))),
    "Damaged cut": lambda: hostile.workbook(CELL)[:-200],
    "Other letter": lambda: _zip("word/document.xml", "[Content_Types].xml"),
    "Other ods": lambda: _zip("mimetype", "content.xml"),
    "Other binary": lambda: _zip("[Content_Types].xml", "xl/workbook.bin", "xl/worksheets/sheet1.bin"),
    "Locked": lambda: b"\xd0\xcf\x11\xe0" + b"x" * 600 + "EncryptedPackage".encode("utf-16-le"),
    "Old": lambda: b"\xd0\xcf\x11\xe0" + b"x" * 600 + "Workbook".encode("utf-16-le"),
    "Unreadable page": lambda: b"\xef\xbb\xbf\r\n<html><table><tr><td>SKU</td></tr></table>",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_is_refused_with_a_sentence(shop, name):
    assert refused(shop, HOSTILE[name]()) == name.split()[0]


def test_who_reads_is_ended_when_it_takes_too_much(shop, monkeypatch, tmp_path):
    """The limit stands outside what is read: the same file passes with the usual one, and not with that of a mouse."""
    data = hostile.workbook(
        CELL.replace("SKU", "x" * 100_000_000), **{"xl/vbaProject.bin": b"macros, which nobody runs"}
    )
    shop.enter()
    assert len(table_files.opened(data, most=50)[0].heads[0]) < 3_000
    mouse = tmp_path / "reading.py"
    mouse.write_text(workbooks.READER.read_text().replace("MEMORY = 640", "MEMORY = 200"))
    monkeypatch.setattr(workbooks, "READER", mouse)
    with pytest.raises(workbooks.TooMuch):
        table_files.opened(data, most=50)


TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0\r"), max_size=30)
NUMBER = st.decimals(-(10**12), 10**12, places=2) | st.integers(-(10**14), 10**14)
VALUE = TEXT | NUMBER | st.dates(date(1950, 1, 1), date(2100, 1, 1)) | st.none()


def _seen(value):
    if isinstance(value, Decimal):
        return f"{value:.2f}".replace(".", ",")
    return "" if value is None else str(value)


@settings(max_examples=EXAMPLES, deadline=None)
@given(st.lists(st.lists(VALUE, min_size=1, max_size=5), max_size=6))
def test_what_is_written_comes_back_as_it_was(rows):
    stream = io.BytesIO()
    workbook_files.write(stream, "café [1]/2: 'x'", ["=1+1", "", "año"], rows)
    wanted = [(at, [_seen(value) for value in row]) for at, row in enumerate([["=1+1", "", "año"], *rows], 1)]
    for _at, row in wanted:
        while row and not row[-1].strip():
            row.pop()
    assert [tuple(one) for one in told(stream.getvalue())] == [one for one in wanted if one[1]]


def test_a_sheet_that_is_written_has_numbers_days_and_no_formula(monkeypatch):
    monkeypatch.setattr(workbook_files, "ROWS", 2)
    rows = [["=HYPERLINK(1)", Decimal("1500.00"), Decimal("7"), 12, date(2026, 3, 5), datetime(2026, 3, 5, 14, 30)]] * 3
    stream = io.BytesIO()
    workbook_files.write(stream, "cafe-pedidos", ["a", "b", "c", "d", "e", "f"], rows)
    book = openpyxl.load_workbook(stream)
    assert book.sheetnames == ["cafe-pedidos", "cafe-pedidos 2"]  # what does not fit is on another one
    sheet = book["cafe-pedidos"]
    assert sheet.freeze_panes == "A2"
    assert all(cell.font.bold for cell in sheet[1])
    assert [cell.data_type for cell in sheet[2]] == ["s", "n", "n", "n", "d", "d"]
    assert [cell.number_format for cell in sheet[2]][:4] == ["General", "#,##0.00", "#,##0", "General"]
    assert sheet.column_dimensions["A"].width > sheet.column_dimensions["D"].width
