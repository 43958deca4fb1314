"""Cards that were kept: customers, their payment methods, and charging one while nobody is there."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from shop.gateways.fake import currencies, intents, params
from shop.gateways.fake.cards import BY_CODE, Card
from shop.gateways.fake.problems import Problem, invalid, no_such
from shop.gateways.fake.store import Books, Thing, shown

CHARGES = frozenset({
    "amount", "currency", "customer", "payment_method", "payment_method_types", "confirm", "off_session", "metadata",
    "description", "expand",
})  # fmt: skip
YEARS = 4  # that a card is good for


def customer(books: Books, session: Thing) -> Thing:
    """Whose session it is: the one that was named, else a new one."""
    known = books.find("customer", session["customer"] or "")
    return known or books.make("customer", "cus", email=session["customer_email"], metadata={})


def keep(books: Books, owner: Thing, card: Card) -> Thing:
    """A card that may be charged later; of its number only the last four."""
    year = datetime.fromtimestamp(books.now(), UTC).year + YEARS
    return books.make(
        "payment_method", "pm", type="card", customer=owner["id"], _card=card.code,
        card={"brand": card.brand, "last4": card.last4, "exp_month": 12, "exp_year": year},
    )  # fmt: skip


def detach(books: Books, known_as: str) -> Thing:
    """Nobody may charge it any more."""
    method = _method(books, known_as)
    if method["customer"] is None:
        raise invalid("The payment method you provided is not attached to a customer so detachment is impossible.")
    return books.keep(method | {"customer": None})


def drop(books: Books, known_as: str) -> Thing:
    """A customer goes, with the cards."""
    found = books.find("customer", known_as)
    if found is None:
        raise no_such("customer", known_as)
    for method in books.every("payment_method"):
        if method["customer"] == known_as:
            books.keep(method | {"customer": None})
    books.drop(found)
    return {"id": known_as, "object": "customer", "deleted": True}


def charge(books: Books, told: dict[str, Any]) -> Thing:
    """Charge a kept card while its owner is away: the money comes, or the answer is an error with the payment in it."""
    params.only(told, CHARGES)
    if (told.get("confirm"), told.get("off_session")) != ("true", "true"):
        raise invalid("This double only charges kept cards: confirm and off_session have to be true.")
    method = _method(books, params.needed(told, "payment_method"))
    if not method["customer"] or method["customer"] != told.get("customer"):
        raise invalid("The PaymentMethod does not belong to the Customer you supplied.", param="payment_method")
    amount = params.whole(params.needed(told, "amount"), "amount")
    currency = str(params.needed(told, "currency")).lower()
    currencies.check(currency, amount)
    intent = intents.make(
        books, amount=amount, currency=currency, metadata=params.metadata(told.get("metadata")),
        description=told.get("description"), customer=method["customer"], payment_method=method["id"],
    )  # fmt: skip
    return _tried(books, intent, BY_CODE[method["_card"]])


def _tried(books: Books, intent: Thing, card: Card) -> Thing:
    fails = card.later or (card.fails if card.does == "declines" else "")
    if card.does == "waits":
        intents.wait(books, intent, card)
    elif fails:
        intents.decline(books, intent, replace(card, fails=fails), away=True)
        error = intent["last_payment_error"]
        raise Problem(402, error["type"], error["message"], code=error["code"], decline_code=error["decline_code"],
                      payment_intent=shown(intent), kept=True)  # fmt: skip
    else:
        intents.succeed(books, intent, card)
    return intent


def turn(books: Books, code: str, **card: Any) -> None:
    """Have every kept card do from now on what the one with that code does (tests)."""
    for method in books.every("payment_method"):
        books.keep(method | {"_card": code or method["_card"], "card": method["card"] | card})


def _method(books: Books, known_as: str) -> Thing:
    found = books.find("payment_method", known_as)
    if found is None:
        raise no_such("PaymentMethod", known_as)
    return found
