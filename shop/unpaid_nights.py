"""Unpaid nights: what a guest added and did not pay goes back by itself; money that comes late takes it once more."""

from datetime import datetime, timedelta
from typing import Any

from kernel import clock, i18n, jobs, tenancy
from kernel.db import db
from kernel.money import Money
from kernel.refusal import Refusal
from shop import (
    added_nights,
    booking_amounts,
    booking_changes,
    booking_letters,
    booking_worth,
    bookings,
    card_sessions,
    changed_letters,
    letters,
    order_changes,
    order_events,
    orders,
    plans,
    refunds,
    revivals,
)
from shop.booking_forecasts import Forecast
from shop.booking_worth import Wish
from shop.bookings import Booking
from shop.order_events import OrderEvent
from shop.orders import Order
from shop.services import Service

LAPSED = "added_unpaid"
AGAIN = timedelta(hours=12)  # until a proof or a bank that still thinks is looked at once more


@jobs.job("bookings.added_unpaid")
def lapse(step_id: int) -> None:
    """What that step added goes back when its money did not come; harmless when it comes twice, too early or late."""
    step = db.session.get(OrderEvent, step_id)
    order = db.session.get(Order, step.order_id) if step else None
    if step is None or order is None:
        return
    orders.lock(order)
    db.session.refresh(step)
    booking = db.session.get(Booking, int(step.data["booking"]))
    if step.undone_at is not None or step.data.get("over") or booking is None:
        return
    db.session.refresh(booking)
    if datetime.fromisoformat(step.data["until"]) > clock.now():
        return
    if booking.state != "booked" or not order.open or plans.due_now(order).minor <= 0:
        _over(step)
    elif _on_its_way(order):
        added_nights.wait(step, clock.now() + AGAIN)
    else:
        _go_back(booking, order, step)


def _over(step: OrderEvent) -> None:
    step.data = {**step.data, "over": True}
    db.session.flush()


def _on_its_way(order: Order) -> bool:
    """Whether somebody looks at a proof, or a bank still thinks."""
    row = card_sessions.open_one(order)
    return order.payment == "proof" or (row is not None and row.state == "processing")


def _go_back(booking: Booking, order: Order, step: OrderEvent) -> None:
    """As it was before that step, with whatever the guest changed after it; staff decide where that cannot be."""
    known = booking_worth.changes(booking, order)
    steps = known[[one.id for one in known].index(step.id) :]
    own = all(one.kind == booking_worth.KIND and one.account_id is None for one in steps)
    was = {**booking_changes.as_it_is(booking), "base": steps[-1].data.get("base")}
    try:
        if not own:
            raise bookings.NotNow()
        with db.session.begin_nested():
            said, difference = booking_changes.restore(booking, order, steps)
    except Refusal:
        db.session.refresh(step)
        _over(step)
        booking_letters.tell_shop(booking, "unpaid_stays", was="")
        return
    told: dict[str, Any] = {
        "minor": difference.minor,
        "booking": booking.id,
        "text": changed_letters.words(said, booking),
    }
    gone = order_events.record(order, LAPSED, **told, was_added=was)
    back, balance = min(-difference.minor, refunds.owed(order).minor), order.balance
    booking_changes.give_back(order, -difference, gone, to="money", by=None)
    _tell(booking, "unpaid", was=said, difference=difference if back > 0 else order.money(0), balance=balance)


def _tell(booking: Booking, kind: str, *, was: str, difference: Money, balance: Money) -> None:
    """Guest and shop read it, each in their language."""
    order, shop = booking.order, tenancy.tenant()
    assert order is not None
    for language, tell in ((order.language, booking_letters.tell), (shop.language, booking_letters.tell_shop)):
        with i18n.speak(language, shop.country):
            back = order_changes.price(order, difference, balance)
        tell(booking, kind, was=was, back=back)


def late(order: Order, amount: Money) -> None:
    """Money came for what had gone back: it is taken once more where it is still free, else its money returns.

    The caller holds the order's row and has booked the money.
    """
    event = order_events.last(order, LAPSED)
    beyond = -order.balance
    if event is None or event.data.get("late") or beyond.minor <= 0:
        return
    booking = db.session.get(Booking, int(event.data["booking"]))
    if booking is None:
        return
    db.session.refresh(booking)
    said = _once_more(booking, order, event) if beyond.minor >= -event.data["minor"] else None
    event.data = {**event.data, "late": "taken" if said else "gone"}
    db.session.flush()
    if said:
        _tell(booking, "paid_late", was=said, difference=order.money(0), balance=order.balance)
        return
    if not refunds.by_hands(order, some=True):
        refunds.give(order, amount=beyond, key=f"late:{event.id}")
    letters.tell(order, "late_nights", amount=amount)
    letters.tell_shop(order, "late_nights", amount=amount)


def _once_more(booking: Booking, order: Order, event: OrderEvent) -> str | None:
    """What it was until now, when it could be had again at the price of then; None when it could not."""
    had: Any = event.data["was_added"]
    want = booking_worth.read(had)
    service = db.session.get(Service, want.service_id)
    if booking.state != "booked" or want.span.starts_at <= clock.now() or service is None:
        return None
    if any(one.at > event.at for one in booking_worth.changes(booking, order)):
        return None  # it is something else by now
    before, after = booking_amounts.gross(booking, order), booking_amounts.total(booking, order, want.rows)
    base = booking_worth.read(had["base"]) if had["base"] else None
    found = Forecast(want.rows, before, after, order.money(want.fee), base, other=True)
    try:
        with db.session.begin_nested():
            return booking_changes.have(booking, order, Wish(service, want.span, want.places), found)[1]
    except Refusal:
        db.session.refresh(booking)
        return None


def init_app(_app: object) -> None:
    """Look at money that came late."""
    revivals.late_money(late)
