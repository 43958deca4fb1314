"""Card jobs: what is done without anybody asking: pages end before their goods go back, and nothing told is missed."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import structlog
from sqlalchemy import select

from kernel import clock, jobs, tenancy, transactions, web
from kernel.db import db
from kernel.refusal import Refusal
from shop import card_accounts, card_events, card_payments, card_sessions, expiry, holds, orders, payments
from shop.card_sessions import CardSession
from shop.gateways import cards, stripe
from shop.gateways.stripe import Access, Away
from shop.orders import Order

log = structlog.get_logger()
EVERY = timedelta(minutes=3)
REREAD = timedelta(minutes=10)  # events may be told out of order
AT_ONCE = 50
LONGER = timedelta(days=1)
PATIENCE = timedelta(minutes=5)  # after its own end a page is over, whether or not Stripe can be asked


def end_first(order_id: int) -> None:
    """Before the goods of an order go back: nobody can pay it any more; a bank that still thinks keeps them."""
    order = db.session.get(Order, order_id)
    row = card_sessions.open_one(order) if order else None
    if row is None:
        return
    try:
        cards.check(row) if row.state == "processing" else cards.end(row)
    except (Away, cards.NoAccount, stripe.WrongKey, stripe.Rejected):
        if clock.now() < row.expires_at + PATIENCE:
            raise
        _given_up(row)
    if row.state == "processing":
        holds.begin(orders.lock(row.order), clock.now() + LONGER)


def _given_up(row: CardSession) -> None:
    """Nobody can be asked, and its time is over by its own clock; a bank that still thinks is waited for."""
    if row.state != "processing":
        card_payments.over(row)


@jobs.job("cards.close")
def close(order_id: int) -> None:
    """An order that asks for something else, or for nothing, leaves no page open on which it could be paid twice."""
    order = db.session.get(Order, order_id)
    row = card_sessions.open_one(order) if order else None
    if row is not None and not cards.fits(row, row.order):
        cards.end(row)


def closing(order: Order) -> None:
    """Have it closed when there is a page."""
    if card_sessions.open_one(order) is not None:
        jobs.later("cards.close", order.id, key=f"close:{order.id}")


@jobs.job("cards.reconcile")
def reconcile(mode: str) -> None:
    """Read what happened since the last time, look after pages of which nobody told, and come again."""
    try:
        of = cards.access(mode)
    except cards.NoAccount:
        return
    try:
        if card_accounts.of(mode) is not None:
            _read(mode, of)
        for row in card_sessions.unsure(mode, AT_ONCE):
            _looked_after(row)
    except (Away, stripe.WrongKey) as error:
        log.warning("cards are not reconciled", mode=mode, why=type(error).__name__)
    plant(mode)


def _looked_after(row: CardSession) -> None:
    """One page of which nothing can be had keeps nobody from the others."""
    try:
        cards.check(row)
    except (Away, stripe.WrongKey):
        raise
    except Refusal as refusal:
        db.session.rollback()
        log.warning("a card page cannot be checked", why=str(refusal))


def _read(mode: str, of: Access) -> None:
    def prepare() -> int:
        row = card_accounts.of(mode)
        return int(((row.events_at if row else clock.now()) - REREAD).timestamp())

    def record(_since: int, told: list[dict[str, Any]]) -> None:
        row, reached = card_accounts.of(mode), 0
        for one in card_events.refused(mode):
            _tried(partial(card_events.again, one))
        for event in told:
            if not _tried(partial(card_events.receive, event, mode)):
                card_events.keep_back(event, mode)
            reached = int(event["created"])
        if row is not None and reached:
            row.events_at = max(row.events_at, datetime.fromtimestamp(reached, UTC))
        card_events.sweep()

    web.outside(prepare, lambda since: stripe.events(of, since, card_events.KINDS), record)


def _tried(taking: Callable[[], object]) -> bool:
    try:
        with db.session.begin_nested():
            taking()
    except Refusal as refusal:
        log.warning("a card event waits", why=str(refusal))
        return False
    return True


def _plant_all() -> None:
    for row in card_accounts.every():
        plant(row.mode)


def plant(mode: str) -> None:
    """Reconcile again in a few minutes; however often it is planted, once."""
    at = clock.now() + EVERY
    jobs.later("cards.reconcile", mode, at=at, key=f"{mode}:{int(at.timestamp() // EVERY.total_seconds())}")


@jobs.job("cards.watch")
def watch() -> None:
    """Make sure that every account is reconciled, also after its last time lay dead."""
    with transactions.reading():
        tenants = list(db.session.scalars(select(tenancy.Tenant.id)))
    for tenant_id in tenants:
        with tenancy.use(tenant_id):
            transactions.retry_free(_plant_all)


def init_app(_app: Any) -> None:
    """Take part in the end of holds and of orders."""
    expiry.before(end_first)
    payments.closing(closing)
    jobs.every("cards.watch", seconds=3600)
