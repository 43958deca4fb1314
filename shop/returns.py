"""Returns: goods that come back, asked for by the buyer or noted by staff; each unit once, paid back once.

Until the goods are there the buyer may think better of it, and better again.
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import Select, select, update

from kernel import clock, files, journal
from kernel.db import db
from kernel.i18n import _l
from kernel.money import Money
from kernel.refusal import Missing, Refusal
from shop import (
    fulfilment,
    invoices,
    letters,
    lowering,
    order_events,
    orders,
    payments,
    receipts,
    reductions,
    refunds,
    return_policies,
    return_rows,
    stock,
)
from shop.order_lines import OrderLine
from shop.orders import Order
from shop.refund_rows import Refund
from shop.return_rows import OPEN, Return, ReturnLine, ReturnPicture

if TYPE_CHECKING:
    from kernel.accounts import Account

MOVES = {
    ("asked", "accept"): "accepted",
    ("asked", "refuse"): "refused",
    ("asked", "receive"): "received",
    ("accepted", "receive"): "received",
    ("accepted", "refuse"): "refused",
    ("asked", "leave"): "left",
    ("accepted", "leave"): "left",
    ("received", "refund"): "refunded",
    ("received", "refuse"): "refused",  # it came, but not as it left
}
MOST_PICTURES = 3
HANDED = frozenset({"shipped", "delivered"})


class NotReturnable(Refusal):
    """The time is over, or there is nothing that could come back."""

    message = _l("This order can no longer be returned here: write to the shop.")
    status = 409


class NotSoMany(Refusal):
    """More than was bought, or nothing at all."""

    message = _l("Say how many of which article come back: at most as many as you bought.")


def returnable(order: Order) -> list[OrderLine]:
    """The lines of which something can still come back."""
    return [line for line in order.lines if not line.digital and line.returned < line.quantity]


def allowed_to_buyer(order: Order) -> bool:
    """Whether the buyer may ask now: it was handed over, and not longer ago than the shop's days."""
    handed = order_events.last(order, *HANDED)
    if order.state not in HANDED or handed is None or not returnable(order):
        return False
    return clock.now() <= handed.at + timedelta(days=return_policies.of().days)


def ask(order: Order, wanted: Mapping[int, int], *, key: str, **told: Any) -> Return:
    """The buyer asks to give lines back: `reason`, `note`, and `made` pictures that were decoded beforehand."""
    orders.lock(order)
    known = by_key(key)
    if known is not None:
        return known
    if return_policies.of().days == 0 or not allowed_to_buyer(order):
        raise NotReturnable()
    row = _row(order, wanted, key=key, by_buyer=True, reason=told.get("reason", ""), note=told.get("note", ""))
    kept = [files.keep(made, name=name, private=True).id for made, name in list(told.get("made", ()))[:MOST_PICTURES]]
    db.session.add_all(ReturnPicture(return_id=row.id, order_id=order.id, file_id=one) for one in dict.fromkeys(kept))
    order_events.record(order, "return_asked", reason=row.reason)
    letters.tell(order, "return_asked", reason=row.note or row.reason)
    letters.tell_shop(order, "return_asked", reason=row.note or row.reason)
    return row


def note(order: Order, wanted: Mapping[int, int], *, key: str, by: "Account", **told: Any) -> Return:
    """Staff have the goods in hand, or they never left: `reason`, `restock` (the lines that go back on sale)."""
    orders.lock(order)
    known = by_key(key)
    if known is not None:
        return known
    if order.state in orders.ENDED:
        raise fulfilment.NotNow(number=order.number)
    row = _row(order, wanted, key=key, reason=told.get("reason", ""))
    receive(row, by=by, restock=told.get("restock", ()))
    return row


