"""Pages around invoices: the list, a paper, its PDF, the public check, the files of a month, the settings."""

import csv
import io
from decimal import Decimal

import pikepdf
import pytest
from pypdf import PdfReader

from kernel import i18n, pdf
from kernel.db import db
from kernel.letters import Letter
from shop import (
    account_codes,
    accounting,
    credit_notes,
    invoice_lines,
    invoice_list,
    invoice_papers,
    invoices,
    invoicing,
    refunds,
    tax_book,
)
from shop.invoice_rows import Invoice
from tests.shop.pages import marks

needs_pdf = pytest.mark.skipif(not pdf.available(), reason="Pango is missing")
HOSTILE = '=cmd|"/C calc"!A1 <img src=x onerror=alert(1)> {{7*7}} ­​‮'


@pytest.fixture
def sold(shop):
    """Three sales of two taxes, one with a hostile name, one partly taken back, one refunded."""
    low = shop.tax("rebajado", rate_bp=400, is_default=False)
    shop.tax()
    shop.delivery(price=1_500_03)
    vase = shop.product("Florero", price=3_333_33, stock=None)
    free = shop.product("Libro", price=9_999_99, stock=None, tax_rate_id=low.id)
    one = shop.bought(vase, 3, paid=True, shipping="envio")
    two = shop.bought(free, 1, paid=True, name=HOSTILE, email="b@example.com", phone="+50688887778")
    credit_notes.give(one, amount=one.money(1_234_56), reason="Rebaja", by=shop.owner)
    refunds.give(two, amount=two.money(5_000_00), key="r", reason="Roto", by=shop.owner)
    db.session.commit()
    return one, two


def table(answer):
    assert answer.status_code == 200
    heads, *rows = csv.reader(io.StringIO(answer.get_data(as_text=True).lstrip("\ufeff")))
    return [dict(zip(heads, row, strict=True)) for row in rows]


def test_the_book_of_sales_is_the_invoices_to_the_cent(shop, sold):
    at = invoice_list.this_month()
    *rows, foot = table(shop.admin.get(f"/admin/cafe/invoices/tax-book/{at.code}.csv"))
    papers = db.session.scalars(db.select(Invoice).order_by(Invoice.id)).all()
    assert len(rows) == len(papers) == 4
    for head, name in (("Neto", "net"), ("Impuesto", "tax"), ("Total", "gross")):
        whole = sum(row.sign * getattr(row, f"{name}_minor") for row in papers)
        assert sum(Decimal(row[head]) for row in rows) * 100 == Decimal(foot[head]) * 100 == whole, head
    for row in rows:
        bases = sum(Decimal(value) for head, value in row.items() if head.startswith("Base de "))
        assert Decimal(row["Exento"]) + bases == Decimal(row["Neto"])
        assert Decimal(row["Neto"]) + Decimal(row["Impuesto"]) == Decimal(row["Total"])
    assert [row["Corrige"] for row in rows] == ["", "", "F-000001", "F-000002"]
    assert {row["Nombre"][:2] for row in rows} == {"An", "'="}  # a formula stays text, a minus stays a number
    assert Decimal(rows[2]["Total"]) < 0


def test_the_journal_balances_and_holds_every_cent(shop, sold):
    one, two = sold
    at = invoice_list.this_month()
    rows = table(shop.admin.get(f"/admin/cafe/invoices/journal/{at.code}.csv"))
    by_document = {}
    for row in rows:
        sums = by_document.setdefault(row["Documento"], [0, 0])
        sums[0] += Decimal(row["Debe"])
        sums[1] += Decimal(row["Haber"])
    assert all(debit == credit for debit, credit in by_document.values())
    owed = sum(Decimal(row["Debe"]) - Decimal(row["Haber"]) for row in rows if row["Cuenta"] in {"1201", "2202"})
    assert owed * 100 == one.balance.minor + two.balance.minor
    cash = sum(Decimal(row["Debe"]) - Decimal(row["Haber"]) for row in rows if row["Cuenta"] == "1102")
    assert cash * 100 == one.received_minor + two.received_minor


def test_a_sale_of_money_for_later_is_owed_and_not_earned(shop):
    card = shop.product("Tarjeta", price=10_000_00, stock=None, kind="voucher")
    order = shop.bought(card, paid=True)
    [line] = invoice_lines.of(invoices.of(order).id)
    assert (line.kind, line.tax_minor) == ("voucher", 0)
    told = accounting._sold(line, invoices.of(order), accounting.Chart())
    assert [(account.code, minor) for account, _detail, minor in told] == [("2201", -10_000_00)]
    with i18n.speak("es"):
        book = tax_book.of(invoice_list.this_month())
        names = [one["name"] for one in invoice_papers.taxes(invoices.of(order), [line])]
    row = dict(zip(book.heads, book.rows[0], strict=True))
    assert (row["Exento"], row["No sujeto"], row["Neto"]) == (0, 10_000, 10_000)  # no exempt sale: none yet
    assert names == ["No sujeto"]


