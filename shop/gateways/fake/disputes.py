"""Disputes: a buyer asks the bank for the money back; made and closed by the control of a test."""

from shop.gateways.fake import events
from shop.gateways.fake.problems import invalid
from shop.gateways.fake.store import Books, Thing

DUE = 9 * 86_400


def open(books: Books, charge: Thing, reason: str) -> Thing:  # noqa: A001 - a dispute is opened
    """A charge is disputed: its money is taken until it is decided."""
    if not charge["paid"] or charge["disputed"]:
        raise invalid("This charge cannot be disputed.")
    made = books.make(
        "dispute", "dp", amount=charge["amount"] - charge["amount_refunded"], currency=charge["currency"],
        charge=charge["id"], payment_intent=charge["payment_intent"], reason=reason, status="needs_response",
        evidence_details={"due_by": books.now() + DUE, "has_evidence": False}, is_charge_refundable=False,
        metadata={},
    )  # fmt: skip
    charge["disputed"] = True
    books.keep(charge)
    events.emit(books, "charge.dispute.created", made)
    events.emit(books, "charge.dispute.funds_withdrawn", made)
    return made


def close(books: Books, dispute: Thing, status: str) -> Thing:
    """The bank decided: won (the shop keeps the money) or lost."""
    dispute["status"] = "won" if status == "won" else "lost"
    books.keep(dispute)
    if status == "won":
        events.emit(books, "charge.dispute.funds_reinstated", dispute)
    events.emit(books, "charge.dispute.closed", dispute)
    return dispute
