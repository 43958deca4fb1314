"""Checkout Sessions: a price to pay on the fake's own page, until it is paid, expired or given up."""

from typing import Any

from shop.gateways.fake import currencies, events, intents, params, wallets
from shop.gateways.fake.cards import BY_CODE, Card
from shop.gateways.fake.problems import invalid, no_such
from shop.gateways.fake.store import Books, Thing

HALF_HOUR, DAY = 1800, 86_400
CREATES = frozenset({
    "mode", "line_items", "success_url", "cancel_url", "client_reference_id", "customer_email", "customer_creation",
    "customer", "metadata", "payment_intent_data", "payment_method_types", "payment_method_options", "expires_at",
    "locale", "submit_type", "adaptive_pricing", "expand", "billing_address_collection", "custom_text", "ui_mode",
})  # fmt: skip
INTENT_DATA = frozenset({
    "metadata", "description", "receipt_email", "statement_descriptor_suffix", "capture_method", "setup_future_usage",
})  # fmt: skip
LOCALES = frozenset(["auto", "en", "es", "es-419", "pt", "pt-BR", "fr"])


def create(books: Books, told: dict[str, Any], place: str) -> Thing:
    """A new open session, whose page is below `place`."""
    params.only(told, CREATES)
    mode = params.needed(told, "mode")
    if mode not in {"payment", "setup"}:
        raise invalid("Invalid mode: must be payment or setup", param="mode")
    lines, currency, total = _bill(told) if mode == "payment" else ([], told.get("currency"), None)
    intent_data = dict(told.get("payment_intent_data") or {})
    params.only(intent_data, INTENT_DATA, "payment_intent_data")
    intent_data["metadata"] = params.metadata(intent_data.get("metadata"))
    if told.get("locale", "auto") not in LOCALES:
        raise invalid("Invalid locale", param="locale")
    made = books.make(
        "checkout.session", "cs_live" if books.live else "cs_test", mode=mode, status="open",
        payment_status="unpaid" if lines else "no_payment_required", amount_subtotal=total, amount_total=total,
        currency=currency, payment_intent=None, setup_intent=None, customer=told.get("customer"),
        customer_creation=told.get("customer_creation", "if_required"),
        success_url=_url(params.needed(told, "success_url"), "success_url"),
        cancel_url=_url(told["cancel_url"], "cancel_url") if told.get("cancel_url") else None,
        client_reference_id=told.get("client_reference_id"), customer_email=told.get("customer_email"),
        customer_details=None, metadata=params.metadata(told.get("metadata")), locale=told.get("locale"),
        payment_method_types=told.get("payment_method_types") or ["card"], expires_at=_until(books, told),
        ui_mode="hosted", url=None, _lines=lines, _intent_data=intent_data,
    )  # fmt: skip
    made |= {"url": f"{place}/pay/{made['id']}", "_due": made["expires_at"]}
    return books.keep(made)


def _line(line: Any, n: int) -> Thing:
    within = f"line_items[{n}]"
    if not isinstance(line, dict):
        raise invalid("Invalid array", param="line_items")
    params.only(line, {"price_data", "quantity"}, within)
    price = params.needed(line, "price_data", within)
    params.only(price, {"currency", "unit_amount", "product_data", "tax_behavior"}, f"{within}[price_data]")
    product = params.needed(price, "product_data", f"{within}[price_data]")
    params.only(product, {"name", "description", "images", "metadata"}, f"{within}[price_data][product_data]")
    name = params.needed(product, "name", f"{within}[price_data][product_data]")
    unit = params.whole(params.needed(price, "unit_amount", f"{within}[price_data]"), f"{within}[unit_amount]")
    quantity = params.whole(params.needed(line, "quantity", within), f"{within}[quantity]")
    if unit < 0 or quantity < 1:
        raise invalid("This value must be greater than or equal to 1.", param=f"{within}[quantity]")
    return {
        "object": "item", "description": name, "quantity": quantity, "currency": str(price["currency"]).lower(),
        "amount_total": unit * quantity,
    }  # fmt: skip


def _bill(told: dict[str, Any]) -> tuple[list[Thing], str, int]:
    lines = [_line(line, n) for n, line in enumerate(params.needed(told, "line_items"))]
    return lines, *_sum(lines)


