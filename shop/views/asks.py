"""Asking for what one may not do oneself, on an order or a booking; the list of what is asked, and the answers."""

from typing import Any

from flask import Flask, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from kernel import permissions, today, web
from kernel.db import db
from kernel.forms import choices
from kernel.i18n import _, _l
from kernel.once import once
from kernel.refusal import Missing, Refusal
from kernel.web import needs
from shop import ask_rows, asks, bookings, orders, refunds
from shop.ask_letters import PERMISSION
from shop.ask_rows import Ask
from shop.bookings import Booking
from shop.forms.asks import AskForm
from shop.orders import Order
from shop.views import admin, ask_part, desk, order_refunds

MOST = 100
KINDS = {"cancel": _l("Cancel it"), "refund": _l("Return money")}
LABELS = {"waiting": _l("Waiting for an answer"), "answers": _l("Answered to me"), "mine": _l("All that I asked")}


@admin.get("/orders/asks", endpoint="order_asks")
@needs("orders.ask")
def listed() -> str:
    """What waits for an answer, or what oneself asked."""
    show = _shown()
    rows = ask_part.rows(_query(show), MOST)
    chips = [
        {"label": label, "url": url_for(".order_asks", show=name), "active": name == show}
        for name, label in LABELS.items() if name != "waiting" or web.may("orders.cancel")
    ]  # fmt: skip
    return render_template("shop/desk/asks/list.html", rows=rows, chips=chips, show=show)


def _shown() -> str:
    show = request.args.get("show", "")
    if show not in LABELS or (show == "waiting" and not web.may("orders.cancel")):
        return "waiting" if web.may("orders.cancel") else "mine"
    return show


def _query(show: str) -> Any:
    if show == "waiting":
        return ask_rows.waiting()
    return ask_rows.answers(web.person()) if show == "answers" else ask_rows.mine(web.person())


@admin.get("/orders/<number>/asks/new", endpoint="order_ask_new")
@needs("orders.ask")
def new(number: str) -> Any:
    """What should be done with it, and why."""
    order = orders.numbered(number)
    booking = _booking(order, request.args.get("booking", ""))
    most = refunds.refundable(order)
    told = {"kind": request.args.get("kind", "cancel"), "amount": desk.typed(most) if most else ""}
    return _page(order, booking, _form(order, booking, **told))


@admin.post("/orders/<number>/asks", endpoint="order_ask_make")
@needs("orders.ask")
@once
def make(number: str) -> Any:
    """Keep it for who may do it."""
    order = orders.numbered(number)
    booking = _booking(order, request.form.get("booking", ""))
    form = _form(order, booking)
    try:
        amount = desk.amount(form.amount.data or "", order.currency) if _asks_amount(form) else None
    except Refusal as refusal:
        form.validate()
        form.amount.errors = [str(refusal)]
        return _page(order, booking, form, 422)
    if not form.validate():
        return _page(order, booking, form, 422)
    told = {"by": web.person(), "reason": form.reason.data or "", "booking": booking, "amount": amount}
    try:
        ask_rows.make(order, form.kind.data or "", **told)
    except Missing:
        raise
    except Refusal as refusal:
        db.session.rollback()
        order = orders.numbered(number)
        field = form.amount if isinstance(refusal, ask_rows.TooMuch) else form.reason
        field.errors = [str(refusal)]
        return _page(order, _booking(order, request.form.get("booking", "")), form, refusal.status)
    flash(_("Asked. You find the answer here and on “Today”."))
    return redirect(_home(order, booking), 303)


def _asks_amount(form: AskForm) -> bool:
    return form.kind.data == "refund" and bool((form.amount.data or "").strip())


def _booking(order: Order, token: str) -> Booking | None:
    """The booking that is named, of this order and no other."""
    found = bookings.by_token(token) if token else None
    if found is not None and found.order_id != order.id:
        raise Missing()
    return found


def _form(order: Order, booking: Booking | None, **told: Any) -> AskForm:
    form = AskForm(None if told else request.form, **told)
    known = [kind for kind in KINDS if ask_rows.possible(order, kind, booking if kind == "cancel" else None)]
    form.kind.choices = choices((kind, KINDS[kind]) for kind in known)
    if told and form.kind.data not in known:
        form.kind.data = known[0] if known else None
    return form


def _home(order: Order, booking: Booking | None) -> str:
    return url_for(".booking", token=booking.token) if booking else url_for(".order", number=order.number)


def _page(order: Order, booking: Booking | None, form: AskForm, status: int = 200) -> tuple[str, int]:
    return render_template(
        "shop/desk/asks/new.html",
        order=order,
        booking=booking,
        form=form,
        home=_home(order, booking),
        money=ask_rows.possible(order, "refund"),
    ), status


@admin.post("/orders/<number>/asks/<token>/cancellation", endpoint="order_ask_cancel")
@needs("orders.cancel")
@desk.at_order
def cancel(number: str, token: str) -> Response:
    """Call off what was asked."""
    row = _of(number, token, "cancel")
    asks.cancel(row, by=web.person())
    flash(_("Done: %(name)s reads it.", name=row.by.known_as))
    return web.back(url_for(".order", number=number))


@admin.post("/orders/<number>/asks/<token>/refund", endpoint="order_ask_refund")
@needs("orders.refund")
@desk.at_order
def refund(number: str, token: str) -> Response:
    """Return what was asked."""
    row = _of(number, token, "refund")
    given = asks.refund(row, by=web.person())
    if row.amount is not None:
        order_refunds.tell(given, row.amount)
    return web.back(url_for(".order", number=number))


@admin.post("/orders/<number>/asks/<token>/refusal", endpoint="order_ask_refuse")
@needs("orders.cancel")
@desk.at_order
def refuse(number: str, token: str) -> Response:
    """It is not done, with a word why when there is one."""
    row = ask_rows.named(orders.numbered(number), token)
    if not web.may(PERMISSION[row.kind]):
        abort(404)
    asks.refuse(row, by=web.person(), said=request.form.get("said", ""))
    flash(_("Not done: %(name)s reads it.", name=row.by.known_as))
    return web.back(url_for(".order", number=number))


@admin.post("/orders/<number>/asks/<token>/seen", endpoint="order_ask_seen")
@needs("orders.ask")
@desk.at_order
def seen(number: str, token: str) -> Response:
    """Whoever asked read the answer."""
    ask_rows.see(ask_rows.named(orders.numbered(number), token), by=web.person())
    return web.back(url_for(".order", number=number))


def _of(number: str, token: str, kind: str) -> Ask:
    found = ask_rows.named(orders.numbered(number), token)
    if found.kind != kind:
        raise Missing()
    return found


def init_app(_app: Flask) -> None:
    """Say who may ask; tell who may do it, and who asked, on "Hoy"."""
    told = _l("Ask for an order to be cancelled or its money returned")
    permissions.define("orders.ask", told, roles=("manager", "clerk"), area="sell")
    today.line(
        "asks.waiting", _l("Colleagues ask you to cancel or return"), ask_rows.waiting, order=4, icon="undo",
        permission="orders.cancel", list_url=lambda: url_for("shop_admin.order_asks", show="waiting"),
    )  # fmt: skip
    today.line(
        "asks.answers", _l("Answers to what you asked"), lambda: ask_rows.answers(web.person()), order=4, icon="check",
        permission="orders.ask", list_url=lambda: url_for("shop_admin.order_asks", show="answers"),
        when=lambda: not web.may("orders.cancel"),
    )  # fmt: skip
