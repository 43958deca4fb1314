"""Order changes: what staff change of an order before it leaves has these things in common; who hears of it and how."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import takewhile
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from kernel.db import db
from kernel.i18n import _, _l
from kernel.money import Money
from kernel.refusal import Refusal
from shop import letters, order_events, orders, receipts
from shop.order_lines import OrderLine
from shop.orders import Order

if TYPE_CHECKING:
    from kernel.accounts import Account

HERE = ("placed", "preparing", "ready")  # it has neither left nor been handed over
DONE = ("delivered",)  # by itself, when its people came
KINDS = ("delivery_changed", "taken_off", "added")
BESIDES = ("invoiced", "credit_note", "slip_printed")  # they say nothing of where it is


class TooLate(Refusal):
    """It left, it ended, or all of its money went back."""

    message = _l("This order can no longer be changed: look at where it is now.")
    status = 409


class MoneyMoves(Refusal):
    """Some of its money is on its way back, so that what it still owes is not known yet."""

    message = _l("Money of this order is on its way back. Wait until it is there, then change the order.")
    status = 409


class Meanwhile(Refusal):
    """Its buyer changed where it goes after somebody of the shop looked at it."""

    message = _l("The buyer has just changed the delivery of %(number)s: look at what is new, then go on.")
    status = 409


@dataclass(frozen=True)
class Changed:
    """What a change came to: by how much more (or less, when negative) the order costs, and what is new, in words."""

    difference: Money
    said: str


def hold(order: Order, *, done: bool = False) -> None:
    """Hold the order's row for a change; raises TooLate or MoneyMoves. `done`: also one that is delivered."""
    db.session.flush()
    orders.lock(order)
    fresh = select(OrderLine).where(OrderLine.order_id == order.id)  # read before, perhaps, by somebody slower
    db.session.scalars(fresh.execution_options(populate_existing=True)).all()
    db.session.expire(order, ["lines", "payments", "instalments"])
    if order.state not in (*HERE, *(DONE if done else ())) or order.payment == "refunded":
        raise TooLate()
    if order.refunding_minor:
        raise MoneyMoves()


def goods(order: Order) -> list[OrderLine]:
    """The lines of which something is still to be handed over: no bookings, nothing that is downloaded."""
    return [line for line in order.lines if line.booking_id is None and not line.digital and line.left]


def note(order: Order, kind: str, words: Sequence[str], *, by: "Account | None", minor: int = 0) -> str:
    """Write down what is new, with what it costs more or less; the words as one sentence. `by` None: the buyer."""
    said = ", ".join(words)
    more: dict[str, Any] = {**({"minor": minor} if minor else {}), **({"buyer": True} if by is None else {})}
    order_events.record(order, kind, by=by, text=said, **more)
    return said


def said(order: Order) -> str:
    """What was changed since anything else happened; '' for nothing."""
    steps = (event for event in reversed(order_events.of(order)) if event.kind not in BESIDES)
    last = takewhile(lambda event: event.kind in KINDS, steps)
    return ", ".join(reversed([str(event.data.get("text", "")) for event in last]))


def by_buyer(order: Order) -> list[order_events.OrderEvent]:
    """What its buyer changed by themselves, the first change first."""
    return [event for event in order_events.of(order) if event.kind == "delivery_changed" and event.data.get("buyer")]


def check(order: Order, seen: int | None) -> None:
    """Refuse a step of staff who saw so many changes of its buyer and no more; None: nobody looked at a page."""
    if seen is not None and len(by_buyer(order)) != seen:
        raise Meanwhile(number=order.number)


def tell(order: Order, changed: Changed, *, own: bool = False) -> None:
    """The buyer hears what is new, what it costs more or less, how to pay what is left; `own`: they changed it."""
    if not changed.said:
        return
    asks = changed.difference.minor > 0 and order.balance.minor > 0

    def more(_order: Order) -> str:
        doubt = _("If it was not you, answer this e-mail.") if own else _("Answer this e-mail if it does not suit you.")
        return " ".join(filter(None, [price(order, changed.difference, order.balance), doubt]))

    letters.tell(order, "changed_to_pay" if asks else "changed", what=changed.said, more=more)


def price(order: Order, difference: Money, balance: Money) -> str:
    """By how much more or less it costs, and what is then to be paid or goes back: sentences for its buyer."""
    minor = difference.minor
    told = {"amount": receipts.shown(order.money(abs(minor))), "left": receipts.shown(balance)}
    if minor > 0:
        costs = _("It costs %(amount)s more.", **told)
    elif minor < 0:
        costs = _("It costs %(amount)s less.", **told)
    else:
        return ""
    if balance.minor < 0:
        return f"{costs} " + _("We return %(amount)s to you.", amount=receipts.shown(-balance))
    return f"{costs} " + _("%(left)s is to be paid.", **told) if balance.minor else costs
