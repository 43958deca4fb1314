"""The page on which staff take things off an order that is still here, or put more into it."""

from collections.abc import Mapping
from typing import Any

from flask import Response, flash, redirect, render_template, request, url_for

from kernel import web
from kernel.db import db
from kernel.i18n import _, pick
from kernel.money import Money
from kernel.once import once
from kernel.refusal import Missing, Refusal
from kernel.web import needs
from shop import order_changes, order_delivery, order_goods, orders, receipts, stock, wants
from shop.forms import sales as forms
from shop.forms import wrong
from shop.forms.wrong import Wrong
from shop.order_goods import Fewer
from shop.order_lines import OrderLine
from shop.orders import Order
from shop.views import admin, sale_page


@admin.get("/orders/<number>/goods", endpoint="order_goods")
@needs("orders.edit")
def show(number: str) -> Any:
    """What is in it, to be changed."""
    return _page(_asked(number), {})


@admin.post("/orders/<number>/goods/draft", endpoint="order_goods_draft")
@needs("orders.edit")
def draft(number: str) -> Any:
    """The same page with something added, dropped or looked up; nothing is written."""
    with web.reading():
        return _page(_asked(number), request.form)


@admin.post("/orders/<number>/goods", endpoint="order_goods_keep")
@needs("orders.edit")
@once
def keep(number: str) -> Any:
    """Change it as it stands on the page; another price is shown before it is written."""
    order = _asked(number)
    try:
        fewer, more = _wanted(order)
        if not fewer and not more:
            raise Wrong({"goods": str(_("Write another quantity, or add something."))})
        if (difference := _difference(order, fewer, more)) is not None and difference.minor != _seen():
            return _page(order, request.form, asks=True, status=409)
        changed = order_goods.change(order, fewer, more, by=web.person())
    except Missing:
        raise
    except Refusal as refusal:
        return _again(number, refusal)
    told = bool(request.form.get("tell")) and bool(order.email)
    if told:
        order_changes.tell(order, changed)
    flash(_said(order, told=told))
    return redirect(url_for("shop_admin.order", number=number), 303)


def _asked(number: str) -> Order:
    order = orders.numbered(number)
    if not order_delivery.changeable(order):
        raise Missing()
    return order


def _wanted(order: Order) -> tuple[Fewer, list[wants.Wanted]]:
    """What is on the page, read; raises Wrong beside each field."""
    errors: dict[str, str] = {}
    fewer: dict[int, tuple[int, int]] = {}
    for line in order_changes.goods(order):
        typed = request.form.get(f"units-{line.id}", "").strip()
        was = request.form.get(f"was-{line.id}", "").strip()
        if not typed.isdecimal() or len(typed) > 6:
            errors[f"units-{line.id}"] = str(_("Write how many as a whole number, such as 2; 0 takes it off."))
        elif typed != was:
            fewer[line.id] = (int(was) if was.isdecimal() and len(was) < 7 else -1, int(typed))
            if fewer[line.id][1] > fewer[line.id][0] >= 0:
                refused = order_goods.NotFewer(most=was, item=pick(line.name))
                errors[f"units-{line.id}"] = str(refused)
    more = wrong.tried(errors, "goods", forms.read(request.form).wanted)
    if errors:
        raise Wrong(errors)
    return fewer, more


def _difference(order: Order, fewer: Fewer, more: list[wants.Wanted]) -> Money | None:
    """What it costs more or less then."""
    added = order_goods.priced(order, more).items if more else order.money(0)
    return added - order_goods.cost(order, {line: was - many for line, (was, many) in fewer.items() if was > many})


def _seen() -> int:
    typed = str(request.form.get("seen") or "0")
    return int(typed) if typed.removeprefix("-").isdecimal() and len(typed) < 16 else 0


