"""What the pages of an order show of its invoice and credit notes, to staff and to the buyer."""

from typing import Any

from flask import url_for

from shop import invoice_papers, invoices, receipts
from shop.invoice_rows import Invoice
from shop.orders import ENDED, Order
from shop.views import desk


def row(paper: Invoice) -> dict[str, Any]:
    """A paper as one line of a list in the back office."""
    return {
        "number": paper.number, "url": url_for("shop_admin.invoice", number=paper.number), "practice": paper.practice,
        "title": invoice_papers.title(paper), "name": paper.buyer.get("name", ""), "order": paper.order.number,
        "when": receipts.day_and_time(paper.issued_at), "iso": paper.issued_at.isoformat(),
        "state": invoice_papers.state(paper), "total": receipts.shown(paper.money(paper.sign * paper.gross_minor)),
    }  # fmt: skip


def shown(order: Order) -> dict[str, Any]:
    """The papers of an order and what staff may do about them."""
    papers = invoices.every(order)
    invoice = next((paper for paper in papers if paper.kind == "invoice"), None)
    left, ended = invoices.holds(order), order.state in ENDED
    return {
        "rows": [row(paper) for paper in papers], "left": desk.typed(order.money(left)),
        "may_issue": invoices.further(order) if invoice else not order.asked and (not ended or order.kept_minor > 0),
        "behind": invoice is not None and invoices.beyond(order) > 0, "may_credit": left > 0 and not ended,
    }  # fmt: skip


def of_buyer(order: Order) -> list[dict[str, str]]:
    """The papers of an order, for the page that the buyer keeps."""
    return [
        {"number": paper.number, "title": invoice_papers.title(paper), "total": receipts.shown(paper.gross),
         "url": url_for("shop.order_invoice", token=order.token, number=paper.number)}
        for paper in invoices.every(order)
    ]  # fmt: skip
