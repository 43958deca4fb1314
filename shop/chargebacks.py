"""Chargebacks: what a bank took back for good after a dispute, booked once; and what it brought again later."""

from typing import TYPE_CHECKING

from kernel import i18n, tenancy
from kernel.db import db
from kernel.i18n import _
from kernel.money import Money
from shop import card_notices, ledger, order_events, orders, payments, refund_retries, refunds
from shop.payments import Payment

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
    return f"{refunds.BANK}{dispute.stripe_id}"


def _taken(dispute: "CardDispute", payment: Payment) -> Money:
    """What is booked; the owner is told when the bank took more, or counts in another currency."""
    held = payment.order.money(payment.received_minor)
    if dispute.currency == held.currency and dispute.amount <= held:
        return dispute.amount
    card_notices.write("beyond", dispute.stripe_id, order=dispute.order)
    return held


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