def test_discounts_have_their_own_account(shop, sold):
    line = invoice_lines.of(invoices.of(sold[0]).id)[0]
    db.session.expunge(line)
    line.discount_minor = 1_130
    told = list(accounting._sold(line, invoices.of(sold[0]), accounting.Chart()))
    assert [(account.code, minor) for account, _d, minor in told] == [
        ("4101", -(line.net_minor + 1_000)), ("4201", 1_000)
    ]  # fmt: skip


def test_accounts_are_the_accountants(shop, sold):
    shop.admin.post(
        "/admin/cafe/settings/invoices/accounts", data={"sales": "7-01", "tax:rebajado": "9-4", "cash": "1101"}
    )
    assert invoicing.of().accounts == {"sales": "7-01", "tax:rebajado": "9-4"}
    codes = {posting.account.code for posting in accounting.of(invoice_list.this_month())}
    assert {"7-01", "9-4", "2101"} <= codes


def test_the_copy_of_the_shop_is_in_its_language_whatever_its_buyer_reads(shop, monkeypatch):
    monkeypatch.setattr(pdf, "available", lambda: False)
    order = shop.bought(shop.product(), paid=True, language="en")
    row = invoices.of(order)
    assert row.language == "en"
    theirs = shop.client.get(f"/orders/{order.token}/invoices/{row.number}.pdf").get_data(as_text=True)
    ours = shop.admin.get(f"/admin/cafe/invoices/{row.number}/paper.pdf").get_data(as_text=True)
    assert ('lang="en"' in theirs, "Comprobante de venta" in theirs) == (True, False)
    assert ('lang="es"' in ours, "Comprobante de venta" in ours) == (True, True)


def test_money_that_a_phone_sends_at_the_counter_is_in_the_bank_and_may_have_an_account_of_its_own(shop, sold):
    assert [account_codes.Chart().paid_by("counter", f"counter-{way}").code for way in ("instant", "cash")] == [
        "1102",
        "1101",
    ]
    shop.admin.post("/admin/cafe/settings/invoices/accounts", data={"bank:counter-instant": "11-7"})
    told = [account_codes.Chart().paid_by("counter", f"counter-{way}").code for way in ("instant", "transfer", "later")]
    assert told == ["11-7", "1102", "1101"]


@needs_pdf
def test_a_pdf_is_an_archive_file_with_every_word(shop, sold):
    one, _two = sold
    answer = shop.client.get(f"/orders/{one.token}/invoices/F-000001.pdf")
    assert answer.content_type == "application/pdf"
    told = " ".join(PdfReader(io.BytesIO(answer.data)).pages[0].extract_text().replace("\xa0", " ").split())
    for words in (
        "Comprobante de venta",
        "F-000001",
        "Ana Mora",
        "3 333,33",
        "IVA 13 %",
        "No es un comprobante electr",
    ):
        assert words in told, words
    with pikepdf.open(io.BytesIO(answer.data)) as file:
        assert not file.check_pdf_syntax()
        assert file.Root.OutputIntents[0].S in {"/GTS_PDFA1"}
        with file.open_metadata() as meta:
            assert (meta["pdfaid:part"], meta["pdfaid:conformance"]) == ("3", "B")
        assert not file.is_encrypted
        assert "/JavaScript" not in str(file.Root.get("/Names", ""))
    assert shop.admin.get("/admin/cafe/invoices/F-000001/paper.pdf").data[:5] == b"%PDF-"


@needs_pdf
def test_a_hostile_name_is_only_a_name(shop, sold):
    _one, two = sold
    answer = shop.client.get(f"/orders/{two.token}/invoices/F-000002.pdf")
    told = PdfReader(io.BytesIO(answer.data)).pages[0].extract_text()
    assert "<img src=x" in told
    assert "{{7*7}}" in told


def test_a_paper_belongs_to_its_order(shop, sold):
    one, _two = sold
    assert shop.client.get(f"/orders/{one.token}/invoices/F-000002.pdf").status_code == 404
    assert shop.client.get("/orders/x/invoices/F-000001.pdf").status_code == 404
    page = shop.client.get(f"/orders/{one.token}").get_data(as_text=True)
    assert f"/orders/{one.token}/invoices/F-000001.pdf" in page
    assert f"/orders/{one.token}/invoices/NC-000001.pdf" in page


