"""Charges of subscriptions: an order that a saved card pays by itself; what is told when it does not, when again."""

from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

from kernel import clock, jobs
from kernel.db import db
from kernel.i18n import _l
from kernel.refusal import Refusal
from shop import (
    card_amounts,
    card_sessions,
    holds,
    orders,
    payments,
    subscription_cards,
    subscription_letters,
    subscription_rows,
    subscriptions,
)
from shop.card_sessions import CardSession

if TYPE_CHECKING:
    from shop.orders import Order
    from shop.saved_cards import SavedCard

AGAIN = (timedelta(days=2), timedelta(days=5))  # after the first try, while the order stands
FINAL = frozenset({  # the same card brings nothing the next time either
    "authentication_required", "expired_card", "lost_card", "stolen_card", "pickup_card", "invalid_account",
    "card_not_supported", "currency_not_supported", "unusable",
})  # fmt: skip
WHY = {
    "insufficient_funds": _l("There was not enough money on the card."),
    "expired_card": _l("The card has expired."),
    "authentication_required": _l("The bank wants its owner to confirm the payment."),
    "unusable": _l("The shop cannot charge this card any more."),
}
DECLINED = _l("The bank declined the card.")


def why(code: str) -> str:
    """Why a card was not charged, in plain words."""
    return str(WHY.get(code, DECLINED))


def due(order: "Order") -> None:
    """A turn's order was made: where a card pays it by itself, it is charged now."""
    if due_by(order) is not None:
        _later(order, 0)


def due_by(order: "Order") -> "SavedCard | None":
    """The card that is charged for an order by itself, while it asks for money by card."""
    return subscription_cards.pays(order) if card_sessions.payable(order) is not None else None


def coming(order: "Order") -> "SavedCard | None":
    """The card that is about to be charged for an order, or is being charged, for the first time."""
    card = due_by(order)
    known = tried(order) if card is not None else ()
    return card if not known or known[0].state == "asked" else None


def _later(order: "Order", nth: int) -> None:
    at = clock.now() if not nth else _first(order).created_at + AGAIN[nth - 1]
    jobs.later("cards.charge", order.id, nth, at=at, key=f"charge:{order.id}:{nth}")


def tried(order: "Order") -> Sequence[CardSession]:
    """Each charge that was tried, the latest first."""
    return [row for row in card_sessions.of(order) if row.saved_id is not None]


def _first(order: "Order") -> CardSession:
    return tried(order)[-1]


def begin(order: "Order", nth: int, mode: str) -> CardSession | None:
    """Keep the key of the charge number `nth` (0: the first) before anybody is asked; None where there is none."""
    orders.lock(order)
    before, card, payment = tried(order), subscription_cards.pays(order), card_sessions.payable(order)
    if card is None or payment is None or len(before) != nth:
        return None
    if before and before[0].saved_id == card.id and before[0].declined in FINAL:
        return None
    try:
        units = card_amounts.units(payment.asked)
        row = card_sessions.begin(order, card.mode, units, saved_id=card.id)
    except Refusal:  # its goods are about to go back: its buyer has been written to
        return None
    if card.mode != mode:  # the shop charges by another account now
        refused(row, None, "unusable")
        return None
    return row


def refused(row: CardSession, intent: str | None, code: str) -> None:
    """The card was not charged: the order waits for its buyer, who is written to once; it may be tried again."""
    order = orders.lock(row.order)
    db.session.refresh(row)
    row.intent = row.intent or intent
    if row.state not in card_sessions.OPEN:
        return
    row.state, row.declined = "failed", code[:40] or "card_declined"
    payments.fail(row.payment, reason=why(code))
    if order.held and order.hold_until is not None:
        holds.begin(order, max(order.hold_until, clock.now() + holds.SECOND_CHANCE))
    _told(order, code)


def _told(order: "Order", code: str) -> None:
    nth, rows = len(tried(order)) - 1, subscription_rows.of_order(order)
    for one in rows:
        subscriptions.note(one, "declined", order=order, reason=code)
    again = nth < len(AGAIN) and code not in FINAL
    if nth < len(AGAIN):  # also after a final no: by then it may be another card
        _later(order, nth + 1)
    if nth == 0 and rows:
        at = _first(order).created_at + AGAIN[0]
        stands = order.hold_until is None or at < order.hold_until
        subscription_letters.declined(rows[0], order, why(code), again=at if again and stands else None)
