"""The back office's list of orders: filters that share their queries with the numbers shown, search, and what waits."""

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import Select, and_, case, exists, func, or_
from sqlalchemy.orm import selectinload

from kernel import phones, tenancy
from kernel.db import db
from kernel.folding import fold
from kernel.i18n import _l
from shop import plans, proofs, refund_retries, returns
from shop.catalog import Product
from shop.order_lines import OrderLine
from shop.orders import ENDED, Order
from shop.payment_methods import UNHELD
from shop.payments import Payment
from shop.plans import Instalment

PAGE = 50

_LATER = db.select(Payment.order_id).where(Payment.kind.in_(UNHELD), Payment.state != "void")
_SECURED = and_(Order.plan != "", Order.payment == "partial", Order.hold_until.is_(None))  # its first part came
_SURE = or_(
    Order.payment.in_(("paid", "overpaid")),
    and_(Order.plan == "", Order.id.in_(_LATER)),
    and_(Order.plan == "deposit", _SECURED),
)
_GOODS = exists().where(OrderLine.order_id == Order.id, OrderLine.booking_id.is_(None))
_TIMES = exists().where(OrderLine.order_id == Order.id, OrderLine.booking_id.is_not(None)).correlate(Order)
_MADE = (  # once its deposit is paid
    exists()
    .where(OrderLine.order_id == Order.id, OrderLine.booking_id.is_(None), OrderLine.product_id == Product.id)
    .where(or_(Product.deposit_bp > 0, Product.deposit_minor > 0), Order.plan == "deposit")
    .correlate(Order)
)
IN_HAND = and_(Order.delivery_kind == "none", _TIMES, Order.plan.in_(("", "deposit")), ~_MADE)  # see fulfilment
_PREPARE = or_(Order.state == "preparing", and_(Order.state == "placed", _SURE, _GOODS, ~IN_HAND))


def _balance() -> Any:
    """Part of it came, or it was handed over, and something is still owed."""
    begun = or_(Order.received_minor > 0, Order.state == "delivered", Order.plan != "")
    owes = Order.received_minor + Order.credited_minor < Order.total_minor
    return and_(Order.state.not_in(ENDED | {"asked"}), Order.payment.in_(("due", "partial", "proof")), begun, owes)


def _overdue() -> Any:
    """The day of a part is over and what came does not reach so far."""
    come = db.select(func.sum(Instalment.amount_minor)).where(
        Instalment.order_id == Order.id, Instalment.due_on < plans.today()
    )
    lacks = Order.received_minor < func.coalesce(come.correlate(Order).scalar_subquery(), 0)
    return and_(_balance(), Order.plan != "", Order.hold_until.is_(None), lacks)


def _failed() -> Any:
    """A refund of it did not go through."""
    return Order.id.in_(refund_retries.failed().with_only_columns(Order.id))


def _owing() -> Any:
    """More came than it costs, that is not on its way back, and no refund waits to be tried again."""
    beyond = Order.received_minor - Order.refunding_minor + Order.credited_minor > Order.total_minor
    return and_(or_(Order.payment == "refund_due", and_(Order.payment == "overpaid", beyond)), ~_failed())


FILTERS: dict[str, tuple[Any, Callable[[], Any]]] = {
    "open": (_l("Still open"), lambda: Order.state.in_(("asked", "placed", "preparing", "ready", "shipped"))),
    "proofs": (_l("Proofs to check"), lambda: proofs.open_on(Order.id)),
    "prepare": (_l("To prepare"), lambda: _PREPARE),
    "unpaid": (
        _l("Waiting for payment"),
        lambda: and_(Order.state == "placed", Order.payment.in_(("due", "partial")), ~_SECURED),
    ),
    "ready": (_l("Ready for pick-up"), lambda: Order.state == "ready"),
    "shipped": (_l("On its way"), lambda: Order.state == "shipped"),
    "overdue": (_l("Balances overdue"), _overdue),
    "balance": (_l("With a balance"), _balance),
    "refunds": (_l("To refund"), _owing),
    "returns": (_l("Returns"), lambda: Order.id.in_(returns.waiting().with_only_columns(Order.id))),
    "failed_refunds": (_l("Failed refunds"), _failed),
    "done": (_l("Finished"), lambda: Order.state.in_(("delivered", "cancelled", "expired"))),
    "all": (_l("All orders"), lambda: Order.id.is_not(None)),
}


