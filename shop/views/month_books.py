"""The books of a month in the back office: totals of the book of sales, of the journal, of the money by its way."""

from collections.abc import Callable
from typing import Any

from flask import render_template, request

from kernel import i18n, money, web
from kernel.money import Money
from kernel.web import needs
from shop import accounting, invoice_list, month_books, storefront, tax_book
from shop.accounting import Posting
from shop.tax_book import Book
from shop.views import admin, invoice_files, takings

KINDS = ("invoice", "credit_note", "")  # the columns of the totals: what was sold, taken back, and what is left


@admin.get("/invoices/books", endpoint="invoice_books")
@needs("invoices.export")
def show() -> str:
    """What an accountant closes a month with."""
    at = invoice_list.month(request.args.get("month", "")) or invoice_list.this_month()
    book, postings = tax_book.of(at), accounting.of(at)
    moved = dict.fromkeys([*book.currencies, *(one.amount.currency for one in postings)])
    return render_template(
        "shop/desk/invoices/books.html", at=at.code, name=invoice_files.month_name(at),
        months=[(one.code, invoice_files.month_name(one)) for one in invoice_list.months()],
        parts=[_part(book, postings, currency) for currency in moved],
        ways=takings.ways(at.first, at.last) if web.may("orders.view") else [],
        came=takings.sums(at.first, at.last), due=invoice_list.size(invoice_list.waiting()),
    )  # fmt: skip


def _part(book: Book, postings: list[Posting], currency: str) -> dict[str, Any]:
    """What the page tells of one currency."""
    sides = month_books.sides(postings, currency)
    checks, kinds = month_books.checks(book, postings, currency), [book.sums(currency, kind) for kind in KINDS]
    both = [Money(sum(getattr(one, side).minor for one in sides), currency) for side in ("debit", "credit")]
    told = [
        *both,
        *(one.journal for one in checks),
        *(Money(minor, currency) for sums in kinds for minor in sums.values()),
    ]
    write = _writer(told + [one.left for one in sides])
    return {
        "currency": currency, "papers": book.currencies[currency], "totals": _totals(book, kinds, currency, write),
        "sides": [(one.code, one.name, write(one.debit), write(one.credit), write(one.left)) for one in sides],
        "both": [write(one) for one in both], "even": both[0] == both[1],
        "checks": [(one.label, write(one.book), write(one.journal), one.agrees) for one in checks],
    }  # fmt: skip


def _totals(book: Book, kinds: list[Any], currency: str, write: Callable[[Money], str]) -> list[dict[str, Any]]:
    """The columns of the book as rows: what invoices say, what credit notes take back, what is left."""
    return [
        {"name": column.name, "whole": column.meaning == "gross", "minor": kinds[-1][column],
         "amounts": [write(Money(sums[column], currency)) for sums in kinds]}
        for column in book.columns if book.currencies[currency]
    ]  # fmt: skip


def _writer(amounts: list[Money]) -> Callable[[Money], str]:
    """How amounts are written: all with cents when one has some, so that columns stand below each other."""
    cents = storefront.of().show_cents or any(one.minor % 10 ** money.digits(one.currency) for one in amounts)
    language = str(i18n.locale())
    return lambda amount: amount.format(language, cents=None if cents else False) if amount.minor else "–"
