"""The books of a month: totals at the foot of the book of sales, and that it, the papers and the journal agree."""

import io
from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from openpyxl import load_workbook

from kernel import clock
from kernel.db import db
from shop import accounting, credit_notes, invoice_list, invoicing, month_books, stored_value, tax_book, taxes
from shop.invoice_list import Month
from shop.invoice_rows import Invoice
from tests.shop import gifts
from tests.shop.pages import marks, text
from tests.shop.test_invoice_pages import table

DESK = "/admin/cafe/invoices"


@pytest.fixture
def month(shop):
    """Two rates, a service charge, a delivery, a gift card that is sold and spent, and two credit notes."""
    low = shop.tax("rebajado", rate_bp=400, is_default=False)
    shop.tax()
    lunch = taxes.sample("restaurante")
    db.session.commit()
    shop.delivery(price=1_500_03)
    one = shop.bought(shop.product("Florero", price=3_333_33, stock=None), 3, paid=True, shipping="envio")
    two = shop.bought(shop.product("Libro", price=9_999_99, stock=None, tax_rate_id=low.id), paid=True)
    shop.bought(shop.product("Almuerzo", price=12_300_00, tax_rate_id=lunch.id), paid=True)
    shop.bought(gifts.voucher(shop), paid=True)
    for order, minor in ((one, 1_234_56), (two, 77_77)):
        credit_notes.give(order, amount=order.money(minor), reason="Rebaja", by=shop.owner)
    db.session.commit()
    return invoice_list.this_month()


def test_the_book_the_papers_and_the_journal_tell_the_same_to_the_cent(shop, month):
    book, postings = tax_book.of(month), accounting.of(month)
    sums = {column.meaning: minor for column, minor in book.sums("CRC").items() if not column.rate}
    papers = db.session.scalars(db.select(Invoice)).all()
    by_kind = {kind: sum(row.gross_minor for row in papers if row.kind == kind) for kind in invoice_list.KINDS}
    assert sums["gross"] == by_kind["invoice"] - by_kind["credit_note"]
    assert by_kind["credit_note"] == 1_234_56 + 77_77
    assert sums["beyond"] == 10_000_00 == stored_value.owed("CRC").minor
    assert sums["gross"] == sums["net"] + sums["tax"] + sums["charges"]
    checks = month_books.checks(book, postings, "CRC")
    assert [(one.label, one.agrees) for one in checks] == [
        ("Ventas sin impuesto ni tarjetas de regalo", True), ("Impuesto", True), ("Cargos por servicio", True)
    ]  # fmt: skip
    assert checks[0].journal.minor == sums["net"] - 10_000_00
    lacking = [one for one in postings if one.account.key != "delivery"]
    assert [one.agrees for one in month_books.checks(book, lacking, "CRC")] == [False, True, True]  # it can fail
    sides = month_books.sides(postings, "CRC")
    assert sum(one.debit.minor for one in sides) == sum(one.credit.minor for one in sides)


def test_the_file_ends_with_its_totals_by_rate(shop, month):
    *rows, foot = table(shop.admin.get(f"{DESK}/tax-book/{month.code}.csv"))
    assert (len(rows), foot["Documento"], foot["Moneda"], foot["Número"]) == (6, "Total de 6 documentos", "CRC", "")
    amounts = [head for head in rows[0] if head.startswith("Base de") or head in {"Exento", "Neto", "Total"}]
    assert len(amounts) >= 5
    for head in amounts:
        assert Decimal(foot[head]) == sum(Decimal(row[head]) for row in rows), head
    sheet = load_workbook(io.BytesIO(shop.admin.get(f"{DESK}/tax-book/{month.code}.xlsx").data)).active
    last = [cell.value for cell in list(sheet.rows)[-1]]
    assert (last[1], last[-1]) == ("Total de 6 documentos", "CRC")
    assert Decimal(str(last[-2])) == Decimal(foot["Total"])


def test_a_month_in_two_currencies_has_two_totals(shop, month):
    row = db.session.scalars(db.select(Invoice).order_by(Invoice.id)).first()
    with db.session.no_autoflush:
        row.currency = "USD"
        book = tax_book.of(month)
        totals = book.totals
    assert [(one[1], one[-1]) for one in totals] == [("Total de 1 documento", "USD"), ("Total de 5 documentos", "CRC")]
    assert totals[0][-2] == Decimal(row.gross_minor) / 100
    db.session.rollback()


def test_the_page_shows_totals_that_agree_to_who_keeps_the_books(shop, month):
    keeper = shop.staff("accountant")
    page = keeper.get(f"{DESK}/books")
    html = page.get_data(as_text=True)
    assert (marks(page, "data-agrees"), marks(page, "data-books")) == (["true"] * 3, ["CRC"])
    assert int(marks(page, "data-minor")[-1]) == sum(one["gross"] for one in invoice_list.sums(month))
    for words in ("Cuadra", "Anticipos de clientes", "Transferencia", f"takings?show={month.code}"):
        assert words in html, words
    assert keeper.get(f"/admin/cafe/takings?show={month.code}").status_code == 200
    assert "No se emitió, pagó ni contó nada" in text(keeper.get(f"{DESK}/books?month=2001-02"))
    assert shop.staff("clerk").get(f"{DESK}/books").status_code == 404
    assert f"{DESK}/books?month={month.code}" in keeper.get(DESK).get_data(as_text=True)


def test_months_begin_with_the_first_money_also_before_any_paper(shop):
    invoicing.kept().issue_on = "hand"
    with clock.at(datetime(2026, 1, 31, 23, tzinfo=ZoneInfo("America/Costa_Rica"))):
        shop.bought(shop.product(), paid=True)
    assert invoice_list.months()[-1] == Month(2026, 1)
    assert "Anticipos de clientes" in text(shop.admin.get(f"{DESK}/books?month=2026-01"))
