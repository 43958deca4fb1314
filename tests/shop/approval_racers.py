"""What racers do with a request at the moment at which its time is over, and the same without asking who was first."""

import time
from contextlib import ExitStack
from datetime import datetime, timedelta
from unittest import mock

import time_machine

from kernel import accounts, transactions
from kernel.db import db
from shop import approval_rows, approvals, bookings, expiry, fulfilment, holdings, orders
from shop import cart as carts
from shop.occupations import Span
from shop.orders import Order
from shop.services import Service

THINKING = 0.3  # seconds between looking and writing
MOMENT = timedelta(seconds=1)
Told = tuple[int, int, datetime]  # the order, who answers, until when it can be answered


def approve(order_id: int, account_id: int, until: datetime) -> str:
    """Say yes a moment before it is too late."""
    by = accounts.get(account_id)
    assert by is not None
    with time_machine.travel(until - MOMENT, tick=False):
        approvals.approve(db.session.get_one(Order, order_id), by=by)
    return "yes"


def refuse(order_id: int, account_id: int, until: datetime) -> str:
    """Say no."""
    by = accounts.get(account_id)
    assert by is not None
    with time_machine.travel(until - MOMENT, tick=False):
        approvals.refuse(db.session.get_one(Order, order_id), by=by)
    return "no"


def run_out(order_id: int, _account_id: int, until: datetime) -> str:
    """The job of the moment after; '' when somebody was quicker."""
    watched = mock.patch.object(expiry, "end", wraps=expiry.end)
    with time_machine.travel(until + MOMENT, tick=False), watched as ended:
        approvals.run_out(order_id)
    return "late" if ended.called else ""


def hold(order_id: int, _account_id: int, until: datetime) -> str:
    """Somebody else takes the same time in the moment after."""
    with time_machine.travel(until + MOMENT, tick=False):
        row = bookings.of_order(db.session.get_one(Order, order_id))[0]
        service = db.session.get_one(Service, row.service_id)
        holdings.hold(service, Span(row.starts_at, row.ends_at), row.places, cart=carts.begin()[0])
    return "other"


def either(verb: str, told: Told) -> str:
    """One of these in the same race."""
    return VERBS[verb](*told)


def thoughtless(verb: str, told: Told) -> str:
    """Look whether it waits, think, then write the answer down whatever happened meanwhile."""
    with transactions.reading():
        waits = db.session.get_one(Order, told[0]).asked
    time.sleep(THINKING)
    if not waits:
        raise approvals.Answered(number="")

    def moved(order: Order, step: str) -> str:
        order.state = fulfilment.MOVES["asked", step]
        return "asked"

    with ExitStack() as stack:
        for owner, name, other in (
            (orders, "lock", lambda order: order),
            (approval_rows, "answer", lambda *_these, **_those: True),
            (fulfilment, "move", moved),
            (Order, "asked", True),
        ):
            stack.enter_context(mock.patch.object(owner, name, other))
        return either(verb, told)


VERBS = {verb.__name__: verb for verb in (approve, refuse, run_out, hold)}
