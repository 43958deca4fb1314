"""The back office's list of invoices: by month, kind and text, with their sums; and what waits to be issued."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Select, String, and_, case, cast, exists, func, or_, select

from kernel import clock, tenancy
from kernel.db import db
from shop import invoicing
from shop.invoice_lines import InvoiceLine
from shop.invoice_rows import Invoice
from shop.ledger import LedgerEntry
from shop.orders import ENDED, SETTLED, Order

PAGE = 50
KINDS = ("invoice", "credit_note")


@dataclass(frozen=True)
class Month:
    """A month as the shop's clock counts it."""

    year: int
    month: int

    @property
    def code(self) -> str:
        """`2026-11`."""
        return f"{self.year}-{self.month:02}"

    @property
    def first(self) -> date:
        """Its first day."""
        return date(self.year, self.month, 1)

    @property
    def last(self) -> date:
        """Its last day."""
        return self.following.first - timedelta(days=1)

    @property
    def following(self) -> "Month":
        """The month after it."""
        return Month(self.year + self.month // 12, self.month % 12 + 1)

    def within(self, moment: Any) -> Any:
        """The condition that a column lies in it."""
        return and_(moment >= _begins(self), moment < _begins(self.following))

    def follows(self, moment: Any) -> Any:
        """The condition that a column lies before it."""
        return moment < _begins(self)


def _begins(month: Month) -> datetime:
    return datetime(month.year, month.month, 1, tzinfo=ZoneInfo(tenancy.tenant().timezone))


def month(code: str) -> Month | None:
    """The month that an address names; None for anything else."""
    year, _, rest = code.partition("-")
    fits = len(code) == 7 and code.isascii() and year.isdecimal() and rest.isdecimal()
    return Month(int(year), int(rest)) if fits and 1 <= int(rest) <= 12 and 2000 <= int(year) < 2200 else None


def this_month() -> Month:
    """The month of today."""
    today = clock.today(tenancy.tenant().timezone)
    return Month(today.year, today.month)


def months() -> list[Month]:
    """The months since the first paper or payment, the newest first."""
    begun = (db.session.scalar(select(func.min(moment))) for moment in (Invoice.issued_at, LedgerEntry.at))
    first = min(filter(None, begun), default=None)
    last, found = this_month(), []
    zone = ZoneInfo(tenancy.tenant().timezone)
    step = Month(first.astimezone(zone).year, first.astimezone(zone).month) if first else last
    while (step.year, step.month) <= (last.year, last.month):
        found.append(step)
        step = step.following
    return found[::-1]


def query(*, at: Month | None = None, kind: str = "", text: str = "") -> Select[Invoice]:
    """The papers of a month and a kind that match a text, the newest first."""
    wanted: Select[Invoice] = select(Invoice).order_by(Invoice.issued_at.desc(), Invoice.id.desc())
    if at:
        wanted = wanted.where(at.within(Invoice.issued_at))
    if kind in KINDS:
        wanted = wanted.where(Invoice.kind == kind)
    for word in text.strip()[:120].split()[:5]:
        wanted = wanted.where(_has(word))
    return wanted


def _has(word: str) -> Any:
    order = select(Order.id).where(Order.id == Invoice.order_id, _in(Order.number, word))
    parts = [cast(Invoice.buyer["name"].as_string(), String), cast(Invoice.buyer["number"].as_string(), String)]
    return or_(_in(Invoice.number, word), exists(order), *(_in(part, word) for part in parts))


def _in(value: Any, word: str) -> Any:
    return func.lower(value).contains(word.lower(), autoescape=True)


def page(wanted: Select[Invoice], number: int) -> tuple[Sequence[Invoice], int]:
    """One page of papers and how many pages there are."""
    pages = max(1, -(-size(wanted) // PAGE))
    at = min(max(1, number), pages)
    return db.session.scalars(wanted.limit(PAGE).offset((at - 1) * PAGE)).all(), pages


def size(wanted: Select[Any]) -> int:
    """How many rows a question has."""
    return int(db.session.scalar(select(func.count()).select_from(wanted.order_by(None).subquery())) or 0)


def of_month(at: Month) -> Sequence[Invoice]:
    """What was issued in earnest in a month, in the order of its numbers."""
    mine = select(Invoice).where(at.within(Invoice.issued_at), ~Invoice.practice)
    return db.session.scalars(mine.order_by(Invoice.issued_at, Invoice.id)).all()


def lines_of(at: Month) -> dict[int, list[InvoiceLine]]:
    """The lines of those papers, in order, by the paper's id."""
    mine = select(InvoiceLine).join(Invoice, Invoice.id == InvoiceLine.invoice_id)
    mine = mine.where(at.within(Invoice.issued_at), ~Invoice.practice)
    found: dict[int, list[InvoiceLine]] = {}
    for line in db.session.scalars(mine.order_by(InvoiceLine.position, InvoiceLine.id)):
        found.setdefault(line.invoice_id, []).append(line)
    return found


def sums(at: Month, kind: str = "") -> list[dict[str, Any]]:
    """By currency: how many papers, net, tax and gross of a month or of one kind, credit notes taken off."""
    found: dict[str, dict[str, Any]] = {}
    for row in of_month(at):
        if kind in KINDS and row.kind != kind:
            continue
        kept = found.setdefault(row.currency, {"currency": row.currency, "count": 0, "net": 0, "tax": 0, "gross": 0})
        kept["count"] += 1
        for name in ("net", "tax", "gross"):
            kept[name] += row.sign * getattr(row, f"{name}_minor")
    return list(found.values())


def waiting() -> Select[Order]:
    """The orders that wait for a paper: sold or kept of and not billed, or billed for more or less than they cost."""
    mine = select(func.count(Invoice.id)).where(Invoice.order_id == Order.id)
    billed = mine.scalar_subquery() > 0
    sign = case((Invoice.kind == "invoice", Invoice.gross_minor), else_=-Invoice.gross_minor)
    holds = mine.with_only_columns(func.coalesce(func.sum(sign), 0)).scalar_subquery()
    sold = Order.state == "delivered" if invoicing.of().issue_on == "delivered" else Order.payment.in_(SETTLED)
    ended = Order.state.in_(ENDED)
    costs = case((ended, Order.kept_minor), else_=Order.total_minor - Order.credited_minor)  # see invoices.owed
    more = and_(sold, ~ended, Order.total_minor > 0, or_(~billed, holds < costs))
    due = or_(more, and_(billed, holds > costs), and_(ended, Order.kept_minor > 0, ~billed))
    return select(Order).where(due, ~Order.practice).order_by(Order.placed_at.desc(), Order.id.desc())
