"""Payments: what an order asks for and what came; a table of moves over an append-only ledger."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import String, select

from crm import facts
from kernel import clock, journal
from kernel.db import Base, Mapped, belongs, db, mapped_column, pk, ref, words
from kernel.i18n import _l
from kernel.money import Money
from kernel.refusal import Refusal
from kernel.tenancy import TenantOwned
from shop import downloads, fulfilment, holds, ledger, letters, order_events, orders, payment_methods, revivals
from shop.orders import ENDED, Order
from shop.payment_methods import PaymentMethod

if TYPE_CHECKING:
    from kernel.accounts import Account

MOVES = {
    ("due", "settle"): "settled",
    ("due", "part"): "due",
    ("due", "prove"): "proof",
    ("due", "fail"): "due",
    ("due", "void"): "void",
    ("proof", "settle"): "settled",
    ("proof", "part"): "due",
    ("proof", "prove"): "proof",
    ("proof", "refuse"): "due",
    ("proof", "fail"): "proof",
    ("proof", "void"): "void",
    ("void", "settle"): "settled",  # money that came late is still money
    ("void", "part"): "void",
    ("void", "prove"): "proof",
    ("void", "fail"): "void",
    ("void", "void"): "void",
    ("settled", "settle"): "settled",  # more than was asked for
    ("settled", "fail"): "settled",  # a late "failed" never un-pays
    ("settled", "void"): "settled",
    ("settled", "part"): "due",  # a part was taken back
    ("settled", "refund"): "refunded",
    ("due", "refund"): "refunded",
    ("void", "refund"): "refunded",
    ("refunded", "fail"): "refunded",
    ("refunded", "void"): "refunded",
    ("refunded", "settle"): "settled",
    ("refunded", "part"): "refunded",
}
DEFAULT_HOURS = 48


class WrongAmount(Refusal):
    """No such amount can be received or returned."""

    message = _l("Write an amount greater than zero and at most %(most)s.")


class Payment(TenantOwned, Base):
    """One way in which an order is to be paid."""

    __tablename__ = "payment"
    id: Mapped[int] = pk()
    order_id: Mapped[int] = ref("order")
    method_id: Mapped[int] = ref("payment_method")
    kind: Mapped[str] = mapped_column(String(16))
    label: Mapped[dict[str, str]] = words()  # as the method was called then
    state: Mapped[str] = mapped_column(String(16), default="due")
    amount_minor: Mapped[int]
    currency: Mapped[str] = mapped_column(String(3))
    opened_at: Mapped[datetime] = mapped_column(default=clock.now)

    order: Mapped[Order] = belongs("Payment.order_id", "Order")
    method: Mapped[PaymentMethod] = belongs("Payment.method_id", "PaymentMethod")

    @property
    def amount(self) -> Money:
        """What was asked for."""
        return Money(self.amount_minor, self.currency)


def methods() -> Sequence[PaymentMethod]:
    """What the shop offers, in order."""
    return payment_methods.active()


def move(payment: Payment, event: str) -> None:
    """Take a step of the table."""
    if (payment.state, event) not in MOVES:
        raise fulfilment.NotNow(number=payment.order.number)
    payment.state = MOVES[payment.state, event]


def open(order: Order, method: PaymentMethod) -> Payment:  # noqa: A001 - the verb of the house: payments.open()
    """Ask for the order's total by that method and keep the goods meanwhile."""
    payment = Payment(order_id=order.id, method_id=method.id, kind=method.kind, label=dict(method.label))
    payment.amount_minor, payment.currency = order.total_minor, order.currency
    db.session.add(payment)
    db.session.flush()
    db.session.expire(order, ["payments"])
    if not order.total_minor:
        move(payment, "settle")
        _paid(order)
    elif method.kind not in payment_methods.UNHELD:
        holds.begin(order, clock.now() + _time_to_pay(method))
    return payment


def _time_to_pay(method: PaymentMethod) -> timedelta:
    if method.kind in {"practice", "card"}:
        return timedelta(minutes=payment_methods.CARD_MINUTES)
    return timedelta(hours=method.hold_hours or DEFAULT_HOURS)


def current(order: Order) -> Payment:
    """The order's latest payment."""
    wanted = select(Payment).where(Payment.order_id == order.id).order_by(Payment.id.desc()).limit(1)
    return db.session.scalars(wanted).one()


