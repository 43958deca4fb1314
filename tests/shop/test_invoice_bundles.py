"""Invoices in one ZIP: whole, or saying what is missing; safely named; for who takes the books out; gone after a week."""

import io
import zipfile
from datetime import timedelta

import pytest

from kernel import clock, files, jobs, pdf
from kernel.db import db
from kernel.files import File
from kernel.letters import Letter
from shop import credit_notes, invoice_bundle_files, invoice_bundles, invoice_list, invoice_papers
from shop.invoice_bundles import InvoiceBundle
from shop.invoice_rows import Invoice
from tests.shop.test_invoice_pages import HOSTILE

ZIP = "/admin/cafe/invoices/zip"
real = invoice_papers.printed


@pytest.fixture
def drawn(monkeypatch):
    """Papers that are drawn at once; the numbers in here cannot be."""
    broken: set[str] = set()

    def printed(row, language=""):
        if row.number in broken:
            raise ValueError("no such font")
        return f"%PDF-{row.number} {language}".encode()

    monkeypatch.setattr(invoice_papers, "printed", printed)
    return broken


@pytest.fixture
def papers(shop):
    """Two invoices, one to a hostile name, and a credit note."""
    shop.tax()
    vase = shop.product("Florero", price=3_333_33, stock=None)
    one = shop.bought(vase, 3, paid=True)
    shop.bought(vase, paid=True, name=HOSTILE, email="b@example.com", phone="+50688887778")
    credit_notes.give(one, amount=one.money(1_234_56), reason="Rebaja", by=shop.owner)
    db.session.commit()
    return db.session.scalars(db.select(Invoice).order_by(Invoice.id)).all()


def taken(browser, **form):
    """The ZIP that is made of this: name → content."""
    assert browser.post(ZIP, data=form).status_code == 303
    jobs.run_due()
    row = db.session.scalars(db.select(InvoiceBundle).order_by(InvoiceBundle.id.desc())).first()
    answer = browser.get(f"{ZIP}/{row.token}")
    assert (answer.status_code, answer.mimetype) == (200, "application/zip")
    assert "no-store" in answer.headers["Cache-Control"]
    with zipfile.ZipFile(io.BytesIO(answer.data)) as box:
        assert box.testzip() is None
        return {name: box.read(name) for name in box.namelist()}


def test_a_month_is_there_whole_and_what_cannot_be_made_is_named(shop, papers, drawn):
    keeper, month = shop.staff("accountant"), invoice_list.this_month().code
    first, second, note = [row.number for row in papers]
    drawn.add(second)
    found = taken(keeper, month=month)
    named = sorted(name for name in found if name.endswith(".pdf"))
    assert [first in named[0] or first in named[1], note in named[0] or note in named[1], len(named)] == [True, True, 2]
    assert found[next(name for name in named if first in name)] == f"%PDF-{first} es".encode()
    told = found["LEAME.txt"].decode()
    assert f"- {second}\r\n" in told
    assert "2 documentos en PDF." in told
    assert f"{first};" not in told
    book = found[f"libro-de-ventas-{month}.csv"].decode()
    assert all(row.number in book for row in papers)
    assert found[f"libro-de-ventas-{month}.xlsx"][:2] == found[f"diario-{month}.xlsx"][:2] == b"PK"
    page = keeper.get(ZIP).get_data(as_text=True)
    assert "Falta 1: el texto dentro del ZIP dice cuál" in page
    assert 'http-equiv="refresh"' not in page
    assert db.session.scalar(db.select(Letter).where(Letter.subject.contains("ZIP"))) is None  # few: nobody waits


def test_what_the_list_shows_is_what_is_taken(shop, papers, drawn):
    keeper = shop.staff("accountant")
    notes = taken(keeper, month=invoice_list.this_month().code, kind="credit_note")
    assert [name for name in notes if name.endswith(".pdf")] == [f"{invoice_bundle_files.paper_name(papers[2])}.pdf"]
    one = taken(keeper, month="2001-01", q=papers[1].number)
    assert sorted(one) == sorted([f"{invoice_bundle_files.paper_name(papers[1])}.pdf", "LEAME.txt"])
    assert keeper.post(ZIP, data={"q": "nobody-at-all"}).status_code in {303, 422}
    assert db.session.scalar(db.select(db.func.count(InvoiceBundle.id))) == 2


@pytest.mark.skipif(not pdf.available(), reason="Pango is missing")
def test_the_papers_are_those_of_the_desk(shop, papers):
    found = taken(shop.admin, month="", q=papers[0].number)
    [paper] = [data for name, data in found.items() if name.endswith(".pdf")]
    assert paper.startswith(b"%PDF-")
    assert abs(len(paper) - len(shop.admin.get(f"/admin/cafe/invoices/{papers[0].number}/paper.pdf").data)) < 500


def test_who_waits_for_many_is_told_and_after_a_week_it_is_gone(shop, papers, drawn, monkeypatch):
    monkeypatch.setattr(invoice_bundles, "FEW", 2)
    taken(shop.admin, month=invoice_list.this_month().code)
    assert db.session.scalars(db.select(Letter.subject).where(Letter.subject.contains("ZIP"))).one()
    row = db.session.scalars(db.select(InvoiceBundle)).one()
    place, token = files.place(row.file), row.token
    assert place.exists()
    invoice_bundles.make(row.id)  # a worker that woke late makes nothing anew
    db.session.commit()
    with clock.at(clock.now() + invoice_bundles.KEPT + timedelta(minutes=1)):
        jobs.run_due()
        assert shop.admin.get(f"{ZIP}/{token}").status_code == 404
    assert (place.exists(), db.session.scalar(db.select(File).where(File.mime == "application/zip"))) == (False, None)


def test_only_who_takes_the_books_out_gets_it_and_nothing_before_it_is_made(shop, papers, drawn):
    keeper = shop.staff("accountant")
    for _twice in range(2):
        assert keeper.post(ZIP, data={"month": ""}).status_code == 303
    row = db.session.scalars(db.select(InvoiceBundle)).one()  # the same that is being made is not made twice
    assert keeper.get(f"{ZIP}/{row.token}").status_code == 404
    assert 'http-equiv="refresh"' in keeper.get(ZIP).get_data(as_text=True)
    jobs.run_due()
    clerk = shop.staff("clerk")
    assert [clerk.get(path).status_code for path in (ZIP, f"{ZIP}/{row.token}")] == [404, 404]
    assert clerk.post(ZIP, data={"month": ""}).status_code == 404
    assert 'data-action="bundle"' not in clerk.get("/admin/cafe/invoices").get_data(as_text=True)
    assert 'data-action="bundle"' in keeper.get("/admin/cafe/invoices").get_data(as_text=True)
    assert 'data-action="bundle"' in keeper.get("/admin/cafe/invoices/books").get_data(as_text=True)


@pytest.mark.parametrize(
    "name", [HOSTILE, "../../etc/passwd", "..", "C:\\x\\y", "a/b\x00c\nd", "‮gpj.exe", "…" * 90, "x" * 300]
)
def test_no_name_leads_anywhere(name):
    kept = invoice_bundle_files.plain(name)
    assert len(kept) <= invoice_bundle_files.LONGEST
    assert not set(kept) & set('/\\:*?"<>|\x00\r\n\u202e=')
    assert ".." not in kept
    assert not kept.startswith((".", "-"))
