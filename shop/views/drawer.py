"""The cash drawer: opened with a float, moved, counted and closed, on a phone and without scripts."""

from typing import Any

from flask import Flask, flash, redirect, render_template, request, url_for

from kernel import clock, instants, permissions, tenancy, today, web
from kernel.db import db
from kernel.i18n import _, _l
from kernel.money import Money, digits
from kernel.once import once
from kernel.refusal import Refusal
from kernel.web import needs
from shop import drawer_reports, drawers, local_times, receipts
from shop.drawer_rows import Drawer, DrawerEntry
from shop.forms import drawers as forms
from shop.forms import wrong
from shop.views import admin, product_values

KINDS = {
    "expense": _l("Supplier or expense"), "bank": _l("To the bank"), "owner": _l("Owner"), "change": _l("Small change"),
    "other": _l("Something else"), drawers.DIFFERENCE: _l("Difference"),
}  # fmt: skip


def hidden() -> bool:
    """Whether this person is not to see what should be in an open drawer."""
    return drawers.blind() and not web.may("drawer.see")


def seen(drawer: Drawer) -> bool:
    """Whether this person may read the closing: theirs, or anybody's if they may see all."""
    return web.may("drawer.see") or web.person().id in (drawer.opened_id, drawer.closed_id)


@admin.get("/drawer", endpoint="drawer")
@needs("drawer.count")
def show() -> Any:
    """The drawer that is open, or how to open one."""
    return page()


def page(status: int = 200, *, refusal: Refusal | None = None) -> Any:
    """The same, with what was typed and what is wrong with it."""
    drawer = drawers.current()
    told: dict[str, Any] = {"typed": request.form if refusal else {}, "wrong": wrong.of(refusal) if refusal else {}}
    told |= {"trouble": str(refusal) if refusal else "", "unit": product_values.symbol()}
    if drawer is None:
        return render_template("shop/desk/drawers/open.html", **told, **_closed(told["typed"])), status
    return render_template("shop/desk/drawers/show.html", **told, **_open(drawer)), status


def _closed(typed: Any) -> dict[str, Any]:
    """What is told while none is open: what lay there last, what came since."""
    last = drawers.last()
    told: dict[str, Any] = {"rows": forms.rows(typed), **counting(typed), "last": None}
    if last is not None and last.closed_at is not None and seen(last):
        told["last"] = {"url": url_for(".drawer_report", token=last.token), "when": instants.told(last.closed_at)}
    if last is not None and not hidden():
        outside = drawer_reports.outside(last)
        told |= {"left": receipts.shown(drawers.left(last)), "outside": receipts.shown(outside) if outside else ""}
    return told


def counting(typed: Any) -> dict[str, Any]:
    """What a form of coins and notes needs beside its rows: the sum so far, and how amounts look, for its script."""
    currency, locale = tenancy.tenant().currency, tenancy.tenant().locale
    return {"sum": receipts.shown(Money(forms.so_far(typed), currency)), "zero": receipts.shown(Money(0, currency)),
            "locale": locale.replace("_", "-"), "places": digits(currency)}  # fmt: skip


def _open(drawer: Drawer) -> dict[str, Any]:
    report = drawer_reports.of(drawer)
    day = local_times.day(drawer.opened_at, tenancy.tenant().timezone)
    shown = not hidden()
    return {
        "drawer": drawer, "opened": receipts.day_and_time(drawer.opened_at), "who": drawer.opened_by.known_as,
        "late": day < clock.today(tenancy.tenant().timezone), "ways": drawers.WAYS,
        "moves": [moved(one) for one in report.moves], "sums": sums(report) if shown else [], "shown": shown,
        "float": receipts.shown(drawer.money(drawer.float_minor)),
    }  # fmt: skip


def sums(report: drawer_reports.Report) -> list[tuple[str, str]]:
    """How what should be there comes about."""
    moved_ = report.drawer.money(sum(one.amount_minor for one in report.moves))
    return [
        (_("Float"), receipts.shown(report.drawer.money(report.drawer.float_minor))),
        (_("Cash received"), receipts.shown(report.cash.came)),
        *([(_("Cash given back"), receipts.shown(report.cash.went))] if report.cash.went else []),
        *([(_("Put in and taken out"), receipts.shown(moved_))] if report.moves else []),
        (_("It should hold"), receipts.shown(report.expected)),
    ]