def _again(number: str, refusal: Refusal) -> Any:
    if web.wants_json():
        raise refusal
    errors = wrong.of(refusal)
    sold_out = refusal.variant.sku if isinstance(refusal, stock.SoldOut) else ""
    told = str(refusal)
    db.session.rollback()
    counter = forms.read(request.form)
    errors = errors or {f"qty-{at}": told for at, line in enumerate(counter.lines, 1) if line.variant.sku == sold_out}
    return _page(orders.numbered(number), request.form, trouble=told, wrong=errors, status=refusal.status)


def _page(order: Order, posted: Any, *, status: int = 200, **told: Any) -> Response:
    counter = forms.read(posted) if posted else forms.Draft([], {})
    if posted:
        counter.add(posted.get("add", "")) if posted.get("add") else None
        counter.drop(posted.get("drop", ""))
    lines = [_line(line, posted) for line in order_changes.goods(order)]
    quote, difference = _cost(order, counter, lines)
    errors = told.pop("wrong", {})
    page = render_template(
        "shop/desk/orders/goods.html", order=order, goods=lines, lines=[_added(one, quote) for one in counter.lines],
        found=[sale_page.tile(one) for one in order_goods.at_hand(counter.said("q"))], typed=counter.said,
        draft_url=url_for("shop_admin.order_goods_draft", number=order.number), difference=difference,
        left=order.balance + difference, shown=receipts.shown, wrong=errors, labels=_labels(lines, counter),
        tells=bool(posted.get("tell")) if posted else bool(order.email), **{"trouble": "", "asks": False, **told},
    )  # fmt: skip
    made = Response(page, status)
    made.headers["Cache-Control"] = "private, no-store"
    return made


def _line(line: OrderLine, posted: Mapping[str, Any]) -> dict[str, Any]:
    left = line.left
    typed = str(posted.get(f"units-{line.id}", left)).strip()[:9]
    return {"id": line.id, "name": pick(line.name), "chosen": line.chosen, "left": left, "typed": typed,
            "was": str(posted.get(f"was-{line.id}", left))[:9], "unit": receipts.shown(line.unit),
            "less": left - int(typed) if typed.isdecimal() and len(typed) < 7 and int(typed) < left else 0}  # fmt: skip


def _cost(order: Order, counter: forms.Draft, lines: list[dict[str, Any]]) -> tuple[Any, Money]:
    """The priced lines that are added as far as they can be, and what the order costs more or less with all."""
    less = order_goods.cost(order, {one["id"]: one["less"] for one in lines if one["less"]})
    wanted = []
    for line in counter.lines:
        try:
            wanted.append(line.wanted())
        except wants.BadQuantity:
            continue
    try:
        basket = order_goods.priced(order, wanted) if wanted else None
    except Refusal:  # it is said when it is kept
        basket = None
    return basket, (basket.items if basket else order.money(0)) - less


def _added(line: forms.Line, basket: Any) -> dict[str, Any]:
    priced = next((one for one in basket.lines if one.variant_id == line.variant.id), None) if basket else None
    return {**sale_page.tile(line.variant), "quantity": line.quantity, "texts": sale_page.asked(line),
            "gross": receipts.shown(priced.gross) if priced else "—"}  # fmt: skip


def _labels(lines: list[dict[str, Any]], counter: forms.Draft) -> dict[str, str]:
    mine = {f"units-{one['id']}": one["name"] for one in lines}
    added = {f"qty-{at}": pick(line.variant.product.name) for at, line in enumerate(counter.lines, 1)}
    return mine | added | {one["name"]: one["label"] for line in counter.lines for one in sale_page.asked(line)}


def _said(order: Order, *, told: bool) -> str:
    """What was done, and what somebody has still to do."""
    words = [_("The order is changed; the buyer gets a letter.") if told else
             _("The order is changed. Tell the buyer: the link to WhatsApp has the text.")]  # fmt: skip
    if order.balance.minor < 0:
        words.append(_("%(amount)s has to go back.", amount=receipts.shown(-order.balance)))
    elif order.balance.minor > 0:
        words.append(_("%(left)s is to be paid.", left=receipts.shown(order.balance)))
    return " ".join(str(one) for one in words)
