"""Receipts and packing slips: a PDF where it can be made, else the page to print; for the buyer and for staff."""

from typing import Any

from flask import Response, render_template

from kernel import clock, pdf, tenancy, web
from shop import orders, papers, slips
from shop.orders import Order
from shop.views import admin, store


@store.get("/orders/<token>/receipt.pdf", endpoint="receipt")
def receipt(token: str) -> Any:
    """The buyer's receipt."""
    return _paper(orders.by_token(token), "receipt")


@admin.get("/orders/<number>/receipt.pdf", endpoint="order_receipt")
@web.needs("orders.view")
def receipt_of(number: str) -> Any:
    """The same receipt, for staff."""
    return _paper(orders.numbered(number), "receipt")


@admin.get("/orders/<number>/packing.pdf", endpoint="order_packing")
@web.needs("orders.view")
def packing(number: str) -> Any:
    """What goes into the box, for who packs it."""
    at, order = clock.now(), orders.numbered(number)
    answer = _paper(order, "packing")
    slips.printed(order, by=web.person(), at=at)
    return answer


def _paper(order: Order, kind: str) -> Any:
    tenant = tenancy.tenant()
    language = order.language if kind == "receipt" else tenant.language
    data = papers.of(order, language)
    with papers.spoken(language):
        if not pdf.available():
            return render_template(f"pdf/{kind}.html", **data, printable=True)
        made = Response(pdf.render(f"pdf/{kind}.html", **data), mimetype="application/pdf")
    made.headers["Content-Disposition"] = f'inline; filename="{order.number}.pdf"'
    return made