def moved(entry: DrawerEntry) -> dict[str, Any]:
    """A movement for people."""
    return {"kind": KINDS[entry.kind], "note": entry.note, "who": entry.by.known_as, "minor": entry.amount_minor,
            "amount": receipts.shown(entry.amount), "when": receipts.day_and_time(entry.at)}  # fmt: skip


@admin.post("/drawer/open", endpoint="drawer_open")
@needs("drawer.count")
@once
def begin() -> Any:
    """Open it with the float that was counted."""
    try:
        drawers.begin(forms.read(request.form), by=web.person())
    except drawers.AlreadyOpen as refusal:
        flash(str(refusal), "error")
    except Refusal as refusal:
        return page(refusal.status, refusal=refusal)
    else:
        flash(_("The drawer is open. What is paid in cash from now on counts into it."))
    return redirect(url_for(".drawer"), 303)


@admin.post("/drawer/moves", endpoint="drawer_move")
@needs("drawer.count")
@once
def move() -> Any:
    """Cash that came or went without an order."""
    drawer = drawers.current()
    try:
        if drawer is None:
            raise drawers.NotOpen()
        told = forms.move(request.form)
        drawers.move(drawer, told.way, told.minor, by=web.person(), note=told.note)
    except Refusal as refusal:
        return page(refusal.status, refusal=refusal)
    flash(_("Noted."))
    return redirect(url_for(".drawer"), 303)


@admin.get("/drawer/count", endpoint="drawer_count")
@needs("drawer.count")
def count() -> Any:
    """The form of the count."""
    return _count({}) if drawers.current() is not None else redirect(url_for(".drawer"))


@admin.post("/drawer/draft", endpoint="drawer_draft")
@needs("drawer.count")
def draft() -> Any:
    """The same form with what it comes to; nothing is kept. For who has no script."""
    with web.reading():
        return _count(request.form) if drawers.current() is not None else redirect(url_for(".drawer"), 303)


def _count(typed: Any, refusal: Refusal | None = None) -> Any:
    drawer = drawers.current()
    told = {"wrong": wrong.of(refusal) if refusal else {}, "trouble": str(refusal) if refusal else ""}
    status = refusal.status if refusal else 200
    shown = drawer is not None and not hidden()
    return render_template(
        "shop/desk/drawers/count.html", **told, **counting(typed), typed=typed, rows=forms.rows(typed),
        ways={one: drawers.WAYS[one] for one in drawers.TAKEN}, unit=product_values.symbol(),
        expected=receipts.shown(drawers.expected(drawer)) if shown and drawer else "",
    ), status  # fmt: skip


@admin.post("/drawer/close", endpoint="drawer_close")
@needs("drawer.count")
@once
def close() -> Any:
    """Keep the count: the drawer is closed, and what it says is shown."""
    drawer = drawers.current()
    try:
        if drawer is None:
            raise drawers.NotOpen()
        told = forms.closing(request.form)
        drawers.close(drawer, told.count, by=web.person(), taken=told.taken, to=told.to)
    except drawers.NotOpen as refusal:
        db.session.rollback()
        flash(str(refusal), "error")
        return redirect(url_for(".drawer"), 303)
    except Refusal as refusal:
        return _count(request.form, refusal)
    flash(_("The drawer is counted and closed."))
    return redirect(url_for(".drawer_report", token=drawer.token), 303)


def init_app(_app: Flask) -> None:
    """Say who may count, who may see everything, and what "Hoy" says of a drawer that was forgotten."""
    counts, sees = _l("Open, move and count the cash drawer"), _l("See what should be in the drawer, and all closings")
    permissions.define("drawer.count", counts, roles=("manager", "clerk"), area="money")
    permissions.define(
        "drawer.read", _l("See closings of the cash drawer that one counted"),
        roles=("manager", "accountant", "clerk"), area="money",
    )  # fmt: skip
    permissions.define("drawer.see", sees, roles=("manager", "accountant"), area="money")
    today.line(
        "drawer.forgotten", _l("Cash drawer open since another day"), drawers.forgotten, order=8, icon="cash",
        permission="drawer.count", list_url=lambda: url_for("shop_admin.drawer"), when=drawers.used,
    )  # fmt: skip
