"""Refunds: money that goes back to a buyer, by the way it came or as store credit; never more than was received."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from sqlalchemy import func, select, update

from kernel import clock, jobs, journal
from kernel.db import db
from kernel.i18n import _l
from kernel.money import Money
from kernel.refusal import Missing, Refusal
from shop import invoices, ledger, order_events, orders, payments, recalls, receipts, reductions, refund_ways
from shop.ledger import LedgerEntry
from shop.orders import Order
from shop.payment_methods import PaymentMethod
from shop.payments import Payment
from shop.refund_rows import BANK, CREDIT, HOLDING, Refund
from shop.refund_ways import Gone

OWN = ("gift_card", CREDIT)  # what was paid with these goes back there first
QUIET = {"synchronize_session": False}


class NoCredit(Refusal):
    """Store credit needs somebody who has it."""

    message = _l("This order has no buyer with an account here: return the money instead.")


class Kept(payments.WrongAmount):
    """What the shop keeps goes back only when somebody says so."""

    message = _l("At most %(most)s has to go back: the shop keeps %(kept)s. To return that too, tick the box.")


_gateways: dict[str, Callable[[Refund], Any]] = {}
_tenders: dict[str, Callable[[Refund], str]] = {}
_around: dict[str, list[Callable[[Refund], None]]] = {"leaving": [], "gone": [], "back": []}


def gateway(kind: str, verb: Callable[[Refund], Any]) -> None:
    """Return money of that kind of payment through the outside world: a job calls `verb(refund)`, again if it raises.

    The verb asks with `refund.gateway_key` through `web.outside` and then says `finish`, `sent` or `fail`.
    """
    _gateways[kind] = verb


def tender(kind: str, verb: Callable[[Refund], str]) -> None:
    """Return money of that kind within the house, in the same transaction; the verb answers with a reference."""
    _tenders[kind] = verb


def around(moment: str, verb: Callable[[Refund], None]) -> None:
    """Have `verb(refund)` called before its money is booked as gone (`leaving`), after (`gone`), when it is `back`."""
    if verb not in _around[moment]:
        _around[moment].append(verb)


def passing(moment: str, refund: Refund) -> None:
    """Call who waits for that moment of a refund."""
    for verb in _around[moment]:
        verb(refund)


def asked_again(kind: str) -> bool:
    """Whether somebody other than a person returns money of that kind, and can be asked once more."""
    return kind in _gateways


def refundable(order: Order) -> Money:
    """What can still go back."""
    return order.money(max(0, order.received_minor - order.refunding_minor))  # a bank may take what is set aside


def owed(order: Order) -> Money:
    """What has to go back and is not on its way yet: what came beyond what the order costs, or is kept of it."""
    return order.money(max(0, order.received_minor - order.refunding_minor - invoices.owed(order)))


def creditable(order: Order) -> bool:
    """Whether what goes back can become store credit."""
    return CREDIT in _tenders and order.contact_id is not None


def by_hands(order: Order, *, some: bool = False) -> bool:
    """Whether a person has to return its money first, or `some` of it: no gateway and no tender of the house does."""
    hands = [hand(payment) for payment in order.payments if left(payment) > 0]
    return any(hands) if some else bool(hands) and all(hands)


def hand(payment: Payment) -> bool:
    """Whether a person returns what it brought: no gateway and no tender of the house does."""
    return payment.kind not in _tenders and payment.kind not in _gateways


def give(order: Order, *, amount: Money, key: str, to: str = "money", **told: Any) -> list[Refund]:
    """Return an amount: as many rows as payments it came by; [] when that key was given before.

    `told`: reason, reference, by (the account), lines ([{"line", "quantity"}] that came back); `method`: by which way
    a person returned it, if not as it came; `spare=True`: nothing of what the shop keeps of an ended order. Raises
    Kept, WrongAmount.
    """
    orders.lock(order)
    if known(key):
        return []
    if told.pop("spare", False) and order.kept and amount > owed(order):
        raise Kept(most=receipts.shown(owed(order)), kept=receipts.shown(order.kept))
    if to == "credit" and not creditable(order):
        raise NoCredit()
    set_aside(order, amount)
    recalls.of(order, refundable(order), whole=True)  # what stays paid covers the cards that the order bought
    rows = [
        written(payment, part, key=key if not place else f"{key}:{place}", to=to, **told)
        for place, (payment, part) in enumerate(shares(order, amount.minor))
    ]
    begin(*rows, reference=told.get("reference", ""), method=told.get("method"))
    return rows


def known(key: str) -> Refund | None:
    """The refund that this key already is."""
    return db.session.scalars(select(Refund).where(Refund.key == key)).one_or_none()


def written(payment: Payment, minor: int, *, key: str, **told: Any) -> Refund:
    """A refund's row, before anything happens; `told` as for `give`."""
    by = told.get("by")
    row = Refund(order_id=payment.order_id, payment_id=payment.id, amount_minor=minor, currency=payment.currency)
    row.to, row.key, row.reason = told.get("to", "money"), key, told.get("reason", "").strip()[:300]
    row.lines, row.account_id = list(told.get("lines", ())), by.id if by else None
    db.session.add(row)
    db.session.flush()
    return row


