"""Practice mode: a shop rehearses with orders of its own series, which go in one click when it is meant in earnest."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import delete, func, or_, select, update

from kernel import clock, journal, tenancy
from kernel.db import db
from kernel.i18n import _l
from kernel.refusal import Refusal
from shop import booking_confirmations, proposals
from shop.amends_rows import Amends
from shop.approval_rows import Approval
from shop.ask_rows import Ask
from shop.bookings import Booking
from shop.cancellations import Cancellation
from shop.card_disputes import CardDispute
from shop.card_events import CardEvent
from shop.card_notices import CardNotice
from shop.card_sessions import CardSession
from shop.delivery_slots import SlotPlace
from shop.downloads import Download
from shop.gift_cards import GiftCard
from shop.invoice_lines import InvoiceLine
from shop.invoice_rows import Invoice
from shop.invoice_series import InvoiceSeries
from shop.ledger import LedgerEntry
from shop.numbering import Series
from shop.order_discounts import OrderDiscount
from shop.order_events import OrderEvent
from shop.order_lines import OrderLine
from shop.orders import Order
from shop.payments import Payment
from shop.plans import Instalment
from shop.proofs import Proof
from shop.proposal_rows import Proposal
from shop.reductions import Reduction
from shop.refund_rows import Refund
from shop.return_rows import Return, ReturnLine, ReturnPicture
from shop.saved_cards import SavedCard
from shop.stock import StockMove
from shop.stored_value import StoredValue, StoredValueEntry
from shop.subscription_rows import Subscription, SubscriptionEvent


class RealOrders(Refusal):
    """Who has sold in earnest no longer rehearses."""

    message = _l("This shop has real orders, so it cannot go back to practising.")


_wiped: list[Callable[[], object]] = []  # what else forgets the rehearsals, in the same transaction


def wiped(verb: Callable[[], object]) -> None:
    """Have `verb()` called when the rehearsals go."""
    _wiped[:] = [*(known for known in _wiped if known != verb), verb]


def count() -> int:
    """How many practice orders there are."""
    return int(db.session.scalar(select(func.count(Order.id)).where(Order.practice)) or 0)


def possible() -> bool:
    """Whether the shop may practise: nothing was sold in earnest yet."""
    return db.session.scalar(select(Order.id).where(~Order.practice).limit(1)) is None


def begin(*, by: Any) -> None:
    """Start to practise."""
    if not possible():
        raise RealOrders()
    tenancy.tenant().live_at = None
    journal.write("practice.begun", by=by)
    tenancy.touch()


def end(*, by: Any) -> int:
    """Sell in earnest from now on; the rehearsals go. How many there were."""
    gone = wipe(by=by)
    tenancy.tenant().live_at = clock.now()
    journal.write("practice.ended", by=by)
    tenancy.touch()
    return gone


def wipe(*, by: Any) -> int:
    """Take every practice order out, with all that belongs to it; the series of their numbers begins again."""
    gone = count()
    mine = select(Order.id).where(Order.practice).scalar_subquery()
    proofs = select(Proof.id).where(Proof.order_id.in_(mine)).scalar_subquery()
    quiet = {"synchronize_session": False}
    db.session.execute(update(Proof).where(or_(Proof.order_id.in_(mine), Proof.twin_id.in_(proofs)))
                       .values(twin_id=None), execution_options=quiet)  # fmt: skip
    values = select(StoredValue.id).where(StoredValue.practice).scalar_subquery()
    for held in (GiftCard, StoredValueEntry):
        db.session.execute(delete(held).where(held.value_id.in_(values)), execution_options=quiet)
    papers = select(Invoice.id).where(Invoice.practice).scalar_subquery()
    db.session.execute(delete(InvoiceLine).where(InvoiceLine.invoice_id.in_(papers)), execution_options=quiet)
    money = (ReturnPicture, ReturnLine, Return, Invoice, Proof, Download, LedgerEntry, Refund, Payment, Instalment)
    others = (CardDispute, CardNotice, CardSession, Approval, Ask)
    for kind in (*others, *money, Reduction, OrderDiscount, StockMove, SlotPlace, Cancellation, OrderEvent, OrderLine):
        db.session.execute(delete(kind).where(kind.order_id.in_(mine)), execution_options=quiet)
    _wipe_subscriptions(mine)
    booked = select(Booking.id).where(Booking.order_id.in_(mine)).scalar_subquery()
    db.session.execute(delete(Amends).where(Amends.booking_id.in_(booked)), execution_options=quiet)
    booking_confirmations.wipe()
    proposals.remove(Proposal.practice.is_(True))
    proposals.rehearsed(mine)
    db.session.execute(delete(Order).where(Order.practice), execution_options=quiet)
    db.session.execute(delete(StoredValue).where(StoredValue.practice), execution_options=quiet)
    db.session.execute(delete(Series).where(Series.code.startswith("practice")), execution_options=quiet)
    db.session.execute(delete(InvoiceSeries).where(InvoiceSeries.practice), execution_options=quiet)
    db.session.execute(delete(CardEvent).where(CardEvent.mode == "practice"), execution_options=quiet)
    for verb in _wiped:
        verb()
    db.session.expire_all()
    if gone:
        journal.write("practice.wiped", by=by, data={"count": gone})
    return gone


def _wipe_subscriptions(orders: Any) -> None:
    """What those orders began goes too, with the practice cards that paid it."""
    quiet = {"synchronize_session": False}
    mine = select(Subscription.id).where(Subscription.first_id.in_(orders)).scalar_subquery()
    db.session.execute(delete(SubscriptionEvent).where(SubscriptionEvent.subscription_id.in_(mine)),
                       execution_options=quiet)  # fmt: skip
    db.session.execute(delete(Subscription).where(Subscription.first_id.in_(orders)), execution_options=quiet)
    db.session.execute(delete(SavedCard).where(SavedCard.mode == "practice"), execution_options=quiet)


def init_app(_app: Any) -> None:
    """Say how the journal tells it."""
    journal.kind("practice.begun", _l("Switched practice mode on"))
    journal.kind("practice.ended", _l("Switched practice mode off"))
    journal.kind("practice.wiped", _l("Took %(count)s practice orders out"))
