"""By which way money goes back: what a person can choose, what stands chosen, and how buyer and shop are told of it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kernel import journal
from kernel.i18n import _, pick
from shop import ledger, letters, order_events, payment_methods, payments, receipts
from shop.payment_methods import PaymentMethod
from shop.payments import Payment
from shop.refund_rows import Refund

if TYPE_CHECKING:
    from shop.orders import Order

CASH = payment_methods.CASH
HANDS = ("transfer", "counter")  # what a person gives back the way it came


@dataclass(frozen=True)
class Gone:
    """That a refund's money went back: what it is known by, and the code of the way it took if not its payment's."""

    refund: Refund
    reference: str = ""
    method: str = ""


def choices(order: "Order") -> list[PaymentMethod]:
    """The ways by which a person can return its money: those by which it came, the counter's, the shop's accounts."""
    own = [payment.method for payment in reversed(order.payments) if payment.kind in HANDS]
    offered = [one for one in payment_methods.active() if one.kind == "transfer"]
    found: dict[str, PaymentMethod] = {}
    for one in payment_methods.without_double([*own, *payment_methods.counter(), *offered]):
        if one.code != payment_methods.LATER:
            found.setdefault(pick(one.label), one)  # an account and the counter may have the same name
    return list(found.values())


def named(order: "Order", code: str) -> PaymentMethod | None:
    """The way with that code, if it is one of them."""
    return next((one for one in choices(order) if one.code == code), None)


def usual(order: "Order", payment: Payment) -> str:
    """The code that stands chosen for what is taken from that payment; '' when none of the ways is likely."""
    own = payment.kind in HANDS and payment.method.code != payment_methods.LATER
    label = pick(payment.method.label) if own else ""
    cash = payment.kind in payment_methods.AT_ONCE
    return next((one.code for one in choices(order) if pick(one.label) == label or (cash and one.code == CASH)), "")


def other(payment: Payment, method: PaymentMethod | None) -> str:
    """The code of the way that money took, '' when it went back the way it came."""
    return method.code if method is not None and method.id != payment.method_id else ""


def label(refund: Refund) -> dict[str, str]:
    """By which way it went back, or will, in each language."""
    entry = ledger.known(refund.payment, refund.ledger_key)
    method = payment_methods.named(entry.method) if entry is not None and entry.method else None
    return dict(method.label if method is not None else refund.payment.label)


def cash(refund: Refund) -> bool:
    """Whether it was handed over: no bank can send it back."""
    entry = ledger.known(refund.payment, refund.ledger_key)
    if entry is not None and entry.method:
        return entry.method == CASH
    return payment_methods.in_cash(refund.payment.kind, refund.payment.method.code)


def tell(done: Sequence[Refund], *, buyer: bool) -> None:
    """Write down what went back in one act; `buyer`: also by one letter, with the sum and its ways."""
    first, order = done[0], done[0].order
    kind = "credited" if first.to == "credit" else "refunded"
    for told in _steps(done):
        order_events.record(order, kind, by=first.by, **told)
    whole = order.money(sum(row.amount_minor for row in done))
    if first.by is not None:
        journal.write("orders.refunded", about=order, by=first.by, data={"number": order.number, "minor": whole.minor})
    payments.refresh(order)
    if buyer:
        more = None if first.to == "credit" else _said(done)
        letters.tell(order, kind, amount=whole, reason=first.reason, more=more)


def _steps(done: Sequence[Refund]) -> list[dict[str, Any]]:
    """What the order's story tells of one act: a step for each way that its money took."""
    found: dict[Any, dict[str, Any]] = {}
    for row in done:
        stored = row.way in payment_methods.STORED
        way = {} if stored else label(row)
        new = {"minor": 0, "reference": row.reference, "reason": row.reason, "tender": row.way, "way": way}
        step = found.setdefault((row.way if stored else pick(way), row.reference), new)
        step["minor"] += row.amount_minor
    return list(found.values())


def _said(done: Sequence[Refund]) -> Callable[["Order"], str]:
    """By which ways, in the language that is spoken when it is asked."""

    def said(order: "Order") -> str:
        parts: dict[str, int] = {}
        for row in done:
            parts[pick(label(row))] = parts.get(pick(label(row)), 0) + row.amount_minor
        several = [f"{way} {receipts.shown(order.money(minor))}" for way, minor in parts.items()]
        told: Any = _("By: %(ways)s.", ways=", ".join(several if len(parts) > 1 else parts))
        return str(told) if all(cash(row) for row in done) else f"{told} {_('It may take some days until you see it.')}"

    return said