def _row(order: Order, wanted: Mapping[int, int], *, key: str, **told: Any) -> Return:
    row = Return(order_id=order.id, key=key, by_buyer=told.get("by_buyer", False))
    row.reason, row.note = told.get("reason", "").strip()[:120], told.get("note", "").strip()[:500]
    db.session.add(row)
    db.session.flush()
    lines = [(line, wanted[line.id]) for line in returnable(order) if wanted.get(line.id, 0) > 0]
    if not lines:
        raise NotSoMany()
    for line, quantity in lines:
        paid = return_rows.share(line, quantity)
        if not return_rows.take(line, quantity):
            raise NotSoMany()
        db.session.add(ReturnLine(return_id=row.id, order_id=order.id, line_id=line.id, quantity=quantity,
                                  paid_minor=paid, restock=True))  # fmt: skip
    db.session.flush()
    return row


def accept(row: Return, *, by: "Account", answer: str = "") -> None:
    """The buyer may bring or send it; the answer says how."""
    _decide(row, "accept", by=by, answer=answer)
    order_events.record(row.order, "return_accepted", by=by, reason=row.answer)
    letters.tell(row.order, "return_accepted", reason=row.answer)


def refuse(row: Return, *, by: "Account", answer: str) -> None:
    """It does not come back, and the buyer reads why; its units may be asked for again."""
    if not answer.strip():
        raise Refusal(_l("Write why it is not accepted: the buyer will read it."))
    _decide(row, "refuse", by=by, answer=answer)
    for line in row.lines:
        if line.restocked_at is None:
            return_rows.give_up(line.line, line.quantity)
    order_events.record(row.order, "return_refused", by=by, reason=row.answer)
    letters.tell(row.order, "return_refused", reason=row.answer)


def receive(row: Return, *, by: "Account", restock: Sequence[int] = ()) -> None:
    """The goods are here; the lines named go back on sale, once."""
    _decide(row, "receive", by=by)
    row.received_at = clock.now()
    for line in row.lines:
        line.restock = line.line_id in restock
        if line.restock:
            _restock(line, row)
    order_events.record(row.order, "return_received", by=by, reason=row.reason)
    journal.write("orders.returned", about=row.order, by=by, data={"number": row.order.number})


def _restock(line: ReturnLine, row: Return) -> None:
    mine = update(ReturnLine).where(ReturnLine.id == line.id, ReturnLine.restocked_at.is_(None))
    done = db.session.execute(
        mine.values(restocked_at=clock.now()), execution_options={"synchronize_session": "evaluate"}
    )
    if done.rowcount:  # type: ignore[attr-defined]
        stock.put_back(_Units(line), order=row.order, reason=row.reason)


class _Units:
    """So many of an order's line, as stock counts them."""

    def __init__(self, line: ReturnLine) -> None:
        self.variant_id, self.quantity, self.day = line.line.variant_id, line.quantity, line.line.day


def may_leave(row: Return) -> bool:
    """Whether its buyer can still keep the goods: they are not there yet, and it was not refused."""
    return row.by_buyer and (row.state, "leave") in MOVES


def leave(row: Return) -> None:
    """The buyer keeps the goods after all; raises NotNow once the shop has them or has said no."""
    _at(row, "leave")
    for line in row.lines:
        return_rows.give_up(line.line, line.quantity)
    order_events.record(row.order, "return_left", reason=row.reason)


def resume(row: Return) -> None:
    """The buyer gives them back all the same, as it stood; raises NotNow or NotSoMany when it cannot be any more."""
    orders.lock(row.order)
    db.session.refresh(row)
    if row.state != "left":
        raise fulfilment.NotNow(number=row.order.number)
    for line in row.lines:
        if not return_rows.take(line.line, line.quantity):
            raise NotSoMany()
    row.state = "accepted" if row.decided_at else "asked"
    order_events.record(row.order, "return_asked", reason=row.reason)


