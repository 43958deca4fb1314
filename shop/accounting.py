"""The journal of a month for the accountant: each paper and payment as an entry whose debits are its credits."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select

from kernel import tenancy
from kernel.db import db
from kernel.i18n import _, pick
from kernel.money import Money
from shop import invoice_lines, invoice_list, invoice_papers, invoice_parts, payment_methods
from shop.account_codes import Account, Chart
from shop.drawer_rows import DrawerEntry
from shop.invoice_lines import InvoiceLine
from shop.invoice_list import Month
from shop.invoice_rows import Invoice
from shop.ledger import LedgerEntry
from shop.payments import Payment
from shop.stored_value import StoredValueEntry
from shop.tax_rules import TAX

OF_DRAWER = {  # by the kind of a drawer's entry: where such cash comes from or goes
    "difference": "over_short", "expense": "expenses", "bank": "bank", "change": "bank", "owner": "owner",
    "other": "unclear",
}  # fmt: skip


@dataclass(frozen=True)
class Posting:
    """One line of an entry; a positive amount is a debit, a negative one a credit."""

    at: datetime
    document: str
    account: Account
    detail: str
    amount: Money

    def row(self) -> list[object]:
        """The line as cells."""
        day = self.at.astimezone(ZoneInfo(tenancy.tenant().timezone)).date()
        debit, credit = max(self.amount.minor, 0), max(-self.amount.minor, 0)
        sides = [Money(minor, self.amount.currency).decimal for minor in (debit, credit)]
        return [day, self.document, self.account.code, self.account.name, self.detail, *sides,
                self.amount.currency]  # fmt: skip


def heads() -> list[str]:
    """The names of the columns."""
    return [_("Date"), _("Document"), _("Account"), _("Name of the account"), _("Detail"),
            _("Debit side"), _("Credit side"), _("Currency")]  # fmt: skip


def of(at: Month) -> list[Posting]:
    """Everything of a month, in the order in which it happened."""
    chart = Chart()
    found = [list(_paper(row, chart)) for row in invoice_list.of_month(at)]
    found += [list(_money(entry, payment, chart)) for entry, payment in _entries(at)]
    found += [list(_balance(entry, chart)) for entry in _balances(at)]
    found += [list(_drawer(entry, chart)) for entry in _moves(at)]
    return [line for lines in sorted(found, key=lambda one: one[0].at) for line in lines if line.amount]


def _entries(at: Month) -> Iterable[tuple[LedgerEntry, Payment]]:
    wanted = select(LedgerEntry, Payment).join(Payment, Payment.id == LedgerEntry.payment_id)
    mine = wanted.where(at.within(LedgerEntry.at), ~LedgerEntry.practice)
    return [(entry, payment) for entry, payment in db.session.execute(mine.order_by(LedgerEntry.at, LedgerEntry.id))]


def _balances(at: Month) -> Iterable[StoredValueEntry]:
    """What moved balances without an order: given, corrected, cancelled, ended; papers and payments say the rest."""
    mine = select(StoredValueEntry).where(at.within(StoredValueEntry.at), ~StoredValueEntry.practice)
    kinds = StoredValueEntry.kind.in_(("issue", "adjust", "void", "expire"))
    return db.session.scalars(mine.where(kinds, StoredValueEntry.order_id.is_(None)).order_by(StoredValueEntry.id))


def _balance(entry: StoredValueEntry, chart: Chart) -> Iterator[Posting]:
    """What the shop owes more or less, and what that cost or brought it."""
    other = chart.of("lapsed" if entry.kind in {"void", "expire"} else "courtesies")
    yield Posting(entry.at, other.name, other, entry.reason, entry.amount)
    yield Posting(entry.at, other.name, chart.of("gift_cards"), entry.reason, -entry.amount)


def _moves(at: Month) -> Iterable[DrawerEntry]:
    mine = select(DrawerEntry).where(at.within(DrawerEntry.at), ~DrawerEntry.practice)
    return db.session.scalars(mine.order_by(DrawerEntry.id))


def _drawer(entry: DrawerEntry, chart: Chart) -> Iterator[Posting]:
    """Cash that moved without an order, or that a count found too much or lacking: from or to where it belongs."""
    other = chart.of(OF_DRAWER[entry.kind])
    yield Posting(entry.at, _("Cash drawer"), chart.of("cash"), entry.note, entry.amount)
    yield Posting(entry.at, _("Cash drawer"), other, entry.note, -entry.amount)


def _paper(row: Invoice, chart: Chart) -> Iterator[Posting]:
    """What a paper says: the customer owes it, it is sales, delivery and tax; a credit note the other way round."""

    def line(account: Account, detail: str, minor: int) -> Posting:
        return Posting(row.issued_at, row.number, account, detail, row.money(row.sign * minor))

    lines = invoice_lines.of(row.id)
    yield line(chart.of("receivable"), str(row.buyer.get("name", "")), row.gross_minor)
    for account, detail, minor in (part for one in lines for part in _sold(one, row, chart)):
        yield line(account, detail, minor)
    for tax in invoice_papers.collected(lines):
        account = chart.of("tax", tax["code"]) if tax["kind"] == TAX else chart.of("charges")
        yield line(account, str(tax["name"]), -tax["tax"])


def _sold(line: InvoiceLine, row: Invoice, chart: Chart) -> Iterator[tuple[Account, str, int]]:
    detail, off = invoice_lines.called(line), _discount(line)
    if line.kind == "voucher":  # money for later: owed, not earned
        yield chart.of("gift_cards"), detail, -line.net_minor
    elif row.kind == "credit_note":
        yield chart.of("returns"), detail, -line.net_minor
    else:
        yield _account(line, chart), detail, -(line.net_minor + off)
        yield chart.of("discounts"), detail, off


def _account(line: InvoiceLine, chart: Chart) -> Account:
    taxed = [part["code"] for part in line.components if invoice_parts.taxing(part)]
    if line.kind == "delivery":
        return chart.of("delivery")
    return chart.of("sales", taxed[0]) if taxed else chart.of("exempt")


def _discount(line: InvoiceLine) -> int:
    """The discount without the tax that the price contains."""
    inside = sum(int(part["rate_bp"]) for part in line.components if part.get("included", True))
    return line.discount_minor * 10_000 // (10_000 + inside)


def _money(entry: LedgerEntry, payment: Payment, chart: Chart) -> Iterator[Posting]:
    """What came or went: to where such money arrives, from what the customer owes."""
    number = payment.order.number
    back = entry.kind == "refund"
    document = _("Refund of %(number)s", number=number) if back else _("Payment of %(number)s", number=number)
    method = payment_methods.named(entry.method) if entry.method else None
    detail = " ".join(filter(None, (pick(method.label if method else payment.label), entry.reference)))
    yield Posting(entry.at, document, _side(entry, payment, chart), detail, entry.amount)
    yield Posting(entry.at, document, chart.of("receivable"), payment.order.name, -entry.amount)


def _side(entry: LedgerEntry, payment: Payment, chart: Chart) -> Account:
    if entry.key.startswith("credit:"):  # a refund that became store credit
        return chart.of("gift_cards")
    method = (payment_methods.named(entry.method) if entry.method else None) or payment.method
    return chart.paid_by(method.kind, method.code)
