"""Slips: that somebody printed an order's packing slip, and whether where it goes was changed since."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from kernel import buffer, clock
from kernel.db import db
from shop import order_changes, order_events
from shop.order_events import OrderEvent
from shop.orders import Order

if TYPE_CHECKING:
    from kernel.accounts import Account

Printed = tuple[int, int, datetime]  # which order, by which account, when


def printed(order: Order, *, by: "Account", at: datetime | None = None) -> None:
    """Remember it: printing is looking, so it is written by the buffer. `at`: when its words were read."""
    if order.state in order_changes.HERE:
        buffer.put("slip", (order.id, by.id, at or clock.now()))


def write(items: list[Printed]) -> None:
    """Write down who printed it, once between two changes of where it goes."""
    for order_id, account_id, at in sorted(items):
        order = db.session.scalars(select(Order).where(Order.id == order_id)).one_or_none()
        if order is None:
            continue
        last, changed = _last(order, "slip_printed", at), _last(order, "delivery_changed", at)
        if last is None or (changed is not None and changed.at > last.at):
            db.session.add(OrderEvent(order_id=order.id, kind="slip_printed", account_id=account_id, at=at))
            db.session.flush()


def _last(order: Order, kind: str, until: datetime) -> OrderEvent | None:
    known = [event for event in order_events.of(order) if event.kind == kind and event.at <= until]
    return known[-1] if known else None


def outdated(order: Order) -> OrderEvent | None:
    """The first change since it was printed the last time; None: what is printed is right, or nothing is."""
    if order.state not in order_changes.HERE:
        return None
    slip = order_events.last(order, "slip_printed")
    if slip is None:
        return None
    return next((one for one in order_events.of(order) if one.kind == "delivery_changed" and one.at > slip.at), None)


def init_app(_app: Any) -> None:
    """Let the buffer write."""
    buffer.writer("slip", write)