def refund(row: Return, *, amount: Money, by: "Account", to: str = "money", **how: Any) -> list[Refund]:
    """What came back is taken off the order's price: first off what is not paid yet, the rest goes back.

    `amount`: what it is worth; `to`: "money" or "credit"; `how`: reference and method, as for refunds.give. Of the
    parts of a plan the last ones become smaller first.
    """
    _decide(row, "refund", by=by)
    order, units = row.order, {line.line_id: line.quantity for line in row.lines}
    back = [{"line": line, "quantity": quantity} for line, quantity in units.items()]
    told: dict[str, Any] = {**how, "reason": row.reason, "lines": back, "by": by, "to": to}
    told["key"] = f"return:{row.id}"
    if order.state in orders.ENDED:  # it costs nothing any more
        return refunds.give(order, amount=amount, spare=True, **told)
    if not 0 <= amount.minor <= worth_most(order).minor:
        raise payments.WrongAmount(most=receipts.shown(worth_most(order)))
    was_paid, beyond = order.paid, _beyond(order, amount)
    reductions.note(order, amount.minor, lines=units, reason=row.reason)
    given = refunds.give(order, amount=beyond, **told) if beyond else []
    lowering.settle(order, was_paid=was_paid)
    _tell_less(row, amount - beyond)
    invoices.when_less(order, reason=row.reason, lines=units)  # last: the series' row is the last lock
    return given


def worth_most(order: Order) -> Money:
    """What the order still costs: nothing that comes back is worth more."""
    return order.money(max(0, order.total_minor - order.credited_minor))


def _beyond(order: Order, amount: Money) -> Money:
    """What of it was paid beyond what the order costs without it; what is on its way back already is gone."""
    going = order.refunding_minor
    if order.balance.minor <= 0:  # of that, only what was paid too much: the rest lowers the price when it is done
        going = min(going, -order.balance.minor)
    return order.money(max(0, min(amount.minor, amount.minor - order.balance.minor - going)))


def _tell_less(row: Return, less: Money) -> None:
    """The buyer hears what is no longer to be paid."""
    if less:
        order_events.record(row.order, "lowered", by=row.by, minor=less.minor, reason=row.reason)
        letters.tell(row.order, "lowered" if row.order.balance.minor > 0 else "cleared", amount=less)


def _at(row: Return, step: str) -> None:
    orders.lock(row.order)
    db.session.refresh(row)
    if (row.state, step) not in MOVES:
        raise fulfilment.NotNow(number=row.order.number)
    row.state = MOVES[row.state, step]


def _decide(row: Return, step: str, *, by: "Account", answer: str = "") -> None:
    _at(row, step)
    row.decided_at, row.account_id = clock.now(), by.id
    row.answer = answer.strip()[:300] or row.answer
    db.session.flush()


def proposed(row: Return, *, delivery: bool = False) -> Money:
    """What it cost, delivery too when wanted, as far as the order still costs so much."""
    minor = sum(line.paid_minor for line in row.lines) + (row.order.shipping_minor if delivery else 0)
    most = refunds.owed(row.order) if row.order.state in orders.ENDED else worth_most(row.order)
    return row.order.money(min(minor, most.minor))


def by_key(key: str) -> Return | None:
    """The return that this form already made."""
    return db.session.scalars(select(Return).where(Return.key == key)).one_or_none()


def by_token(token: str) -> Return:
    """The return that an address names; raises Missing."""
    found = db.session.scalars(select(Return).where(Return.token == token)).one_or_none() if token else None
    if found is None:
        raise Missing()
    return found


def of(order: Order) -> Sequence[Return]:
    """The order's returns, the newest first."""
    return db.session.scalars(select(Return).where(Return.order_id == order.id).order_by(Return.id.desc())).all()


def waiting() -> Select[Order]:
    """The orders with a return that somebody of the shop has to decide or pay back."""
    return select(Order).where(Order.id.in_(select(Return.order_id).where(Return.state.in_(OPEN))))


def init_app(_app: object) -> None:
    """Say how the journal tells it."""
    journal.kind("orders.returned", _l("Took goods of %(number)s back"))
