"""What a company bought: its orders and invoices, how much it paid in all."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from crm.companies import Company
from kernel.db import db
from kernel.money import Money
from shop.invoice_rows import Invoice
from shop.orders import ENDED, Order

MOST = 50  # that are shown, the newest


@dataclass(frozen=True)
class Bought:
    """How many orders, what was paid for them less what went back, when the newest was placed."""

    orders: int
    paid: list[Money]  # each currency for itself
    last: datetime | None


def of(company: Company) -> Sequence[Order]:
    """Its orders, the newest first."""
    mine = select(Order).where(Order.company_id == company.id)
    return db.session.scalars(mine.order_by(Order.placed_at.desc(), Order.id.desc()).limit(MOST)).all()


def invoices(company: Company) -> Sequence[Invoice]:
    """The papers of its orders, the newest first."""
    mine = select(Invoice).join(Order, Order.id == Invoice.order_id).where(Order.company_id == company.id)
    return db.session.scalars(mine.order_by(Invoice.issued_at.desc(), Invoice.id.desc()).limit(MOST)).all()


def bought(company: Company) -> Bought:
    """What it bought in all; what was only practised does not count."""
    mine = Order.company_id == company.id, ~Order.practice
    sums = func.count(Order.id), func.sum(Order.received_minor), func.max(Order.placed_at)
    there = select(Order.currency, *sums).where(*mine, Order.state.not_in(ENDED)).group_by(Order.currency)
    rows = db.session.execute(there.order_by(Order.currency)).all()
    paid = [Money(int(minor or 0), currency) for currency, _count, minor, _last in rows if minor]
    return Bought(sum(row[1] for row in rows), paid, max((row[3] for row in rows), default=None))
