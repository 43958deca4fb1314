"""Returns of an order in the back office: noted, accepted or refused, received, paid back."""

from typing import Any

from flask import Flask, flash, request

from kernel import today, web
from kernel.i18n import _, _l
from kernel.refusal import Missing, Refusal
from kernel.web import needs
from shop import order_list, orders, receipts, returns
from shop.forms import returns as forms
from shop.return_rows import Return
from shop.views import admin, desk, money_back, order_desk, order_refunds, private_files


@admin.post("/orders/<number>/returns", endpoint="order_return")
@needs("orders.refund")
@desk.at_order
def note(number: str) -> Any:
    """Something came back: how many of which line, and what goes back on sale."""
    form = forms.reasoned(forms.NoteForm(request.form))
    if not form.validate():
        return order_desk.page(orders.numbered(number), back=form), 422
    try:
        returns.note(
            orders.numbered(number), wanted(), key=f"desk:{desk.key()}", by=web.person(),
            reason=form.reason.data, restock=restocked(),
        )  # fmt: skip
    except returns.NotSoMany:
        said = Refusal(_("Say how many of which article came back: at most as many as were bought."))
        return order_desk.again(number, form.units, said, back=form)
    flash(_("It is noted. Say now how much goes back."))
    return None


def wanted() -> dict[int, int]:
    """How many of which line, from fields like `units-17`."""
    told = {name.removeprefix("units-"): value for name, value in request.form.items() if name.startswith("units-")}
    return {int(line): int(units) for line, units in told.items() if _short(line) and _short(units)}


def restocked() -> list[int]:
    """The lines that go back on sale."""
    return [int(line) for line in request.form.getlist("restock") if _short(line)]


def _short(typed: str) -> bool:
    return typed.isdecimal() and len(typed) < 10


@admin.post("/orders/<number>/returns/<token>/acceptance", endpoint="return_accept")
@needs("orders.refund")
@desk.at_order
def accept(number: str, token: str) -> None:
    """The buyer may bring it back."""
    returns.accept(_of(number, token), by=web.person(), answer=request.form.get("answer", ""))
    flash(_("Accepted: the buyer knows how to bring it back."))


@admin.post("/orders/<number>/returns/<token>/refusal", endpoint="return_refuse")
@needs("orders.refund")
@desk.at_order
def refuse(number: str, token: str) -> None:
    """It does not come back, and the buyer reads why."""
    returns.refuse(_of(number, token), by=web.person(), answer=request.form.get("answer", ""))
    flash(_("Not accepted: the buyer reads why."))


@admin.post("/orders/<number>/returns/<token>/receipt", endpoint="return_receive")
@needs("orders.refund")
@desk.at_order
def receive(number: str, token: str) -> None:
    """It is here."""
    returns.receive(_of(number, token), by=web.person(), restock=restocked())
    flash(_("It is noted. Say now how much goes back."))


@admin.post("/orders/<number>/returns/<token>/refund", endpoint="return_refund")
@needs("orders.refund")
@desk.at_order
def refund(number: str, token: str) -> Any:
    """Pay back what came back."""
    row, form = _of(number, token), forms.RefundForm(request.form)
    amount = desk.amount_of(form, row.order.currency)
    if amount is None:
        return order_desk.page(orders.numbered(number), returned=money_back.of_return(row, form)), 422
    try:
        way = money_back.method(form, row.order)
    except Refusal as refusal:
        return order_desk.again(number, form.way, refusal, returned=money_back.of_return(row, form))
    told: dict[str, Any] = {"to": form.to.data or "money", "reference": form.reference.data or "", "method": way}
    try:
        given = returns.refund(row, amount=amount, by=web.person(), **told)
    except order_desk.AMOUNT as refusal:
        return order_desk.again(number, form.amount, refusal, returned=money_back.of_return(row, form))
    back = row.order.money(sum(one.amount_minor for one in given))
    order_refunds.tell(given, back)
    if back < amount:
        left = max(row.order.balance, row.order.money(0))
        words = {"amount": receipts.shown(amount - back), "left": receipts.shown(left)}
        flash(_("%(amount)s less is to be paid: %(left)s is left.", **words))
    return None


@admin.get("/orders/<number>/returns/<token>/pictures/<file>", endpoint="return_picture")
@needs("orders.view")
def picture(number: str, token: str, file: str) -> Any:
    """A picture that the buyer sent."""
    for one in _of(number, token).pictures:
        if one.file.token == file:
            return private_files.answer(one.file, name=f"{number}.webp")
    raise Missing()


def _of(number: str, token: str) -> Return:
    found = returns.by_token(token)
    if found.order.number != number:
        raise Missing()
    return found


def init_app(_app: Flask) -> None:
    """Show on the first page what buyers want to give back."""
    today.line(
        "orders.returns", _l("Returns to look at"), lambda: order_list.query("returns"), order=44, icon="undo",
        permission="orders.view", list_url=lambda: desk.link("shop_admin.orders", show="returns"),
    )  # fmt: skip
