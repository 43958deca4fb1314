"""A refund that came to nothing: refused, or bounced after it was done; asked for again or paid another way."""

from typing import TYPE_CHECKING, Any

from sqlalchemy import Select, select, update

from kernel import journal
from kernel.db import db
from kernel.i18n import _l
from kernel.money import Money
from shop import fulfilment, invoices, ledger, letters, order_events, orders, payments, refund_ways, refunds
from shop.orders import Order
from shop.payments import Payment
from shop.refund_rows import WAITING, Refund

if TYPE_CHECKING:
    from kernel.accounts import Account
    from shop.payment_methods import PaymentMethod


def retry(refund: Refund, *, by: "Account") -> None:
    """Ask once more, under a new key, as long as the money is still there."""
    _claim(refund, by)
    refunds.begin(refund)


def by_hand(refund: Refund, *, reference: str, by: "Account", method: "PaymentMethod | None" = None) -> None:
    """A person returned what did not arrive, by `method` if not the way it came."""
    _claim(refund, by)
    refund.hand = True
    db.session.flush()
    refunds.finish(refund, reference=reference, method=refund_ways.other(refund.payment, method))


def as_credit(refund: Refund, *, by: "Account") -> None:
    """What did not arrive becomes store credit of the order's buyer."""
    if not refunds.creditable(refund.order):
        raise refunds.NoCredit()
    _claim(refund, by)
    refund.to = "credit"
    db.session.flush()
    refunds.begin(refund)


def _claim(refund: Refund, by: "Account") -> None:
    orders.lock(refund.order)
    db.session.refresh(refund)
    if refund.state not in WAITING:
        raise fulfilment.NotNow(number=refund.order.number)
    refunds.set_aside(refund.order, refund.amount)
    refund.account_id, refund.state, refund.attempt = by.id, "requested", refund.attempt + 1
    refund.reference, refund.hand = "", False
    db.session.flush()


def refused(refund: Refund, *, name: str, error: str) -> bool:
    """A gateway says that what it calls `name` came to nothing, before or after it was done; False when that is known.

    Also False when it is neither what we know it by nor on its way: a part of it, perhaps.
    """
    orders.lock(refund.order)
    db.session.refresh(refund)
    if name and name in refund.refused:
        return True
    if refund.state == "done" and refund.reference != name:
        return False
    if refund.state == "done":
        bounced(refund, error=error)
    else:
        refunds.fail(refund, error=error)
    refund.refused = [*refund.refused, name] if name else refund.refused
    db.session.flush()
    return True


def told_late(refund: Refund, *, name: str) -> None:
    """That it had been done is told after it had come to nothing: it left and it came again, as in the right order."""
    order = orders.lock(refund.order)
    db.session.refresh(refund)
    known = ledger.known(refund.payment, refund.ledger_key)
    if refund.state != "failed" or known or refunds.refundable(order) < refund.amount:
        return
    error = refund.error
    refunds.finish(refund, reference=name, tell=False)
    bounced(refund, error=error, tell=False)  # of neither the buyer has heard


def returned(refund: Refund, *, by: "Account") -> None:
    """Staff see that a bank sent back what they had returned."""
    orders.lock(refund.order)
    db.session.refresh(refund)
    if not noted(refund):
        raise fulfilment.NotNow(number=refund.order.number)
    bounced(refund, by=by)


def noted(refund: Refund) -> bool:
    """Whether a person returned it other than in cash, so that a bank can send it back and only a person hears it."""
    return refund.state == "done" and refund.hand and not refund_ways.cash(refund)


def bounced(refund: Refund, *, error: str = "", by: "Account | None" = None, tell: bool = True) -> None:
    """The money of a refund that was done is here again: a contrary entry; it is owed and waits for another way.

    What the order costs stays as it was lowered, with its credit note. The caller holds the order's row. `tell`: by a
    letter to the buyer.
    """
    order, payment = refund.order, refund.payment
    key, gone = f"bounce:{refund.ledger_key}", ledger.known(payment, refund.ledger_key)
    told: dict[str, Any] = {"reference": refund.reference, "by": by, "method": gone.method if gone else ""}
    if ledger.append(payment, "bounce", refund.amount, key=key, **told) is None:
        return
    refund.state, refund.error, refund.done_at = "bounced", error.strip()[:300], None
    if payment.state == "refunded" and payment.received_minor >= payment.amount_minor:
        payments.move(payment, "settle")
    order_events.record(order, "refund_bounced", by=by, minor=refund.amount_minor, reason=refund.error)
    payments.refresh(order)
    refunds.passing("back", refund)
    if tell:
        letters.tell(order, "refund_bounced", amount=refund.amount)
    if by is not None:
        journal.write("orders.bounced", about=order, by=by, data={"number": order.number})
    else:
        letters.tell_shop(order, "refund_bounced", amount=refund.amount)


def came_back(order: Order) -> Money:
    """What bounced and waits for another way to the buyer."""
    rows = [row for row in refunds.of(order) if row.state == "bounced"]
    return order.money(sum(row.amount_minor for row in rows))


def failed() -> Select[Order]:
    """The orders whose refund came to nothing and waits for somebody."""
    return select(Order).where(Order.id.in_(select(Refund.order_id).where(Refund.state.in_(WAITING))))


def overtaken(payment: Payment) -> None:
    """Its money went back another way: what came to nothing waits for nobody."""
    if refunds.left(payment) <= 0:
        waits = update(Refund).where(Refund.payment_id == payment.id, Refund.state.in_(WAITING))
        db.session.execute(waits.values(state="overtaken"))


def _owed(refund: Refund) -> None:
    """What bounced is owed as far as the order holds more than it costs: other money may have gone in its place."""
    beyond = refund.order.received_minor - invoices.owed(refund.order)
    if beyond < 0:  # a part of a deposit: less came than the order costs, whatever went back
        return
    rows = select(Refund).where(Refund.order_id == refund.order_id, Refund.state == "bounced").order_by(Refund.id)
    for row in db.session.scalars(rows):
        if beyond > 0:
            row.amount_minor = min(row.amount_minor, beyond)
        else:
            row.state = "overtaken"
        beyond -= row.amount_minor
    db.session.flush()


def init_app(_app: object) -> None:
    """Look after each refund whether what bounced is still owed; say how the journal tells it."""
    refunds.around("gone", _owed)
    journal.kind("orders.bounced", _l("Noted that a refund of %(number)s came back"))
