"""The list of orders: filters as chips, search, pages, and the same orders as a file."""

from typing import Any

from flask import Flask, Response, render_template, request

from kernel import clock, menu, permissions, tables, tenancy, web
from kernel.i18n import _l
from kernel.money import Money
from kernel.web import needs
from shop import order_list, order_rows, receipts, subscription_list
from shop.orders import Order
from shop.views import admin, order_table


@admin.get("/orders", endpoint="orders")
@needs("orders.view")
def show() -> str:
    """One page of a filter."""
    name, text, number = asked()
    rows, pages = order_list.page(name, text, number)
    return render_template(
        "shop/desk/orders/list.html", rows=[_row(order, name, text) for order in rows],
        chips=order_table.chips(name, text), show=name, q=text, page=min(number, pages), pages=pages,
        page_url=_page_url, owed=_owed(name, text), any=bool(rows) or bool(order_list.count("all")),
        coming=subscription_list.there(),
    )  # fmt: skip


def _row(order: Order, name: str, text: str) -> dict[str, Any]:
    told = order_table.row(order, **kept(name, text))
    return told | order_table.left(order) if name in order_list.OWED else told


def _owed(name: str, text: str) -> list[str]:
    return [receipts.shown(Money(minor, code)) for code, minor in order_list.owed(name, text).items()]


@admin.get("/orders.csv", endpoint="orders_csv")
@admin.get("/orders.xlsx", endpoint="orders_xlsx")
@needs("orders.export")
def csv() -> Response:
    """The orders of the filter as a file for a spreadsheet."""
    name, text, _number = asked()
    rows = map(order_rows.row, order_list.whole(name, text))
    return tables.answer(f"{tenancy.tenant().slug}-{_today()}", order_rows.heads(), rows)


def asked() -> tuple[str, str, int]:
    """The filter, the text and the page that the address asks for."""
    name, text = request.args.get("show", ""), request.args.get("q", "").strip()[:120]
    usual = "all" if text else "open"
    return (name if name in order_list.FILTERS else usual), text, web.page_asked()


def kept(name: str, text: str) -> dict[str, str]:
    """What an order's address keeps of the list it was opened from."""
    return {key: value for key, value in (("show", name if name != "open" else ""), ("q", text)) if value}


def _page_url(number: int) -> str:
    return web.page_url("shop_admin.orders", number)


def _today() -> str:
    return clock.today(tenancy.tenant().timezone).isoformat()


def init_app(_app: Flask) -> None:
    """Put the orders into the rail; say who may do what with them."""
    permissions.define(
        "orders.view", _l("See orders"), roles=("manager", "marketer", "accountant", "clerk"), area="sell"
    )
    permissions.define("orders.edit", _l("Prepare, send and hand over orders"), roles=("manager", "clerk"), area="sell")
    # Whoever reads the bank statement says what came, and it can be taken back; money out and agreements are others'.
    permissions.define(
        "orders.pay", _l("Mark payments received"), roles=("manager", "accountant", "clerk"), area="money"
    )
    permissions.define("orders.refund", _l("Note refunds"), roles=("manager",), area="money")
    permissions.define("orders.cancel", _l("Cancel orders"), roles=("manager",), area="sell")
    permissions.define("orders.export", _l("Take orders out as a file"), roles=("manager", "accountant"), area="money")
    menu.entry(
        20, _l("Orders"), "shop_admin.orders", icon="orders", permission="orders.view", badge=order_list.waiting,
        match=("shop_admin.order", "shop_admin.proposal", "shop_admin.invoice", "shop_admin.subscription"),
    )  # fmt: skip
