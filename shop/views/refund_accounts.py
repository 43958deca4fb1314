"""Where money goes that a person returns: the buyer's page that asks, what of it they read again, what staff copy."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from kernel import limits, phones, tenancy, web
from kernel.db import db
from kernel.i18n import _, _l
from kernel.late import Late
from kernel.once import once
from kernel.web import needs
from shop import orders, refund_accounts
from shop.forms import refund_accounts as forms
from shop.orders import Order
from shop.refund_accounts import Where
from shop.views import admin, desk, store

iban = Late("stdnum.iban")
KINDS = {"sinpe": _l("SINPE Móvil"), "iban": _l("IBAN"), "clabe": _l("CLABE"), "account": _l("Account")}
RULE = "6/minute;30/hour"
END = 4  # signs that who has the link may read


@store.get("/orders/<token>/refund-account", endpoint="order_account")
def show(token: str) -> Any:
    """The form; where nothing goes back by hand, the order says how it stands."""
    order = orders.by_token(token)
    return _page(order, forms.made()) if refund_accounts.wanted(order) else redirect(url_for(".order", token=token))


def _page(order: Order, form: Any) -> str:
    return render_template("shop/orders/account.html", order=order, form=form, known=_ending(order))


def _ending(order: Order) -> str:
    """`SINPE Móvil …7777`, of what was said before."""
    said = refund_accounts.of(order)
    return f"{KINDS[said.kind]} …{said.number[-END:]}" if said else ""


@store.post("/orders/<token>/refund-account", endpoint="order_account_keep")
def keep(token: str) -> Any:
    """Keep it; what is wrong stays in its field."""
    limits.check("refund-account", f"{tenancy.current()}:{limits.network(request.remote_addr)}", RULE)
    form = forms.made(request.form)
    where = forms.read(form)
    if where is None:
        return _page(orders.by_token(token), form), 422
    refund_accounts.give(orders.by_token(token), where)
    flash(_("We have it. Only who returns the money at the shop sees it."))
    return redirect(url_for(".order", token=token), 303)


def of_order(order: Order) -> dict[str, str]:
    """What the buyer's page says of it; {} where nothing goes back by hand."""
    return {"known": _ending(order)} if refund_accounts.wanted(order) else {}


def onward(order: Order | None, page: str) -> Response:
    """On to the form where money goes back by hand and nobody knows where; else to that page."""
    db.session.flush()
    asks = order is not None and refund_accounts.wanted(order) and refund_accounts.of(order) is None
    return redirect(url_for(".order_account", token=order.token) if asks and order else page, 303)


def of_desk(order: Order) -> dict[str, Any]:
    """For who may refund: what there is to copy, or whether one can ask for it."""
    if not web.may("orders.refund"):
        return {}
    said = refund_accounts.of(order)
    if said is None:
        return {"ask": refund_accounts.wanted(order)}
    return {"kind": KINDS[said.kind], "number": _shown(said), "raw": _raw(said), "holder": said.holder,
            "bank": said.bank}  # fmt: skip


def _shown(said: Where) -> str:
    if said.kind == "sinpe":
        return phones.show(said.number, "CR")
    return str(iban.format(said.number)) if said.kind == "iban" else said.number


def _raw(said: Where) -> str:
    """As one types it at the bank."""
    return phones.national(said.number, "CR") if said.kind == "sinpe" else said.number


@admin.post("/orders/<number>/refund-account", endpoint="order_account_ask")
@needs("orders.refund")
@once
@desk.at_order
def ask(number: str) -> None:
    """Write to the buyer, once a day."""
    order = orders.numbered(number)
    refund_accounts.ask(order, by=web.person())
    flash(_("Asked by e-mail: %(email)s.", email=order.email))