def settle(
    payment: Payment,
    *,
    key: str,
    amount: Money | None = None,
    reference: str = "",
    by: "Account | None" = None,
    tell: bool = True,
) -> ledger.LedgerEntry | None:
    """Money came: once per `key`, whoever tells it and how often; None when it was already known.

    `tell=False`: the buyer stands at the counter and needs no letter about it.
    """
    order = orders.lock(payment.order)
    amount = order.balance if amount is None else amount
    if amount.minor <= 0:
        if ledger.known(payment, key):
            return None
        raise WrongAmount(most=order.total.format(order.language))
    entry = ledger.append(payment, "settle", amount, key=key, reference=reference.strip()[:120], by=by)
    if entry is None:
        return None
    move(payment, "settle" if order.received_minor >= order.total_minor else "part")
    order_events.record(order, "paid", by=by, minor=amount.minor, reference=entry.reference)
    if by is not None:
        journal.write("orders.paid", about=order, by=by, data={"number": order.number, "minor": amount.minor})
    _follow(order, amount, tell)
    return entry


def _follow(order: Order, amount: Money, tell: bool) -> None:
    before = order.payment
    if order.state == "expired" and order.received_minor >= order.total_minor:
        revivals.revive(order)
    refresh(order)
    if order.payment == "refund_due":
        letters.tell(order, "late", amount=amount)
        letters.tell_shop(order, "late", amount=amount)
    elif order.paid and before not in orders.SETTLED:
        _paid(order)
        if tell:
            letters.tell(order, "paid")
    elif not order.paid and tell:
        letters.tell(order, "partial", amount=amount)


def _paid(order: Order) -> None:
    order.payment = standing(order)
    holds.end(order)
    downloads.open(order)
    if not order.practice:
        facts.record("paid", contact=order.contact, about=order, amount=order.total, dedupe=f"paid:{order.id}")
    if order.digital and fulfilment.may(order, "deliver"):
        fulfilment.deliver(order, by=None)


def fail(payment: Payment, *, reason: str = "") -> None:
    """An attempt to pay did not work; what was paid stays paid."""
    orders.lock(payment.order)
    before = payment.state
    move(payment, "fail")
    if before in {"due", "proof"}:
        order_events.record(payment.order, "declined", reason=reason[:200])


def end(order: Order) -> None:
    """The order ended: nothing more is asked for; what was received has to be returned."""
    for payment in db.session.scalars(db.select(Payment).where(Payment.order_id == order.id)):
        if (payment.state, "void") in MOVES:
            move(payment, "void")
    holds.end(order)
    refresh(order)


def refund(order: Order, *, amount: Money, reference: str, by: "Account", key: str) -> ledger.LedgerEntry | None:
    """Note that the shop returned money, by whatever way; never more than was received."""
    orders.lock(order)
    payment = current(order)
    if ledger.known(payment, key):
        return None
    if not 0 < amount.minor <= order.received_minor:
        raise WrongAmount(most=order.received.format(order.language))
    entry = ledger.append(payment, "refund", -amount, key=key, reference=reference.strip()[:120], by=by)
    if not order.received_minor:
        move(payment, "refund")
    order_events.record(order, "refunded", by=by, minor=amount.minor, reference=reference.strip()[:120])
    journal.write("orders.refunded", about=order, by=by, data={"number": order.number, "minor": amount.minor})
    refresh(order)
    letters.tell(order, "refunded", amount=amount)
    return entry


def refresh(order: Order) -> None:
    """Say anew where the order's money stands."""
    db.session.flush()
    order.payment = standing(order)


def standing(order: Order) -> str:
    """Where the money of the order stands, from the ledger and its payments."""
    states = set(db.session.scalars(db.select(Payment.state).where(Payment.order_id == order.id)))
    received, total = order.received_minor, order.total_minor
    if order.state in ENDED:
        return "refund_due" if received > 0 else "refunded" if "refunded" in states else "void"
    if received >= total:
        return "overpaid" if received > total else "paid"
    if "refunded" in states and not received:
        return "refunded"
    return "proof" if "proof" in states else "partial" if received else "due"


def init_app(_app: object) -> None:
    """Say how payments are told."""
    facts.kind("paid", _l("Paid an order"), "money")
    journal.kind("orders.paid", _l("Noted a payment of %(number)s"))
    journal.kind("orders.reversed", _l("Took back a payment of %(number)s"))
    journal.kind("orders.refunded", _l("Returned money of %(number)s"))
    journal.kind("orders.proof_refused", _l("Did not accept a proof of %(number)s: %(reason)s"))
