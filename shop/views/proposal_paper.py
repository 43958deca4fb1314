"""A quote on paper: a PDF where it can be made, else the page to print."""

from typing import Any

from flask import Response, render_template

from kernel import pdf, qr
from shop import papers, proposal_letters, proposal_words
from shop.proposal_rows import Proposal
from shop.views import guest_booking

TEMPLATE = "pdf/quote.html"


def answer(row: Proposal) -> Any:
    """The paper, in its customer's language."""
    with papers.spoken(row.language):
        page = proposal_letters.address(row)
        data = {
            **papers.of_shop(), "told": proposal_words.told(row), "language": row.language, "draft": row.number is None,
            "qr": qr.address(page), "page_url": page.split("://", 1)[-1],
        }  # fmt: skip
        if not pdf.available():
            return guest_booking.private(render_template(TEMPLATE, **data, printable=True))
        made = Response(pdf.render(TEMPLATE, **data), mimetype="application/pdf")
    made.headers["Content-Disposition"] = f'inline; filename="{row.number or "quote"}.pdf"'
    made.headers["Cache-Control"], made.headers["X-Robots-Tag"] = "private, no-store", "noindex"
    return made
