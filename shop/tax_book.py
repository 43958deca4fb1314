"""The book of sales: each invoice and credit note of a month with its taxes; its sums are theirs to the cent."""

from collections.abc import Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from kernel import tenancy
from kernel.i18n import _
from kernel.money import Money
from shop import invoice_lines, invoice_list, invoice_papers, invoices
from shop.invoice_list import Month
from shop.invoice_rows import Invoice
from shop.tax_rules import TAX

Rate = tuple[str, int]


@dataclass(frozen=True)
class Book:
    """Names of columns and the rows below them, one a paper; amounts are exact numbers."""

    heads: list[str]
    rows: list[list[object]]


def of(at: Month) -> Book:
    """The book of a month."""
    papers = invoice_list.of_month(at)
    taxes = {row.id: _taxes(row) for row in papers}
    rates: dict[Rate, str] = {}
    for found in taxes.values():
        rates.update({rate: told[0] for rate, told in found.items()})
    columns = [_("Base of %(name)s", name=name) for name in rates.values()]
    heads = [*_heads(), *(head for pair in zip(columns, rates.values(), strict=True) for head in pair)]
    charges = {row.id: _charges(row) for row in papers}
    kept = [_("Service charges")] if any(charges.values()) else []  # they stay in the house: no tax
    beyond = {row.id: sum(map(invoice_lines.beyond, invoice_lines.of(row.id))) for row in papers}
    cards = [_("Not subject to tax")] if any(beyond.values()) else []  # gift cards: taxed as what they buy one day
    told = _Told(list(rates), charges if kept else {}, beyond if cards else {})
    rows = [_row(row, taxes[row.id], told) for row in papers]
    return Book([*heads, *cards, _("Net"), _("Tax"), *kept, _("Total"), _("Currency")], rows)


def _heads() -> list[str]:
    return [
        _("Date"), _("Document"), _("Number"), _("Corrects"), _("Tax id"), _("Name"), _("Authorisation"), _("Exempt"),
    ]  # fmt: skip


def _taxes(row: Invoice) -> dict[Rate, tuple[str, int, int]]:
    found = invoice_papers.collected(invoice_lines.of(row.id))
    sums: dict[Rate, tuple[str, int, int]] = {}
    for tax in found:
        if tax["taxing"]:
            name, net, due = sums.get((tax["code"], tax["rate_bp"]), (str(tax["name"]), 0, 0))
            sums[tax["code"], tax["rate_bp"]] = (name, net + tax["net"], due + tax["tax"])
    return sums


def _charges(row: Invoice) -> int:
    return sum(part["tax"] for part in invoice_papers.collected(invoice_lines.of(row.id)) if part["kind"] != TAX)


@dataclass(frozen=True)
class _Told:
    """Which columns the book has: its rates, and by paper what only some months have."""

    rates: Sequence[Rate]
    charges: dict[int, int]
    beyond: dict[int, int]


def _row(row: Invoice, taxes: dict[Rate, tuple[str, int, int]], told: _Told) -> list[object]:
    def shown(minor: int) -> object:
        return Money(row.sign * minor, row.currency).decimal

    corrected = invoices.corrected(row)
    free = sum(invoice_lines.exempt(line) for line in invoice_lines.of(row.id))
    parts = (minor for rate in told.rates for minor in taxes.get(rate, ("", 0, 0))[1:])
    return [
        row.issued_at.astimezone(ZoneInfo(tenancy.tenant().timezone)).date(), invoice_papers.title(row),
        row.number, corrected.number if corrected else "", row.buyer.get("number", ""), row.buyer.get("name", ""),
        row.fiscal.get("authorisation", ""), shown(free), *(shown(minor) for minor in parts),
        *([shown(told.beyond[row.id])] if told.beyond else []),
        shown(row.net_minor), shown(row.tax_minor - told.charges.get(row.id, 0)),
        *([shown(told.charges[row.id])] if told.charges else []), shown(row.gross_minor), row.currency,
    ]  # fmt: skip