def test_anybody_checks_a_paper_and_learns_no_name(shop, sold):
    paper = invoices.numbered("F-000001")
    page = shop.client.get(f"/invoices/{paper.token}").get_data(as_text=True)
    for words in ("F-000001", "Acreditada en parte", "A. M.", paper.hash):
        assert words in page, words
    assert "Mora" not in page
    assert "ana@example.com" not in page
    for token in ("", "null", "F-000001"):
        assert shop.client.get(f"/invoices/{token}").status_code == 404
    assert invoice_papers.initials('="x" <b> Ñandú') == "Ñ."


def test_the_list_finds_and_sums(shop, sold):
    page = shop.admin.get("/admin/cafe/invoices")
    assert sorted(marks(page, "data-invoice")) == ["F-000001", "F-000002", "NC-000001", "NC-000002"]
    for query, found in (("kind=credit_note", 2), ("q=mora", 2), (f"q={sold[1].number}", 2), ("q=F-000002", 1),
                         ("q=%25", 0), ("month=1999-01", 4), ("month=2001-02", 0), ("page=99", 4)):  # fmt: skip
        assert len(marks(shop.admin.get(f"/admin/cafe/invoices?{query}"), "data-invoice")) == found, query
    assert shop.admin.get("/admin/cafe/invoices/tax-book/2026-13.csv").status_code == 404


def test_by_hand_a_letter_and_a_credit_note(shop, sold):
    invoicing.kept().issue_on = "hand"
    order = shop.bought(shop.product("Taza", stock=None), paid=True)
    base = f"/admin/cafe/orders/{order.number}"
    assert order.number in shop.admin.get("/admin/cafe/invoices?show=due").get_data(as_text=True)
    shop.admin.post(f"{base}/invoice")
    number = invoices.of(order).number
    assert order.number not in marks(shop.admin.get("/admin/cafe/invoices?show=due"), "data-order")
    wrong = shop.admin.post(f"{base}/credit-notes", data={"amount": "1", "reason": ""})
    assert wrong.status_code == 422
    assert "Escriba" in wrong.get_data(as_text=True)
    much = shop.admin.post(f"{base}/credit-notes", data={"amount": "99999999", "reason": "Bien pensado"})
    assert (much.status_code, 'value="Bien pensado"' in much.get_data(as_text=True)) == (422, True)
    shop.admin.post(f"{base}/credit-notes", data={"amount": "100", "reason": "Rebaja"})
    assert invoices.left(invoices.of(order)).minor == order.total_minor - 100_00
    assert shop.admin.post(f"/admin/cafe/invoices/{number}/letter").status_code == 303
    assert shop.staff("clerk").post(f"{base}/credit-notes", data={"amount": "1", "reason": "x"}).status_code == 404


def test_the_letter_of_payment_leads_to_the_invoice(shop, sold):
    letter = db.session.scalars(db.select(Letter).where(Letter.kind == "orders.paid")).first()
    assert "/invoices/F-00000" in letter.text


def test_the_numbers_are_set_in_the_settings(shop):
    where = "/admin/cafe/settings/invoices"
    fine = {"before": "000-001-01", "following": "5", "digits": "8", "last": "9", "authorisation": "CAI-9", "until": ""}
    assert shop.admin.post(f"{where}/series/invoice", data=fine).status_code == 303
    assert "000-001-01-00000005" in shop.admin.get(where).get_data(as_text=True)
    names = set(marks(shop.admin.get(where), "name"))
    assert {*fine, "issue_on"} <= names  # what is sent is what the page has
    for change in ({"before": "A B"}, {"following": "x"}, {"digits": "0"}, {"last": "2"}, {"before": "NC"}):
        answer = shop.admin.post(f"{where}/series/invoice", data={**fine, **change})
        assert answer.status_code == 422, change
    assert shop.admin.post(where, data={"issue_on": "hand", "footer": "Gracias"}).status_code == 303
    assert (invoicing.of().issue_on, invoicing.of().footer) == ("hand", {"es": "Gracias"})


def test_without_pango_the_paper_is_there_to_print(shop, sold, monkeypatch):
    monkeypatch.setattr(pdf, "available", lambda: False)
    html = shop.client.get(f"/orders/{sold[0].token}/invoices/F-000001.pdf").get_data(as_text=True)
    assert "/static/css/paper.css" in html
    assert "<style>" not in html
    assert tax_book.of(invoice_list.this_month()).rows
