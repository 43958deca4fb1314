"""The closings of the cash drawer: their list, what each says, on paper and as files; corrections and reasons."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask import Response, flash, redirect, render_template, request, url_for
from sqlalchemy import func, select

from kernel import instants, pdf, tables, tenancy, web
from kernel.db import db
from kernel.i18n import _
from kernel.once import once
from kernel.refusal import Missing, Refusal
from kernel.web import needs
from shop import drawer_reports, drawers, papers, receipts
from shop.drawer_reports import Report, Side
from shop.drawer_rows import Drawer, DrawerCount
from shop.forms import drawers as forms
from shop.forms import wrong
from shop.views import admin, drawer, product_values

PAGE = 30


@admin.get("/drawers", endpoint="drawers")
@needs("drawer.see")
def listed() -> str:
    """All closings, the latest first."""
    wanted, number = drawers.closed(), web.page_asked()
    size = int(db.session.scalar(select(func.count()).select_from(wanted.order_by(None).subquery())) or 0)
    pages = max(1, -(-size // PAGE))
    number = min(number, pages)
    found = db.session.scalars(wanted.limit(PAGE).offset((number - 1) * PAGE)).all()
    counts = drawers.counted(found)
    return render_template(
        "shop/desk/drawers/list.html", rows=[_row(row, counts[row.id]) for row in found], page=number, pages=pages,
        page_url=lambda at: url_for(".drawers", page=at),
    )  # fmt: skip


def _row(row: Drawer, counts: Sequence[DrawerCount]) -> dict[str, Any]:
    expected, counted = row.money(counts[-1].expected_minor), row.money(counts[-1].minor)
    return {
        "url": url_for(".drawer_report", token=row.token), "when": receipts.day_and_time(counts[0].at),
        "who": counts[0].by.known_as, "counted": _shown(counted), "expected": _shown(expected),
        **_difference(row, counts),
    }  # fmt: skip


def _shown(amount: Any) -> str:
    return receipts.shown(amount) if amount is not None else ""


def _difference(row: Drawer, counts: Sequence[DrawerCount]) -> dict[str, Any]:
    """What is too much or lacks by the latest count, as a word with its shape, and why."""
    minor = counts[-1].difference_minor
    off = (_("There is too much"), "care") if minor > 0 else (_("Money lacks"), "bad")
    state = off if minor else (_("It tallies"), "good")
    why = counts[-1].reason or row.why
    return {"verdict": state, "difference": _shown(row.money(minor)), "minor": minor, "why": why}


@admin.get("/drawers.csv", endpoint="drawers_csv")
@admin.get("/drawers.xlsx", endpoint="drawers_xlsx")
@needs("drawer.see")
def file() -> Response:
    """The list as a file."""
    heads = [_("Opened on"), _("Opened by"), _("Closed on"), _("Closed by"), _("Float"), _("It should hold"),
             _("Counted"), _("Difference"), _("Taken out"), _("It stays"), _("Reason"), _("Currency")]  # fmt: skip
    return tables.answer(f"{tenancy.tenant().slug}-{_('drawer')}", heads, _cells())


def _cells() -> Iterator[list[object]]:
    rows = db.session.scalars(drawers.closed()).all()
    counts, taken = drawers.counted(rows), drawers.taken(rows)
    for row in rows:
        first, latest = counts[row.id][0], counts[row.id][-1]
        minors = (row.float_minor, latest.expected_minor, latest.minor, latest.difference_minor, taken[row.id],
                  latest.minor - taken[row.id])  # fmt: skip
        yield [_local(row.opened_at), row.opened_by.known_as, _local(first.at), first.by.known_as,
               *(row.money(minor).decimal for minor in minors), latest.reason or row.why, row.currency]  # fmt: skip


def _local(at: datetime | None) -> datetime | str:
    return at.astimezone(ZoneInfo(tenancy.tenant().timezone)) if at else ""


def _seen(token: str) -> Drawer:
    """A closing that this person may read; raises Missing."""
    row = drawers.by_token(token)
    if row.closed_at is None or not drawer.seen(row):
        raise Missing()
    return row


@admin.get("/drawers/<token>", endpoint="drawer_report")
@needs("drawer.read")
def report(token: str) -> Any:
    """What one closing says."""
    return _page(_seen(token))


def _page(row: Drawer, refusal: Refusal | None = None) -> Any:
    typed = request.form if refusal else {}
    told = {"wrong": wrong.of(refusal) if refusal else {}, "trouble": str(refusal) if refusal else "", "typed": typed}
    form = {"rows": forms.rows(typed), **drawer.counting(typed), "unit": product_values.symbol()}
    shown = render_template("shop/desk/drawers/report.html", **told, **form, **_told(drawer_reports.of(row)))
    return shown, refusal.status if refusal else 200


def _told(report: Report) -> dict[str, Any]:
    row = report.drawer
    opening = report.opening
    return {
        "drawer": row, "opened": receipts.day_and_time(row.opened_at), "opener": row.opened_by.known_as,
        "closed": receipts.day_and_time(row.closed_at) if row.closed_at else "",
        "closer": row.closed_by.known_as if row.closed_by else "", "sums": drawer.sums(report),
        "counted": _shown(report.counted), **_difference(row, report.counts),
        "moves": [drawer.moved(one) for one in report.moves],
        "taken": _shown(report.taken) if report.taken else "", "left": _shown(report.left),
        "counts": [_count(one, row) for one in report.counts], "ways": _sides(report.ways),
        "clerks": _sides(report.clerks), "refunds": [_refund(one) for one in report.refunds],
        "opening": _shown(opening) if opening else "", "over": bool(opening and opening.minor > 0),
        "asks": bool(report.counts and report.counts[0].difference_minor and not row.why),
        "why_first": row.why, "why_who": row.why_by.known_as if row.why_by else "",
    }  # fmt: skip


def _count(count: DrawerCount, row: Drawer) -> dict[str, Any]:
    return {
        "amount": _shown(row.money(count.minor)), "difference": _shown(row.money(count.difference_minor)),
        "minor": count.difference_minor, "who": count.by.known_as, "when": receipts.day_and_time(count.at),
        "reason": count.reason, "number": count.number,
        "pieces": [(_shown(row.money(int(face))), units, _shown(row.money(int(face) * units)))
                   for face, units in sorted(count.pieces.items(), key=lambda one: -int(one[0]))],
    }  # fmt: skip


def _sides(sides: list[Side]) -> list[dict[str, Any]]:
    return [{"name": one.name, "came": _shown(one.came), "went": _shown(one.went) if one.went else "",
             "left": _shown(one.left)} for one in sides]  # fmt: skip


def _refund(one: drawer_reports.Amount) -> dict[str, str]:
    return {"number": one.number, "way": one.way, "who": one.who, "amount": _shown(one.entry.amount),
            "when": instants.told(one.entry.at), "url": url_for(".order", number=one.number)}  # fmt: skip


@admin.get("/drawers/<token>.csv", endpoint="drawer_csv")
@admin.get("/drawers/<token>.xlsx", endpoint="drawer_xlsx")
@needs("drawer.read")
def report_file(token: str) -> Response:
    """Everything that one closing says, line by line."""
    row = _seen(token)
    heads = [_("What"), _("Detail"), _("Who"), _("Date"), _("Amount"), _("Currency")]
    name = f"{tenancy.tenant().slug}-{_('drawer')}-{_local(row.closed_at):%Y-%m-%d}"
    return tables.answer(name, heads, _lines(drawer_reports.of(row)))


def _lines(report: Report) -> Iterator[list[object]]:
    row, code = report.drawer, report.drawer.currency
    yield [_("Float"), "", row.opened_by.known_as, _local(row.opened_at), row.money(row.float_minor).decimal, code]
    for one in report.amounts:
        what = _("Returned") if one.entry.amount_minor < 0 else _("Received")
        yield [what, f"{one.number} {one.way}", one.who, _local(one.entry.at), one.entry.amount.decimal,
               one.entry.currency]  # fmt: skip
    for entry in report.entries:
        kind, amount = str(drawer.KINDS[entry.kind]), entry.amount.decimal
        yield [kind, entry.note, entry.by.known_as, _local(entry.at), amount, code]
    yield [_("It should hold"), "", "", _local(row.closed_at), report.expected.decimal, code]
    for count in report.counts:
        yield [_("Counted"), count.reason, count.by.known_as, _local(count.at), row.money(count.minor).decimal, code]


@admin.get("/drawers/<token>.pdf", endpoint="drawer_paper")
@needs("drawer.read")
def paper(token: str) -> Any:
    """The same to print, on one sheet."""
    row = _seen(token)
    data = {**papers.of_shop(), "language": tenancy.tenant().language, "told": {"number": ""}}
    with papers.spoken(tenancy.tenant().language):
        data |= _told(drawer_reports.of(row))
        if not pdf.available():
            return render_template("pdf/drawer.html", **data, printable=True)
        made = Response(pdf.render("pdf/drawer.html", **data), mimetype="application/pdf")
    made.headers["Content-Disposition"] = f'inline; filename="{_("drawer")}-{_local(row.closed_at):%Y-%m-%d}.pdf"'
    made.headers["Cache-Control"] = "private, no-store"
    return made


@admin.post("/drawers/<token>/why", endpoint="drawer_why")
@needs("drawer.count")
@once
def why(token: str) -> Any:
    """Write down why the count differed."""
    row = _seen(token)
    try:
        drawers.explain(row, forms.reason(request.form, "why"), by=web.person())
    except drawers.Told as refusal:
        flash(str(refusal), "error")
    except Refusal as refusal:
        return _page(row, refusal)
    else:
        flash(_("Noted."))
    return redirect(url_for(".drawer_report", token=token), 303)


@admin.post("/drawers/<token>/correct", endpoint="drawer_correct")
@needs("drawer.count")
@once
def correct(token: str) -> Any:
    """Keep another count beside the first one, with its reason."""
    row = _seen(token)
    try:
        errors: dict[str, str] = {}
        count = wrong.tried(errors, "total", forms.read, request.form)
        reason = wrong.tried(errors, "reason", forms.reason, request.form)
        if errors:
            raise wrong.Wrong(errors)
        with wrong.beside("total"):
            drawers.correct(row, count, reason=reason, by=web.person())
    except Missing:
        raise
    except Refusal as refusal:
        return _page(row, refusal)
    flash(_("Corrected. The first count stays beside it."))
    return redirect(url_for(".drawer_report", token=token), 303)