OWED = ("unpaid", "overdue", "balance")  # what they come to is money that is awaited


def query(name: str = "open", text: str = "") -> Select[Order]:
    """The orders of a filter that match a text, the newest first."""
    found: Select[Order] = db.select(Order).where(FILTERS.get(name, FILTERS["open"])[1]())
    if text.strip():
        words = and_(*(_has(word) for word in fold(text)[:200].split()[:6]))
        found = found.where(or_(words, *_dialled(text)) if phones.is_part(text) else words)
    return found.order_by(Order.placed_at.desc(), Order.id.desc())


def _dialled(text: str) -> list[Any]:
    """A telephone number may have blanks and signs, and its country's code in any way, which its digits have not."""
    return [Order.haystack.contains(one, autoescape=True) for one in phones.needles(text, tenancy.tenant().country)]


def _has(word: str) -> Any:
    digits = "".join(sign for sign in word if sign.isdigit())
    typed = Order.haystack.contains(word, autoescape=True)
    loose = len(digits) >= 4 and digits != word and not any(sign.isalpha() for sign in word)
    return or_(typed, Order.haystack.contains(digits, autoescape=True)) if loose else typed


def count(name: str) -> int:
    """How many orders a filter has."""
    return _size(query(name))


def owed(name: str, text: str) -> dict[str, int]:
    """What is still to be paid of the orders of a filter that is about that, by currency in minor units; else {}."""
    if name not in OWED:
        return {}
    kept = query(name, text).order_by(None).subquery()
    left = kept.c.total_minor - kept.c.credited_minor - kept.c.received_minor
    rows = db.session.execute(db.select(kept.c.currency, func.sum(left)).group_by(kept.c.currency))
    return {currency: int(minor) for currency, minor in rows if minor}


def counts() -> dict[str, int]:
    """How many orders each filter has, in one question."""
    sums = [func.sum(case((condition(), 1), else_=0)).label(name) for name, (_label, condition) in FILTERS.items()]
    row = db.session.execute(db.select(*sums).select_from(Order)).one()
    return {name: int(getattr(row, name) or 0) for name in FILTERS}


def page(name: str, text: str, number: int) -> tuple[Sequence[Order], int]:
    """One page of a filter and how many pages there are; a first one that is not full is the only one."""
    whole = query(name, text)
    wanted = whole.options(selectinload(Order.contact), selectinload(Order.instalments)).limit(PAGE)
    if number <= 1 and len(rows := db.session.scalars(wanted).all()) < PAGE:
        return rows, 1  # nobody counts: who looks for one order reads all of them once, not twice
    pages = max(1, -(-_size(whole) // PAGE))
    return db.session.scalars(wanted.offset((min(max(1, number), pages) - 1) * PAGE)).all(), pages


def whole(name: str, text: str) -> Sequence[Order]:
    """All orders of a filter with their lines, for a file."""
    return db.session.scalars(
        query(name, text).options(selectinload(Order.lines), selectinload(Order.instalments))
    ).all()


def waiting() -> int:
    """How many orders wait for somebody of the shop: a proof to check, goods to prepare."""
    return _size(db.select(Order.id).where(or_(proofs.open_on(Order.id), _PREPARE, Order.state == "asked")))


def latest() -> str:
    """The number of the newest order that a buyer placed."""
    newest = db.select(Order.number).where(~Order.by_staff).order_by(Order.id.desc()).limit(1)
    return db.session.scalar(newest) or ""


def _size(wanted: Select[Any]) -> int:
    return int(db.session.scalar(db.select(func.count()).select_from(wanted.order_by(None).subquery())) or 0)
