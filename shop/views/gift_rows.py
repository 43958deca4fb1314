"""Gift cards and store credit as rows of pages: a card in a list, what there is to know of it, its history."""

from typing import Any

from babel.dates import format_date
from flask import url_for

from kernel import accounts, i18n, instants, tenancy, web
from kernel.db import db
from kernel.i18n import _, _l
from kernel.money import Money
from shop import gift_cards, gift_list, payment_methods, receipts, stored_value
from shop.gift_cards import GiftCard
from shop.orders import Order
from shop.payments import Payment
from shop.stored_value import StoredValue, StoredValueEntry

STATES = {
    "live": (_l("With balance"), "good"), "spent": (_l("Used up"), "off"),
    "expired": (_l("Past its date"), "care"), "void": (_l("Voided"), "off"),
}  # fmt: skip
KINDS = {
    "issue": _l("Issued"), "refund": _l("Returned money, kept as credit"), "spend": _l("Paid with it"),
    "return": _l("Came back"), "adjust": _l("Changed by hand"), "void": _l("Voided"), "expire": _l("Past its date"),
}  # fmt: skip


def row(card: GiftCard) -> dict[str, Any]:
    """What a list shows of a card."""
    return {
        "token": card.token, "url": url_for("shop_admin.gift_card", token=card.token), "last4": card.last4,
        "who": card.recipient or card.email or _("Without a name"), "giver": card.giver,
        "face": receipts.shown(card.face), "balance": receipts.shown(card.balance), "state": STATES[card.state],
        "code": card.state,
        "until": format_date(card.expires_on, "medium", locale=i18n.locale()) if card.expires_on else _("never"),
        "when": instants.told(card.issued_at), "iso": card.issued_at.isoformat(),
    }  # fmt: skip


def chips(shown: str, text: str) -> list[dict[str, Any]]:
    """The filters with their counts."""
    kept: dict[str, Any] = {"q": text} if text else {}
    counted = {name: gift_list.size(name, text) for name in gift_list.FILTERS}
    return [
        {"label": label, "active": name == shown, "count": counted[name],
         "url": url_for("shop_admin.gift_cards", show=name, **kept)}
        for name, (label, _condition) in gift_list.FILTERS.items() if counted[name] or name in {"live", "all", shown}
    ]  # fmt: skip


def about(card: GiftCard) -> list[tuple[str, str]]:
    """What there is to know of a card, line by line."""
    by = db.session.get(accounts.Account, card.account_id) if card.account_id else None
    rows = [
        (_("For"), card.recipient), (_("E-mail"), card.email), (_("Given from"), card.giver),
        (_("Message"), card.message), (_("Good until"), row(card)["until"]), (_("Given by"), by.name if by else ""),
        (_("Reason"), card.reason),
        (_("Sent"), instants.told(card.sent_at) if card.sent_at else ""),
        (_("To be sent on"), format_date(card.send_on, "long", locale=i18n.locale())
         if card.send_on and not card.sent_at and card.email else ""),
    ]  # fmt: skip
    return [(label, text) for label, text in rows if text]


def of_order(order: Order) -> list[dict[str, Any]]:
    """The cards that an order bought and what was paid with cards and credit."""
    seen = web.may("gift_cards.view")
    bought = [
        {"label": _("Gift card …%(last4)s", last4=card.last4), "amount": receipts.shown(card.face),
         "more": _("Bought · %(state)s", state=STATES[card.state][0]), "url": row(card)["url"] if seen else ""}
        for card in gift_cards.of_order(order)
    ]  # fmt: skip
    return bought + [_given(payment, seen) for payment in order.payments if payment.kind in payment_methods.STORED]


def _given(payment: Payment, seen: bool) -> dict[str, Any]:
    value = db.session.get(StoredValue, payment.value_id)
    card = gift_cards.of_value(value) if value else None
    label = _("Gift card …%(last4)s", last4=card.last4) if card else _("Store credit")
    back = payment.state == "refunded"
    return {"label": label, "more": _("Given and returned") if back else _("Given in payment"),
            "amount": receipts.shown(payment.amount), "url": row(card)["url"] if card and seen else ""}  # fmt: skip


def history(value: StoredValue) -> list[dict[str, Any]]:
    """What came and left, the newest first, with what was left after it."""
    found, left = [], 0
    for entry in stored_value.entries(value):
        left += entry.amount_minor
        found.append(_entry(entry, Money(left, value.currency)))
    return found[::-1]


def _entry(entry: StoredValueEntry, left: Money) -> dict[str, Any]:
    order = db.session.get(Order, entry.order_id) if entry.order_id else None
    by = db.session.get(accounts.Account, entry.account_id) if entry.account_id else None
    seen = order is not None and web.may("orders.view")
    return {
        "what": KINDS[entry.kind], "when": instants.told(entry.at), "iso": entry.at.isoformat(),
        "amount": receipts.shown(entry.amount), "plus": entry.amount_minor > 0, "left": receipts.shown(left),
        "order": order.number if order else "",
        "url": url_for("shop_admin.order", number=order.number) if order and seen else "",
        "reason": "" if order and entry.reason == order.number else entry.reason, "by": by.name if by else "",
    }  # fmt: skip


def money(minor: int | None) -> Money:
    """An amount of the shop's currency."""
    return Money(minor or 0, tenancy.tenant().currency)
