"""Payments: what an order asks for and what came; a table of moves over an append-only ledger."""

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import String, select
from sqlalchemy.orm.attributes import set_committed_value

from crm import facts, sums
from kernel import beside, clock, journal
from kernel.db import Base, Mapped, belongs, db, mapped_column, pk, ref, words
from kernel.i18n import _l
from kernel.money import Money
from kernel.refusal import Refusal
from kernel.tenancy import TenantOwned
from shop import (
    booking_confirmations,
    downloads,
    fulfilment,
    holds,
    invoice_papers,
    invoices,
    issuing,
    ledger,
    letters,
    order_events,
    orders,
    payment_methods,
    plans,
    receipts,
    revivals,
    second_thoughts,
)
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
ASKING = frozenset({"due", "proof"})


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
    received_minor: Mapped[int] = mapped_column(default=0)  # the sum of its ledger entries, moved with them
    currency: Mapped[str] = mapped_column(String(3))
    value_id: Mapped[int | None] = ref("stored_value")  # the card or credit that was given: see tenders
    opened_at: Mapped[datetime] = mapped_column(default=clock.now)

    order: Mapped[Order] = belongs("Payment.order_id", "Order")
    method: Mapped[PaymentMethod] = belongs("Payment.method_id", "PaymentMethod")

    @property
    def amount(self) -> Money:
        """What was asked for."""
        return Money(self.amount_minor, self.currency)

    @property
    def left(self) -> Money:
        """What of it has not come: never more than the order owes."""
        return Money(max(0, min(self.amount_minor - self.received_minor, self.order.balance.minor)), self.currency)

    @property
    def asked(self) -> Money:
        """What of it is still asked for: nothing once it was paid or given up."""
        return self.left if self.state in ASKING else Money(0, self.currency)


_closers: list[Callable[[Order], None]] = []


def closing(verb: Callable[[Order], None]) -> None:
    """Have `verb(order)` end what still asks for money elsewhere, once the order asks for none."""
    if verb not in _closers:
        _closers.append(verb)


def _close(order: Order) -> None:
    for verb in _closers:
        verb(order)


def move(payment: Payment, event: str) -> None:
    """Take a step of the table."""
    if (payment.state, event) not in MOVES:
        raise fulfilment.NotNow(number=payment.order.number)
    payment.state = MOVES[payment.state, event]


def open(  # noqa: A001 - a verb
    order: Order, method: PaymentMethod, *, amount: Money | None = None, new: bool = False
) -> Payment:
    """Ask for what is due now, or for that amount, by that method; until enough came the goods are kept for a time.

    `new`: the order is being placed; nothing asks for its money yet.
    """
    before = order.payments if new else ()
    payment = Payment(order_id=order.id, method_id=method.id, kind=method.kind, label=dict(method.label))
    payment.amount_minor = (plans.due_now(order) if amount is None else amount).minor
    payment.currency = order.currency
    beside.put(payment)
    if new:
        set_committed_value(order, "payments", [*before, payment])
    else:
        db.session.expire(order, ["payments"])
        _close(order)
    if not payment.amount_minor:
        move(payment, "settle")
    if order.balance.minor <= 0:
        if order.payment not in orders.SETTLED:
            settled(order)
    elif not plans.secured(order):
        _keep(order, method)
    return payment


def _keep(order: Order, method: PaymentMethod) -> None:
    """Keep the goods as long as the method needs; changing the method never makes a hold longer for ever."""
    if order.state != "placed":
        return
    if method.kind in payment_methods.UNHELD:
        holds.end(order)
    else:
        time = method.time_before(booking_confirmations.closes(order), order.placed_at)
        holds.longer(order, order.placed_at + time)


def current(order: Order) -> Payment:
    """The order's latest payment."""
    wanted = select(Payment).where(Payment.order_id == order.id).order_by(Payment.id.desc()).limit(1)
    found = db.session.scalars(wanted).one_or_none()
    if found is None:  # it costs nothing
        raise fulfilment.NotNow(number=order.number)
    return found


