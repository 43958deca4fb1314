"""Attribution: which letter led to an order, by the last link that a person followed, or by the order's own address.

A click tells of its own contact alone: letters are handed on. Whoever comes by a link that was handed on carries the
campaign's word in the address; that is told too, and that it is only the address that says so.
"""

from collections.abc import Iterable
from datetime import timedelta

from sqlalchemy import exists, func, select

from campaigns import mailings
from campaigns.attributed import Attributed
from campaigns.letter_events import LetterEvent
from campaigns.recipients import Recipient
from crm import cursors
from kernel.db import db
from shop.ledger import LedgerEntry
from shop.order_lines import OrderLine
from shop.orders import ENDED, LED_DAYS, Order

NAME = "attribution"
KINDS = ("ordered", "refunded", "value_back", "cancelled")
WINDOW = timedelta(days=LED_DAYS)
Way = tuple[str, int, int | None]  # how it is known, the mailing, the recipient


def waiting() -> bool:
    """Whether there is something new to look at."""
    return cursors.news(NAME, KINDS) or bool(_ended())


def attribute() -> int:
    """Write down which orders a letter led to, and what went back of them meanwhile; how many are new."""
    count, moved = 0, set()
    for fact in cursors.read(NAME, KINDS):
        if fact.about_kind != "order" or fact.about_id is None:
            continue
        if fact.kind == "ordered":
            count += _attribute(fact.about_id)
        moved.add(fact.about_id)
    _give_back([*moved, *_ended()])
    return count


def _attribute(order_id: int) -> bool:
    order = db.session.get(Order, order_id)
    known = order is not None and db.session.scalar(select(exists().where(Attributed.order_id == order_id)))
    way = None if order is None or known or order.practice else led(order)
    if order is None or way is None:
        return False
    how, mailing_id, recipient_id = way
    booked = select(func.count(func.distinct(OrderLine.booking_id))).where(OrderLine.order_id == order.id)
    db.session.add(Attributed(
        order_id=order.id, mailing_id=mailing_id, recipient_id=recipient_id, how=how, at=order.placed_at,
        currency=order.currency, amount_minor=order.total_minor, bookings=int(db.session.scalar(booked) or 0),
    ))  # fmt: skip
    db.session.flush()
    return True


def led(order: Order) -> Way | None:
    """The letter that led to an order, and how that is known; None for one that no letter led to."""
    return _clicked(order, "human") or _clicked(order, "unknown") or _named(order)


def _clicked(order: Order, verdict: str) -> Way | None:
    """The last link of a letter that this very contact followed in the days before."""
    if order.contact_id is None:
        return None
    mine = Recipient.contact_id == order.contact_id, LetterEvent.kind == "clicked", LetterEvent.verdict == verdict
    before = LetterEvent.at <= order.placed_at, LetterEvent.at > order.placed_at - WINDOW
    rows = select(Recipient).join(LetterEvent, LetterEvent.recipient_id == Recipient.id).where(*mine, *before)
    row = db.session.scalars(rows.order_by(LetterEvent.at.desc(), LetterEvent.id.desc()).limit(1)).first()
    how = "click" if verdict == "human" else "unknown"
    return (how, row.mailing_id, row.id) if row is not None else None


def _named(order: Order) -> Way | None:
    """The letter whose word stood in the link by which they came."""
    mailing = mailings.coded(order.campaign) if order.campaign else None
    if mailing is None:
        return None
    theirs = select(Recipient.id).where(Recipient.mailing_id == mailing.id, Recipient.contact_id == order.contact_id)
    return "address", mailing.id, db.session.scalar(theirs.limit(1)) if order.contact_id else None


def _ended() -> list[int]:
    """Attributed orders that came to nothing since: expired ones tell no fact."""
    gone = Order.state.in_(sorted(ENDED)), Attributed.back_minor < Attributed.amount_minor
    return list(db.session.scalars(select(Order.id).join(Attributed, Attributed.order_id == Order.id).where(*gone)))


def _give_back(order_ids: Iterable[int]) -> None:
    """Keep how much of each went back: all of what came to nothing, else what was refunded."""
    rows = select(Attributed, Order.state).join(Order, Order.id == Attributed.order_id)
    for row, state in db.session.execute(rows.where(Attributed.order_id.in_(list(order_ids)))):
        refunded = select(func.sum(LedgerEntry.amount_minor)).where(
            LedgerEntry.order_id == row.order_id, LedgerEntry.kind.in_(("refund", "bounce"))
        )
        back = row.amount_minor if state in ENDED else -int(db.session.scalar(refunded) or 0)
        row.back_minor = min(row.amount_minor, max(0, back))
