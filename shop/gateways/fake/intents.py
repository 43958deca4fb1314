"""Payment intents and their charges: what one attempt to pay leaves behind."""

from typing import Any

from shop.gateways.fake import events
from shop.gateways.fake.cards import Card
from shop.gateways.fake.store import Books, Thing

DECLINED = {
    "generic_decline": "Your card was declined.",
    "insufficient_funds": "Your card has insufficient funds.",
    "expired_card": "Your card has expired.",
    "incorrect_cvc": "Your card's security code is incorrect.",
    "authentication_required": "The bank did not confirm that it is you.",
}


def begin(books: Books, session: Thing) -> Thing:
    """The intent of a session, made at the first attempt."""
    known = books.find("payment_intent", session["payment_intent"] or "")
    if known:
        return known
    told: dict[str, Any] = session["_intent_data"]
    made = make(
        books, amount=session["amount_total"], currency=session["currency"], metadata=told.get("metadata", {}),
        description=told.get("description"), receipt_email=told.get("receipt_email"), _session=session["id"],
    )  # fmt: skip
    session["payment_intent"] = made["id"]
    books.keep(session)
    return made


def make(books: Books, **told: Any) -> Thing:
    """A new intent, of which nothing was tried yet."""
    usual: dict[str, Any] = {"receipt_email": None, "customer": None, "payment_method": None, "_session": None}
    made = books.make(
        "payment_intent", "pi", amount_received=0, status="requires_payment_method", latest_charge=None,
        last_payment_error=None, capture_method="automatic", payment_method_types=["card"], transfer_data=None,
        canceled_at=None, **usual | told,
    )  # fmt: skip
    events.emit(books, "payment_intent.created", made)
    return made


def succeed(books: Books, intent: Thing, card: Card) -> None:
    """The money came."""
    charge = _charge(books, intent, card, "succeeded")
    intent |= {
        "status": "succeeded", "amount_received": intent["amount"], "latest_charge": charge["id"],
        "last_payment_error": None,
    }  # fmt: skip
    books.keep(intent)
    events.emit(books, "charge.succeeded", charge)
    events.emit(books, "payment_intent.succeeded", intent)


def wait(books: Books, intent: Thing, card: Card) -> None:
    """The bank takes its time; `_due` says when it answers, `_resolves` what."""
    delay = int(books.setting("delay") or 86_400)
    intent |= {
        "status": "processing", "_due": books.now() + delay,
        "_resolves": {"card": card.code, "to": "fail" if card.fails else "succeed"},
    }  # fmt: skip
    books.keep(intent)
    events.emit(books, "payment_intent.processing", intent)


def decline(books: Books, intent: Thing, card: Card, *, away: bool = False) -> None:
    """No money came; another attempt may follow. `away`: nobody was there whom the bank could have asked."""
    charge = _charge(books, intent, card, "failed")
    code = card.fails if card.fails in {"expired_card", "incorrect_cvc"} else "card_declined"
    if card.fails == "authentication_required":
        code = card.fails if away else "payment_intent_authentication_failure"
    intent |= {
        "status": "requires_payment_method", "latest_charge": charge["id"],
        "last_payment_error": {
            "type": "card_error", "code": code, "decline_code": card.fails, "message": DECLINED[card.fails],
        },
    }  # fmt: skip
    books.keep(intent)
    events.emit(books, "charge.failed", charge)
    events.emit(books, "payment_intent.payment_failed", intent)


def cancel(books: Books, intent_id: str) -> None:
    """The session ended before anything was paid."""
    intent = books.find("payment_intent", intent_id)
    if intent and intent["status"] == "requires_payment_method":
        intent |= {"status": "canceled", "canceled_at": books.now()}
        books.keep(intent)
        events.emit(books, "payment_intent.canceled", intent)


def _charge(books: Books, intent: Thing, card: Card, status: str) -> Thing:
    paid = status == "succeeded"
    return books.make(
        "charge", "ch", amount=intent["amount"], amount_captured=intent["amount"] if paid else 0, amount_refunded=0,
        currency=intent["currency"], captured=paid, paid=paid, refunded=False, disputed=False, status=status,
        payment_intent=intent["id"], metadata=intent["metadata"], description=intent["description"],
        failure_code=None if paid else "card_declined", failure_message=None if paid else DECLINED[card.fails],
        payment_method_details={"type": "card", "card": {"brand": card.brand, "last4": card.last4}}, _card=card.code,
    )  # fmt: skip
