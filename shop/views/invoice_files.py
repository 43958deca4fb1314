"""Invoices as files: the paper as PDF or to print, the tax book and the journal as tables."""

from typing import Any

from babel.dates import format_date
from flask import Response, abort, render_template

from kernel import i18n, pdf, tables, tenancy
from kernel.web import needs
from shop import accounting, invoice_list, invoice_papers, papers, tax_book
from shop.invoice_list import Month
from shop.invoice_rows import Invoice
from shop.views import admin


def paper(row: Invoice, language: str = "") -> Any:
    """The PDF of a paper, else the page to print: as its buyer reads it, or in the `language` of the shop's copy."""
    if not pdf.available():
        data = invoice_papers.of(row, language)
        with papers.spoken(data["language"]):
            return render_template("pdf/invoice.html", **data, printable=True)
    made = Response(invoice_papers.printed(row, language), mimetype="application/pdf")
    made.headers["Content-Disposition"] = f'inline; filename="{row.number}.pdf"'
    return made


def month_name(at: Month) -> str:
    """`noviembre 2026`, in the page's language."""
    return str(format_date(at.first, "MMMM yyyy", locale=i18n.language()))


@admin.get("/invoices/tax-book/<month>.csv", endpoint="invoice_tax_book")
@admin.get("/invoices/tax-book/<month>.xlsx", endpoint="invoice_tax_book_xlsx")
@needs("invoices.export")
def book(month: str) -> Response:
    """The book of sales of a month, its totals at the foot."""
    found = tax_book.of(_month(month))
    return tables.answer(f"{tenancy.tenant().slug}-ventas-{month}", found.heads, [*found.rows, *found.totals])


@admin.get("/invoices/journal/<month>.csv", endpoint="invoice_journal")
@admin.get("/invoices/journal/<month>.xlsx", endpoint="invoice_journal_xlsx")
@needs("invoices.export")
def journal(month: str) -> Response:
    """The journal of a month, debits and credits."""
    rows = (posting.row() for posting in accounting.of(_month(month)))
    return tables.answer(f"{tenancy.tenant().slug}-diario-{month}", accounting.heads(), rows)


def _month(code: str) -> Month:
    return invoice_list.month(code) or abort(404)
