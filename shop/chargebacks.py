"""Chargebacks: what a bank took back for good after a dispute, booked once; and what it brought again later."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from sqlalchemy import select

from kernel import i18n, tenancy
from kernel.db import db
from kernel.i18n import _
from kernel.money import Money
from shop import card_notices, ledger, order_events, orders, payments, refund_retries, refunds
from shop.payments import Payment
from shop.refund_rows import BANK, Refund

if TYPE_CHECKING:
    from shop.card_disputes import CardDispute


def lost(dispute: "CardDispute") -> None:
    """The money is gone: into the ledger, at most what its payment still holds; the invoice follows."""
    payment = dispute.session.payment
    order = orders.lock(dispute.order)
    db.session.refresh(payment, ["received_minor"])
    amount = _taken(dispute, payment)
    if amount.minor <= 0:
        return
    with i18n.speak(order.language, tenancy.tenant().country):
        reason = _("The card's bank returned the money")
    refunds.noticed(payment, amount=amount, reference=dispute.stripe_id, key=_key(dispute), reason=reason)
    refund_retries.overtaken(payment)


def _key(dispute: "CardDispute") -> str:
    return f"{BANK}{dispute.stripe_id}"


def _taken(dispute: "CardDispute", payment: Payment) -> Money:
    """What is booked; the owner is told when the bank took more, or counts in another currency."""
    held = payment.order.money(payment.received_minor)
    if dispute.currency == held.currency and dispute.amount <= held:
        return dispute.amount
    card_notices.write("beyond", dispute.stripe_id, order=dispute.order)
    return held


def give_way(refund: Refund) -> None:
    """A refund had left before the bank took the rest, and is told after it: of that less is booked, as if before."""
    payment = refund.payment
    db.session.refresh(payment, ["received_minor"])
    for taken in _booked(payment):
        part = min(refund.amount_minor - payment.received_minor, taken.amount_minor)
        if part <= 0:
            return
        _less(taken, part, key=f"way:{taken.id}:{refund.id}:{refund.attempt}")
        card_notices.write("beyond", taken.reference, order=refund.order)


def more(dispute: "CardDispute", refund: Refund) -> None:
    """A refund came back that had left less for the bank: it holds nothing of it any more, the bank had all."""
    booked, payment = refunds.known(_key(dispute)), refund.payment
    if booked is None:
        lost(dispute)
        return
    part = min(dispute.amount_minor - booked.amount_minor, payment.received_minor)
    if part > 0 and dispute.currency == booked.currency:
        key, amount = f"more:{refund.ledger_key}", refund.order.money(-part)
        ledger.append(payment, "refund", amount, key=key, reference=dispute.stripe_id)
        booked.amount_minor += part
        if not payment.received_minor and (payment.state, "refund") in payments.MOVES:
            payments.move(payment, "refund")
        card_notices.withdraw("beyond", dispute.stripe_id)
        refund_retries.overtaken(payment)
        payments.refresh(refund.order)


def _booked(payment: Payment) -> Sequence[Refund]:
    """What banks took of a payment."""
    rows = select(Refund).where(Refund.payment_id == payment.id, Refund.key.startswith(BANK), Refund.state == "done")
    return db.session.scalars(rows.order_by(Refund.id)).all()


def _less(taken: Refund, minor: int, *, key: str) -> None:
    """Of what a bank took so much was gone already: a contrary entry; a row of which nothing is left is none."""
    payment, amount = taken.payment, taken.order.money(minor)
    ledger.append(payment, "bounce", amount, key=key, reference=taken.reference)
    if payment.state == "refunded":
        payments.move(payment, "settle")
    if taken.amount_minor > minor:
        taken.amount_minor -= minor
    else:
        db.session.delete(taken)
    db.session.flush()


def regained(dispute: "CardDispute") -> None:
    """A bank thought again: what was booked as gone is here, and stands as paid too much after its credit note."""
    booked = refunds.known(_key(dispute))
    if booked is None:
        return
    order, payment = orders.lock(dispute.order), booked.payment
    key, reference = f"again:{dispute.stripe_id}", dispute.stripe_id
    if ledger.append(payment, "settle", booked.amount, key=key, reference=reference) is None:
        return
    payments.move(payment, "settle")
    order_events.record(order, "regained", minor=booked.amount_minor, reference=reference)
    payments.refresh(order)
    card_notices.write("regained", reference, order=order)


def init_app(_app: object) -> None:
    """Have what a bank took give way to refunds that are told after it."""
    refunds.around("leaving", give_way)