def settle(
    payment: Payment, *, key: str, amount: Money | None = None, reference: str = "", by: "Account | None" = None,
    tell: bool = True,
) -> ledger.LedgerEntry | None:  # fmt: skip
    """Money came: once per `key`, whoever tells it and how often; None when it was already known.

    `tell=False`: the buyer stands at the counter and needs no letter about it.
    """
    order = orders.lock(payment.order)
    amount = (payment.left or order.balance) if amount is None else amount
    if amount.minor <= 0:
        if ledger.known(payment, key):
            return None
        raise WrongAmount(most=receipts.shown(order.total))
    entry = ledger.append(payment, "settle", amount, key=key, reference=reference.strip()[:120], by=by)
    if entry is None:
        return None
    whole = order.balance.minor <= 0 or payment.received_minor >= payment.amount_minor
    move(payment, "settle" if whole else "part")
    told = {"reference": entry.reference, "tender": payment.kind, "way": dict(payment.label)}
    order_events.record(order, "paid", by=by, minor=amount.minor, **told)
    if by is not None:
        journal.write("orders.paid", about=order, by=by, data={"number": order.number, "minor": amount.minor})
    with second_thoughts.rest(entry.act, by if order.open else None):
        _follow(order, amount, tell)
    return entry


def _follow(order: Order, amount: Money, tell: bool) -> None:
    before = order.payment
    revivals.late(order, amount)
    refresh(order)
    if order.payment == "refund_due":
        letters.tell(order, "late", amount=amount)
        letters.tell_shop(order, "late_card" if _by_card(order) else "late", amount=amount)
    elif order.paid and not order.asked and before not in orders.SETTLED:
        settled(order)
        if tell:
            letters.tell(order, "paid", paper=invoice_papers.of_order(order))
    elif not order.paid:
        if order.plan and plans.secured(order):
            holds.end(order)
        if tell:
            letters.tell(order, "instalment" if not plans.due_now(order) else "partial", amount=amount)


def _by_card(order: Order) -> bool:
    """Whether the money came by card: then it goes back by itself."""
    kinds = select(Payment.kind).where(Payment.order_id == order.id, Payment.state == "settled")
    return bool({"card", "practice"} & set(db.session.scalars(kinds)))


def settled(order: Order) -> None:
    """Nothing more is to be paid: it came, or the order costs less by now."""
    for payment in db.session.scalars(select(Payment).where(Payment.order_id == order.id, Payment.state.in_(ASKING))):
        move(payment, "void")
    refresh(order)
    _close(order)
    holds.end(order)
    downloads.open(order)
    issuing.of(order)
    booking_confirmations.finish(order)
    invoices.when_paid(order)  # last: the series' row is the last lock


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
    _close(order)
    holds.end(order)
    refresh(order)
    invoices.when_less(order)


def refresh(order: Order) -> None:
    """Say anew where the order's money stands."""
    db.session.flush()
    order.payment = standing(order)


def standing(order: Order) -> str:
    """Where the money of the order stands, from the ledger and its payments."""
    states = set(db.session.scalars(db.select(Payment.state).where(Payment.order_id == order.id)))
    received, owed = order.received_minor, order.balance.minor
    if order.state in ENDED:
        return "refund_due" if received > order.kept_minor else "refunded" if "refunded" in states else "void"
    if "refunded" in states and not received:
        return "refunded"
    if owed <= 0:
        return "overpaid" if owed < 0 else "paid"
    return "proof" if "proof" in states else "partial" if received else "due"


def init_app(_app: object) -> None:
    """Say how payments are told."""
    facts.kind("paid", _l("Paid an order"), "cash")
    facts.kind("refunded", _l("Got money back"), "undo")
    facts.kind("refund_bounced", _l("Money that was returned came back"), "cash")
    facts.kind("unpaid", _l("A payment was taken back"), "undo")
    facts.kind("value_spent", _l("Paid with a gift card or store credit"), "gift")
    facts.kind("value_back", _l("Got it back as gift card or store credit"), "undo")
    sums.money("paid", "refunded", "refund_bounced", "unpaid")
    journal.kind("orders.paid", _l("Noted a payment of %(number)s"))
    journal.kind("orders.reversed", _l("Took back a payment of %(number)s"))
    journal.kind("orders.proof_refused", _l("Did not accept a proof of %(number)s: %(reason)s"))
