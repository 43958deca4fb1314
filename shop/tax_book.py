"""The book of sales: each invoice and credit note of a month with its taxes, and their totals, to the cent."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from kernel import tenancy
from kernel.i18n import _, ngettext
from kernel.money import Money
from shop import invoice_lines, invoice_list, invoice_papers, invoices
from shop.invoice_lines import InvoiceLine
from shop.invoice_list import Month
from shop.invoice_rows import Invoice
from shop.tax_rules import TAX


@dataclass(frozen=True)
class Column:
    """Amounts of one meaning; `rate` is the tax and its hundredths of a percent, of what belongs to one."""

    meaning: str  # exempt | base | due | beyond | net | tax | charges | gross
    rate: tuple[str, int] | None = None
    name: str = field(default="", compare=False)


@dataclass(frozen=True)
class Book:
    """What the papers of a month come to, in minor units by column; a credit note's are below zero."""

    papers: Sequence[tuple[Invoice, Mapping[Column, int]]]
    columns: Sequence[Column]

    @property
    def heads(self) -> list[str]:
        """The names of the columns of the file."""
        said = [_("Date"), _("Document"), _("Number"), _("Corrects"), _("Tax id"), _("Name"), _("Authorisation")]
        return [*said, *(column.name for column in self.columns), _("Currency")]

    @property
    def rows(self) -> list[list[object]]:
        """The papers, one a row; amounts are exact numbers."""
        return [[*_said(row), *self._shown(row.currency, amounts)] for row, amounts in self.papers]

    @property
    def totals(self) -> list[list[object]]:
        """What stands at the foot of the file: the totals of each currency."""
        return [
            ["", ngettext("Total of %(num)s document", "Total of %(num)s documents", many), *[""] * 5,
             *self._shown(currency, self.sums(currency))]
            for currency, many in self.currencies.items()
        ]  # fmt: skip

    @property
    def currencies(self) -> Counter[str]:
        """How many papers each currency has."""
        return Counter(row.currency for row, _amounts in self.papers)

    def sums(self, currency: str, kind: str = "") -> Counter[Column]:
        """What the papers of a currency come to, or those of one kind."""
        found: Counter[Column] = Counter()
        for row, amounts in self.papers:
            if row.currency == currency and kind in {"", row.kind}:
                found.update(amounts)
        return found

    def _shown(self, currency: str, amounts: Mapping[Column, int]) -> Iterator[object]:
        yield from (Money(amounts.get(column, 0), currency).decimal for column in self.columns)
        yield currency


def of(at: Month) -> Book:
    """The book of a month."""
    lines = invoice_list.lines_of(at)
    papers = [(row, _amounts(row, lines[row.id])) for row in invoice_list.of_month(at)]
    rates = dict.fromkeys(column for _row, amounts in papers for column in amounts if column.rate)
    some = {column.meaning for _row, amounts in papers for column, minor in amounts.items() if minor}
    columns = [
        Column("exempt", name=_("Exempt")), *rates,
        # gift cards: taxed as what they buy one day; service charges stay in the house: no tax
        *([Column("beyond", name=_("Not subject to tax"))] if "beyond" in some else []),
        Column("net", name=_("Net")), Column("tax", name=_("Tax")),
        *([Column("charges", name=_("Service charges"))] if "charges" in some else []),
        Column("gross", name=_("Total")),
    ]  # fmt: skip
    return Book(papers, columns)


def _said(row: Invoice) -> list[object]:
    corrected = invoices.corrected(row)
    return [
        row.issued_at.astimezone(ZoneInfo(tenancy.tenant().timezone)).date(), invoice_papers.title(row),
        row.number, corrected.number if corrected else "", row.buyer.get("number", ""), row.buyer.get("name", ""),
        row.fiscal.get("authorisation", ""),
    ]  # fmt: skip


def _amounts(row: Invoice, lines: Sequence[InvoiceLine]) -> dict[Column, int]:
    found, charges = _rates(lines), _charges(lines)
    found[Column("exempt")] = sum(map(invoice_lines.exempt, lines))
    found[Column("beyond")] = sum(map(invoice_lines.beyond, lines))
    found[Column("net")], found[Column("tax")] = row.net_minor, row.tax_minor - charges
    found[Column("charges")], found[Column("gross")] = charges, row.gross_minor
    return {column: row.sign * minor for column, minor in found.items()}


def _rates(lines: Iterable[InvoiceLine]) -> Counter[Column]:
    """Bases and taxes by rate."""
    found: Counter[Column] = Counter()
    for tax in invoice_papers.collected(lines):
        if tax["taxing"]:
            rate, name = (tax["code"], tax["rate_bp"]), str(tax["name"])
            found[Column("base", rate, _("Base of %(name)s", name=name))] += tax["net"]
            found[Column("due", rate, name)] += tax["tax"]
    return found


def _charges(lines: Iterable[InvoiceLine]) -> int:
    return sum(part["tax"] for part in invoice_papers.collected(lines) if part["kind"] != TAX)
