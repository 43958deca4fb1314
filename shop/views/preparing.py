"""What is to be ready in the coming days, day by day: on the page, and on paper for the kitchen."""

from typing import Any

from flask import Response, render_template

from kernel import pdf, tenancy
from kernel.i18n import _
from kernel.web import needs
from shop import days, papers, preparing
from shop.preparing import Plan
from shop.views import admin


@admin.get("/orders/plan", endpoint="orders_plan")
@needs("orders.view")
def show() -> str:
    """How many of what, day by day."""
    return render_template("shop/desk/orders/plan.html", **_told(preparing.made()))


@admin.get("/orders/plan.pdf", endpoint="orders_plan_paper")
@needs("orders.view")
def paper() -> Any:
    """The same to print."""
    data = {**papers.of_shop(), "language": tenancy.tenant().language, "told": {"number": ""}}
    with papers.spoken(tenancy.tenant().language):
        plan = preparing.made()
        data |= _told(plan)
        if not pdf.available():
            return render_template("pdf/plan.html", **data, printable=True)
        made = Response(pdf.render("pdf/plan.html", **data), mimetype="application/pdf")
    made.headers["Content-Disposition"] = f'inline; filename="{plan.first.isoformat()}.pdf"'
    return made


def _told(plan: Plan) -> dict[str, Any]:
    return {
        "days": [
            {"name": days.told(day, weekday=True) if day else _("Without a day"), "rows": rows,
             "iso": day.isoformat() if day else "none"}
            for day, rows in plan.listed()
        ],
        "together": plan.together(), "coming": any(one.coming for one in plan.together()), "lost": plan.lost,
        "span": days.span(plan.first, plan.last),
    }  # fmt: skip
