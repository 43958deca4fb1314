"""The pay link of an order: what is due and when, and a choice of how much to pay now and by what."""

from typing import Any

from flask import redirect, render_template, request, url_for

from kernel import limits, tenancy
from kernel.i18n import _, pick
from shop import balances, orders, payments, plans, receipts, reversals
from shop.orders import Order
from shop.views import store

RULE = "20/minute;200/hour"


def answer(order: Order) -> Any:
    """The page; an order that owes nothing has none."""
    if not balances.open_(order):
        return redirect(url_for("shop.order", token=order.token))
    waiting = payments.current(order)
    methods = balances.methods(order)
    return render_template(
        "shop/orders/balance.html", order=order, told=receipts.told(order), amounts=_amounts(order), methods=methods,
        method=next((one.code for one in methods if one.id == waiting.method_id), methods[0].code if methods else ""),
        came=_came(order), waits=balances.waits(order),
    )  # fmt: skip


def owes(order: Order) -> str:
    """Whether the order's page offers the pay link: `now` when something is due, `later`, or ''."""
    if not balances.open_(order) or balances.waits(order):
        return ""
    return "now" if plans.due_now(order) and not payments.current(order).asked else "later"


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