def set_aside(order: Order, amount: Money) -> None:
    """Keep an amount for a refund in one conditional statement: whoever comes second finds only what is left."""
    room = Order.received_minor - Order.refunding_minor >= amount.minor
    kept = update(Order).where(Order.id == order.id, room).values(refunding_minor=Order.refunding_minor + amount.minor)
    done = amount.minor > 0 and db.session.execute(kept, execution_options=QUIET).rowcount  # type: ignore[attr-defined]
    if not done:
        raise payments.WrongAmount(most=receipts.shown(refundable(order)))
    db.session.refresh(order, ["refunding_minor"])


def _release(order: Order, amount: Money) -> None:
    free = update(Order).where(Order.id == order.id).values(refunding_minor=Order.refunding_minor - amount.minor)
    db.session.execute(free, execution_options=QUIET)
    db.session.refresh(order, ["refunding_minor"])


def shares(order: Order, minor: int) -> Iterator[tuple[Payment, int]]:
    """What goes back by which payment: gift cards and credit first, then the latest money."""
    rows = db.session.scalars(select(Payment).where(Payment.order_id == order.id))
    for payment in sorted(rows, key=lambda row: (row.kind not in OWN, -row.id)):
        part = min(minor, left(payment)) if minor else 0
        if part > 0:
            minor -= part
            yield payment, part
    if minor:
        raise payments.WrongAmount(most=receipts.shown(refundable(order)))


def left(payment: Payment) -> int:
    """What came by that payment and neither went back nor is about to."""
    came = select(func.sum(LedgerEntry.amount_minor)).where(LedgerEntry.payment_id == payment.id)
    going = select(func.sum(Refund.amount_minor)).where(Refund.payment_id == payment.id, Refund.state.in_(HOLDING))
    return int(db.session.scalar(came) or 0) - int(db.session.scalar(going) or 0)


def begin(*rows: Refund, reference: str = "", method: PaymentMethod | None = None) -> None:
    """Return them within the house, by the gateway, or note that a person did, by `method`: one act, told once."""
    done = []
    for refund in rows:
        if refund.way in _tenders:
            done.append(Gone(refund, _tenders[refund.way](refund)))
        elif refund.way in _gateways:
            order_events.record(refund.order, "refund_asked", by=refund.by, minor=refund.amount_minor)
            jobs.later("refunds.send", refund.id, key=refund.gateway_key)
        else:  # a transfer, cash: a person returned it, here it is noted
            refund.hand = True
            done.append(Gone(refund, reference, refund_ways.other(refund.payment, method)))
    db.session.flush()
    if done:
        _finish(done)


@jobs.job("refunds.send")
def send(refund_id: int) -> None:
    """Ask the gateway; it bears repetition because its key is the refund's."""
    refund = db.session.get(Refund, refund_id)
    if refund is not None and refund.state == "requested":
        _gateways[refund.way](refund)


def sent(refund: Refund, *, reference: str) -> None:
    """The gateway has it and says later how it ended."""
    orders.lock(refund.order)
    db.session.refresh(refund)
    if refund.state == "requested":
        refund.state, refund.reference, refund.error = "sent", reference[:120], ""


