"""The money of an order: proofs approved or refused, payments noted and taken back, refunds noted."""

from typing import Any

from flask import flash, request

from kernel import web
from kernel.i18n import _, _l
from kernel.money import Money
from kernel.refusal import Refusal
from kernel.web import needs
from shop import balances, ledger, orders, proofs, receipts
from shop.forms.orders import PayForm
from shop.orders import Order
from shop.views import admin, desk, order_desk, order_plan


@admin.post("/orders/<number>/proofs/<token>/approval", endpoint="proof_approve")
@needs("orders.pay")
@desk.at_order
def approve(number: str, token: str) -> None:
    """The money of that proof is there: the amount that was typed, or all that is due where none is asked for."""
    proof = order_desk.proof_of(number, token)
    given = request.form.get("amount")
    amount = desk.amount(given.strip(), proof.order.currency) if given is not None else None
    proofs.approve(proof, by=web.person(), amount=amount)
    _taken(proof.order, ledger.of(proof.order)[-1].amount)


@admin.post("/orders/<number>/proofs/<token>/refusal", endpoint="proof_refuse")
@needs("orders.pay")
@desk.at_order
def refuse(number: str, token: str) -> None:
    """That proof shows no payment of this order; the buyer reads why."""
    reason = request.form.get("reason", "").strip()
    if not reason:
        raise Refusal(_l("Write why you do not accept it: the buyer will read it."))
    proofs.refuse(order_desk.proof_of(number, token), by=web.person(), reason=reason)
    flash(_("Not accepted: the buyer can send another proof."))


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
    if balances.collect(order, amount, key=f"desk:{desk.key()}", by=web.person(), method=method, reference=reference):
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
    web.undo(told, "shop_admin.order_pay_undo", number=order.number)
