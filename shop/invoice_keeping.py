"""What becomes of invoices when a person asks: a copy of theirs; and why they stay when everything else is erased."""

from typing import Any

from sqlalchemy import select

from crm import people
from crm.contacts import Contact
from kernel.db import db
from shop.invoice_rows import Invoice
from shop.orders import Order


def copy(contact: Contact) -> list[dict[str, Any]]:
    """Their invoices and credit notes."""
    mine = select(Invoice).join(Order, Order.id == Invoice.order_id).where(Order.contact_id == contact.id)
    return [
        {"number": row.number, "kind": row.kind, "at": row.issued_at.isoformat(), "buyer": row.buyer,
         "net_minor": row.net_minor, "tax_minor": row.tax_minor, "gross_minor": row.gross_minor,
         "currency": row.currency, "reason": row.reason}
        for row in db.session.scalars(mine.order_by(Invoice.id))
    ]  # fmt: skip


def keep(_contact: Contact) -> None:
    """Nothing: the law of invoices keeps name and tax id as they were issued; no e-mail or telephone stands there."""


def init_app(_app: object) -> None:
    """Speak for the tables of invoices."""
    people.exporter("invoices", ["invoice", "invoice_line"], copy)
    people.eraser("invoices", ["invoice", "invoice_line"], keep)
