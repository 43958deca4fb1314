"""The journal of a month for the accountant: each paper and payment as an entry whose debits are its credits.

Money that comes before its invoice is an advance of the customer until then; on the day of the invoice it pays it.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select

from kernel import tenancy
from kernel.db import db
from kernel.i18n import _, pick
from kernel.money import Money
from shop import advances, invoice_lines, invoice_list, invoice_papers, invoice_parts, invoice_people, payment_methods
from shop.account_codes import Account, Chart
from shop.advances import Standing
from shop.drawer_rows import DrawerEntry
from shop.invoice_lines import InvoiceLine
from shop.invoice_list import Month
from shop.invoice_rows import Invoice
from shop.ledger import LedgerEntry
from shop.orders import Order
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
        debit, credit = max(self.amount.minor, 0), max(-self.amount.minor, 0)
        sides = [Money(minor, self.amount.currency).decimal for minor in (debit, credit)]
        return [_day(self.at), self.document, self.account.code, self.account.name, self.detail, *sides,
                self.amount.currency]  # fmt: skip


def heads() -> list[str]:
    """The names of the columns."""
    return [_("Date"), _("Document"), _("Account"), _("Name of the account"), _("Detail"),
            _("Debit side"), _("Credit side"), _("Currency")]  # fmt: skip


def of(at: Month) -> list[Posting]:
    """Everything of a month, in the order in which it happened."""
    chart = Chart()
    found = [*_orders(at, chart)]
    found += [list(_balance(entry, chart)) for entry in _balances(at)]
    found += [list(_drawer(entry, chart)) for entry in _moves(at)]
    return [line for lines in sorted(found, key=lambda one: one[0].at) for line in lines if line.amount]


@dataclass(frozen=True)
class Move:
    """A paper or an amount of an order; within a day they come by their rank, so that a sale at once is no advance."""

    at: datetime
    rank: int
    order: Order
    paper: tuple[Invoice, Sequence[InvoiceLine]] | None = None
    money: tuple[LedgerEntry, Payment] | None = None

    @property
    def place(self) -> tuple[date, int, datetime]:
        """Where it stands among the moves of a month."""
        return _day(self.at), self.rank, self.at


def billing(row: Invoice, lines: Sequence[InvoiceLine], order: Order) -> Move:
    """What a paper moves."""
    return Move(row.issued_at, 3 if row.sign < 0 else 0, order, paper=(row, lines))


def paying(entry: LedgerEntry, payment: Payment, order: Order) -> Move:
    """What an amount moves that came or went."""
    return Move(entry.at, 2 if entry.amount_minor < 0 else 1, order, money=(entry, payment))


def entries(moves: Iterable[Move], standings: dict[int, Standing], chart: Chart) -> Iterator[list[Posting]]:
    """The entry of each move, day by day; `standings`: how their orders stood before, by id, moved with them."""
    for move in sorted(moves, key=lambda one: one.place):
        standing = standings.setdefault(move.order.id, Standing())
        if move.paper:
            yield [*_paper(*move.paper, chart), *_applied(move, move.paper[0], standing, chart)]
        elif move.money:
            yield list(_money(move, move.money, standing, chart))


def _orders(at: Month, chart: Chart) -> Iterator[list[Posting]]:
    """What the orders' papers and money say of a month."""
    lines = invoice_list.lines_of(at)
    billed = select(Order).where(Order.id.in_(select(Invoice.order_id).where(at.within(Invoice.issued_at))))
    known = {order.id: order for order in db.session.scalars(billed)}
    moves = [billing(row, lines[row.id], known[row.order_id]) for row in invoice_list.of_month(at)]
    return entries([*moves, *(paying(*one) for one in _paid(at))], advances.before(at), chart)


def _day(moment: datetime) -> date:
    return moment.astimezone(ZoneInfo(tenancy.tenant().timezone)).date()


def _paid(at: Month) -> Iterable[Any]:
    wanted = select(LedgerEntry, Payment, Order).join(Payment, Payment.id == LedgerEntry.payment_id)
    mine = wanted.join(Order, Order.id == LedgerEntry.order_id).where(at.within(LedgerEntry.at), ~LedgerEntry.practice)
    return db.session.execute(mine.order_by(LedgerEntry.at, LedgerEntry.id)).all()


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


def _paper(row: Invoice, lines: Sequence[InvoiceLine], chart: Chart) -> Iterator[Posting]:
    """What a paper says: the customer owes it, it is sales, delivery and tax; a credit note the other way round."""

    def line(account: Account, detail: str, minor: int) -> Posting:
        return Posting(row.issued_at, row.number, account, detail, row.money(row.sign * minor))

    yield line(chart.of("receivable"), str(row.buyer.get("name", "")), row.gross_minor)
    for account, detail, minor in (part for one in lines for part in _sold(one, row, chart)):
        yield line(account, detail, minor)
    for tax in invoice_papers.collected(lines):
        account = chart.of("tax", tax["code"]) if tax["kind"] == TAX else chart.of("charges")
        yield line(account, str(tax["name"]), -tax["tax"])


def _applied(move: Move, row: Invoice, standing: Standing, chart: Chart) -> Iterator[Posting]:
    """What an invoice takes of an advance, or what a credit note leaves the customer with beyond what they owe."""
    more = row.money(standing.bill(row.sign * row.gross_minor))
    told = _("Credit balance of %(number)s") if more.minor > 0 else _("Advance of %(number)s applied")
    detail = told % {"number": move.order.number}
    yield Posting(row.issued_at, row.number, chart.of("receivable"), detail, more)
    yield Posting(row.issued_at, row.number, chart.of("advances"), detail, -more)


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


def _money(move: Move, money: tuple[LedgerEntry, Payment], standing: Standing, chart: Chart) -> Iterator[Posting]:
    """What came or went: to where such money arrives, from what the customer owes or is owed."""
    (entry, payment), number = money, move.order.number
    back = entry.kind == "refund"
    document = _("Refund of %(number)s", number=number) if back else _("Payment of %(number)s", number=number)
    method = payment_methods.named(entry.method) if entry.method else None
    detail = " ".join(filter(None, (pick(method.label if method else payment.label), entry.reference)))
    name = str(invoice_people.buyer(move.order)["name"])
    more = Money(standing.receive(entry.amount_minor), entry.currency)
    yield Posting(entry.at, document, _side(entry, payment, chart), detail, entry.amount)
    yield Posting(entry.at, document, chart.of("receivable"), name, more - entry.amount)
    yield Posting(entry.at, document, chart.of("advances"), name, -more)


def _side(entry: LedgerEntry, payment: Payment, chart: Chart) -> Account:
    if entry.key.startswith("credit:"):  # a refund that became store credit
        return chart.of("gift_cards")
    method = (payment_methods.named(entry.method) if entry.method else None) or payment.method
    return chart.paid_by(method.kind, method.code)
