"""The pay link of an order: what is due and when, and a choice of how much to pay now and by what."""

from collections.abc import Sequence
from typing import Any

from flask import redirect, render_template, request, url_for

from kernel import limits, tenancy
from kernel.i18n import _, pick
from shop import balances, order_story, orders, payment_methods, payments, plans, receipts, reversals
from shop.orders import Order
from shop.payment_methods import PaymentMethod
from shop.views import store

RULE = "20/minute;200/hour"


def answer(order: Order) -> Any:
    """The page; an order that owes nothing has none."""
    if not balances.open_(order):
        return redirect(url_for("shop.order", token=order.token))
    methods = balances.methods(order)
    return render_template(
        "shop/orders/balance.html", order=order, told=receipts.told(order), amounts=_amounts(order), methods=methods,
        method=_likely(order, methods), came=_came(order), waits=balances.waits(order),
    )  # fmt: skip


def _likely(order: Order, methods: Sequence[PaymentMethod]) -> str:
    """The way that stands chosen: the one agreed on, or who would pay at the door and came here wants another."""
    kept = [one for one in methods if one.kind not in payment_methods.AT_ONCE] or methods
    waiting = payments.current(order)
    return next((one.code for one in kept if one.id == waiting.method_id), kept[0].code if kept else "")


def offer(order: Order) -> dict[str, Any]:
    """What the order's page says of what is left to pay, with the words of a link where there is any choice; else {}.

    `kind`: on_pickup and on_delivery wait for that moment, of what is asked for the page says already how, else due.
    """
    if not balances.open_(order) or balances.waits(order):
        return {}
    waiting, many = payments.current(order), len(_amounts(order)) > 1
    due = bool(plans.due_now(order)) and not waiting.asked
    if order_story.at_handover(order) and order.state != "delivered":
        verb, kind = _("Pay in advance instead"), waiting.kind
    else:
        verb, kind = _("Choose how to pay") if due else _("Pay another way"), "due" if due or many else "asked"
    other = [one for one in balances.methods(order) if one.id != waiting.method_id]
    link = many or due or any(one.kind not in payment_methods.AT_ONCE for one in other)
    return {
        "kind": kind, "due": due, "verb": (_("Choose what to pay and how") if many else verb) if link else "",
        "how": pick(waiting.method.instructions),
    }  # fmt: skip


def _amounts(order: Order) -> list[dict[str, str]]:
    words = {"now": _("What is due now"), "next": _("The next payment too"), "all": _("Everything that is left")}
    found = balances.amounts(order)
    if found.get("next") in (found.get("now"), found["all"]):
        found.pop("next", None)
    if found.get("now") == found["all"]:
        del found["now"]
    if "now" not in found:
        words["next"] = _("The next payment")
    return [{"name": name, "label": words[name], "amount": receipts.shown(amount)} for name, amount in found.items()]


def _came(order: Order) -> list[dict[str, str]]:
    """What came and went, without what was noted by mistake and taken back."""
    labels = {payment.id: pick(payment.label) for payment in order.payments}
    return [
        {"at": receipts.day_and_time(row.at), "amount": receipts.shown(row.amount), "how": labels[row.payment_id]}
        for row in reversals.standing(order)
    ]


@store.post("/orders/<token>/payments", endpoint="balance_ask")
def ask(token: str) -> Any:
    """The buyer wants to pay that much that way; the order's page says how."""
    limits.check("balance", f"{tenancy.current()}:{limits.network(request.remote_addr)}", RULE)
    balances.ask(orders.by_token(token), request.form.get("payment", ""), request.form.get("amount", ""))
    return redirect(url_for(".order", token=token), 303)
