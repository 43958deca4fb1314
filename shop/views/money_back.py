"""What an order's page in the back office shows of money and goods that go back."""

from typing import Any

from flask import url_for

from kernel.i18n import _, _l, pick
from kernel.money import Money
from kernel.refusal import Refusal
from shop import orders, receipts, refund_forecast, refund_retries, refund_ways, refunds, returns
from shop.forms.returns import OrderRefundForm, RefundForm
from shop.order_lines import OrderLine
from shop.orders import Order
from shop.payment_methods import PaymentMethod
from shop.refund_rows import WAITING, Refund
from shop.return_rows import Return
from shop.views import desk, refund_accounts

REFUNDS = {
    "requested": (_l("On its way"), "wait"),
    "sent": (_l("On its way"), "wait"),
    "done": (_l("Returned"), "good"),
    "failed": (_l("Did not go through"), "bad"),
    "bounced": (_l("Came back to you"), "bad"),
    "overtaken": (_l("Not needed any more"), "off"),
}
RETURNS = {
    "asked": (_l("Asked for"), "care"),
    "accepted": (_l("Accepted"), "wait"),
    "received": (_l("Here: to be paid back"), "care"),
    "refunded": (_l("Settled"), "good"),
    "refused": (_l("Not accepted"), "off"),
    "left": (_l("The buyer keeps it"), "off"),
}


def shown(order: Order) -> dict[str, Any]:
    """Everything about it."""
    given = [_refund(row) for row in refunds.of(order)]
    return {
        **_rest(order), "account": refund_accounts.of_desk(order), "credit": refunds.creditable(order),
        "by_hand": refunds.by_hands(order), "some_by_hand": refunds.by_hands(order, some=True),
        "ways": _ways(order), "foreseen": _foreseen(order), "refunds": given,
        "waits": any(one["waits"] for one in given),
        "returns": [_return(row) for row in returns.of(order)],
        "lines": [] if order.state in orders.ENDED else [_line(line) for line in returns.returnable(order)],
    }  # fmt: skip


def _rest(order: Order) -> dict[str, str]:
    """How much can go back, and what more of an ended order when the shop gives back what it keeps; '' for nothing."""
    most = refunds.refundable(order)
    rest = refunds.owed(order) if order.kept else most
    return {"rest": receipts.shown(rest) if rest else "", "kept": receipts.shown(most - rest) if most > rest else ""}


def form(order: Order) -> OrderRefundForm:
    """The form of a refund: what is most likely to go back stands in it, never what the shop keeps."""
    likely = _likely(order)
    data = {"amount": desk.typed(likely) if likely else "", "to": "money", "way": refund_forecast.usual(order, likely)}
    made = OrderRefundForm(data=data)
    made.way.choices = _ways(order)
    return made


def _foreseen(order: Order) -> list[str]:
    likely = _likely(order)
    way = refund_ways.named(order, refund_forecast.usual(order, likely))
    return refund_forecast.told(order, likely, method=way)


def _likely(order: Order) -> Money:
    return refunds.owed(order) or (order.money(0) if order.kept else refunds.refundable(order))


def _ways(order: Order) -> list[tuple[str, str]]:
    """The ways by which a person can return its money; `""`: each part by the way that it was paid."""
    found = [(one.code, pick(one.label)) for one in refund_ways.choices(order)]
    several = len({refund_ways.usual(order, payment) for payment in order.payments if refunds.left(payment) > 0}) > 1
    return [*found, ("", _("Each part the way it was paid"))] if several else found


def method(form: RefundForm, order: Order) -> PaymentMethod | None:
    """The way that staff chose, None for each part its own; raises Refusal, which stands beside the field."""
    form.way.choices = _ways(order)
    code = form.way.data or ""
    found = refund_ways.named(order, code) if code else None
    if code and found is None:
        raise Refusal(_l("Choose one of the ways in the list."))
    return found


def of_return(row: Return, filled: RefundForm) -> RefundForm:
    """The same form below a return: its fields have names of their own on the page."""
    filled.way.choices = _ways(row.order)
    for field in filled:
        field.id = f"{field.id}-{row.token}"
    return filled


def _line(line: OrderLine) -> dict[str, Any]:
    return {"id": line.id, "name": pick(line.name), "most": line.quantity - line.returned,
            "worth": receipts.shown(line.gross)}  # fmt: skip


def _refund(row: Refund) -> dict[str, Any]:
    way = _("store credit") if row.to == "credit" else pick(refund_ways.label(row))
    came = pick(row.payment.label)
    paid = _("paid: %(way)s", way=came) if row.to == "money" and came != way else ""
    told = [receipts.day_and_time(row.done_at or row.at), paid, row.reference, row.reason,
            row.by.known_as if row.by else ""]  # fmt: skip
    at: dict[str, Any] = {"number": row.order.number, "token": row.token}
    return {
        "amount": receipts.shown(row.amount), "way": way, "state": REFUNDS[row.state], "error": row.error,
        "note": " · ".join(filter(None, told)), "token": row.token, "waits": row.state in WAITING,
        "why": row.error or _("The other side did not say why.") if row.state == "failed" or row.error else "",
        "bounced": row.state == "bounced", "may_bounce": refund_retries.noted(row),
        "retry": url_for("shop_admin.refund_retry", **at) if refunds.asked_again(row.way) else "",
        "hand": url_for("shop_admin.refund_by_hand", **at),
        "credit": url_for("shop_admin.refund_as_credit", **at) if refunds.creditable(row.order) else "",
        "bounce": url_for("shop_admin.refund_bounce", **at),
    }  # fmt: skip


def _return(row: Return) -> dict[str, Any]:
    proposed, whole = returns.proposed(row), returns.proposed(row, delivery=True)
    return {
        "row": row, "token": row.token, "state": RETURNS[row.state], "at": receipts.day_and_time(row.asked_at),
        "lines": [{"id": one.line_id, "units": one.quantity, "name": pick(one.line.name), "back": one.restocked_at,
                   "daily": bool(one.line.day)} for one in row.lines],
        "pictures": [{"url": url_for("shop_admin.return_picture", number=row.order.number, token=row.token,
                                     file=one.file.token),
                      "width": one.file.width, "height": one.file.height} for one in row.pictures],
        "form": of_return(row, RefundForm(data={"amount": desk.typed(proposed), "to": "money",
                                                "way": refund_forecast.usual(row.order, proposed)})),
        "whole": receipts.shown(whole) if whole.minor > proposed.minor else "",
    }  # fmt: skip
