"""What subscriptions will want in the coming days, day by day: on the page, and on paper for the kitchen."""

from typing import Any

from flask import Response, render_template

from kernel import pdf, tenancy
from kernel.web import needs
from shop import days, papers, subscription_plan
from shop.subscription_plan import Piece, Plan
from shop.views import admin


@admin.get("/subscriptions/plan", endpoint="subscriptions_plan")
@needs("subscriptions.view")
def show() -> str:
    """How many of what, day by day."""
    return render_template("shop/desk/subscriptions/plan.html", **_told(subscription_plan.made()))


@admin.get("/subscriptions/plan.pdf", endpoint="subscriptions_plan_paper")
@needs("subscriptions.view")
def paper() -> Any:
    """The same to print."""
    data = {**papers.of_shop(), "language": tenancy.tenant().language, "told": {"number": ""}}
    with papers.spoken(tenancy.tenant().language):
        plan = subscription_plan.made()
        data |= _told(plan)
        if not pdf.available():
            return render_template("pdf/plan.html", **data, printable=True)
        made = Response(pdf.render("pdf/plan.html", **data), mimetype="application/pdf")
    made.headers["Content-Disposition"] = f'inline; filename="{plan.first.isoformat()}.pdf"'
    return made


def _told(plan: Plan) -> dict[str, Any]:
    return {
        "days": [
            {"name": days.told(day, weekday=True), "iso": day.isoformat(), "rows": rows, **_sum(rows)}
            for day, rows in plan.listed()
        ],
        "together": plan.together(), "lost": plan.lost, "span": days.span(plan.first, plan.last),
    }  # fmt: skip


def _sum(rows: list[Piece]) -> dict[str, int]:
    return {"count": sum(one.quantity for one in rows), "ordered": sum(one.ordered for one in rows)}
