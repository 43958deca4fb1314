"""The back office's list of orders: filters that share their queries with the numbers shown, search, and what waits."""

from collections.abc import Callable, Sequence

from sqlalchemy import Select, and_, func, or_

from kernel.db import db
from kernel.i18n import _l
from shop.orders import Order
from shop.payment_methods import UNHELD
from shop.payments import Payment
from shop.slugs import fold

PAGE = 50

_LATER = db.select(Payment.order_id).where(Payment.kind.in_(UNHELD))
_SURE = or_(Order.payment.in_(("paid", "overpaid")), Order.id.in_(_LATER))
_SENDS = Order.delivery_kind != "pickup"

FILTERS: dict[str, tuple[object, Callable[[], object]]] = {
    "open": (_l("Open"), lambda: Order.state.in_(("placed", "preparing", "ready", "shipped"))),
    "proofs": (_l("Proofs to check"), lambda: Order.payment == "proof"),
    "prepare": (_l("To prepare"), lambda: or_(Order.state == "preparing", and_(Order.state == "placed", _SURE))),
    "unpaid": (_l("Waiting for payment"), lambda: and_(Order.state == "placed", Order.payment.in_(("due", "partial")))),
    "ready": (_l("Ready for pick-up"), lambda: Order.state == "ready"),
    "shipped": (_l("On its way"), lambda: Order.state == "shipped"),
    "refunds": (_l("To refund"), lambda: Order.payment.in_(("refund_due", "overpaid"))),
    "done": (_l("Done"), lambda: Order.state.in_(("delivered", "cancelled", "expired"))),
    "all": (_l("All"), lambda: Order.id.is_not(None)),
}


def query(name: str = "open", text: str = "") -> Select[tuple[Order]]:
    """The orders of a filter that match a text, the newest first."""
    found = db.select(Order).where(FILTERS.get(name, FILTERS["open"])[1]())  # type: ignore[arg-type]
    for word in fold(text)[:200].split()[:6]:
        found = found.where(_has(word))
    return found.order_by(Order.placed_at.desc(), Order.id.desc())


def _has(word: str) -> object:
    digits = "".join(sign for sign in word if sign.isdigit())
    typed = Order.haystack.contains(word, autoescape=True)
    loose = len(digits) >= 4 and digits != word and not any(sign.isalpha() for sign in word)
    return or_(typed, Order.haystack.contains(digits, autoescape=True)) if loose else typed  # type: ignore[return-value]


def count(name: str) -> int:
    """How many orders a filter has."""
    inner = query(name).order_by(None).subquery()
    return int(db.session.scalar(db.select(func.count()).select_from(inner)) or 0)


def page(name: str, text: str, number: int) -> tuple[Sequence[Order], int]:
    """One page of a filter and how many pages there are."""
    whole = query(name, text)
    total = int(db.session.scalar(db.select(func.count()).select_from(whole.order_by(None).subquery())) or 0)
    rows = db.session.scalars(whole.limit(PAGE).offset((max(1, number) - 1) * PAGE)).all()
    return rows, max(1, -(-total // PAGE))


def latest() -> str:
    """The number of the newest order that a buyer placed."""
    newest = db.select(Order.number).where(~Order.by_staff).order_by(Order.id.desc()).limit(1)
    return db.session.scalar(newest) or ""
