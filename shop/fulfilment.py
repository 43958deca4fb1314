"""Where the goods of an order are: a table of moves, each a row, the last one reversible for ten minutes."""

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from crm import facts, picks
from kernel import clock, journal
from kernel import letters as post
from kernel.db import db
from kernel.i18n import _l
from kernel.refusal import Refusal
from shop import holds, invoices, letters, order_changes, order_events, orders, return_rows, second_thoughts
from shop.order_events import OrderEvent
from shop.orders import Order

if TYPE_CHECKING:
    from kernel.accounts import Account

MOVES = {
    ("asked", "approve"): "placed",
    ("asked", "cancel"): "cancelled",
    ("asked", "expire"): "expired",
    ("placed", "ask"): "asked",  # the shop takes its yes back before anybody heard of it
    ("placed", "prepare"): "preparing",
    ("placed", "ready"): "ready",
    ("placed", "ship"): "shipped",
    ("placed", "deliver"): "delivered",
    ("placed", "cancel"): "cancelled",
    ("placed", "expire"): "expired",
    ("preparing", "ready"): "ready",
    ("preparing", "ship"): "shipped",
    ("preparing", "deliver"): "delivered",
    ("preparing", "cancel"): "cancelled",
    ("ready", "ship"): "shipped",
    ("ready", "deliver"): "delivered",
    ("ready", "cancel"): "cancelled",
    ("shipped", "deliver"): "delivered",
    ("expired", "revive"): "placed",  # only by money that came late, and only when the goods are still there
}
STEPS = {"prepare": "preparing", "ready": "ready", "ship": "shipped", "deliver": "delivered"}
UNDO_WITHIN = timedelta(minutes=10)


class NotNow(Refusal):
    """The order is not where this step begins."""

    message = _l("The order %(number)s is already somewhere else: look at it again.")
    status = 409


class CameBack(NotNow):
    """Something of it was returned: it had been handed over."""

    message = _l("Something of %(number)s was given back or is about to be, so its last step stands.")


def move(order: Order, step: str) -> str:
    """Take a step of the table; where the order was before. The caller holds the order's row."""
    before = order.state
    if (before, step) not in MOVES:
        raise NotNow(number=order.number)
    order.state = MOVES[before, step]
    if orders.ENDED & {before, order.state} and order.contact is not None:
        picks.clear(order.contact)  # they bought it, or did not
    return before


def may(order: Order, step: str) -> bool:
    """Whether that step begins where the order is."""
    return (order.state, step) in MOVES


def in_hand(order: Order) -> bool:
    """Whether all its goods went over the counter when it was sold, while its people are still to come.

    What is paid in parts that were agreed on stays here until all is paid; what is made for a deposit is to be made.
    """
    goods = [line for line in order.lines if not line.booking_id and not line.digital]
    if order.delivery_kind != "none" or len(goods) == len(order.lines) or order.plan not in {"", "deposit"}:
        return False
    made = [line for line in goods if order.plan and (line.product.deposit_bp or line.product.deposit_minor)]
    return bool(goods) and not made and any(line.booking_id for line in order.lines)


def prepare(order: Order, *, by: "Account | None", seen: int | None = None) -> OrderEvent:
    """Somebody begins to prepare it: from now on it does not expire. `seen`: see order_changes.check."""
    return _step(order, "prepare", by=by, seen=seen)


def ready(order: Order, *, by: "Account | None", seen: int | None = None) -> OrderEvent:
    """It waits for the buyer."""
    return _step(order, "ready", by=by, seen=seen)


def ship(
    order: Order, *, by: "Account | None", tracking: str = "", carrier: str = "", seen: int | None = None
) -> OrderEvent:
    """It left the house, with the carrier's number when there is one."""
    told: dict[str, Any] = {"tracking": tracking.strip()[:80], "carrier": carrier.strip()[:80]}
    event = _step(order, "ship", by=by, seen=seen, **told)
    if not order.practice:
        facts.record("shipped", contact=order.contact, about=order, dedupe=f"shipped:{order.id}")
    return event


def deliver(order: Order, *, by: "Account | None", tell: bool = True, seen: int | None = None) -> OrderEvent:
    """It is in the buyer's hands; `tell=False`: they were there."""
    event = _step(order, "deliver", by=by, quiet=not tell, seen=seen)
    invoices.when_delivered(order)
    return event


def _step(
    order: Order, step: str, *, by: "Account | None", quiet: bool = False, seen: int | None = None, **told: str
) -> OrderEvent:
    orders.lock(order)
    order_changes.check(order, seen)
    kind, unsaid = STEPS[step], hush(order)
    event = order_events.record(order, kind, by=by, before=move(order, step), **told)
    if by is not None:
        journal.write(f"orders.{kind}", about=order, by=by, data={"number": order.number, **told})
    if unsaid is not None:
        event.data = {**event.data, "unsaid": unsaid.id}
    if not quiet:
        _tell(order, event, by=by)
    return event


def _tell(order: Order, event: OrderEvent, *, by: "Account | None") -> None:
    if order.by_staff and event.kind == "delivered":
        return
    with second_thoughts.rest(act(event), by):
        letters.tell(order, event.kind, **{name: event.data.get(name, "") for name in ("tracking", "carrier")})


def act(event: OrderEvent) -> str:
    """What its letters are known by, while it can be taken back."""
    return f"step:{event.id}"


def hush(order: Order) -> OrderEvent | None:
    """Forget the letter of the last step that still rests, because what follows says more; the step, if there was."""
    event = order_events.last(order, *STEPS.values())
    return event if event is not None and post.withdraw(act(event), event.at)[0] else None


def reversible(order: Order) -> OrderEvent | None:
    """The last step, while it can be taken back."""
    event = order_events.last(order, *STEPS.values(), "cancelled", "expired")
    fresh = event is not None and event.kind == order.state and clock.now() - event.at < UNDO_WITHIN
    stands = not fresh or event is None or event.kind not in STEPS.values() or return_rows.any_of(order)
    return None if stands else event


def undo(order: Order, *, by: "Account") -> str:
    """Take the last step back; where the order is again."""
    orders.lock(order)
    event = reversible(order)
    if event is None and return_rows.any_of(order):
        raise CameBack(number=order.number)
    if event is None or "before" not in event.data:
        raise NotNow(number=order.number)
    order.state, event.undone_at = event.data["before"], clock.now()
    order_events.record(order, "undone", by=by, step=event.kind)
    journal.write("orders.undone", about=order, by=by, data={"number": order.number, "step": event.kind})
    if holds.waits(order):
        holds.again(order)
    db.session.flush()
    second_thoughts.take_back(order, act(event), event.at)
    if "unsaid" in event.data:  # the letter of the step before was forgotten for this one's
        _tell(order, db.session.get_one(OrderEvent, event.data["unsaid"]), by=by)
    return order.state


def tracking(order: Order) -> dict[str, str]:
    """The carrier and its number, when it was sent with one."""
    event = order_events.last(order, "shipped")
    return {name: event.data.get(name, "") for name in ("carrier", "tracking")} if event else {}


def init_app(_app: object) -> None:
    """Say how the steps of an order are told."""
    facts.kind("shipped", _l("Was sent an order"), "truck")
    journal.kind("orders.preparing", _l("Began to prepare %(number)s"))
    journal.kind("orders.ready", _l("Had %(number)s ready"))
    journal.kind("orders.shipped", _l("Sent %(number)s"))
    journal.kind("orders.delivered", _l("Delivered %(number)s"))
    journal.kind("orders.undone", _l("Took back a step of %(number)s"))
