"""Taking back a payment that staff noted by mistake, for ten minutes: another entry of the ledger, never a change."""

from typing import TYPE_CHECKING

from kernel import clock, journal
from kernel.db import db
from shop import (
    fulfilment,
    holds,
    ledger,
    order_events,
    orders,
    payment_methods,
    payments,
    recalls,
    second_thoughts,
)
from shop.ledger import LedgerEntry
from shop.orders import Order

if TYPE_CHECKING:
    from kernel.accounts import Account


def reversible(order: Order) -> LedgerEntry | None:
    """The last entry, when staff wrote it just now and the goods have not left."""
    entries = ledger.of(order)
    last = entries[-1] if entries else None
    if last is None or last.kind != "settle" or last.account_id is None or not order.open or order.state == "shipped":
        return None
    if order.refunding_minor:  # what is about to go back stays counted
        return None
    return last if clock.now() - last.at < fulfilment.UNDO_WITHIN else None


def reverse(order: Order, *, by: "Account") -> LedgerEntry:
    """Take the last payment back; the entry that was reversed."""
    orders.lock(order)
    entry = reversible(order)
    if entry is None:
        raise fulfilment.NotNow(number=order.number)
    payment = db.session.get_one(payments.Payment, entry.payment_id)
    recalls.of(order, order.received - entry.amount)
    ledger.append(payment, "reverse", -entry.amount, key=f"reverse:{entry.id}", by=by, reference=entry.reference)
    if payment.state == "settled" and order.balance.minor > 0:
        payments.move(payment, "part")
    undone(order, "paid")
    order_events.record(order, "reversed", by=by, minor=entry.amount_minor)
    journal.write("orders.reversed", about=order, by=by, data={"number": order.number, "minor": entry.amount_minor})
    payments.refresh(order)
    if order.state == "placed" and order.payment == "due" and payment.kind not in payment_methods.UNHELD:
        holds.again(order)  # its goods are kept for a time only, as before
    second_thoughts.take_back(order, entry.act, entry.at)
    return entry


def standing(order: Order) -> list[LedgerEntry]:
    """The order's entries without those that were taken back, and without the taking back."""
    rows = ledger.of(order)
    back = {row.key for row in rows if row.kind == "reverse"}
    return [row for row in rows if row.kind != "reverse" and f"reverse:{row.id}" not in back]


def undone(order: Order, kind: str) -> None:
    """The latest step of that kind was taken back: the buyer no longer reads it."""
    event = order_events.last(order, kind)
    if event is not None:
        event.undone_at = clock.now()
