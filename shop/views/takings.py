"""The payments of some days: each amount that came or went, and their sum; what "Received today" opens."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask import Flask, Response, render_template, request, url_for
from sqlalchemy import func

from kernel import clock, instants, tables, tenancy, today, web
from kernel.db import db
from kernel.i18n import _, _l, pick
from kernel.money import Money
from kernel.web import needs
from shop import days, drawers, invoice_list, receipts, takings
from shop.views import admin, drawer, order_table

PAGE = 50
KINDS = {
    "settle": (_l("Received"), "good"),
    "refund": (_l("Returned"), "off"),
    "bounce": (_l("Came back"), "care"),
    "reverse": (_l("Taken back"), "bad"),
    "kept": (_l("Kept as credit"), "wait"),
}
SPANS = ("today", "yesterday", "week", "month", "before", "30", "90")


@admin.get("/takings", endpoint="takings")
@needs("orders.view")
def show() -> str:
    """The amounts of the days that the address asks for, and what they come to."""
    first, last, name = asked()
    wanted, number = takings.entries(first, last), web.page_asked()
    size = int(db.session.scalar(db.select(func.count()).select_from(wanted.order_by(None).subquery())) or 0)
    pages = max(1, -(-size // PAGE))
    number = min(number, pages)
    rows = db.session.execute(wanted.limit(PAGE).offset((number - 1) * PAGE))
    return render_template(
        "shop/desk/takings/list.html", rows=[_row(row) for row in rows], size=size, chips=_chips(name),
        sums=sums(first, last), ways=ways(first, last), span=days.span(first, last), show=name,
        page=number, pages=pages, page_url=lambda at: url_for(".takings", show=name, page=at),
    )  # fmt: skip


@admin.get("/takings.csv", endpoint="takings_csv")
@admin.get("/takings.xlsx", endpoint="takings_xlsx")
@needs("orders.export")
def csv() -> Response:
    """The same as a file."""
    first, last, _name = asked()
    heads = [_("Date"), _("Order"), _("Name"), _("What"), _("Payment"), _("Reference"), _("Amount"), _("Currency")]
    name = f"{tenancy.tenant().slug}-{_('payments')}-{first}-{last}"
    return tables.answer(name, heads, _cells(first, last))


def asked() -> tuple[date, date, str]:
    """The first and the last day, and how the address calls them: `2026-11` is a whole month."""
    day, name = clock.today(tenancy.tenant().timezone), request.args.get("show", "")
    began = day.replace(day=1)
    spans = {
        "yesterday": (day - timedelta(days=1),) * 2, "week": takings.this_week(), "month": (began, day),
        "before": ((began - timedelta(days=1)).replace(day=1), began - timedelta(days=1)),
        "30": (day - timedelta(days=29), day), "90": (day - timedelta(days=89), day),
    }  # fmt: skip
    at = invoice_list.month(name)
    if at:
        return at.first, at.last, name
    return (*spans[name], name) if name in spans else (day, day, "today")


def _chips(name: str) -> list[dict[str, Any]]:
    labels = {
        "today": _("Today"), "yesterday": _("Yesterday"), "week": _("This week"), "month": _("This month"),
        "before": _("Last month"),
    }  # fmt: skip
    return [
        {"label": labels.get(one) or _("%(days)s days", days=one), "active": one == name,
         "url": url_for(".takings", show=one)}
        for one in SPANS
    ]  # fmt: skip


def sums(first: date, last: date) -> list[dict[str, Any]]:
    """What came, in each currency."""
    found = takings.sums(first, last) or {tenancy.tenant().currency: 0}
    return [
        {"shown": receipts.shown(Money(minor, code)), "minor": minor, "currency": code} for code, minor in found.items()
    ]


def ways(first: date, last: date) -> list[dict[str, Any]]:
    """Came, went and what of it is left, by the way it took: what lies in the till, what the bank should show.

    Nothing while a drawer is open for who is to count it without knowing.
    """
    if drawer.hidden() and drawers.current() is not None:
        return []
    return [
        {"label": pick(way.label) or _("Kept as credit"), "came": receipts.shown(way.came),
         "went": receipts.shown(-way.went) if way.went.minor else "", "minor": way.came.minor + way.went.minor,
         "left": receipts.shown(Money(way.came.minor + way.went.minor, way.came.currency))}
        for way in takings.by_way(first, last)
    ]  # fmt: skip


def _row(row: Any) -> dict[str, Any]:
    amount = Money(row.amount_minor, row.currency)
    return {
        "number": row.number, "url": url_for(".order", number=row.number) if row.number else "", "name": _name(row),
        "kind": KINDS[row.kind], "label": pick(row.way or row.label), "reference": row.reference, "minor": amount.minor,
        "amount": receipts.shown(amount), "when": instants.told(row.at), "iso": row.at.isoformat(timespec="seconds"),
    }  # fmt: skip


def _name(row: Any) -> str:
    return order_table.called(row.name, by_staff=row.by_staff) if row.number else ""


def _cells(first: date, last: date) -> Iterator[list[object]]:
    zone = ZoneInfo(tenancy.tenant().timezone)
    for row in db.session.execute(takings.entries(first, last)):
        amount = Money(row.amount_minor, row.currency).decimal
        yield [row.at.astimezone(zone), row.number or "", _name(row), KINDS[row.kind][0], pick(row.way or row.label),
               row.reference, amount, row.currency]  # fmt: skip


def init_app(_app: Flask) -> None:
    """Put the payments of today onto the first page."""
    today.line(
        "money.today", _l("Payments and refunds today"), takings.entries_today, order=7, icon="money",
        permission="orders.view", list_url=lambda: url_for("shop_admin.takings"),
    )  # fmt: skip
