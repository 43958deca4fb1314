"""Saved cards at Stripe: the page on which one is typed, what became of it, and having it forgotten."""

from collections.abc import Mapping
from typing import Any

from kernel import jobs, tenancy, web
from kernel.db import db
from shop import card_accounts, orders, subscription_cards
from shop import saved_cards as kept
from shop.card_sessions import CardSession
from shop.gateways import cards, stripe
from shop.gateways.stripe import Access
from shop.saved_cards import SavedCard
from shop.subscription_rows import Subscription


def page(row: Subscription) -> SavedCard:
    """The page on which the card of a subscription is typed: the one that is open, else a new one."""
    known = row.next_card
    return known if known is not None and known.fresh else _ask(row)


def _ask(row: Subscription) -> SavedCard:
    def prepare() -> dict[str, Any]:
        card = kept.ask(row.contact, _mode())
        subscription_cards.begun(row, card)
        return {"id": card.id, "key": card.key, "access": cards.access(card.mode), "params": _params(row, card)}

    def call(asked: Mapping[str, Any]) -> dict[str, Any]:
        return stripe.create_session(asked["access"], asked["params"], asked["key"])

    def record(asked: Mapping[str, Any], told: dict[str, Any]) -> SavedCard:
        card = db.session.get_one(SavedCard, asked["id"])
        kept.opened(card, told)
        return card

    made: SavedCard = web.outside(prepare, call, record)
    return made


def _mode() -> str:
    if tenancy.tenant().practice:
        return stripe.PRACTICE
    account = card_accounts.used()
    if account is None:
        raise cards.NoAccount()
    return account.mode


def _params(row: Subscription, card: SavedCard) -> dict[str, Any]:
    notes = {"plaza_shop": str(tenancy.current()), "plaza_card": card.key}
    back = web.shop_url("shop.subscription", token=row.token, language=row.language)
    assert card.expires_at is not None
    params = {
        "mode": "setup", "customer_creation": "always", "payment_method_types": ["card"], "metadata": notes,
        "expires_at": int(card.expires_at.timestamp()), "locale": cards.LOCALES.get(row.language, "auto"),
        "success_url": f"{back}?card=back", "cancel_url": f"{back}?card=left",
    }  # fmt: skip
    return params | ({"customer_email": row.email} if row.email else {})


@jobs.job("saved_cards.check")
def check(card_id: int) -> None:
    """Ask Stripe whether a card was typed on its page, and take it."""
    card = db.session.get(SavedCard, card_id)
    if card is None or card.state not in kept.OPEN or not card.stripe_id:
        return

    def record(_asked: Any, told: Mapping[str, Any]) -> None:
        row = db.session.get_one(SavedCard, card_id, with_for_update=True, populate_existing=True)
        method = (told.get("setup_intent") or {}).get("payment_method")
        if row.state not in kept.OPEN:
            return
        if told.get("status") == "complete" and method:
            kept.keep(row, str(told.get("customer") or ""), method)
            subscription_cards.typed(row)
        elif told.get("status") == "expired":
            kept.over(row)

    web.outside(lambda: (cards.access(card.mode), card.stripe_id), lambda asked: stripe.kept_card(*asked), record)


@jobs.job("saved_cards.take")
def take(session_id: int) -> None:
    """The card that paid on a page is saved for what the order began; harmless when it comes twice."""
    row = db.session.get(CardSession, session_id)
    if row is None or not row.keeps or row.state != "paid" or not row.stripe_id:
        return

    def record(_asked: Any, told: Mapping[str, Any]) -> None:
        orders.lock(row.order)
        customer = str(told.get("customer") or "")
        method = (told.get("payment_intent") or {}).get("payment_method")
        if not customer or not method or kept.of_method(str(method["id"])) is not None:
            return
        card = kept.keep(kept.ask(row.order.contact, row.mode), customer, method)
        subscription_cards.attach(row.order, card)

    web.outside(lambda: (cards.access(row.mode), row.stripe_id), lambda asked: stripe.kept_card(*asked), record)


@jobs.job("saved_cards.forget")
def forget(mode: str, customer: str, method: str, page: str) -> None:
    """Nobody may charge that card any more, nor type one on that page; what Stripe does not know is forgotten."""

    def call(of: Access) -> None:
        if page:
            told = stripe.expire_session(of, page)
            stripe.forget_card(of, str(told.get("customer") or ""), "")
        stripe.forget_card(of, customer, method)

    try:
        web.outside(lambda: cards.access(mode), call, lambda _asked, _told: None)
    except cards.NoAccount:  # its keys are gone: nobody here can charge it
        return
