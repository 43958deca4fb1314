"""The money of an order: proofs approved or refused, payments noted and taken back, refunds noted."""

from typing import Any

from flask import flash, request

from kernel import web
from kernel.i18n import _
from kernel.money import Money
from kernel.web import needs
from shop import balances, ledger, orders, proofs, receipts, second_thoughts
from shop.forms.orders import PayForm, ProofAmountForm, ProofReasonForm
from shop.orders import Order
from shop.views import admin, desk, order_desk, order_plan


@admin.post("/orders/<number>/proofs/<token>/approval", endpoint="proof_approve")
@needs("orders.pay")
@desk.at_order
def approve(number: str, token: str) -> Any:
    """The money of that proof is there: the amount that was typed, or all that is due where none is asked for."""
    proof, form = order_desk.proof_of(number, token), ProofAmountForm(request.form)
    form.token, amount = token, None
    if "amount" in request.form:
        amount = desk.amount_of(form, proof.order.currency)
        if amount is None:
            return order_desk.page(proof.order, approval=form), 422
    try:
        proofs.approve(proof, by=web.person(), amount=amount)
    except order_desk.AMOUNT as refusal:
        return order_desk.again(number, form.amount, refusal, approval=form)
    _taken(proof.order, ledger.of(proof.order)[-1].amount)
    return None


@admin.post("/orders/<number>/proofs/<token>/refusal", endpoint="proof_refuse")
@needs("orders.pay")
@desk.at_order
def refuse(number: str, token: str) -> Any:
    """That proof shows no payment of this order; the buyer reads why."""
    proof, form = order_desk.proof_of(number, token), ProofReasonForm(request.form)
    form.token = token
    if not form.validate():
        return order_desk.page(proof.order, refusal=form), 422
    proofs.refuse(proof, by=web.person(), reason=form.reason.data or "")
    flash(_("Not accepted: the buyer can send another proof."))
    return None


@admin.post("/orders/<number>/payments", endpoint="order_pay")
@needs("orders.pay")
@desk.at_order
def pay(number: str) -> Any:
    """Money came; the same form sent twice counts once."""
    form, order = PayForm(request.form), orders.numbered(number)
    amount = desk.amount_of(form, order.currency)
    if amount is None or (balances.open_(order) and form.too_much(amount, order.balance)):
        return order_desk.page(order, pay=form), 422
    method, reference = order_plan.method(order, request.form.get("method", "")), form.reference.data or ""
    told: dict[str, Any] = {"by": web.person(), "method": method, "reference": reference}
    try:
        came = balances.collect(order, amount, key=f"desk:{desk.key()}", **told)
    except order_desk.AMOUNT as refusal:
        return order_desk.again(number, form.amount, refusal, pay=form)
    if came:
        _taken(order, amount)
    return None


@admin.post("/orders/<number>/payments/undo", endpoint="order_pay_undo")
@needs("orders.pay")
@desk.at_order
def undo(number: str) -> None:
    """Take back the payment that was noted last, within ten minutes; its proof waits again."""
    proofs.take_back(orders.numbered(number), by=web.person())


def _taken(order: Order, amount: Money) -> None:
    told = _("%(amount)s received for %(number)s.", amount=receipts.shown(amount), number=order.number)
    web.undo(second_thoughts.said(order, told), "shop_admin.order_pay_undo", number=order.number)
