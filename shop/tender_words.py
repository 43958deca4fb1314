"""By which ways an order was paid, in words: each with its amount where there were several, and what is asked for."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from kernel.db import db
from kernel.i18n import _, pick
from kernel.late import Late
from kernel.money import Money

if TYPE_CHECKING:
    from shop.orders import Order

_ledger = Late("shop.ledger")  # which knows orders, whose letters say these words
CAME = ("settle", "reverse")  # what was returned later had been paid all the same


def of(order: "Order", shown: Callable[[Money], str]) -> str:
    """`SINPE Móvil`; of several `SINPE Móvil ₡163 500 · Efectivo ₡10 500`; '' when it costs nothing."""
    last = order.payments[-1] if order.payments else None
    if last is None or len(order.payments) == 1:
        return pick(last.label) if last else ""
    labels = {payment.id: pick(payment.label) for payment in order.payments}
    ways: dict[str, int] = {}
    for payment_id, minor in _came(order):
        ways[labels[payment_id]] = ways.get(labels[payment_id], 0) + minor
    found = [f"{way} {shown(order.money(minor))}" for way, minor in ways.items() if minor > 0]
    if found and last.asked:
        return " · ".join([*found, _("%(way)s: %(amount)s to be paid", way=pick(last.label), amount=shown(last.asked))])
    return " · ".join(found) if len(found) > 1 else next((way for way in ways if ways[way] > 0), pick(last.label))


def _came(order: "Order") -> list[tuple[int, int]]:
    """What came by each payment, without what was noted by mistake: (its id, minor units), the first one first."""
    entry = _ledger.LedgerEntry
    mine = select(entry.payment_id, func.sum(entry.amount_minor)).where(
        entry.order_id == order.id, entry.kind.in_(CAME)
    )
    rows = db.session.execute(mine.group_by(entry.payment_id).order_by(entry.payment_id))
    return [(payment_id, int(minor)) for payment_id, minor in rows]
