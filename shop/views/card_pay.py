"""Paying an order by card: the page of ours that leads to Stripe's, a new attempt, and asking how it went."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for

from kernel import limits, tenancy, web
from kernel.i18n import _, _l
from kernel.refusal import Refusal
from shop import card_accounts, card_sessions, orders, receipts, subscription_charges
from shop.card_sessions import CardSession
from shop.gateways import cards
from shop.orders import Order
from shop.views import store

RULE = "12/minute;80/hour"
DECLINES = {
    "insufficient_funds": _l("The card has not enough money on it. Nothing was charged; try another card."),
    "expired_card": _l("The card has expired. Nothing was charged; try another card."),
    "incorrect_cvc": _l("The security code was not right. Nothing was charged; try again."),
    **dict.fromkeys(
        ("payment_intent_authentication_failure", "authentication_required"),
        _l("The bank could not confirm that it was you. Nothing was charged; try again."),
    ),
}  # fmt: skip
DECLINED = _l("The bank declined the card. Nothing was charged; try again or with another card.")


def told(order: Order) -> dict[str, Any]:
    """What the order's page shows about its card, read and never asked for; {} when no card is in play."""
    rows = card_sessions.of(order)
    row = rows[0] if rows else None
    payable = card_sessions.payable(order) is not None
    if not payable and (row is None or row.state not in card_sessions.OPEN):
        return {}
    back = request.args.get("card", "")  # "back" from a page that took the card, "left" without
    waits = row is not None and row.state == "processing"
    unsure = row is not None and row.state in {"open", "asked"}
    checking = unsure and back == "back"
    by = subscription_charges.coming(order)
    return {
        "by": by.label if by else "", "payable": payable and not waits, "waits": waits, "checking": checking,
        "left": back == "left", "unsure": unsure and back == "left",
        "declined": _declined(row), "test": row.mode == "test" if row else _test(order),
        "due": receipts.shown(row.amount if row and row.state in card_sessions.OPEN else order.payments[-1].asked),
        "until": receipts.until(order.hold_until) if order.hold_until and payable else "",
    }  # fmt: skip


def _declined(row: CardSession | None) -> str:
    return str(DECLINES.get(row.declined, DECLINED)) if row and row.declined and row.state != "paid" else ""


def _test(order: Order) -> bool:
    used = card_accounts.used()
    return not order.practice and used is not None and used.mode == "test"


def leads(order: Order) -> str:
    """The address of the hosted page while it can be paid, else ''."""
    row = card_sessions.open_one(order)
    return row.url if row is not None and row.fresh and cards.fits(row, order) else ""


def page(order: Order) -> Any:
    """Lead on to the hosted page; when there is none now, a button asks for one."""
    url = leads(order)
    if url:
        return redirect(url, 302)
    if card_sessions.payable(order) is None:
        return redirect(url_for("shop.order", token=order.token))
    return render_template("shop/orders/card.html", order=order, card=told(order))


@store.post("/orders/<token>/card", endpoint="card_begin")
def begin(token: str) -> Any:
    """Have a page ready to pay what is due; a program is told its address, a person goes on by a link."""
    _limit()
    order = orders.by_token(token)
    try:
        row = cards.page(order)
    except Refusal as refusal:
        if web.wants_json():
            raise
        flash(str(refusal), "error")
        return redirect(url_for(".order", token=token), 303)
    return {"url": row.url} if web.wants_json() else redirect(url_for(".order", token=token, card="ready"), 303)


@store.post("/orders/<token>/check", endpoint="card_check")
def check(token: str) -> Any:
    """Ask Stripe whether the card paid, when the letter of it has not come yet."""
    _limit()
    order = orders.by_token(token)
    row = card_sessions.open_one(order)
    try:
        if row is not None:
            cards.check(row)
    except Refusal as refusal:
        if web.wants_json():
            raise
        flash(str(refusal), "error")
    if web.wants_json():
        waits = row is not None and row.state in card_sessions.OPEN and not row.declined
        return {"payment": order.payment, "waits": waits, "declined": _declined(row)}
    if row is not None and row.state == "open" and not row.declined:
        flash(_("The card has not paid yet. You can try again."))
    return redirect(url_for(".order", token=token), 303)


def _limit() -> None:
    limits.check("card", f"{tenancy.current()}:{limits.network(request.remote_addr)}", RULE)
