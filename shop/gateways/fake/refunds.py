"""Refunds: money given back, in parts, never more than was captured."""

from typing import Any

from shop.gateways.fake import currencies, events, params
from shop.gateways.fake.problems import invalid, missing_param, no_such
from shop.gateways.fake.store import Books, Thing

CREATES = frozenset(["payment_intent", "charge", "amount", "reason", "metadata", "expand"])
REASONS = frozenset({"duplicate", "fraudulent", "requested_by_customer"})


def create(books: Books, told: dict[str, Any]) -> Thing:
    """Give money of a charge back."""
    params.only(told, CREATES)
    charge = _charge(books, told)
    if told.get("reason") and told["reason"] not in REASONS:
        raise invalid("Invalid reason", param="reason")
    notes = params.metadata(told.get("metadata"))
    amount = _amount(charge, told)
    made = books.make(
        "refund", "re", amount=amount, currency=charge["currency"], charge=charge["id"],
        payment_intent=charge["payment_intent"], reason=told.get("reason"), metadata=notes, status="succeeded",
        failure_reason=None, balance_transaction=None, _fails=charge["_card"] == "refund_fails",
    )  # fmt: skip
    charge["amount_refunded"] += amount
    charge["refunded"] = charge["amount_refunded"] == charge["amount"]
    books.keep(charge)
    events.emit(books, "refund.created", made)
    events.emit(books, "charge.refunded", charge)
    if made["_fails"]:
        fail(books, made)
    return made


def _charge(books: Books, told: dict[str, Any]) -> Thing:
    if told.get("charge"):
        found = books.find("charge", told["charge"])
        if found is None:
            raise no_such("charge", told["charge"])
        return _refundable(found)
    if not told.get("payment_intent"):
        raise missing_param("payment_intent")
    intent = books.find("payment_intent", told["payment_intent"])
    if intent is None:
        raise no_such("payment_intent", told["payment_intent"])
    found = books.find("charge", intent["latest_charge"] or "")
    if found is None or not found["paid"]:
        raise invalid(f"This PaymentIntent ({intent['id']}) does not have a successful charge to refund.", kept=True)
    return _refundable(found)


def _refundable(charge: Thing) -> Thing:
    if charge["refunded"]:
        raise invalid(
            f"Charge {charge['id']} has already been refunded.", code="charge_already_refunded", kept=True
        )  # fmt: skip
    if charge["disputed"]:
        raise invalid(f"Charge {charge['id']} has been charged back.", code="charge_disputed", kept=True)
    return charge


def _amount(charge: Thing, told: dict[str, Any]) -> int:
    left = charge["amount_captured"] - charge["amount_refunded"]
    amount = params.whole(told.get("amount") or left, "amount")
    if amount < 1:
        raise invalid("Invalid positive integer", code="parameter_invalid_integer", param="amount")
    if amount > left:
        shown, most = (currencies.written(charge["currency"], minor) for minor in (amount, left))
        raise invalid(
            f"Refund amount ({shown}) is greater than unrefunded amount on charge ({most})", param="amount", kept=True
        )
    return amount


def fail(books: Books, refund: Thing) -> Thing:
    """The bank sends the money back to the shop: the refund did not arrive."""
    charge = books.find("charge", refund["charge"])
    if charge is None or refund["status"] == "failed":
        return refund
    refund |= {"status": "failed", "failure_reason": "expired_or_canceled_card"}
    books.keep(refund)
    charge["amount_refunded"] -= refund["amount"]
    charge["refunded"] = False
    books.keep(charge)
    events.emit(books, "refund.updated", refund)
    events.emit(books, "refund.failed", refund)
    return refund
