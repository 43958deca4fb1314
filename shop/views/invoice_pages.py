"""Invoices in the shop: anybody checks one by its address, its buyer downloads it from the order."""

from typing import Any

from flask import render_template

from kernel.refusal import Missing
from shop import invoice_papers, invoices, orders, receipts
from shop.views import invoice_files, store


@store.get("/invoices/<token>", endpoint="invoice")
def check(token: str) -> str:
    """Whether a paper is what it says: number, day, total and state, and of the buyer no more than initials."""
    row = invoices.by_token(token)
    return render_template(
        "shop/invoices/show.html", row=row, title=invoice_papers.title(row), state=invoice_papers.state(row),
        total=receipts.shown(row.gross), issued=receipts.day_and_time(row.issued_at), sound=invoices.sound(row),
        notice=invoice_papers.notice(row), left=receipts.shown(invoices.left(row)),
        buyer="" if row.buyer.get("consumer") and not row.order.name else invoice_papers.initials(row.buyer["name"]),
        corrects=invoices.corrected(row),
    )  # fmt: skip


@store.get("/orders/<token>/invoices/<number>.pdf", endpoint="order_invoice")
def paper(token: str, number: str) -> Any:
    """The paper, for who has the order's secret address."""
    row = next((row for row in invoices.every(orders.by_token(token)) if row.number == number), None)
    if row is None:
        raise Missing()
    return invoice_files.paper(row)
