"""People who subscribed: what they get as their copy, as nobody's, and the word by which a segment finds them."""

from typing import Any

from sqlalchemy import ColumnElement, delete, select

from crm import people, rules
from crm.contacts import Contact
from crm.rules import Field, Person
from kernel.db import db
from kernel.i18n import _, _l
from shop import saved_cards, segment_terms, subscription_letters
from shop.saved_cards import SavedCard
from shop.subscription_rows import Subscription, SubscriptionEvent, events, of_contact

QUIET = {"synchronize_session": False}
STATES = {"active": _l("going on"), "paused": _l("paused"), "ended": _l("ended")}
TABLES = ["subscription", "subscription_event", "saved_card"]


def copy(contact: Contact) -> list[dict[str, Any]]:
    """What they subscribed to, and each step."""
    return [
        {
            "product": subscription_letters.name(row, row.language), "quantity": row.quantity, "every": row.every,
            "state": row.state, "next": row.next_on.isoformat(), "address": dict(row.address), "name": row.name,
            "email": row.email, "phone": row.phone, "texts": dict(row.texts), "tax_id": dict(row.tax_id),
            "fiscal": dict(row.fiscal), "language": row.language, "since": row.created_at.isoformat(),
            "card": _card(row.card),
            "steps": [{"kind": one.kind, "at": one.at.isoformat(), "reason": one.reason} for one in events(row)],
        }
        for row in of_contact(contact)
    ]  # fmt: skip


def _card(card: SavedCard | None) -> dict[str, str] | None:
    return {"brand": card.brand, "last4": card.last4, "expires": card.until} if card and card.kept else None


def forget(contact: Contact) -> None:
    """Nothing comes any more, and nothing is known of it, at Stripe neither; the orders are kept as others are."""
    for card in db.session.scalars(select(SavedCard).where(SavedCard.contact_id == contact.id)).all():
        saved_cards.drop(card)
    mine = select(Subscription.id).where(Subscription.contact_id == contact.id)
    db.session.execute(
        delete(SubscriptionEvent).where(SubscriptionEvent.subscription_id.in_(mine)), execution_options=QUIET
    )
    db.session.execute(delete(Subscription).where(Subscription.contact_id == contact.id), execution_options=QUIET)


def _who(value: Any) -> ColumnElement[bool]:
    here = [Subscription.state == value["state"]] if value.get("state") else []
    if value.get("product"):
        here.append(Subscription.product_id.in_(sorted(segment_terms.products(value))))
    return Contact.id.in_(select(Subscription.contact_id).where(*here))


def _rows(person: Person) -> list[tuple[int, str]]:
    if person.contact is None:
        return []
    mine = select(Subscription.product_id, Subscription.state).where(Subscription.contact_id == person.contact.id)
    return [(product, state) for product, state in db.session.execute(mine)]


def _is(person: Person, value: Any) -> bool:
    rows = person.recall("subscribed", _rows)
    if value.get("state"):
        rows = [one for one in rows if one[1] == value["state"]]
    if value.get("product") and rows:
        meant = person.recall(f"subscribed {value['product']}", lambda _one: segment_terms.products(value))
        rows = [one for one in rows if one[0] in meant]
    return bool(rows)


def _says(value: Any) -> str:
    what = segment_terms.named(value["product"]) if value.get("product") else _("something")
    if value.get("state"):
        return _("subscribed to %(what)s, %(state)s now", what=what, state=STATES[value["state"]])
    return _("ever subscribed to %(what)s", what=what)


def _states() -> list[tuple[str, str]]:
    return [(code, str(label)) for code, label in STATES.items()]


def init_app(_app: object) -> None:
    """Speak for those who subscribed; teach the rule language the word."""
    people.exporter("subscriptions", TABLES, copy)
    people.eraser("subscriptions", TABLES, forget)
    rules.term(
        "subscribed_to", _l("subscribed to"), family="did", sql=_who, python=_is, says=_says,
        form=(Field("product", _l("Product"), "choices", segment_terms.goods, known=segment_terms.there, needed=False),
              Field("state", _l("State"), "choice", _states, closed=True, needed=False)),
    )  # fmt: skip