def finish(refund: Refund, *, reference: str = "", method: str = "", tell: bool = True) -> bool:
    """The money went back: into the ledger, once; False when that was known. `tell`: by a letter to the buyer."""
    orders.lock(refund.order)
    db.session.refresh(refund)
    return refund.state != "done" and _finish([Gone(refund, reference, method)], tell=tell)


def _finish(done: Sequence[Gone], *, tell: bool = True) -> bool:
    """The parts of one act are booked together: the order costs less once, one letter, one credit note an invoice."""
    first = done[0].refund
    order, came_back = orders.lock(first.order), reductions.units(first.lines)
    for one in done:
        if one.refund.state in HOLDING:
            _release(order, one.refund.amount)
        passing("leaving", one.refund)
    less = lowered(order, sum(one.refund.amount_minor for one in done), first.lines)
    for one in done:
        _book(one)
    reductions.note(order, less, lines=came_back, reason=first.reason)
    order.kept_minor = max(0, min(order.kept_minor, order.received_minor))  # what went back is not kept
    # of a dispute their own bank told them
    refund_ways.tell([one.refund for one in done], buyer=tell and not first.key.startswith(BANK))
    for one in done:
        passing("gone", one.refund)
    invoices.when_less(order, reason=first.reason, lines=came_back)  # last: the series' row is the last lock
    return True


def _book(one: Gone) -> None:
    refund = one.refund
    refund.state, refund.done_at, refund.error = "done", clock.now(), ""
    refund.reference = (one.reference or refund.reference).strip()[:120]
    ledger.append(refund.payment, "refund", -refund.amount, key=refund.ledger_key, by=refund.by, method=one.method,
                  reference=refund.reference, within=refund.to == "credit")  # fmt: skip
    if not left(refund.payment) and (refund.payment.state, "refund") in payments.MOVES:
        payments.move(refund.payment, "refund")


def lowered(order: Order, minor: int, lines: Sequence[Any]) -> int:
    """By how much less the order costs then: not by what was paid too much, nor by a part of an unpaid order."""
    if order.balance.minor > 0 and not lines:
        return 0
    return max(0, minor - max(0, -order.balance.minor))


def fail(refund: Refund, *, error: str) -> None:
    """The gateway will not return it: the amount is free again, for another try or another way."""
    order = orders.lock(refund.order)
    db.session.refresh(refund)
    if refund.state in HOLDING:
        _release(order, refund.amount)
        refund.state, refund.error = "failed", error.strip()[:300]
        order_events.record(order, "refund_failed", minor=refund.amount_minor, reason=refund.error)


def noticed(payment: Payment, *, amount: Money, reference: str, key: str, **told: Any) -> Refund | None:
    """The gateway tells of money that went back without us; None when it is known by its key or reference.

    `told`: reason; `tell=False`: the buyer gets no letter.
    """
    orders.lock(payment.order)
    if known(key) or by_reference(reference):
        return None
    recalls.of(payment.order, payment.order.received - amount, gone=True)
    row = written(payment, amount.minor, key=key, reason=told.get("reason", ""))
    row.state = "noticed"  # nothing was set aside for it
    db.session.flush()
    finish(row, reference=reference, tell=told.get("tell", True))
    return row


def by_reference(reference: str) -> Refund | None:
    """The refund that a gateway calls so."""
    found = select(Refund).where(Refund.reference == reference).order_by(Refund.id).limit(1)
    return db.session.scalars(found).first() if reference else None


def by_token(token: str) -> Refund:
    """The refund that an address names; raises Missing."""
    found = db.session.scalars(select(Refund).where(Refund.token == token)).one_or_none() if token else None
    if found is None:
        raise Missing()
    return found


def of(order: Order) -> Sequence[Refund]:
    """The order's refunds, the first one first."""
    return db.session.scalars(select(Refund).where(Refund.order_id == order.id).order_by(Refund.id)).all()


def init_app(_app: object) -> None:
    """Say how a refund is told."""
    journal.kind("orders.refunded", _l("Returned money of %(number)s"))
