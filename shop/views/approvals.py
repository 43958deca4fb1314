"""Answering requests: the list of who waits for the shop's yes, and a yes or a no from wherever it is seen."""

from typing import Any

from flask import Flask, flash, redirect, render_template, request, url_for
from sqlalchemy.orm import selectinload
from werkzeug.wrappers import Response

from kernel import today, web
from kernel.db import db
from kernel.i18n import _, _l, pick
from kernel.web import needs
from shop import approval_rows, approvals, booking_story, bookings, orders, receipts, second_thoughts
from shop.approval_rows import Approval
from shop.orders import Order
from shop.views import admin, approval_part, desk, order_desk, order_table

MOST = 200


@admin.get("/bookings/requests", endpoint="bookings_requests")
@needs("bookings.view")
def listed() -> str:
    """Who asks for what, the one whose time is over first before others."""
    wanted = approval_rows.waiting().options(selectinload(Approval.order).selectinload(Order.contact))
    rows = [_row(one) for one in db.session.scalars(wanted.limit(MOST))]
    return render_template("shop/desk/approvals/list.html", rows=rows)


def _row(row: Approval) -> dict[str, Any]:
    order = row.order
    times = [
        {"name": pick(one.name), "when": booking_story.when(one), "people": ", ".join(booking_story.people(one)),
         "url": url_for(".booking", token=one.token)}
        for one in bookings.of_order(order)
    ]  # fmt: skip
    return {
        "order": order, "called": order_table.called(order.buyer, by_staff=order.by_staff), "times": times,
        "total": receipts.shown(order.total), "until": receipts.until(row.until), "left": approval_part.left(row),
        "whatsapp": order_desk.whatsapp(order), "url": desk.link("shop_admin.order", number=order.number),
        "note": order.note,
    }  # fmt: skip


@admin.post("/orders/<number>/approval", endpoint="order_approve")
@needs("bookings.manage")
@desk.at_order
def approve(number: str) -> Response | None:
    """The shop says yes."""
    order = orders.numbered(number)
    approvals.approve(order, by=web.person())
    if order.held:
        told = _("You said yes to %(number)s: the buyer gets a letter with what to pay.", number=number)
    else:
        told = _("You said yes to %(number)s: it is confirmed, and the buyer gets a letter.", number=number)
    if approvals.reversible(order):
        kept = {"listed": "1"} if "listed" in request.form else {}
        web.undo(second_thoughts.said(order, told), "shop_admin.order_approve_undo", fields=kept, number=number)
    else:
        flash(told)
    return _back()


@admin.post("/orders/<number>/approval/undo", endpoint="order_approve_undo")
@needs("bookings.manage")
@desk.at_order
def take_back(number: str) -> Response | None:
    """The yes was a slip: the request waits again, and nobody heard of it."""
    approvals.take_back(orders.numbered(number), by=web.person())
    flash(_("Taken back: %(number)s waits for your answer again.", number=number))
    return _back()


@admin.post("/orders/<number>/refusal", endpoint="order_refuse")
@needs("bookings.manage")
@desk.at_order
def refuse(number: str) -> Response | None:
    """The shop says no, with a reason when there is one to write."""
    approvals.refuse(orders.numbered(number), by=web.person(), reason=request.form.get("reason", "")[:300])
    flash(_("You said no to %(number)s: its time is free again, and the buyer gets a letter.", number=number))
    return _back()


def _back() -> Response | None:
    """To the list when the answer was given there."""
    return redirect(url_for("shop_admin.bookings_requests"), 303) if "listed" in request.form else None


def init_app(_app: Flask) -> None:
    """Tell on "Hoy" who waits."""
    today.line(
        "bookings.requests", _l("Requests to answer"), approval_rows.waiting, order=5, icon="calendar",
        permission="bookings.view", list_url=lambda: url_for("shop_admin.bookings_requests"),
    )  # fmt: skip
