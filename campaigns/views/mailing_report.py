"""The orders that a letter to many led to."""

from typing import Any

from flask import render_template

from campaigns import reports
from campaigns.views import admin, mailing_figures, mailing_page
from kernel.db import db
from kernel.web import needs

MOST = 500  # orders on one page


@admin.get("/mailings/<token>/orders", endpoint="mailing_orders")
@needs("mailings.see")
def orders(token: str) -> Any:
    """Those that stand, and those that came to nothing."""
    row = mailing_page.campaign(token)
    found = [mailing_figures.order(*one) for one in db.session.execute(reports.orders(row).limit(MOST))]
    stands, nothing = ([one for one in found if one["stands"] is kept] for kept in (True, False))
    return render_template("campaigns/desk/mailings/orders.html", row=row, rows=stands, nothing=nothing)
