"""Refunds of an order: an amount as money or as credit; what a gateway refused is asked again or noted by hand."""

from typing import Any

from flask import Flask, flash, render_template, request

from kernel import today, web
from kernel.i18n import _, _l
from kernel.money import Money
from kernel.refusal import Missing, Refusal
from kernel.web import needs
from shop import ask_rows, order_list, orders, receipts, refund_forecast, refund_retries, refund_ways, refunds
from shop.forms.returns import OrderRefundForm
from shop.refund_rows import Refund
from shop.views import admin, desk, money_back, order_desk


@admin.post("/orders/<number>/refunds", endpoint="order_refund")
@needs("orders.refund")
@desk.at_order
def give(number: str) -> Any:
    """Money goes back, all of it or a part; the same form sent twice counts once."""
    form, order = OrderRefundForm(request.form), orders.numbered(number)
    try:
        way = money_back.method(form, order)
    except Refusal as refusal:
        return order_desk.again(number, form.way, refusal, refund=form)
    amount = desk.amount_of(form, order.currency)
    if amount is None:
        return order_desk.page(order, refund=form), 422
    try:
        given = refunds.give(
            orders.numbered(number), amount=amount, to=form.to.data or "money", reason=form.reason.data or "",
            reference=form.reference.data or "", by=web.person(), key=f"desk:{desk.key()}", spare=not form.kept.data,
            method=way,
        )  # fmt: skip
    except order_desk.AMOUNT as refusal:
        return order_desk.again(number, form.amount, refusal, refund=form)
    ask_rows.settle(order, "refund", by=web.person())
    tell(given, amount)
    return None


@admin.get("/orders/<number>/refunds/forecast", endpoint="order_refund_forecast")
@needs("orders.refund")
def forecast(number: str) -> str:
    """What the form, as it is filled in, would do; nothing is written."""
    form, order, told = OrderRefundForm(request.args), orders.numbered(number), []
    try:
        amount, way = desk.amount(form.amount.data or "", order.currency), money_back.method(form, order)
        told = refund_forecast.told(order, amount, method=way, to=form.to.data or "money")
    except Refusal:  # what is wrong with it is said when it is sent
        told = []
    return render_template("shop/desk/orders/_refund_forecast.html", foreseen=told)


def tell(given: list[Refund], amount: Money) -> None:
    """Say what becomes of it."""
    if not given:
        return
    if any(row.state != "done" for row in given):
        flash(_("%(amount)s is on its way back.", amount=receipts.shown(amount)))
    elif given[0].to == "credit":
        flash(_("The buyer has %(amount)s of store credit.", amount=receipts.shown(amount)))
    else:
        flash(_("Noted: you returned %(amount)s.", amount=receipts.shown(amount)))


@admin.post("/orders/<number>/refunds/<token>/retry", endpoint="refund_retry")
@needs("orders.refund")
@desk.at_order
def retry(number: str, token: str) -> None:
    """Ask the gateway once more."""
    refund_retries.retry(_of(number, token), by=web.person())
    flash(_("Asked once more."))


@admin.post("/orders/<number>/refunds/<token>/hand", endpoint="refund_by_hand")
@needs("orders.refund")
@desk.at_order
def by_hand(number: str, token: str) -> None:
    """Staff returned it by another way."""
    reference = request.form.get("reference", "").strip()[:120]
    row = _of(number, token)
    way = refund_ways.named(row.order, request.form.get("way", ""))
    refund_retries.by_hand(row, reference=reference, by=web.person(), method=way)
    flash(_("Noted: you returned %(amount)s.", amount=receipts.shown(row.amount)))


@admin.post("/orders/<number>/refunds/<token>/credit", endpoint="refund_as_credit")
@needs("orders.refund")
@desk.at_order
def as_credit(number: str, token: str) -> None:
    """The buyer gets store credit for what did not arrive."""
    row = _of(number, token)
    refund_retries.as_credit(row, by=web.person())
    tell([row], row.amount)


@admin.post("/orders/<number>/refunds/<token>/bounce", endpoint="refund_bounce")
@needs("orders.refund")
@desk.at_order
def bounce(number: str, token: str) -> None:
    """The bank sent back what staff had returned."""
    row = _of(number, token)
    refund_retries.returned(row, by=web.person())
    flash(_("Noted: %(amount)s is with you again, and you still owe it.", amount=receipts.shown(row.amount)))


def _of(number: str, token: str) -> Refund:
    found = refunds.by_token(token)
    if found.order.number != number:
        raise Missing()
    return found


def init_app(_app: Flask) -> None:
    """Show on the first page what was not accepted."""
    today.line(
        "orders.failed_refunds", _l("Refunds that did not go through"), lambda: order_list.query("failed_refunds"),
        order=45, icon="undo", permission="orders.refund",
        list_url=lambda: desk.link("shop_admin.orders", show="failed_refunds"),
    )  # fmt: skip
