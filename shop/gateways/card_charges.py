"""Card charges: a saved card pays an order while its owner is away, under a key that was kept before."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from kernel import clock, jobs, tenancy, web
from kernel.db import db
from shop import card_payments, card_sessions, orders, subscription_charges
from shop.card_sessions import CardSession
from shop.gateways import cards, stripe
from shop.orders import Order

LATER = timedelta(hours=1)
SURE = timedelta(minutes=3)  # so long after it was asked for, nobody is asking any more


@jobs.job("cards.charge")
def charge(order_id: int, nth: int) -> None:
    """Charge an order for the `nth` time (0: the first), unless it is paid or given up; harmless when it comes twice.

    While its buyer is at a page that pays it, it waits.
    """
    order = db.session.get(Order, order_id)
    row = card_sessions.open_one(order) if order is not None else None
    if order is None:
        return
    if row is not None and row.saved_id is None:
        jobs.later("cards.charge", order.id, nth, at=clock.now() + LATER, key=f"charge:{order.id}:{nth}")
    elif row is not None:
        resolve(row, again=True)
    elif card_sessions.payable(order) is not None:
        _ask(lambda: subscription_charges.begin(order, nth, _mode(order)))


def _mode(order: Order) -> str:
    try:
        return cards.mode_of(order)
    except cards.NoAccount:
        return ""


def resolve(row: CardSession, *, again: bool = False) -> None:
    """Find out what became of a charge; with `again` one that never reached Stripe is asked for, under its own key.

    Raises OnItsWay while somebody may still be asking for it.
    """
    if _found(row) or row.state != "asked":
        return
    if again and _ask(lambda: _still(row)):
        return
    if row.state == "asked" and clock.now() < row.created_at + SURE:
        raise card_sessions.OnItsWay()
    web.outside(lambda: None, lambda _asked: None, lambda _asked, _told: card_payments.over(row, "failed"))


def _found(row: CardSession) -> bool:
    """Whether Stripe knows of it, and what it tells is taken."""

    def prepare() -> dict[str, Any]:
        card = row.saved
        known = card is not None and bool(card.customer)
        return {"id": row.id, "key": row.key, "customer": card.customer if card and known else "",
                "access": cards.access(row.mode)}  # fmt: skip

    def call(asked: dict[str, Any]) -> dict[str, Any] | None:
        if not asked["customer"]:
            return None
        known = stripe.charges_of(asked["access"], asked["customer"])
        return next((one for one in known if (one.get("metadata") or {}).get("plaza_key") == asked["key"]), None)

    found: bool = web.outside(prepare, call, _record)
    db.session.refresh(row)
    return found


def _still(row: CardSession) -> CardSession | None:
    """The charge while its order asks for just that."""
    order = orders.lock(row.order)
    db.session.refresh(row)
    payment = card_sessions.payable(order)
    fits = payment is not None and payment.id == row.payment_id and payment.asked == row.amount
    return row if fits and row.state == "asked" and row.saved is not None and row.saved.kept else None


def _ask(begin: Callable[[], CardSession | None]) -> bool:
    """Ask for the charge that `begin()` keeps; False when there is none."""

    def prepare() -> dict[str, Any] | None:
        row = begin()
        if row is None:
            return None
        return {"id": row.id, "key": row.key, "access": cards.access(row.mode), "params": _params(row)}

    def call(asked: dict[str, Any] | None) -> dict[str, Any] | None:
        if asked is None:
            return None
        try:
            return stripe.charge(asked["access"], asked["params"], asked["key"])
        except stripe.Rejected as no:  # the card is not there any more, or cannot pay this
            return {"id": "", "last_payment_error": {"code": no.code if no.code in _PLAIN else "unusable"}}

    return bool(web.outside(prepare, call, _record))


_PLAIN = frozenset({"expired_card", "currency_not_supported"})


def _record(asked: dict[str, Any] | None, told: dict[str, Any] | None) -> bool:
    if asked is None or told is None:
        return False
    row, intent, status = db.session.get_one(CardSession, asked["id"]), str(told["id"]), told.get("status")
    if status == "succeeded":
        card_payments.came(row, intent)
    elif status == "processing":
        card_payments.waits(row, intent)
    else:
        error = told.get("last_payment_error") or {}
        subscription_charges.refused(row, intent or None, str(error.get("decline_code") or error.get("code") or ""))
    return True


def _params(row: CardSession) -> dict[str, Any]:
    """What Stripe is asked for: the same row gives the same words."""
    order, card = row.order, row.saved
    assert card is not None
    notes = {"plaza_shop": str(tenancy.current()), "plaza_order": order.number, "plaza_key": row.key}
    return {
        "amount": row.units, "currency": row.currency.lower(), "customer": card.customer, "payment_method": card.method,
        "payment_method_types": ["card"], "confirm": True, "off_session": True, "metadata": notes,
        "description": f"{tenancy.tenant().name} · {order.number}",
    }  # fmt: skip


def init_app(_app: Any) -> None:
    """Look after charges without a page wherever pages are looked after."""
    cards.charging(resolve)
