"""Card events: what Stripe tells by webhook or list, each once, with its effects in the same transaction."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Index, String, UniqueConstraint, delete, select
from sqlalchemy.exc import IntegrityError

from kernel import clock, tenancy
from kernel.db import Base, Mapped, db, mapped_column, pk
from kernel.tenancy import TenantOwned
from shop import card_disputes, card_notices, card_payments, card_sessions, orders, saved_cards
from shop.card_sessions import CardSession

Told = Mapping[str, Any]
KEPT = timedelta(days=60)  # Stripe's own list reaches back thirty days
FIELDS = (
    "id", "object", "amount", "amount_total", "amount_received", "amount_refunded", "currency", "payment_intent",
    "payment_status", "status", "client_reference_id", "livemode", "paid", "reason", "failure_reason",
)  # fmt: skip
NOTES = ("plaza_shop", "plaza_order", "plaza_key", "plaza_refund", "plaza_card")


class CardEvent(TenantOwned, Base):
    """One event: done, ignored (none of ours), odd (noticed), waiting for its payment, refused for now."""

    __tablename__ = "card_event"
    __extra__ = (
        UniqueConstraint("tenant_id", "event_id"),
        Index("ix_card_event_intent", "tenant_id", "intent", "state"),
    )
    id: Mapped[int] = pk()
    event_id: Mapped[str] = mapped_column(String(80))
    mode: Mapped[str] = mapped_column(String(8))
    kind: Mapped[str] = mapped_column(String(80))
    state: Mapped[str] = mapped_column(String(10), default="done")
    intent: Mapped[str | None] = mapped_column(String(80))
    told: Mapped[dict[str, Any]] = mapped_column(default=dict)  # of what waits: names and amounts, nothing of a person
    created_at: Mapped[datetime]
    received_at: Mapped[datetime] = mapped_column(default=clock.now)


def receive(event: Told, mode: str) -> CardEvent | None:
    """Take an event with its effects; None when it was known. The caller has made sure who tells it."""
    kind, thing = str(event["type"]), dict(event["data"]["object"])
    row = CardEvent(event_id=str(event["id"])[:80], mode=mode, kind=kind[:80])
    row.created_at = datetime.fromtimestamp(int(event["created"]), UTC)
    if not _first(row):
        return None
    if kind not in HANDLERS or bool(event.get("livemode")) is not (mode == "live"):
        row.state = "ignored"
        return row
    told = trimmed(thing) | {"livemode": bool(event.get("livemode"))}
    row.intent = _intent(told)
    row.state = _take(kind, told)
    if row.state == "waiting":
        row.told = told
    return row


def keep_back(event: Told, mode: str) -> None:
    """What is refused now is tried again with every look, and keeps no other event waiting."""
    thing = dict(event["data"]["object"])
    row = CardEvent(event_id=str(event["id"])[:80], mode=mode, kind=str(event["type"])[:80], state="refused")
    row.created_at = datetime.fromtimestamp(int(event["created"]), UTC)
    row.told = trimmed(thing) | {"livemode": bool(event.get("livemode"))}
    row.intent = _intent(row.told)
    if _first(row):
        card_notices.write("refused", str(thing["id"]))


def refused(mode: str) -> Sequence[CardEvent]:
    """What was kept back, the first one first."""
    wanted = select(CardEvent).where(CardEvent.mode == mode, CardEvent.state == "refused")
    return db.session.scalars(wanted.order_by(CardEvent.created_at, CardEvent.id)).all()


def again(row: CardEvent) -> None:
    """Take once more what was kept back; raises what refused it."""
    row.state = _take(row.kind, row.told)
    card_notices.withdraw("refused", str(row.told["id"]))
    row.told = row.told if row.state == "waiting" else {}


def _first(row: CardEvent) -> bool:
    """Whether nobody brought it before: decided by the database, also between two at one moment."""
    known = select(CardEvent.id).where(CardEvent.event_id == row.event_id)
    if db.session.scalar(known) is not None:
        return False
    try:
        with db.session.begin_nested():
            db.session.add(row)
    except IntegrityError:
        return False
    return True


def trimmed(thing: Told) -> dict[str, Any]:
    """Names, amounts and states of a thing: nobody's name, address or card stays here."""
    told = {name: thing[name] for name in FIELDS if name in thing}
    notes = thing.get("metadata") or {}
    told["metadata"] = {name: str(notes[name]) for name in NOTES if name in notes}
    due = (thing.get("evidence_details") or {}).get("due_by")
    error = thing.get("last_payment_error") or {}
    return told | ({"due_by": due} if due else {}) | ({"why": error.get("decline_code") or error.get("code") or ""})


def _intent(told: Told) -> str | None:
    name = told["id"] if told.get("object") == "payment_intent" else told.get("payment_intent")
    return str(name)[:80] if name else None


def _take(kind: str, told: Told) -> str:
    if card := (told.get("metadata") or {}).get("plaza_card"):  # a page that only keeps a card
        saved_cards.heard(card)
        return "done"
    row, state = find(told)
    if row is None:
        return state
    handler, amount = HANDLERS[kind]
    wrong = _wrong(row, told, amount) if amount else []
    if wrong:
        card_notices.write("differs", str(told["id"]), order=row.order, words=wrong)
        return "odd"
    orders.lock(row.order)  # the order before its page, as everybody does: two who tell at once make no knot
    handler(row, told)
    intent = _intent(told)
    if intent and row.intent == intent:
        _replay(intent)
    return "done"