def _sum(lines: list[Thing]) -> tuple[str, int]:
    used = {line["currency"] for line in lines}
    if len(used) != 1:
        raise invalid("All line items must have the same currency.", param="line_items")
    currency, total = used.pop(), sum(line["amount_total"] for line in lines)
    currencies.check(currency, total)
    return currency, total


def _url(address: str, name: str) -> str:
    if not address.startswith(("http://", "https://")):
        raise invalid("Not a valid URL", code="url_invalid", param=name)
    return address


def _until(books: Books, told: dict[str, Any]) -> int:
    wanted = params.whole(told.get("expires_at") or books.now() + DAY, "expires_at")
    if not HALF_HOUR <= wanted - books.now() <= DAY:
        raise invalid("The `expires_at` timestamp must be from 30 minutes to 24 hours away.", param="expires_at")
    return wanted


def of(books: Books, known_as: str) -> Thing:
    """A session of this account."""
    found = books.find("checkout.session", known_as)
    if found is None:
        raise no_such("checkout.session", known_as)
    return found


def expire(books: Books, session: Thing) -> Thing:
    """End an open session: nobody can pay it any more."""
    if session["status"] != "open":
        raise invalid(
            'Only Checkout Sessions with a status in ["open"] can be expired. '
            f"This Checkout Session has a status of {session['status']}."
        )
    session |= {"status": "expired", "url": None, "_due": None}
    books.keep(session)
    if session["payment_intent"]:
        intents.cancel(books, session["payment_intent"])
    events.emit(books, "checkout.session.expired", session)
    return session


def pay(books: Books, session: Thing, card: Card) -> str:
    """One attempt with a card: paid | waiting | declined; a card that asks is one that the bank refused."""
    if session["mode"] == "setup":
        return _set_up(books, session, card)
    intent = intents.begin(books, session)
    if card.does in {"declines", "asks"}:
        intents.decline(books, intent, card)
        return "declined"
    if card.does == "waits":
        intents.wait(books, intent, card)
        _complete(books, session, "unpaid")
        return "waiting"
    if session["customer"] or session["customer_creation"] == "always":
        _kept(books, session, intent, card)
    intents.succeed(books, intent, card)
    _complete(books, session, "paid")
    return "paid"


def _kept(books: Books, session: Thing, intent: Thing, card: Card) -> None:
    """It is charged for a customer, and may be again where that was said."""
    owner = wallets.customer(books, session)
    session["customer"] = intent["customer"] = owner["id"]
    if session["_intent_data"].get("setup_future_usage") == "off_session":
        intent["payment_method"] = wallets.keep(books, owner, card)["id"]


def _set_up(books: Books, session: Thing, card: Card) -> str:
    """The card is kept and charged nothing; one that would be declined is refused now."""
    if card.does in {"declines", "asks"}:
        return "declined"
    owner = wallets.customer(books, session)
    method = wallets.keep(books, owner, card)
    told = {"status": "succeeded", "usage": "off_session", "customer": owner["id"], "payment_method": method["id"]}
    session |= {"customer": owner["id"], "setup_intent": books.make("setup_intent", "seti", metadata={}, **told)["id"]}
    _complete(books, session, "no_payment_required")
    return "paid"


def _complete(books: Books, session: Thing, payment_status: str) -> None:
    session |= {"status": "complete", "payment_status": payment_status, "url": None, "_due": None}
    session["customer_details"] = {"email": session["customer_email"]}
    books.keep(session)
    events.emit(books, "checkout.session.completed", session)


def resolve(books: Books, intent: Thing, outcome: str = "") -> None:
    """The bank answers about a payment that took its time."""
    due, intent["_due"] = intent.pop("_resolves"), None
    card = BY_CODE[due["card"]]
    session = of(books, intent["_session"]) if intent["_session"] else None
    if (outcome or due["to"]) == "succeed":
        intents.succeed(books, intent, card)
        if session is not None:
            session["payment_status"] = "paid"
            books.keep(session)
            events.emit(books, "checkout.session.async_payment_succeeded", session)
        return
    intents.decline(books, intent, card if card.fails else BY_CODE["declined"])
    if session is not None:
        events.emit(books, "checkout.session.async_payment_failed", session)


def sweep(books: Books) -> None:
    """Do what time brings: sessions end, banks answer."""
    for thing in books.due():
        if thing["object"] == "checkout.session":
            expire(books, thing)
        else:
            resolve(books, thing)
