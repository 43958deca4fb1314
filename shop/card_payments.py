"""Card payments: what Stripe tells of a page becomes money of its order once, whoever tells it, in any order."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import func, select

from kernel import clock, tenancy
from kernel.db import db
from shop import card_amounts, card_notices, holds, orders, payments, refunds
from shop.card_sessions import OPEN, SLOW, CardSession
from shop.refunds import Refund

Told = Mapping[str, Any]
FINISHED = ("failed", "canceled")  # of a refund


def differs(row: CardSession, told: Told, amount: str) -> list[str]:
    """In what the thing that Stripe tells of is not the one that we asked for; `amount` names its field."""
    notes = told.get("metadata") or {}
    wrong = {
        "amount": told.get(amount) != row.units,
        "currency": str(told.get("currency") or "").upper() != row.currency,
        "shop": notes.get("plaza_shop") != str(tenancy.current()),
        "order": notes.get("plaza_order") != row.order.number,
        "session": notes.get("plaza_key") != row.key,
        "mode": bool(told.get("livemode")) is not (row.mode == "live"),
    }
    return [name for name, bad in wrong.items() if bad]


def came(row: CardSession, intent: str) -> bool:
    """The card paid the whole of the page: into the ledger under the payment's own name; False when that was known."""
    order = orders.lock(row.order)
    db.session.refresh(row)
    if row.intent not in (None, intent):
        card_notices.write("differs", intent, order=order, words=["intent"])
        return False
    row.intent, row.state, row.url, row.declined = intent, "paid", "", ""
    entry = payments.settle(row.payment, key=f"card:{intent}", amount=row.amount)
    if entry is not None and order.payment == "refund_due":
        _give_back(row)
    return entry is not None


def _give_back(row: CardSession) -> None:
    """Its goods are gone: the money returns by itself, and the owner is told."""
    refunds.give(row.order, amount=row.amount, key=f"late:{row.key}")
    card_notices.write("late", row.intent or row.key, order=row.order)


def waits(row: CardSession, intent: str | None) -> None:
    """The buyer did their part and the bank takes its time: the goods are kept meanwhile."""
    order = orders.lock(row.order)
    db.session.refresh(row)
    row.intent = row.intent or intent
    if row.state in {"asked", "open"}:
        row.state = "processing"
        if order.held:
            holds.begin(order, clock.now() + SLOW)


def declined(row: CardSession, intent: str, reason: str) -> None:
    """One attempt failed; the page takes another one."""
    order = orders.lock(row.order)
    db.session.refresh(row)
    row.intent = row.intent or intent
    if row.state not in OPEN:
        return
    row.declined = reason[:40] or "card_declined"
    if row.state == "processing":
        row.state = "open"
        if order.held:
            holds.begin(order, max(row.expires_at, clock.now()))
    payments.fail(row.payment)


def seen_declined(row: CardSession, intent: str, reason: str) -> None:
    """Who asked how the page stands is told at once; the order's history hears of each attempt by its own event."""
    orders.lock(row.order)
    db.session.refresh(row)
    row.intent = row.intent or intent
    if row.state == "open":
        row.declined = reason[:40]


def failed(row: CardSession) -> None:
    """The bank said no at last: the buyer has a day for another way."""
    order = orders.lock(row.order)
    db.session.refresh(row)
    if row.state in OPEN:
        row.state, row.url = "failed", ""
        row.declined = row.declined or "card_declined"
        payments.fail(row.payment)
        if order.held:
            holds.begin(order, clock.now() + holds.SECOND_CHANCE)


def over(row: CardSession, state: str = "expired") -> None:
    """Nobody can pay this page any more."""
    orders.lock(row.order)
    db.session.refresh(row)
    if row.state in OPEN:
        row.state, row.url = state, ""


def refunded_in_all(row: CardSession, charge: Told) -> None:
    """A charge tells how much of it went back: what we do not know of is booked, its refunds are named later."""
    held = select(func.sum(Refund.amount_minor)).where(
        Refund.payment_id == row.payment_id, Refund.state.in_((*refunds.HOLDING, "done")),
        ~Refund.key.startswith(refunds.BANK),  # no refund, as Stripe counts
    )  # fmt: skip
    orders.lock(row.order)
    db.session.refresh(row)
    total = card_amounts.money(int(charge.get("amount_refunded") or 0), row.currency)
    unknown = total.minor - int(db.session.scalar(held) or 0)
    if unknown > 0:
        key = f"charge:{charge['id']}:{total.minor}"
        amount = row.order.money(unknown)
        if refunds.noticed(row.payment, amount=amount, reference="", key=key):
            row.unnamed_units += card_amounts.convert(amount)


def refund(row: CardSession, told: Told) -> None:
    """What Stripe tells of one refund: ours goes on, one that was made in Stripe is booked once."""
    orders.lock(row.order)
    db.session.refresh(row)
    name, status = str(told["id"]), str(told.get("status") or "")
    mine = _mine(told)
    if mine is not None:
        settle_refund(mine, name, status, str(told.get("failure_reason") or ""))
    elif name in row.refund_ids or status in FINISHED:
        if status in FINISHED and name in row.refund_ids:
            card_notices.write("refund_failed", name, order=row.order)
    else:
        row.refund_ids = [*row.refund_ids, name]
        _named(row, name, int(told["amount"]))


def _mine(told: Told) -> Refund | None:
    token = (told.get("metadata") or {}).get("plaza_refund", "")
    wanted = select(Refund).where(Refund.token == token)
    found = db.session.scalars(wanted).one_or_none() if token else None
    return found or refunds.by_reference(str(told["id"]))


def settle_refund(mine: Refund, name: str, status: str, why: str = "") -> None:
    """Take a refund that we asked for one step on."""
    if status in FINISHED:
        if mine.state == "done":
            card_notices.write("refund_failed", name, order=mine.order)
        else:
            refunds.fail(mine, error=why)
    elif status == "succeeded":
        refunds.finish(mine, reference=name)
    else:
        refunds.sent(mine, reference=name)


def _named(row: CardSession, name: str, units: int) -> None:
    if row.unnamed_units >= units:  # its charge told of it before
        row.unnamed_units -= units
        return
    amount = card_amounts.money(units, row.currency)
    refunds.noticed(row.payment, amount=amount, reference=name, key=name)