def find(told: Told) -> tuple[CardSession | None, str]:
    """The page that a thing belongs to; else what becomes of it: odd, waiting, ignored."""
    notes, intent = told.get("metadata") or {}, _intent(told)
    known = card_sessions.known_as(str(told["id"])) if told.get("object") == "checkout.session" else None
    known = known or card_sessions.of_intent(intent or "") or card_sessions.keyed(notes.get("plaza_key", ""))
    if known is not None:
        return known, ""
    if told.get("object") in {"refund", "dispute"} and intent:
        return None, "waiting"
    if notes.get("plaza_shop") == str(tenancy.current()):  # this shop asked for it, and does not remember
        if _paid(told):
            card_notices.write("orphan", str(told["id"]))
        return None, "odd"
    return None, "ignored"


def _paid(told: Told) -> bool:
    return told.get("payment_status") == "paid" or told.get("status") == "succeeded"


def _wrong(row: CardSession, told: Told, amount: str) -> list[str]:
    found = card_payments.differs(row, told, amount)
    if told.get("object") == "checkout.session":
        found += ["session"] if row.stripe_id not in (None, told["id"]) else []
        found += ["order"] if told.get("client_reference_id") != row.order.number else []
    elif row.intent not in (None, _intent(told)):
        found.append("intent")
    return sorted(set(found))


def _replay(intent: str) -> None:
    """What waited for this payment to be known."""
    wanted = select(CardEvent).where(CardEvent.intent == intent, CardEvent.state == "waiting")
    for event in db.session.scalars(wanted.order_by(CardEvent.created_at, CardEvent.id)).all():
        event.state = "done"  # first: what it does may come here again
        db.session.flush()
        event.state = _take(event.kind, event.told)
        event.told = {}


def of_session(row: CardSession, session: Told) -> None:
    """Take what Stripe answered about a page that was asked for: by the return check, the reconciliation, its end."""
    payment = _payment(session)
    told = trimmed({**session, "payment_intent": payment.get("id")})
    wrong = _wrong(row, told, "amount_total")
    if wrong:
        card_notices.write("differs", str(told["id"]), order=row.order, words=wrong)
        return
    orders.lock(row.order)
    row.asked_at = clock.now()
    row.stripe_id = row.stripe_id or str(told["id"])
    _session(row, told)
    why = trimmed(payment)["why"]
    if why and row.state == "open" and told.get("status") == "open":
        card_payments.seen_declined(row, str(payment["id"]), why)


def _payment(session: Told) -> Told:
    """The payment of a page: told in whole, or only called by its name."""
    told = session.get("payment_intent")
    return told if isinstance(told, Mapping) else {"id": told}


def _session(row: CardSession, told: Told) -> None:
    row.stripe_id = row.stripe_id or str(told["id"])
    intent = _intent(told)
    if told.get("payment_status") == "paid" and intent:
        card_payments.came(row, intent)
    elif told.get("status") == "complete":
        card_payments.waits(row, intent)
    elif told.get("status") == "expired":
        card_payments.over(row)
    elif intent:
        row.intent = row.intent or intent


def _session_failed(row: CardSession, _told: Told) -> None:
    card_payments.failed(row)


def _begun(row: CardSession, told: Told) -> None:
    row.intent = row.intent or _intent(told)


def _processing(row: CardSession, told: Told) -> None:
    card_payments.waits(row, _intent(told))


def _succeeded(row: CardSession, told: Told) -> None:
    if told.get("status") == "succeeded" and told.get("amount_received", row.units) == row.units:
        card_payments.came(row, str(told["id"]))


def _declined(row: CardSession, told: Told) -> None:
    if row.saved_id is None:  # else whoever charges it is told, and tells its buyer
        card_payments.declined(row, str(told["id"]), str(told.get("why") or ""))


def _charge(row: CardSession, told: Told) -> None:
    """A charge of which something went back was paid before, whether or not we heard of it."""
    if told.get("payment_intent"):
        card_payments.came(row, str(told["payment_intent"]))
        card_payments.refunded_in_all(row, told)


def _refund(row: CardSession, told: Told) -> None:
    card_payments.came(row, str(told["payment_intent"]))
    card_payments.refund(row, told)


def _dispute(row: CardSession, told: Told) -> None:
    card_payments.came(row, str(told["payment_intent"]))
    card_disputes.told(row, dict(told))


# what each kind does, and which amount of its thing has to be the one that was asked for ('' for parts of it)
HANDLERS: dict[str, tuple[Callable[[CardSession, Told], None], str]] = {
    "checkout.session.completed": (_session, "amount_total"),
    "checkout.session.async_payment_succeeded": (_session, "amount_total"),
    "checkout.session.async_payment_failed": (_session_failed, "amount_total"),
    "checkout.session.expired": (_session, "amount_total"),
    "payment_intent.created": (_begun, "amount"),
    "payment_intent.processing": (_processing, "amount"),
    "payment_intent.succeeded": (_succeeded, "amount"),
    "payment_intent.payment_failed": (_declined, "amount"),
    "charge.refunded": (_charge, "amount"),
    "refund.created": (_refund, ""),
    "refund.updated": (_refund, ""),
    "refund.failed": (_refund, ""),
    "charge.dispute.created": (_dispute, ""),
    "charge.dispute.updated": (_dispute, ""),
    "charge.dispute.funds_withdrawn": (_dispute, ""),
    "charge.dispute.funds_reinstated": (_dispute, ""),
    "charge.dispute.closed": (_dispute, ""),
}
KINDS = list(HANDLERS)


def sweep() -> None:
    """Forget what Stripe's own list no longer tells."""
    db.session.execute(delete(CardEvent).where(CardEvent.received_at < clock.now() - KEPT))
