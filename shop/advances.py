"""Customer advances: what came for an order before its papers, or is owed back to its customer, and what moves it."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import case, func, or_, select

from kernel.db import db
from shop.invoice_list import Month
from shop.invoice_rows import Invoice
from shop.ledger import LedgerEntry

SIGNED = case((Invoice.kind == "invoice", Invoice.gross_minor), else_=-Invoice.gross_minor)


@dataclass
class Standing:
    """Up to some moment: what the papers of an order bill and what came for it, in minor units of its currency."""

    billed: int = 0
    received: int = 0

    @property
    def advance(self) -> int:
        """What came beyond what is billed: the shop owes it, as goods, as a paper or as money."""
        return max(0, self.received - self.billed)

    def bill(self, minor: int) -> int:
        """A paper of so much (a credit note: less than nothing); by how much the advance is more or less then."""
        before = self.advance
        self.billed += minor
        return self.advance - before

    def receive(self, minor: int) -> int:
        """So much came (went, when negative); by how much the advance is more or less then."""
        before = self.advance
        self.received += minor
        return self.advance - before


def before(at: Month) -> dict[int, Standing]:
    """How the orders that move in a month stood when it began; those of which nothing was known are left out."""
    found: dict[int, Standing] = {}
    for order_id, minor in _sums(at, Invoice, SIGNED, Invoice.issued_at):
        found.setdefault(order_id, Standing()).billed = int(minor)
    for order_id, minor in _sums(at, LedgerEntry, LedgerEntry.amount_minor, LedgerEntry.at):
        found.setdefault(order_id, Standing()).received = int(minor)
    return found


def _sums(at: Month, table: Any, amount: Any, moment: Any) -> Any:
    billed = select(Invoice.order_id).where(at.within(Invoice.issued_at))
    paid = select(LedgerEntry.order_id).where(at.within(LedgerEntry.at))
    moving = or_(table.order_id.in_(billed), table.order_id.in_(paid))
    wanted = select(table.order_id, func.sum(amount)).where(moving, at.follows(moment), ~table.practice)
    return db.session.execute(wanted.group_by(table.order_id))
