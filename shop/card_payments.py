"""Card payments: what Stripe tells of a page becomes money of its order once, whoever tells it, in any order."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select

from kernel import clock, jobs, tenancy
from kernel.db import db
from kernel.money import Money
from shop import card_amounts, card_notices, holds, orders, payments, refund_retries, refunds
from shop.card_sessions import OPEN, SLOW, CardSession
from shop.refund_rows import BANK, HOLDING, Refund

Told = Mapping[str, Any]
FINISHED = ("failed", "canceled")  # of a refund
CHARGE = "charge:"  # begins the key of what a charge told of before its refund did


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
    elif entry is not None and row.saved_id is not None and order.payment == "overpaid":
        _return_twice(row)
    if entry is not None and row.keeps:
        jobs.later("saved_cards.take", row.id, key=f"keep:{row.id}")
    return entry is not None


def _give_back(row: CardSession) -> None:
    """Its goods are gone: the money returns by itself, and the owner is told."""
    refunds.give(row.order, amount=row.amount, key=f"late:{row.key}")
    card_notices.write("late", row.intent or row.key, order=row.order)


def _return_twice(row: CardSession) -> None:
    """Somebody paid another way while a saved card was being charged: what it took beyond goes back by itself."""
    key, beyond = f"twice:{row.key}", row.order.money(min(row.amount_minor, -row.order.balance.minor))
    if refunds.known(key) is None:
        refunds.set_aside(row.order, beyond)
        refunds.begin(refunds.written(row.payment, beyond.minor, key=key))
        card_notices.write("twice", row.intent or row.key, order=row.order)


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
    orders.lock(row.order)
    db.session.refresh(row)
    total = card_amounts.money(int(charge.get("amount_refunded") or 0), row.currency)
    unknown = total.minor - sum(one.amount_minor for one in _of(row) if _asked(one))
    if unknown > 0:
        key = f"{CHARGE}{charge['id']}:{total.minor}"
        refunds.noticed(row.payment, amount=row.order.money(unknown), reference="", key=key)


def _of(row: CardSession) -> Sequence[Refund]:
    """What went back, or was to go back, by the card: not what a bank took by itself, no refund as Stripe counts."""
    mine = select(Refund).where(Refund.payment_id == row.payment_id, ~Refund.key.startswith(BANK))
    return db.session.scalars(mine.order_by(Refund.id)).all()


def _asked(refund: Refund) -> bool:
    """Whether a charge may count it; one that came to nothing since was counted for a while."""
    by_stripe = refund.state in HOLDING or (refund.state == "done" and not refund.hand and refund.to == "money")
    return by_stripe or bool(refund.refused)


def refund(row: CardSession, told: Told) -> None:
    """What Stripe tells of one refund: ours goes on, one that was made in Stripe is booked once."""
    orders.lock(row.order)
    db.session.refresh(row)
    name, status = str(told["id"]), str(told.get("status") or "")
    amount = card_amounts.money(int(told["amount"]), row.currency)
    mine = _mine(told) or _named(row, name, amount, status)
    if amount < mine.amount and status not in FINISHED:  # a part of it does not settle the whole
        card_notices.write("differs", name, order=mine.order, words=["amount"])
        return
    settle_refund(mine, name, status, str(told.get("failure_reason") or ""))


def _mine(told: Told) -> Refund | None:
    token = (told.get("metadata") or {}).get("plaza_refund", "")
    wanted = select(Refund).where(Refund.token == token)
    found = db.session.scalars(wanted).one_or_none() if token else None
    return found or refunds.by_reference(str(told["id"]))


def settle_refund(mine: Refund, name: str, status: str, why: str = "") -> None:
    """Take a refund that Stripe calls `name` one step on; what came to nothing stays so, whatever is told later."""
    if status in FINISHED:
        if not refund_retries.refused(mine, name=name, error=why):
            card_notices.write("refund_failed", name, order=mine.order)
    elif name in mine.refused:
        if status == "succeeded":
            refund_retries.told_late(mine, name=name)
    elif status == "succeeded":
        refunds.finish(mine, reference=name)
    else:
        refunds.sent(mine, reference=name)


def _named(row: CardSession, name: str, amount: Money, status: str) -> Refund:
    """A refund that was made in Stripe: its charge told of it before and it has its name from now on, or it is new."""
    unnamed = [one for one in _of(row) if one.key.startswith(CHARGE) and not one.reference]
    known = next((one for one in unnamed if one.amount == amount), None)
    if known is None:
        known = _part(next((one for one in unnamed if one.amount > amount), None), name, amount)
    if known is not None:
        known.reference = name
        db.session.flush()
        return known
    tell = status not in FINISHED  # then nothing reached them
    made = refunds.noticed(row.payment, amount=amount, reference=name, key=name, tell=tell)
    assert made is not None  # nobody knew it by that name
    return made


def _part(whole: Refund | None, name: str, amount: Money) -> Refund | None:
    """A charge told of several at once: one of them becomes a row of its own."""
    if whole is None:
        return None
    whole.amount_minor -= amount.minor
    part = refunds.written(whole.payment, amount.minor, key=name)
    part.state, part.done_at = "done", whole.done_at
    return part
